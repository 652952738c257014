"""Verdicts on trading passwords: section 23 of the page, their 64 bytes, and the messages about passwords.

Belongs here: bytes to fields and back, tags and fields. Never here: what the bank decides.
"""

import struct
from typing import NamedTuple

from tests.outsider.wire.bounds import NUMBER
from tests.outsider.wire.field_types import Blob, Int, Layout

OF_VERDICT = struct.Struct("<bxhiq8xq8xi4xq8x")
VERIFIER = (
    *(("contract_no", NUMBER), ("generation", Int(0, 2**31 - 1))),
    *(("salt", Blob(16, 16)), ("verifier", Blob(32, 32))),
)
SIGNING_LAYOUTS: dict[str, Layout] = {
    "SetVerifier": (158, VERIFIER),
    "EndSignOn": (159, (("contract_no", NUMBER),)),
    "ReportPasswordLoss": (160, (("contract_no", NUMBER),)),
}
SIGNING_CONTROLS = tuple(SIGNING_LAYOUTS)


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
