"""What messages about open items are made of: section 8.7.

Belongs here: their tags and fields. Never here: other messages (messages).
"""

from tests.outsider.wire.bounds import COUNT, DATE, NUMBER, OUTCOME_CODE, PLACE, SUM
from tests.outsider.wire.field_types import Flag, Int, Layout, Many, Nested

OPEN_FREEZE = (("trade_date", DATE), ("seat", Int(1, 1_024)), ("number", NUMBER), ("remaining_fen", SUM))
OPEN_DATE = (
    *(("trade_date", DATE), ("bought_unsettled_fen", SUM), ("sold_unsettled_fen", SUM)),
    *(("cleared_buys_fen", SUM), ("cleared_proceeds_fen", SUM), ("cleared_credits_fen", SUM)),
    ("is_settled", Flag()),
)
OPEN_ITEMS = (
    *(("as_of_sequence", COUNT), ("number", NUMBER), ("code", OUTCOME_CODE)),
    *(("frozen_fen", SUM), ("bought_unsettled_fen", SUM), ("sold_unsettled_fen", SUM), ("next_place", PLACE)),
    ("freezes", Many(0, 1_024, Nested("OpenFreeze"))),
    ("dates", Many(0, 128, Nested("OpenDate"))),
    ("restraints", Many(0, 65, Nested("OpenRestraint"))),
    ("runs_off", Many(0, 16, NUMBER)),
)
OPEN_ITEM_LAYOUTS: dict[str, Layout] = {
    "OpenItemsQuery": (115, (("number", NUMBER), ("first", PLACE))),
    "OpenFreeze": (94, OPEN_FREEZE),
    "OpenDate": (95, OPEN_DATE),
    "OpenRestraint": (96, (("restraint_no", NUMBER), ("kind", COUNT), ("amount_fen", SUM))),
    "OpenItemsAnswer": (116, OPEN_ITEMS),
}
