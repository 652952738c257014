"""The table of messages: a tag and fields in order, each within its bounds.

Belongs here: the table, and which messages belong into which kind of frame. Never here: reading and writing one
(messages), tables that have a file of their own.
"""

from tests.outsider.wire.bounds import (
    BANK_ACCOUNT_NO,
    COUNT,
    DATE,
    NUMBER,
    OUTCOME_CODE,
    PARTY,
    PARTY_MAX,
    PLACE,
    SUM,
)
from tests.outsider.wire.codes import ENDS, OUTCOMES, REFUSALS, Kind
from tests.outsider.wire.field_types import Blob, Capitals, Flag, Int, Layout, Many, Nested, ReplyCode, Text, Type
from tests.outsider.wire.layouts.corrections import CORRECTION_LAYOUTS
from tests.outsider.wire.layouts.fees import FEE_LAYOUTS
from tests.outsider.wire.layouts.open_items import OPEN_ITEM_LAYOUTS
from tests.outsider.wire.layouts.pushed import PUSH_LAYOUTS
from tests.outsider.wire.layouts.savings import SAVINGS_LAYOUTS
from tests.outsider.wire.layouts.securities import SECURITY_LAYOUTS
from tests.outsider.wire.layouts.settling import SETTLING_LAYOUTS
from tests.outsider.wire.layouts.signing_on import SIGNING_CONTROLS, SIGNING_LAYOUTS, SIGNING_QUERIES
from tests.outsider.wire.layouts.told import FEED_LAYOUTS

DIFFERENCES_MAX, PROCEEDS_MAX = 1_024, 1_024

NONCE = Blob(16, 16)
VERSION = Int(0, 2**31 - 1)
REFUSAL_CODE, END_CODE = ReplyCode((REFUSALS,)), ReplyCode((ENDS, OUTCOMES))
WIDE_SUM = Blob(16, 16)
HEARTBEAT_NS, SOFTWARE = Int(100_000_000, 60_000_000_000), Text(0, 64)
LOGON = (("nonce", NONCE), ("software", SOFTWARE))
GRANT = (("nonce", NONCE), ("next_number", NUMBER), ("heartbeat_ns", HEARTBEAT_NS))
NEXT_POSITION = ("next_position", COUNT)
ACCOUNT_TERMS = (
    *(("bank_account_no", BANK_ACCOUNT_NO), ("outlet", Int(1, 1_048_575))),
    *(("holder", Blob(16, 16)), ("balance_fen", SUM)),
)
OUTLET = (
    *(("outlet", Int(1, 1_048_575)), ("level", Int(1, 3))),
    *(("parent", Int(0, 1_048_575)), ("name", Text(1, 64))),
)
CONTRACT_TERMS = (
    *(("account_no", NUMBER), ("party", PARTY)),
    *(("securities_accounts", Many(0, 2, Nested("SecuritiesAccount"))), ("status", Int(1, 6))),
)
FACTS = (
    *(("bank_account_no", BANK_ACCOUNT_NO), ("code", OUTCOME_CODE), ("account_no", COUNT)),
    *(("status", COUNT), ("contract_no", COUNT), ("contract_status", COUNT)),
)
MONEY = (
    *(("contract_no", NUMBER), ("code", OUTCOME_CODE), ("status", COUNT)),
    *(("buying_power_fen", SUM), ("withdrawable_fen", SUM)),
)
TOTAL_NAMES = ("balance_fen", "frozen_fen", "bought_unsettled_fen", "sold_unsettled_fen")
OUTCOME = (
    *(("seen", Flag()), ("code", OUTCOME_CODE), ("state", COUNT)),
    *(("remaining_fen", SUM), ("sequence", COUNT), ("decided_at_ns", COUNT)),
)
KEY = (
    *(("party", PARTY), ("key_id", Int(1, 2**31 - 1)), ("public_key", Blob(32, 65))),
    *(("not_before_ns", COUNT), ("not_after_ns", COUNT), ("seat", Int(0, 1_024))),
)
BROKER = (
    *(("party", PARTY), ("role", Int(1, 3)), ("suite", Int(1, 2))),
    *(("name", Text(1, 64)), ("proceeds_at_fill", Flag())),
)
PERSON, SECOND = Int(1, 65_535), Int(0, 2**32)
PERSON_KEY = (
    *(("key_id", Int(1, 2**31 - 1)), ("suite", Int(1, 2)), ("public_key", Blob(32, 65))),
    *(("from_s", SECOND), ("until_s", SECOND)),
)
NEW_PERSON = (
    *(("person", PERSON), ("staff_no", Capitals(1, 16)), ("name", Text(1, 64))),
    *(("outlet", Int(0, 1_048_575)), ("rights", Int(0, 255)), ("key", Nested("PersonKey"))),
)
ACT_SIGNATURE = (("person", PERSON), ("key_id", Int(1, 2**31 - 1)), ("signature", Blob(64, 64)))
SET_NUMBER, SECONDS, SET_TOTALS = Int(1, 64), Int(0, 2**40), Nested("SetTotals")
WINDOW = ("pay_from", "late_from", "first_due", "last_due", "day_end")
SUMS_OF_SET = (
    *(("counts", Many(6, 6, Int(0, 2**40))), ("turnover", WIDE_SUM), ("fees", Many(5, 5, WIDE_SUM))),
    *(("net", WIDE_SUM), ("digest", Blob(32, 32))),
)
SET = (
    *(("as_of_sequence", COUNT), ("trade_date", DATE), ("state", Int(0, 15)), ("number", Int(0, 64))),
    *(("announced", SET_TOTALS), ("arrived", SET_TOTALS), ("listed", COUNT)),
    *(("declared_s", SECONDS), ("first_late_s", SECONDS), ("last_late_s", SECONDS)),
    *(("compared", COUNT), ("differences", Many(4, 5, COUNT)), ("proceeds_due", COUNT)),
    ("is_deferred", Flag()),
)
PARTY_OR_NONE = Int(0, PARTY_MAX)
OF_PLACES = (("trade_date", DATE), ("party", PARTY_OR_NONE), ("first", PLACE))
DIFFERENCE = (
    *(("difference_class", Int(0, 255)), ("compared_field", Int(0, 255)), ("contract_no", COUNT)),
    *(("order_date", COUNT), ("order_seat", COUNT), ("order_number", COUNT)),
    *(("bank_has", COUNT), ("set_says", COUNT)),
)
FOUND = (("as_of_sequence", COUNT), ("trade_date", DATE), ("next_place", PLACE))
RESTRAINT = (
    *(("account_no", NUMBER), ("amount_fen", Int(1, 2**53)), ("kind", Int(1, 2))),
    *(("authority", Text(1, 32)), ("document", Text(1, 32)), ("holds_until_s", SECONDS)),
)
TOTALS = (("as_of_sequence", COUNT), ("complete", Flag()), ("parties", Many(0, 1_024, Nested("PartyTotals"))))

