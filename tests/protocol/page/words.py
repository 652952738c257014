"""What the tables of docs/protocol.md say in words, beside what the code keeps.

Belongs here: words by limit, code, message and misdeed. Never here: making a table (document).
"""

from enum import IntEnum

from protocol import limits, vocabulary
from protocol.codes import ReplyCode

OUTCOMES_BODY_BYTES_MAX = limits.OUTCOMES_PREAMBLE_BYTES + limits.FRAME_RECORDS_MAX * limits.OUTCOME_BYTES

SETS: tuple[type[IntEnum], ...] = (
    vocabulary.Direction,
    vocabulary.Suite,
    vocabulary.Role,
    vocabulary.SeatRole,
    vocabulary.Right,
    vocabulary.RecordKind,
    vocabulary.Market,
    vocabulary.Side,
    vocabulary.OrderType,
    vocabulary.Product,
    vocabulary.Way,
    vocabulary.ContractStatus,
    vocabulary.ContractEvent,
    vocabulary.AccountStatus,
    vocabulary.AccountEvent,
    vocabulary.LaneState,
    vocabulary.Fate,
    vocabulary.ClearedEvent,
    vocabulary.DifferenceClass,
    vocabulary.ComparedField,
    vocabulary.FeedKind,
    vocabulary.PushState,
    vocabulary.Verdict,
    vocabulary.PasswordFound,
    vocabulary.CardAnswer,
)
"""The closed sets of numbers that both sides must know."""

# What a client must know about a code beyond the few words that the code keeps of it.
MEANINGS = {
    ReplyCode.FINISHED: "the peer ended the link in order; the session goes on",
    ReplyCode.AMOUNT_OUT_OF_RANGE: "an amount outside the range of its kind; of a line also a fee, quantity, order or"
    " reference",
}

# Which classes of codes a message may tell, by the frames that they are named after; told_codes checks it.
CODE_CLASSES = {
    "NotApplied": ("NOT_APPLIED",),
    "Terminate": ("TERMINATE", "OUTCOMES"),
    "OutcomeAnswer": ("ACCEPTED", "OUTCOMES"),
    "ContractMoney": ("ACCEPTED", "OUTCOMES"),
    "AccountFacts": ("ACCEPTED", "OUTCOMES"),
    "PushFacts": ("ACCEPTED", "OUTCOMES"),
    "OpenPush": ("ACCEPTED", "OUTCOMES"),
    "OpenItemsAnswer": ("ACCEPTED", "OUTCOMES"),
}
CLASS_WORDS = {
    ("NOT_APPLIED",): "200 to 299",
    ("TERMINATE", "OUTCOMES"): "100 to 199, or 300 to 32,767",
    ("ACCEPTED", "OUTCOMES"): "0, or 300 to 32,767",
}

