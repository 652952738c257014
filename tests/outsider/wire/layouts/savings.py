"""What messages about interest of savings accounts are made of: section 6 of the page.

Belongs here: their tags and fields. Never here: other messages (messages).
"""

from tests.outsider.wire.bounds import COUNT, NUMBER, PLACE, SUM
from tests.outsider.wire.field_types import Layout, Many, Nested

INTEREST = (("as_of_sequence", COUNT), ("next_place", PLACE), ("accounts", Many(0, 1_024, Nested("InterestDue"))))
SAVINGS_LAYOUTS: dict[str, Layout] = {
    "InterestQuery": (177, (("first", PLACE),)),
    "InterestDue": (178, (("account_no", NUMBER), ("due_fen", SUM))),
    "InterestAnswer": (179, INTEREST),
}
