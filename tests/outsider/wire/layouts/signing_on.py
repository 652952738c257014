"""Verdicts on trading passwords: section 23 of the page, their 64 bytes, and the messages about passwords.

Belongs here: bytes to fields and back, tags and fields. Never here: what the bank decides.
"""

import struct
from typing import NamedTuple

from tests.outsider.wire.bounds import COUNT, NUMBER
from tests.outsider.wire.field_types import Blob, Int, Layout, Many, Nested

OF_VERDICT = struct.Struct("<bxhiq8xq8xi4xq8x")
VERIFIER = (
    *(("contract_no", NUMBER), ("generation", Int(0, 2**31 - 1))),
    *(("salt", Blob(16, 16)), ("verifier", Blob(32, 32))),
)
KEY_ID = Int(1, 2**31 - 1)
SIGNING_CONTROLS = ("SetVerifier", "EndSignOn", "ReportPasswordLoss")
SIGNING_QUERIES = ("BoxKeysQuery", "PasswordQuery")
SIGNING_LAYOUTS: dict[str, Layout] = {
    "SetVerifier": (158, VERIFIER),
    "EndSignOn": (159, (("contract_no", NUMBER),)),
    "ReportPasswordLoss": (160, (("contract_no", NUMBER),)),
    "BoxKeysQuery": (161, ()),
    "BoxKey": (162, (("key_id", KEY_ID), ("public_key", Blob(32, 32)))),
    "BoxKeysAnswer": (163, (("channel", Int(0, 16)), ("keys", Many(0, 8, Nested("BoxKey"))))),
    "PasswordQuery": (164, (("contract_no", NUMBER), ("key_id", KEY_ID), ("box", Blob(368, 368)))),
    "PasswordAnswer": (165, (("contract_no", NUMBER), ("found", Int(1, 255)), ("until_s", COUNT))),
}


class Verdict(NamedTuple):
    """What the password desk found of one attempt: 1 signed on, until a second, or 2 failed."""

    kind: int
    verdict: int
    generation: int
    contract_no: int
    until_s: int
    channel: int
    nonce: int

    def packed(self) -> bytes:
        """The 64 bytes."""
        return OF_VERDICT.pack(*self)
