"""What stands in the text of every act of people.

Belongs here: the fields that all acts have. Never here: the acts by subject (day, corrections, customers, restraints,
table), the canonical form, signatures.
"""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ..limits import ACT_NUMBER_MAX, ACT_REASON_CHARS_MAX
from ..messages.fields import PersonNo, Second

BankId = Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
"""The first 8 bytes of the digest of the bank's first journal row, in hexadecimal."""
Evidence = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
"""SHA-256 of the paper or file that the act rests on, in hexadecimal."""
Serial = Annotated[int, Meta(ge=1, le=ACT_NUMBER_MAX)]
Reason = Annotated[str, Meta(min_length=1, max_length=ACT_REASON_CHARS_MAX)]


class ActText(msgspec.Struct, frozen=True, kw_only=True, tag_field="act", forbid_unknown_fields=True):
    """What stands in every act."""

    author: PersonNo
    bank: BankId
    evidence: Evidence | UnsetType = UNSET
    reason: Reason
    serial: Serial  # the author's own, rising
    valid_until_s: Second  # the last second in which it may be decided