LIMITS = {
    "FRAME_RECORDS_MAX": "records in a RECORDS frame; outcomes in an OUTCOMES frame, whose body is then "
    f"{OUTCOMES_BODY_BYTES_MAX:,} bytes, the bound of its kind",
    "BODY_BYTES_MAX": "bytes of a RECORDS body",
    "CONTROL_BODY_BYTES_MAX": "bytes of a CONTROL body",
    "QUERY_BODY_BYTES_MAX": "bytes of a QUERY body",
    "ANSWER_BODY_BYTES_MAX": "bytes of an ANSWER or FEED body",
    "SESSION_BODY_BYTES_MAX": "bytes of any other body but those of OUTCOMES and ORDERS",
    "REQUEST_NUMBER_MAX": "largest `first_number` (also as correlation id)",
    "REQUESTS_PER_SEAT_DATE_MAX": "request numbers of one seat on one trade date that RECORDS may use",
    "CONTROL_NUMBERS_KEPT": "and behind them so many more for CONTROL",
    "REQUESTS_PER_DATE_MAX": "numbers of all seats on one trade date that lie in a page with a FREEZE; a party may"
    " have no more of them than it leaves free, else its freezes are told SEAT_DATE_FULL",
    "AMOUNT_FEN_MAX": "fen in one amount",
    "COLUMN_FEN_MAX": "fen in any sum that an account keeps",
    "CREDIT_RECORDS_MIN": "least credit granted",
    "CREDIT_RECORDS_MAX": "largest credit granted",
    "QUERIES_IN_FLIGHT_MAX": "queries under way on one link",
    "QUERY_CONTRACTS_MAX": "contracts in one `BuyingPowerQuery`, accounts in one `AccountQuery`,"
    " pushes in one `PushQuery`",
    "REPLY_BYTES_UNSENT_MAX": "bytes of answers that a partner may leave unread before its link is cut",
    "REPLY_BYTES_UNSENT_PARTY_MAX": "the same for all links of a party together",
    "SMALL_CONTROL_BODY_BYTES_MAX": "bytes of a CONTROL body, but of master data, acts and lists; beyond it malformed",
    "ACT_BODY_BYTES_MAX": "bytes of the CONTROL body of an act or lines of a list, of a teller's or day desk's seat",
    "ACT_TEXT_BYTES_MAX": "bytes of the text of an act",
    "ACT_SIGNATURES_MAX": "signatures of an act",
    "DESK_SERIAL_STEP_MAX": "how far the savings desk's serial of a payment may lie above the last one of its broker",
    "ACT_SERIAL_STEP_MAX": "how far the serial of an act may lie above the last one of its author",
    "ACT_AHEAD_S_MAX": "seconds from the decision of an act to the end of its validity, at most",
    "ACT_AHEAD_SHORT_S_MAX": "the same of stops and their end",
    "ACTS_REMEMBERED_MAX": "acts of each author that are told from a used serial when they come again",
    "CONTROL_AT_ONCE_MAX": "CONTROL frames of a broker, a channel's or day desk's seat at once; beyond it BUSY",
    "CONTROL_PER_SECOND_MAX": "and as many more a second",
    "LOGONS_AT_ONCE_MAX": "logons of a party at once; beyond it TERMINATE STOPPING",
    "LOGONS_PER_SEAT_AT_ONCE_MAX": "and as many more for each seat of the party",
    "LOGONS_PER_SECOND_MAX": "and as many more a second",
    "FIRST_WORDS_NS_MAX": "time for the first 160 bytes of a connection, or its TLS ClientHello, ns",
    "NEGOTIATE_FRESH_NS": "largest distance of a logon's `sent_at_ns` from the bank's clock, ns",
    "REQUEST_FRESH_NS": "largest distance of a request's `sent_at_ns` from the bank's clock, ns",
    "SESSION_VERSION_STEP_MAX": "how far the session version wanted may lie above the one in force",
    "LOGON_NS_MAX": "time that a partner has for each step of the logon, ns",
    "HEARTBEAT_NS_MIN": "shortest heartbeat interval, ns",
    "HEARTBEAT_NS_MAX": "longest heartbeat interval, ns",
    "HEARTBEATS_PER_INTERVAL_MAX": "heartbeats in each interval; beyond it TERMINATE RATE_EXCEEDED",
    "HEARTBEATS_AT_ONCE_MAX": "heartbeats at once, after a line that stalled",
    "SILENT_INTERVALS_MAX": "heartbeat intervals of silence after which a peer is dead",
    "TRADE_DATE_AHEAD_DAYS_MAX": "days from the open trade date to the next one",
    "UNSETTLED_DATES_MIN": "trade dates that may be unsettled at a time, the open one too: at least",
    "UNSETTLED_DATES_MAX": "the same: at most",
    "SETS_PER_LANE_MAX": "clearing sets that a broker may announce for one trade date",
    "LISTED_LINES_MAX": "lines of a set that may name orders that are not there, of CLEAR_ORDER and of CLEAR_BUY each",
    "RECONCILE_PLACES_MAX": "places of the broker's own that one `Reconcile` or `DifferenceQuery` goes through",
    "QUERY_DIFFERENCES_MAX": "differences in one `DifferenceAnswer`",
    "QUERY_PROCEEDS_MAX": "contracts in one `ProceedsAnswer`",
    "QUERY_CLOSINGS_MAX": "orders in one `CorrectionAnswer`",
    "RANGE_PAIRS": "pairs of one digest of a `RangesAnswer`",
    "QUERY_RANGES_MAX": "digests in one `RangesAnswer`",
    "QUERY_PAIRS_MAX": "pairs in one `PairsAnswer`",
    "QUERY_OPEN_FREEZES_MAX": "freezes in one `OpenItemsAnswer`",
    "QUERY_OPEN_DATES_MAX": "dates in one `OpenItemsAnswer`",
    "QUERY_OPEN_RUN_OFF_MAX": "contracts that run off in one `OpenItemsAnswer`",
    "FREEZES_LOOKED_AT_MAX": "freezes of all contracts that one `OpenItemsQuery` goes through",
    "QUERY_OUTLETS_MAX": "outlets in one `OutletsAnswer`",
    "FEED_PAGE_ENTRIES_MAX": "entries in one `FeedPage`, and sent on a link before they are acknowledged",
    "ORDER_PAGE_BODY_BYTES_MAX": "bytes of an ORDERS body",
    "STRETCH_ENTRIES": "numbers of a stretch; entries in one ORDERS at most",
    "ORDER_PAGES_UNREAD_MAX": "ORDERS sent on a link that are not acknowledged",
    "ORDER_DATES_KEPT": "dates before its newest of which the bank knows how many entries a feed of orders had",
    "LINE_AMOUNT_SUM_FEN_MAX": "fen that lines of a set may bring for one contract: buys, proceeds, credits each",
    "LINE_FEE_FEN_MAX": "fen in each fee of a line but the commission",
    "DECLARED_LATE_AFTER_S": "seconds from the time declared until a set is late",
    "PARTIES_MAX": "largest party number",
    "SEATS_MAX": "largest seat number",
    "KEY_ID_STEP_MAX": "how far the id of a new key may lie above the highest that its party had",
    "KEYS_PER_SEAT_MAX": "keys with one binding that are good, or may become so",
    "KEYS_PER_PARTY_MAX": "the same of a party in all",
    "PERSONS_MAX": "people, also those who left; and the largest number of one",
    "PERSONS_PER_CONTROL_MAX": "people in one `RegisterPersons`",
    "KEYS_PER_PERSON_MAX": "keys of a person that are good, or may become so",
    "PERSON_KEYS_EVER_MAX": "public keys of people that were ever registered",
    "OUTLETS_MAX": "outlets, sub-branches and branches too",
    "OUTLETS_PER_CONTROL_MAX": "outlets in one `RegisterOutlets`",
    "SECURITIES_MAX": "versions of securities that have not given way",
    "SECURITIES_PER_CONTROL_MAX": "versions in one `RegisterSecurities`",
    "PRICES_PER_CONTROL_MAX": "limits in one `SetPrices`",
    "SECURITY_LISTS_MAX": "signed lists of securities or limits that hold",
    "ACCOUNTS_MAX": "accounts",
    "ACCOUNTS_PER_CONTROL_MAX": "accounts in one `OpenAccounts`",
    "CONTRACTS_MAX": "contracts, ended ones too",
    "CONTRACTS_PER_CONTROL_MAX": "contracts in one `SignContracts`",
    "PARTICULARS_BYTES": "bytes of a person before it is sealed",
    "PASSWORD_BYTES": "bytes of a card password before it is sealed",
    "PASSWORD_BOX_BYTES": "bytes of an attempt with a trading password before it is sealed",
    "TRADING_PASSWORD_CHARS_MIN": "characters of a trading password at least",
    "TRADING_PASSWORD_CHARS_MAX": "the same at most",
    "BOX_KEYS_MAX": "keys of the password desk at once",
    "PUSHES_OPEN_MAX": "pushes that wait, of all brokers",
    "PUSHES_KEPT_MAX": "pushes of one broker that wait, or are answered for; of those decided the oldest give way",
    "PUSH_TRIES_MAX": "pushes of one broker for one account and date with another person or a wrong card password",
    "PUSHES_FUTILE_MAX": "pushes of one broker and date that come to nothing",
}

