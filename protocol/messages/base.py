"""The base of all messages.

Belongs here: what every message is, which one a body is by its first bytes. Never here: a message.
"""

from typing import Final

from msgspec import Struct


class Message(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Base of all messages."""


ACT_TAG: Final = 80
CORRECTIONS_TAG: Final = 87
_ARRAY: Final = 0x90  # the first byte of a MessagePack array of at most 15 items
_ARRAY_OF_3: Final = 0x93  # the first byte of a MessagePack array of an act's tag, text and signatures


def is_act(body: bytes) -> bool:
    """Whether a body begins as an act does: told without decoding it."""
    return body[:2] == bytes((_ARRAY_OF_3, ACT_TAG))


def may_be_large(body: bytes) -> bool:
    """Whether a body begins as what a desk of the bank may send with more bytes than all else: an act, or lines of a
    list of corrections."""
    is_told = len(body) > 1 and body[0] & 0xF0 == _ARRAY and body[1] == CORRECTIONS_TAG
    return is_told or is_act(body)