AS_OF_MARK = TOTALS[:2]
OPENED = (("trade_date", DATE), ("windows", Many(0, 8, Nested("Window"))))
DATES = (
    *(("as_of_sequence", COUNT), ("dates", Many(0, 64, Nested("DateFacts")))),
    ("brokers", Many(0, 1_024, Nested("BrokerFacts"))),
)

CLEARING_FACTS: tuple[tuple[str, Type], ...] = (
    ("party", PARTY),
    *((name, WIDE_SUM) for name in ("balance", "lent", "unpaid", "overdue")),
    *(("next_due_s", SECONDS), ("pay_date", Int(0, 20_590_918)), ("pay_from_s", SECONDS), ("late_from_s", SECONDS)),
)
LAYOUTS: dict[str, Layout] = {
    "Negotiate": (1, LOGON),
    "Negotiated": (2, LOGON),
    "Establish": (3, (*GRANT, NEXT_POSITION)),
    "Established": (4, (*GRANT, ("credit_records", Int(1, 262_144)), NEXT_POSITION)),
    "NotApplied": (
        5,
        (("code", REFUSAL_CODE), ("refused_number", NUMBER), ("next_number", NUMBER), ("retry_after_ns", COUNT)),
    ),
    "Heartbeat": (6, (("next_number", NUMBER), ("answer_wanted", Flag()), NEXT_POSITION)),
    "Terminate": (7, (("code", END_CODE), ("session_version", VERSION), ("detail", Text(0, 200)), ("nonce", NONCE))),
    "RegisterParty": (20, BROKER),
    "RegisterKey": (21, KEY),
    "RegisterSeat": (22, (("seat", Int(1, 1_024)), ("party", PARTY), ("seat_role", Int(1, 8)))),
    "SecuritiesAccount": (19, (("market", Int(1, 2)), ("number", Capitals(1, 10)))),
    "AccountTerms": (23, ACCOUNT_TERMS),
    "OpenAccounts": (24, (("accounts", Many(1, 8_192, Nested("AccountTerms"))),)),
    "ChangeContract": (25, (("contract_no", NUMBER), ("event", Int(1, 4)))),
    "OpenTradeDate": (27, OPENED),
    "Window": (107, tuple((f"{name}_s", SECONDS) for name in WINDOW)),
    "Restrain": (117, RESTRAINT),
    "LiftRestraint": (118, (("restraint_no", NUMBER), ("amount_fen", Int(1, 2**53)))),
    "ExtendRestraint": (119, (("restraint_no", NUMBER), ("holds_until_s", SECONDS))),
    "EndKey": (28, KEY[:2]),
    "ChangeMode": (170, (("party", PARTY), ("mode", Int(0, 1)))),
    "SetScheme": (97, (("party", PARTY), ("scheme", Int(0, 1)))),
    "RegisterChannelSeat": (
        98,
        (("seat", Int(1, 1_024)), ("party", PARTY), ("channel", Int(1, 16)), ("broker", PARTY)),
    ),
    "OutletEntry": (68, OUTLET),
    "RegisterOutlets": (69, (("outlets", Many(1, 4_096, Nested("OutletEntry"))),)),
    "SignOff": (70, (("trade_date", DATE),)),
    "SignOn": (79, (("trade_date", DATE),)),
    "FinishSending": (71, (("trade_date", DATE),)),
    "AnnounceSet": (72, (("trade_date", DATE), ("declared_s", SECONDS), ("totals", SET_TOTALS))),
    "CompleteSet": (73, (("trade_date", DATE), ("number", SET_NUMBER))),
    "WithdrawSet": (74, (("trade_date", DATE), ("number", SET_NUMBER))),
    "Reconcile": (75, (("trade_date", DATE), ("party", PARTY), ("first", PLACE))),
    "Publish": (76, (("trade_date", DATE), ("party", PARTY))),
    "Fund": (150, (("party", PARTY), ("amount_fen", Int(1, 2**60)), ("serial", NUMBER))),
    "Due": (151, (("party", PARTY),)),
    "Pay": (152, (("trade_date", DATE), ("party", PARTY))),
    "Mark": (77, (("trade_date", DATE), ("deep", Flag()))),
    "Tell": (78, (("trade_date", DATE), ("sequence", NUMBER), ("digest", Blob(32, 32)))),
    "TellDayEnd": (176, (("trade_date", DATE), ("what", Int(1, 2)), ("sequence", NUMBER), ("digest", Blob(32, 32)))),
    "Act": (80, (("text", Blob(1, 4_096)), ("signatures", Many(1, 2, Nested("ActSignature"))))),
    "SetTotals": (90, SUMS_OF_SET),
    "RegisterPersons": (91, (("persons", Many(1, 256, Nested("NewPerson"))),)),
    "PersonKey": (92, PERSON_KEY),
    "NewPerson": (93, NEW_PERSON),
    "ActSignature": (99, ACT_SIGNATURE),
    "ContractTerms": (33, CONTRACT_TERMS),
    "SignContracts": (34, (("contracts", Many(1, 8_192, Nested("ContractTerms"))),)),
    "ChangeAccount": (35, (("account_no", NUMBER), ("event", Int(1, 4)))),
    "ChangeBroker": (36, (("contract_no", NUMBER), ("terms", Nested("ContractTerms")))),
    "EndSettlement": (37, (("trade_date", DATE),)),
    "ConfirmRoll": (
        39,
        (("trade_date", DATE), ("sequence", NUMBER), ("state_layout", Int(1, 2**31 - 1)), ("digest", Blob(32, 32))),
    ),
    "ReplaceCard": (38, (("contract_no", NUMBER), ("account_no", NUMBER))),
    "BuyingPowerQuery": (40, (("contract_nos", Many(1, 64, NUMBER)),)),
    "ContractMoney": (41, MONEY),
    "BuyingPowerAnswer": (42, (("as_of_sequence", COUNT), ("contracts", Many(0, 64, Nested("ContractMoney"))))),
    "OutcomeQuery": (43, (("trade_date", DATE), ("number", NUMBER))),
    "OutcomeAnswer": (44, OUTCOME),
    "TotalsQuery": (45, (("source", Int(1, 4)),)),
    "PartyTotals": (46, (("party", PARTY), *((name, WIDE_SUM) for name in TOTAL_NAMES))),
    "TotalsAnswer": (47, TOTALS),
    "AccountQuery": (48, (("bank_account_nos", Many(1, 64, BANK_ACCOUNT_NO)),)),
    "AccountFacts": (49, FACTS),
    "SetQuery": (51, OF_PLACES[:2]),
    "SetAnswer": (52, SET),
    "DifferenceQuery": (53, OF_PLACES),
    "Difference": (54, DIFFERENCE),
    "DifferenceAnswer": (55, (*FOUND, ("differences", Many(0, DIFFERENCES_MAX, Nested("Difference"))))),
    "ProceedsQuery": (56, OF_PLACES),
    "ContractProceeds": (57, (("contract_no", NUMBER), ("proceeds_fen", SUM), ("excess_fen", SUM))),
    "ProceedsAnswer": (58, (*FOUND, ("contracts", Many(0, PROCEEDS_MAX, Nested("ContractProceeds"))))),
    "RangesQuery": (120, (("source", Int(3, 4)), ("first", Int(0, 4_096)))),
    "RangesAnswer": (121, (*AS_OF_MARK, ("next_range", Int(0, 4_096)), ("digests", Many(0, 4, Blob(32, 32))))),
    "PairsQuery": (122, (("source", Int(3, 4)), ("first", Int(0, 2**25)))),
    "PairsAnswer": (123, (*AS_OF_MARK, ("amounts", Blob(0, 1_024 * 4 * 8)))),
    "OutletsQuery": (124, ()),
    "OutletApart": (125, (("outlet", Int(0, 2**20 - 1)), ("accounts_fen", WIDE_SUM), ("ledger_fen", WIDE_SUM))),
    "OutletsAnswer": (126, (*AS_OF_MARK, ("outlets", Many(0, 1_024, Nested("OutletApart"))))),
    "DatesQuery": (59, ()),
    "DateFacts": (65, (*OPENED[:1], ("phase", Int(0, 15)), ("is_agreed", Flag()), *OPENED[1:])),
    "BrokerFacts": (66, (("party", PARTY), ("first_date", COUNT), ("signed_on_s", SECONDS))),
    "DatesAnswer": (67, DATES),
    "ClearingAccountsQuery": (153, ()),
    "ClearingFacts": (156, CLEARING_FACTS),
    "ClearingAccountsAnswer": (
        154,
        (("as_of_sequence", COUNT), ("accounts", Many(0, 1_024, Nested("ClearingFacts")))),
    ),
    **PUSH_LAYOUTS,
    **FEED_LAYOUTS,
    **OPEN_ITEM_LAYOUTS,
    **SAVINGS_LAYOUTS,
    **SECURITY_LAYOUTS,
    **FEE_LAYOUTS,
    **SIGNING_LAYOUTS,
    **CORRECTION_LAYOUTS,
    **SETTLING_LAYOUTS,
    "AccountAnswer": (50, (("as_of_sequence", COUNT), ("accounts", Many(0, 64, Nested("AccountFacts"))))),
}
NAMES = {tag: name for name, (tag, _) in LAYOUTS.items()}
CONTROLS = (
    *("RegisterParty", "RegisterKey", "EndKey", "RegisterSeat", "OpenTradeDate", "EndSettlement"),
    *(
        "ConfirmRoll",
        "SignOff",
        "RegisterOutlets",
        "RegisterPersons",
        "Act",
        "ChangeMode",
        "SetScheme",
        "RegisterChannelSeat",
    ),
    *("NotifyFees", "SetFees", "SetPhases"),
    *("OpenAccounts", "SignContracts", "ChangeContract", "ChangeAccount", "ChangeBroker", "ReplaceCard"),
    *(
        "Restrain",
        "LiftRestraint",
        "ExtendRestraint",
        "SignOn",
        "FinishSending",
        "AnnounceSet",
        "CompleteSet",
        "WithdrawSet",
    ),
    *("Receipt", "Notice", "Object"),
    *("Reconcile", "TellCorrections", "Publish", "BeginSettle", "Fund", "Due", "Pay", "Mark", "Tell", "TellDayEnd"),
    *("PushContract", "Identify", "ConfirmPush"),
    *("RegisterSecurities", "SetPrices", "SuspendSecurity", "ResumeSecurity"),
    *SIGNING_CONTROLS,
)
QUERIES = (
    *("BuyingPowerQuery", "OutcomeQuery", "TotalsQuery", "AccountQuery", "SetQuery"),
    *("DifferenceQuery", "ProceedsQuery", "RangesQuery", "PairsQuery", "OutletsQuery", "DatesQuery"),
    "FeedQuery",
    "ClearingAccountsQuery",
    "CorrectionQuery",
    *("PushQuery", "OpenPushQuery", "OpenItemsQuery", "RevertsQuery", "ClosingsQuery"),
    *("SettlementsQuery", "CreditsQuery", "InterestQuery"),
    *SIGNING_QUERIES,
)
BODIES: dict[int, tuple[str, ...]] = {
    Kind.NEGOTIATE: ("Negotiate",),
    Kind.NEGOTIATED: ("Negotiated",),
    Kind.ESTABLISH: ("Establish",),
    Kind.ESTABLISHED: ("Established",),
    Kind.CONTROL: CONTROLS,
    Kind.NOT_APPLIED: ("NotApplied",),
    Kind.QUERY: QUERIES,
    Kind.ANSWER: (*(name.replace("Query", "Answer") for name in QUERIES if name != "FeedQuery"), "FeedPage"),
    Kind.HEARTBEAT: ("Heartbeat",),
    Kind.FEED: ("FeedPage",),
    Kind.ORDERS_ACK: ("OrdersAck",),
    Kind.TERMINATE: ("Terminate",),
}
