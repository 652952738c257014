"""The words at the password desk's door: one line of JSON that the gateway sends, and one that it gets.

Belongs here: their fields and bounds, the socket's name. Never here: who may come (serving), what comes of an attempt
(desk), who asks (asking).

In goes {"ask": "attempt", "contract_no": 98, "channel": 1, "broker": 2, "key_id": 1, "box": "…"}, the box in
hexadecimal, and out comes {"found": "SIGNED_ON", "until_s": 1790000000}. Or {"ask": "keys"}, and out comes
{"keys": [{"key_id": 2, "public_key": "…"}]}, the newest first. What is no question gets no answer.
"""

from typing import Annotated

import msgspec

from protocol.limits import BOX_KEY_BYTES, SEALED_ATTEMPT_BYTES

DOOR = "passwords.sock"
QUESTION_BYTES_MAX = 4_096
REPLY_BYTES_MAX = 4_096


class AttemptAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="ask", tag="attempt"):
    """What comes of an attempt?"""

    contract_no: int
    channel: int  # 0: at the counter
    broker: int  # of the channel's seat; 0 at the counter
    key_id: int
    box: Annotated[str, msgspec.Meta(max_length=2 * SEALED_ATTEMPT_BYTES)]


class KeysAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="ask", tag="keys"):
    """For which keys may be sealed?"""


Question = AttemptAsked | KeysAsked


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was found: the name of a PasswordFound."""

    found: str
    until_s: Annotated[int, msgspec.Meta(ge=0, le=2**62)]


class KeyTold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One key of the desk, in hexadecimal."""

    key_id: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
    public_key: Annotated[str, msgspec.Meta(min_length=2 * BOX_KEY_BYTES, max_length=2 * BOX_KEY_BYTES)]


class KeysReply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that it opens boxes with, the newest first."""

    keys: list[KeyTold]
