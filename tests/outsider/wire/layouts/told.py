"""What feeds are made of, and what a broker says to its own: section 19.

Belongs here: their tags and fields, the content of each kind of entry. Never here: the chain of entries.
"""

from tests.outsider.wire.bounds import COUNT, DATE, NUMBER
from tests.outsider.wire.field_types import Blob, Flag, Int, Layout, Many, Nested, Text, Type

ENTRIES_MAX = 256
SUM, WIDE_SUM, SET_NUMBER, SECONDS = Int(0, 2**60), Blob(16, 16), Int(1, 64), Int(0, 2**40)
OBJECTION = (
    *(("trade_date", DATE), ("case", Int(0, 2**31 - 1)), ("amount_fen", SUM)),
    *(("contract_no", COUNT), ("reason", Text(1, 48))),
)
PAGE = (("first", NUMBER), ("next_position", NUMBER), ("digest_before", Blob(32, 32)))
ENTRY = (
    *(("position", NUMBER), ("sequence", NUMBER), ("decided_at_ns", COUNT), ("kind", Int(1, 255))),
    *(("trade_date", DATE), ("contract_no", COUNT), ("content", Blob(0, 256))),
)
CHANGED = (
    *(("contracts", Int(1, 8_192)), ("status_before", Int(0, 255))),
    *(("status", Int(1, 255)), ("by_bank", Flag())),
)
OWED: tuple[tuple[str, Type], ...] = (
    *(("number", SET_NUMBER), ("case", Int(0, 2**31 - 1)), ("owed", WIDE_SUM), ("set_late_s", SECONDS)),
    *(("is_late_netted", Flag()), ("needs_no_notice", Flag())),
    *((f"{name}_s", SECONDS) for name in ("pay_from", "late_from", "first_due", "last_due")),
    *(("objection_until_s", SECONDS), ("termination_after_s", SECONDS)),
)
WITHDRAWN = (("number", SET_NUMBER), ("is_taken_back", Flag()), ("cases", COUNT), ("made_good", WIDE_SUM))
CASE = (("number", SET_NUMBER), ("case", Int(1, 2**31 - 1)), ("buys_fen", SUM), ("proceeds_fen", SUM))
PAYMENT = (
    *(("case", Int(0, 2**31 - 1)), ("state", Int(1, 255)), ("owed", WIDE_SUM), ("paid", WIDE_SUM)),
    *(("advanced", WIDE_SUM), ("at_s", SECONDS), ("is_bank_late", Flag())),
)
OF_ORDERS = (
    *(("last_position", COUNT), ("orders", COUNT), ("cancels", COUNT), ("open_orders", COUNT)),
    *(("traded", WIDE_SUM), ("turnover", WIDE_SUM), ("cancelled", WIDE_SUM)),
    *(("frozen", WIDE_SUM), ("drawn", WIDE_SUM)),
)
FEED_LAYOUTS: dict[str, Layout] = {
    "Receipt": (100, (("trade_date", DATE), ("position", NUMBER), ("digest", Blob(32, 32)))),
    "Notice": (101, (("trade_date", DATE), ("case", Int(0, 2**31 - 1)))),
    "Object": (102, OBJECTION),
    "FeedQuery": (103, (("first", NUMBER),)),
    "FeedPage": (104, (*PAGE, ("entries", Many(0, ENTRIES_MAX, Nested("FeedEntry"))))),
    "FeedEntry": (105, ENTRY),
    "OrdersAck": (171, (("trade_date", DATE), ("next_number", COUNT), ("digest_before", Blob(32, 32)))),
    "DateOpened": (8, (("date_before", DATE),)),
    "SignedOff": (9, (("counts", Many(4, 4, COUNT)), ("amounts", Many(4, 4, WIDE_SUM)))),
    "SignedOffOfA": (181, OF_ORDERS),
    "ContractChanged": (10, CHANGED),
    "SetCompared": (11, (("number", SET_NUMBER), ("differences", Many(4, 4, COUNT)), ("is_reconciled", Flag()))),
    "SetComparedOfA": (180, (("number", SET_NUMBER), ("differences", Many(5, 5, COUNT)), ("is_reconciled", Flag()))),
    "ObligationTold": (13, OWED),
    "Stopped": (14, (("is_stopped", Flag()),)),
    "SetWithdrawn": (15, WITHDRAWN),
    "CaseTold": (16, CASE),
    "PaymentTold": (155, PAYMENT),
}
CONTENTS = {
    **{1: "DateOpened", 2: "SignedOff", 3: "ContractChanged", 4: "SetCompared", 5: "ObligationTold", 6: "Stopped"},
    **{7: "SetWithdrawn", 8: "CaseTold", 9: "PaymentTold", 10: "FeesSet", 11: "PhasesChanged"},
}
OF_SCHEME_A = {2: "SignedOffOfA", 4: "SetComparedOfA"}
"""What stands in place of these for a broker of scheme A."""
