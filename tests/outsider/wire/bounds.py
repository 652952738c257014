"""Bounds that many messages of section 6 have in common.

Belongs here: types of fields with their bounds. Never here: the types themselves (field_types), messages.
"""

from tests.outsider.wire.codes import OUTCOMES
from tests.outsider.wire.field_types import Int, ReplyCode

BIG = 2**62
PARTY_MAX = 1_024
COUNT, NUMBER, PARTY = Int(0, BIG), Int(1, BIG), Int(1, PARTY_MAX)
OUTCOME_CODE = ReplyCode((range(1), OUTCOMES))
DATE, BANK_ACCOUNT_NO = Int(19_900_101, 20_590_918), Int(1, 10**18 - 1)
PLACE, SUM = Int(0, 2**40), Int(0, 2**60)