# What a line adds to the net sum of its set, by what it says of money.
NET_WORDS = {
    "NONE": "",
    "BUY": "−(`amount_fen` + its fees)",
    "SALE": "`amount_fen` − its fees",
    "CREDIT": "`amount_fen` − `tax_fen`",
}

# What a right client makes of each misdeed of the practice bank.
COMES_AGAIN = "comes again, repeats the frame; the stored outcome, or a first one"
BELIEVES_NOTHING = f"ends the link and believes nothing of it; {COMES_AGAIN}"
REACTIONS = {
    "busy": "sends the frame again under its number, after the time told",
    "draining": COMES_AGAIN,
    "stopping": COMES_AGAIN,
    "superseded": "stops: another process has the seat; the order is *unknown*",
    "late-not-applied": "sends nothing until every frame under way is answered, then all again in order",
    "not-applied-after-outcomes": "keeps the outcome; the refusal is of nothing that is under way",
    "replay": "ends the link (STALE_TIMESTAMP), comes again, repeats the frame",
    "replay-outcomes": "the same outcome twice is the same outcome",
    **dict.fromkeys(
        ("wrong-digest", "wrong-count", "impossible-outcome", "untrue-gap", "untrue-date", "no-date", "huge-number"),
        BELIEVES_NOTHING,
    ),
    **dict.fromkeys(("wrong-signature", "wrong-body", "garbage"), BELIEVES_NOTHING),
    "silence": f"TERMINATE PEER_SILENT after three intervals; {COMES_AGAIN}",
    "slow": "waits; heartbeats go on",
    "cut": COMES_AGAIN,
    "lost": COMES_AGAIN,
    "half-frame": COMES_AGAIN,
    "roll": "gives the frame a number of the new date",
    "unknown-outcome": "takes it for a refusal that used its number",
    "unknown-refusal": "sends the frame again under its number, after the time told",
    "unknown-end": COMES_AGAIN,
}
