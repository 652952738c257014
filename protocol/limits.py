"""Every bound of the system, each with its reason and a neighbour that it is checked against.

Belongs here: numbers that both sides or several processes must agree on. Never here: defaults that an operator
may change (config), layouts (header, records).
"""

RECORD_BYTES = 64  # one cache line; the union record of every money request
OUTCOME_BYTES = 16  # code, kind of state and the amount that remains
HEADER_BYTES = 96
SIGNATURE_BYTES = 64  # Ed25519, and P-256 as raw r‖s
DIGEST_BYTES = 32  # SHA-256
STATE_CHECK_BYTES = 4 + 4 + DIGEST_BYTES  # of a row: state layout, slice, digest of the slice
PREFIX_BYTES = HEADER_BYTES + SIGNATURE_BYTES  # what must be verified before a body is believed

FRAME_RECORDS_MAX = 8_192  # one signature then costs under 20 ns a record; a larger frame only adds latency
OUTCOMES_PREAMBLE_BYTES = 80  # journal sequence, decided-at, chain digest, request digest
CONTROL_BODY_BYTES_MAX = 512 * 1024  # OpenAccounts with 8,192 terms of at most 44 bytes
SMALL_CONTROL_BODY_BYTES_MAX = 512  # of all but master data: one push; what they send is journaled, decidable or not
ACT_BODY_BYTES_MAX = 8_192  # of one act of people: its text twice over, so two signatures fit whatever they are
ACT_TEXT_BYTES_MAX = 4_096  # two pages: nobody reads more before signing
QUERY_BODY_BYTES_MAX = 4_096
ANSWER_BODY_BYTES_MAX = 128 * 1024  # totals of 1,024 parties at 77 bytes
SESSION_BODY_BYTES_MAX = 1_024  # negotiate, establish, heartbeat, terminate and their answers
BODY_BYTES_MAX = FRAME_RECORDS_MAX * RECORD_BYTES
BOOK_FEED_BODY_BYTES_MAX = 8 * 1024 * 1024  # one journal row, gateway link only

AMOUNT_FEN_MAX = 2**40  # 10.9 billion yuan in one order; 2^16 of them stay below 2^57
COLUMN_FEN_MAX = 2**60  # a column plus a whole commit of amounts stays below 2^62: no wrap is possible
SUM_BYTES = 16  # a sum over contracts: 2^25 of 2^60 fen need 86 bits
COMMIT_RECORDS_MAX = 65_536
COMMIT_BODY_BYTES_MAX = 4 * 1024 * 1024  # bodies of one journal row
JOURNAL_ROW_BYTES_MAX = 8 * 1024 * 1024

CREDIT_RECORDS_MIN = 16_384  # two full frames: a sender can always have the next one under way
CREDIT_RECORDS_DEFAULT = 65_536
CREDIT_RECORDS_MAX = 262_144
PARTIES_MAX = 1_024
SEATS_MAX = 1_024
CHANNELS_MAX = 16  # by which customers order: who is signed on is kept by contract and channel, eight bytes each
PHASES_MAX = 16  # of a market on a date: two calls, two sessions, and breaks that an exchange makes
FEE_RATE_MAX = 100_000_000  # billionths, of turnover or par: no fee is a tenth of what is traded
FEE_UNIT_MAX = 1_000_000_000  # billionths of a yuan for a unit
FEE_BOUND_FEN_MAX = 2**30  # of what is flat, least and most of a fee: 10.7 million yuan
FEE_TABLES_MAX = 8_192  # that have not given way: two sides of a dozen kinds for 340 brokers
FEE_NOTICES_KEPT_MAX = 64  # of one broker: five of each kind; the oldest give way
PASSWORD_SALT_BYTES = 16
PASSWORD_VERIFIER_BYTES = 32
TRADING_PASSWORD_CHARS_MIN, TRADING_PASSWORD_CHARS_MAX = 6, 32
PASSWORD_BOX_BYTES = 320  # of an attempt before it is sealed
KEY_ID_STEP_MAX = 1_024  # ids are never free again: no single registration uses up those of a party
KEYS_PER_SEAT_MAX = 8  # with one binding: two valid while rotating, and the recent past; what is over gives way
KEYS_PER_PARTY_MAX = 64  # in all: eight desks with as many each; those of all parties fit one REGISTERED
CONTRACTS_MAX = 2**25  # 33 million; 10 million are exercised by the benchmark
ACCOUNTS_MAX = CONTRACTS_MAX  # an account without a contract is none of ours; one may have several after another
CONTRACTS_PER_CONTROL_MAX = 8_192
ACCOUNTS_PER_CONTROL_MAX = 8_192
BANK_ACCOUNT_NO_MAX = 10**18 - 1  # 18 digits, and an int64
OUTLET_MAX = 2**20 - 1  # the largest number of an outlet 储蓄所
OUTLETS_MAX = 65_536  # of one bank, sub-branches and branches too: more than any bank has
OUTLETS_PER_CONTROL_MAX = 4_096  # and no more than the body has room for, which is 1,927 with names as long as may be
PERSONS_MAX = 65_535  # who ever worked in the bank with keys of their own: nobody is forgotten, and people come and go
STAFF_NO_CHARS_MAX = 16  # of the bank's own number of somebody 工号
PERSON_KEYS_EVER_MAX = 2**20  # so many public keys of people are remembered, ended ones too: 16 for each
PERSONS_PER_CONTROL_MAX = 256
KEYS_PER_PERSON_MAX = 4  # two while one follows the other, on two devices; what is over gives way
ACT_SIGNATURES_MAX = 2  # an author and a second person
DESK_SERIAL_STEP_MAX = 1_024  # a serial typed wrong does not use up those that a broker's payments still need
ACT_SERIAL_STEP_MAX = 1_024  # no single act uses up the numbers of its author, and acts written ahead find room
ACT_NUMBER_MAX = 2**53 - 1  # the largest whole number of a text that a browser reads exactly
ACT_SECOND_MAX = 2**32  # seconds since 1970 that an act may name: the year 2106, and in nanoseconds below 2^62
ACT_AHEAD_S_MAX = 86_400  # what was signed a day ago is thought over and signed again
ACT_AHEAD_SHORT_S_MAX = 3_600  # of acts that are of the moment: a stop of yesterday is nobody's will today
ACTS_REMEMBERED_MAX = 16  # of each author: whoever lost an answer learns that it was done
ACT_REASON_CHARS_MAX = 200
PERMITS_MAX = 65_536  # acts that permit a record and wait for it, lines of lists too: nobody signs more in a day
CORRECTIONS_PER_LIST_MAX = 4_096  # of one act: more than two people read in an evening
CORRECTIONS_TOLD_MAX = 128  # lines of a list in one message: all of a list are told within what a desk may send at once
HOLDER_BYTES = 16  # of a keyed digest: two of 2^25 holders meet once in 2^77 banks
RESTRAINTS_PER_ACCOUNT_MAX = 64  # open ones: every release of the account looks at all of them
RESTRAINTS_MAX = 2**20  # open ones of the bank: half a GiB; every roll looks which of them are over
RESTRAINT_FEN_MAX = COLUMN_FEN_MAX // (2 * RESTRAINTS_PER_ACCOUNT_MAX)  # so that their sum fits the account's column
RESTRAINT_TEXT_CHARS_MAX = 32  # (2024)京0105执1234号 has 17, 北京市第三中级人民法院 has 11
SECURITIES_ACCOUNT_CHARS_MAX = 10  # A123456789 in Shanghai, 0123456789 in Shenzhen
SECURITIES_ACCOUNTS_MAX = 2  # of one contract: one on each market
SEAL_BYTES = 48  # what a sealed box of libsodium adds: a key of its own, and what proves it whole
PARTICULARS_BYTES = 256  # a person, bound to the push and filled up: a length tells nothing
PASSWORD_BYTES = 64  # a card password, likewise
SEALED_PERSON_BYTES = PARTICULARS_BYTES + SEAL_BYTES
SEALED_PASSWORD_BYTES = PASSWORD_BYTES + SEAL_BYTES
SEALED_ATTEMPT_BYTES = PASSWORD_BOX_BYTES + SEAL_BYTES
BOX_KEY_BYTES = 32  # an X25519 public key, for which all these are sealed
BOX_KEYS_MAX = 8  # of the password desk at once: a new one each month, and the old until nobody seals for it
PUSHES_OPEN_MAX = 65_536  # that wait in all: 50 MiB with what is sealed
PUSHES_KEPT_MAX = 4_096  # of one broker: what waits and what became of the others, of which the oldest give way
PUSHES_PER_ANSWER_MAX = 64  # told at a time to who decides them: 40 KiB
PUSH_TRIES_MAX = 3  # wrong persons and card passwords for one account, by one broker on one date: a cash machine's
PUSHES_FUTILE_MAX = 1_000  # of one broker and date that came to nothing: too few to search by
SECURITIES_MAX = 65_536  # versions of securities: several of each of the 20,000 that two exchanges list
SECURITIES_PER_CONTROL_MAX = 64  # versions in one message: a list is told in pieces, and orders go between them
PRICES_PER_CONTROL_MAX = 256  # limits in one message, likewise
SECURITY_NUMBER_MAX = 2**31 - 1  # of each number of a version, and of each price
ORDERING_PER_FRAME_MAX = 1_024  # records of orders through the bank, in a row too: the law decides them one by one
ORDER_TURNOVER_MAX = 100 * AMOUNT_FEN_MAX  # of an order through the bank, in 1/10,000 yuan
SECURITY_REASON_CHARS_MAX = 64  # why it is suspended
SECURITY_LISTS_MAX = 64  # signed lists that may be told, or were told on the date: nobody signs more in a day
REQUESTS_PER_DATE_MAX = 3 * 2**24  # slots of the request table of one date: 1.3 GiB when all are used
REQUEST_PAGE_RECORDS = 8_192  # a frame touches at most two pages of its seat
REQUESTS_PER_SEAT_DATE_MAX = 20_000_000  # RECORDS beyond it are told SEAT_DATE_FULL
CONTROL_NUMBERS_KEPT = 2**20  # numbers behind these for CONTROL alone: two days of it at a broker's rate
LINKS_MAX = 1_024

IN_FLIGHT_RECORDS_MAX = 2**20  # forwarded and unanswered in one gateway: 64 MiB of bodies
REPLY_BYTES_UNSENT_MAX = 4 * 1024 * 1024  # per link; a partner that does not read is cut and resumes
REPLY_BYTES_UNSENT_PARTY_MAX = 4 * REPLY_BYTES_UNSENT_MAX  # of all links of a party together
RECEIVE_CHUNK_BYTES = 256 * 1024

NEGOTIATE_FRESH_NS = 5_000_000_000  # a logon older or newer than this is refused (S1)
REQUEST_FRESH_NS = 5_000_000_000  # a request too: whoever holds a key cannot date its frames back into the key's time
ESTABLISHES_REMEMBERED_MAX = 64  # of one seat within that time, so that none is taken twice
CLOCK_STEP_NS = 250_000_000  # a wall clock that leaves elapsed time by more was put; below 128 ms it is slewed
CLOCK_SLEW_PARTS = 1_000  # what they slew is at most one part in so many, twice what the kernel does
CLOCK_SETTLED_NS = 5_000_000_000  # so long it must be back before what expires is decided again
STALE_RETRY_NS = 1_000_000_000  # a clock that is off is not right a moment later
SESSION_VERSION_MAX = 2**31 - 1  # what the header has room for
SESSION_VERSION_STEP_MAX = 1_024  # the largest version is two million logons away: no single one uses a seat up
HEARTBEAT_NS_MIN = 100_000_000
HEARTBEAT_NS_DEFAULT = 1_000_000_000
HEARTBEAT_NS_MAX = 60_000_000_000
SILENT_INTERVALS_MAX = 3  # a peer silent for so many heartbeat intervals is dead
LOGON_NS_MAX = 5_000_000_000  # a link that has not established by then is closed
FIRST_WORDS_NS_MAX = 2_000_000_000  # for the first 160 bytes, or a TLS ClientHello: it is there with the connection
HEARTBEATS_PER_INTERVAL_MAX = 10  # one is due; far more are no sign of life
HEARTBEATS_AT_ONCE_MAX = 100  # what a stalled line may bring together
LOGONS_PER_SECOND_MAX = 4  # of a party; a NEGOTIATE is a commit that others may wait for: under a hundredth of time
LOGONS_AT_ONCE_MAX = 16  # and for each seat of the party as many more as the next line says
LOGONS_PER_SEAT_AT_ONCE_MAX = 4  # all seats of a party come back together, some of them twice
CONTROL_PER_SECOND_MAX = 5  # CONTROL frames of a broker, or a channel's or day desk's seat, for the same reason
CONTROL_AT_ONCE_MAX = 128
BUSY_RETRY_NS = 20_000_000
LINK_BEAT_NS = 500_000_000  # so often gateway and ledger tell each other that they live
LINK_SILENT_BEATS_MAX = 6  # of the other one: then the link between them is given up
LOOK_EVERY_NS = 500_000_000  # so often an idle ledger asks its database whose the journal is
LOOK_NS_MAX = 2_000_000_000  # the oldest such answer with which anything is told from memory
COMMIT_NS_MAX = 30_000_000_000  # a commit or look without an answer: the ledger ends; checkpoints stall for seconds
DATABASE_SILENT_NS_MAX = 10_000_000_000  # what the network does not acknowledge: the connection is lost
OUTBOX_FRAMES_MAX = 4_096  # unanswered frames of one seat
NONCE_BYTES = 16
SOFTWARE_CHARS_MAX = 64
DETAIL_CHARS_MAX = 200
QUERY_CONTRACTS_MAX = 64
QUERY_DIFFERENCES_MAX = 1_024  # of one answer: 64 KiB
QUERY_SETTLEMENTS_MAX = 1_024  # contracts to settle or to credit in one answer, and of a frame that does it
QUERY_CLOSINGS_MAX = 1_024  # orders to close in one answer, and of a frame that closes them
QUERY_PROCEEDS_MAX = 1_024  # of one answer, and of a frame that books them while orders come
QUERY_REVERTS_MAX = 512  # likewise of a frame that takes back
QUERY_INTEREST_MAX = 1_024  # accounts of one answer, and of a frame that posts interest to them
RANGE_PAIRS = 8_192  # accounts and contracts with one digest, so that what differs is found in few questions
QUERY_RANGES_MAX = 4  # digests of one answer: a mebibyte to hash, a millisecond or so in which no order is decided
QUERY_PAIRS_MAX = 1_024  # of one answer: 32 KiB
QUERY_OPEN_FREEZES_MAX = 1_024  # of one answer: 40 KiB
QUERY_OPEN_DATES_MAX = 128  # of one answer: all that may be unsettled, and as many that are settled and not paid
QUERY_OPEN_RUN_OFF_MAX = 16  # of one answer: cards of one customer that were replaced and have something open
FREEZES_LOOKED_AT_MAX = 2**19  # of all contracts, for one answer: half a millisecond
QUERY_OUTLETS_MAX = 1_024  # told of those that differ; there is none in a right book
FEED_PAGE_ENTRIES_MAX = 256  # of one answer or frame, and of what may be sent and not acknowledged: 80 KiB
FEED_CONTENT_BYTES_MAX = 256  # of one entry, which has at most 64 bytes beside it
FEED_ENTRIES_KEPT_MAX = 1_024  # in memory, of one party: older ones come from the read model
ORDER_ENTRY_BYTES = 64  # of what is told of one order, cancel or report
STRETCH_ENTRIES = 1_024  # numbers of a feed of orders and date that have one digest; a page is of one stretch: 64 KiB
ORDER_PAGE_HEAD_BYTES = 56
ORDER_PAGE_BODY_BYTES_MAX = ORDER_PAGE_HEAD_BYTES + STRETCH_ENTRIES * ORDER_ENTRY_BYTES
ORDER_PAGES_UNREAD_MAX = 8  # sent on a link and not acknowledged: half a mebibyte
ORDER_ENTRIES_KEPT_MAX = 2**22  # of all feeds, in whole stretches in memory: 256 MiB; older ones are in the read model
ORDER_DATES_KEPT = 64  # of a feed, that are over: where each ended, so that whoever was away steps over them
SIGNED_FOR_KEPT_MAX = 192  # entries of one party that may be signed for: three for each of 64 unsettled dates
OBLIGATIONS_PER_PARTY_MAX = 65_536  # that are not paid, or may be objected to: dates, and all cases of a bad one
RATE_AHEAD_DAYS_MAX = 31  # a market rate is said for the day, or over a holiday
OBJECTION_CHARS_MAX = 48  # up to four bytes each
QUERIES_IN_FLIGHT_MAX = 16  # per session; more would only queue in the ledger, behind orders
REQUEST_NUMBER_MAX = 2**62  # a bound for arithmetic: number + count stays below 2^63
NEXT_NUMBER_TOLD_MAX = 2**61  # no seat ever expects a higher one: whoever believed it would soon be out of numbers
TRADE_DATE_MIN = 19_900_101
TRADE_DATE_MAX = 20_590_918  # the last day whose number of days since 1970-01-01 fits two bytes of a record
TRADE_DATE_AHEAD_DAYS_MAX = 31  # longer than any holiday; a mistyped year cannot be taken back
UNSETTLED_DATES_MIN = 8  # a week of trading before anybody has to settle
UNSETTLED_DATES_MAX = 64  # three months of it; each date costs 16 bytes for each account that it touches
SETS_PER_LANE_MAX = 64  # announced for one broker's date: who is wrong so often needs people, not another try
LISTED_LINES_MAX = 65_536  # of one set, of orders and of buys each: their names are kept, and nobody reads more
LINE_AMOUNT_SUM_FEN_MAX = AMOUNT_FEN_MAX  # of one contract and date: 2^25 contracts of it stay below 2^66
SAVINGS_RATE_MAX = 100_000  # millionths of a year: what is listed above 10 % is mistyped
BEARING_YUAN_MAX = 2**47  # of one account, 140 trillion: a day adds no more points
INTEREST_DAYS_MAX = 2**15  # since 1970, all that are ever counted: up to TRADE_DATE_MAX
INTEREST_AHEAD_DAYS_MAX = 31  # an interest day is ordered at most so long before
RECONCILE_PLACES_MAX = 16_384  # compared at a time: a millisecond or two, so that no order waits for it
CONTRACTS_LOOKED_AT_MAX = 2**18  # at a time, for whose they are: most are other brokers', and cost next to nothing
LINE_FEE_FEN_MAX = 2**31 - 1  # of every fee but the commission, which four bytes hold
DECLARED_LATE_AFTER_S = 1_800  # a set is due half an hour after the exchange's data reached its sender
DUE_AGAIN_S = 60  # a due time at which nobody served comes so long behind the moment from which somebody does again
ALIVE_EVERY_S = 10  # so often a ledger without a row writes that it serves
WINDOWS_PER_DATE = 8  # the due day, its three of objection, five until termination, and two for what is decided late
OBJECTION_WINDOWS = 3  # objection ends with the day so many behind the one on which the obligation is due
TERMINATION_WINDOWS = 5  # termination opens so many behind it
WINDOW_SPAN_DAYS_MAX = 92  # from a trade date to the end of its last: two holidays of a month lie between
UNSETTLED_DATES_LEFT_WARNED = 2  # so many slots before the last one the ledger warns at the roll

assert FRAME_RECORDS_MAX * RECORD_BYTES == BODY_BYTES_MAX
assert BEARING_YUAN_MAX * INTEREST_DAYS_MAX < 2**63  # no column of points wraps
assert BEARING_YUAN_MAX * INTEREST_DAYS_MAX // 3_600_000 * SAVINGS_RATE_MAX < 2**62  # nor what they bring
assert COMMIT_RECORDS_MAX * AMOUNT_FEN_MAX * 3 + COLUMN_FEN_MAX < 2**62  # ranges are masked before any sum
assert COMMIT_RECORDS_MAX * RECORD_BYTES <= COMMIT_BODY_BYTES_MAX
assert COMMIT_RECORDS_MAX * (RECORD_BYTES + OUTCOME_BYTES) + COMMIT_BODY_BYTES_MAX // 2 < JOURNAL_ROW_BYTES_MAX
assert CREDIT_RECORDS_MIN >= 2 * FRAME_RECORDS_MAX
assert CREDIT_RECORDS_MIN <= CREDIT_RECORDS_DEFAULT <= CREDIT_RECORDS_MAX <= IN_FLIGHT_RECORDS_MAX
assert REQUEST_PAGE_RECORDS >= FRAME_RECORDS_MAX
assert REQUESTS_PER_SEAT_DATE_MAX <= REQUESTS_PER_DATE_MAX
# With every seat taken, what one commit may need leaves more than half of the table; with 64 seats one broker alone may
# use half of what is open, which is as much as one seat has numbers.
assert 2 * SEATS_MAX * REQUEST_PAGE_RECORDS + COMMIT_RECORDS_MAX <= REQUESTS_PER_DATE_MAX // 2
assert REQUESTS_PER_DATE_MAX >= 2 * (REQUESTS_PER_SEAT_DATE_MAX + 65 * 2 * REQUEST_PAGE_RECORDS + COMMIT_RECORDS_MAX)
assert FRAME_RECORDS_MAX <= LISTED_LINES_MAX <= COMMIT_RECORDS_MAX
assert CONTRACTS_MAX * 4 * LINE_AMOUNT_SUM_FEN_MAX < 2 ** (8 * SUM_BYTES - 1)  # what is net of a set has room for all
assert QUERY_DIFFERENCES_MAX * 80 + 64 <= ANSWER_BODY_BYTES_MAX
assert QUERY_SETTLEMENTS_MAX * 56 + 128 <= ANSWER_BODY_BYTES_MAX
assert QUERY_CLOSINGS_MAX * 48 + 128 <= ANSWER_BODY_BYTES_MAX
assert QUERY_PROCEEDS_MAX * 32 + 64 <= ANSWER_BODY_BYTES_MAX
assert QUERY_REVERTS_MAX * 72 + 64 <= ANSWER_BODY_BYTES_MAX
assert QUERY_INTEREST_MAX * 24 + 64 <= ANSWER_BODY_BYTES_MAX
assert QUERY_PAIRS_MAX * 4 * 8 + 64 <= ANSWER_BODY_BYTES_MAX
assert PARTIES_MAX * (4 * (SUM_BYTES + 2) + 4 * 9 + 3 + 5 + 3) + 32 <= ANSWER_BODY_BYTES_MAX  # their clearing accounts
assert QUERY_OUTLETS_MAX * (2 * (SUM_BYTES + 2) + 8) + 64 <= ANSWER_BODY_BYTES_MAX
assert QUERY_OPEN_FREEZES_MAX * 40 + QUERY_OPEN_DATES_MAX * 64 + 66 * 32 + 16 * 9 + 64 <= ANSWER_BODY_BYTES_MAX
assert UNSETTLED_DATES_MAX < QUERY_OPEN_DATES_MAX
assert QUERY_PAIRS_MAX < RANGE_PAIRS < CONTRACTS_MAX == ACCOUNTS_MAX
assert QUERY_DIFFERENCES_MAX < RECONCILE_PLACES_MAX < CONTRACTS_LOOKED_AT_MAX < CONTRACTS_MAX
assert LINE_FEE_FEN_MAX < AMOUNT_FEN_MAX
assert WINDOWS_PER_DATE * (5 * 5 + 2) + 8 <= SMALL_CONTROL_BODY_BYTES_MAX
assert OBJECTION_WINDOWS < TERMINATION_WINDOWS < WINDOWS_PER_DATE - 1
assert TRADE_DATE_AHEAD_DAYS_MAX + 2 * WINDOWS_PER_DATE < WINDOW_SPAN_DAYS_MAX
assert FEED_PAGE_ENTRIES_MAX * (FEED_CONTENT_BYTES_MAX + 64) + 64 <= ANSWER_BODY_BYTES_MAX
assert FEED_PAGE_ENTRIES_MAX <= FEED_ENTRIES_KEPT_MAX
assert ORDER_ENTRY_BYTES == RECORD_BYTES
assert ORDER_PAGES_UNREAD_MAX * ORDER_PAGE_BODY_BYTES_MAX * 4 < REPLY_BYTES_UNSENT_MAX
assert ORDER_ENTRIES_KEPT_MAX >= 2 * COMMIT_RECORDS_MAX  # no row makes more than memory holds
assert SIGNED_FOR_KEPT_MAX >= 2 * UNSETTLED_DATES_MAX
assert 4 * OBJECTION_CHARS_MAX + 40 <= SMALL_CONTROL_BODY_BYTES_MAX
assert UNSETTLED_DATES_LEFT_WARNED < UNSETTLED_DATES_MIN <= UNSETTLED_DATES_MAX
assert PARTIES_MAX * (KEYS_PER_PARTY_MAX * 96 + 320) + SEATS_MAX * 20 <= BOOK_FEED_BODY_BYTES_MAX
assert KEYS_PER_PARTY_MAX % KEYS_PER_SEAT_MAX == 0  # so a party has room for that many desks
assert PARTIES_MAX * (4 * (SUM_BYTES + 2) + 5) + 32 <= ANSWER_BODY_BYTES_MAX
assert CONTRACTS_MAX * 2 * COLUMN_FEN_MAX < 2 ** (8 * SUM_BYTES - 1)
assert QUERY_CONTRACTS_MAX * 34 + 32 <= ANSWER_BODY_BYTES_MAX
assert REQUESTS_PER_SEAT_DATE_MAX + CONTROL_NUMBERS_KEPT + FRAME_RECORDS_MAX < NEXT_NUMBER_TOLD_MAX < REQUEST_NUMBER_MAX
assert 5 * 44 + 16 <= SMALL_CONTROL_BODY_BYTES_MAX < CONTROL_BODY_BYTES_MAX
assert (
    2 * 3 * RESTRAINT_TEXT_CHARS_MAX + 40 <= SMALL_CONTROL_BODY_BYTES_MAX
)  # in UTF-8 a Chinese letter has three bytes
assert AMOUNT_FEN_MAX < RESTRAINT_FEN_MAX < COLUMN_FEN_MAX
assert RESTRAINTS_PER_ACCOUNT_MAX < RESTRAINTS_MAX < ACCOUNTS_MAX
assert SEALED_PERSON_BYTES + SEALED_PASSWORD_BYTES + 2 * 14 + 5 * 9 + 16 <= SMALL_CONTROL_BODY_BYTES_MAX  # one push
assert PUSHES_PER_ANSWER_MAX * (SEALED_PERSON_BYTES + SEALED_PASSWORD_BYTES + 200) + 32 <= ANSWER_BODY_BYTES_MAX
assert SEALED_ATTEMPT_BYTES + 3 * 9 <= QUERY_BODY_BYTES_MAX
assert PUSH_TRIES_MAX < PUSHES_FUTILE_MAX < PUSHES_KEPT_MAX < PUSHES_OPEN_MAX
assert max(ACCOUNTS_PER_CONTROL_MAX, CONTRACTS_PER_CONTROL_MAX) * 44 + 16 <= CONTROL_BODY_BYTES_MAX
assert ACT_TEXT_BYTES_MAX + ACT_SIGNATURES_MAX * (SIGNATURE_BYTES + 16) + 16 <= ACT_BODY_BYTES_MAX
assert SMALL_CONTROL_BODY_BYTES_MAX < ACT_BODY_BYTES_MAX < CONTROL_BODY_BYTES_MAX
assert 4 * (ACT_REASON_CHARS_MAX + 64) + 1_024 <= ACT_TEXT_BYTES_MAX  # a reason and a name, and what else an act says
assert PERSONS_PER_CONTROL_MAX <= PERSONS_MAX <= PERSON_KEYS_EVER_MAX
assert PERSONS_PER_CONTROL_MAX * (4 * 64 + 160) <= CONTROL_BODY_BYTES_MAX
assert CORRECTIONS_TOLD_MAX * (6 * 9 + 3) + DIGEST_BYTES + 32 <= ACT_BODY_BYTES_MAX
assert CORRECTIONS_PER_LIST_MAX // CORRECTIONS_TOLD_MAX < CONTROL_AT_ONCE_MAX
assert CORRECTIONS_PER_LIST_MAX < PERMITS_MAX
assert SECURITIES_PER_CONTROL_MAX * 128 + DIGEST_BYTES + 32 <= CONTROL_BODY_BYTES_MAX
assert PRICES_PER_CONTROL_MAX * 32 + DIGEST_BYTES + 40 <= CONTROL_BODY_BYTES_MAX
assert 4 * SECURITY_REASON_CHARS_MAX + 16 <= SMALL_CONTROL_BODY_BYTES_MAX
assert ACT_AHEAD_SHORT_S_MAX < ACT_AHEAD_S_MAX < ACT_SECOND_MAX
assert ACTS_REMEMBERED_MAX < ACT_SERIAL_STEP_MAX
assert ACT_SECOND_MAX * 1_000_000_000 < 2**62
assert OUTLETS_PER_CONTROL_MAX <= OUTLETS_MAX <= OUTLET_MAX
assert CONTROL_BODY_BYTES_MAX <= BODY_BYTES_MAX <= BOOK_FEED_BODY_BYTES_MAX
assert COMMIT_RECORDS_MAX * (RECORD_BYTES + OUTCOME_BYTES) < BOOK_FEED_BODY_BYTES_MAX
assert HEARTBEAT_NS_MIN <= HEARTBEAT_NS_DEFAULT <= HEARTBEAT_NS_MAX
assert 2 * LOOK_EVERY_NS < LOOK_NS_MAX < DATABASE_SILENT_NS_MAX < COMMIT_NS_MAX
assert LINK_BEAT_NS * LINK_SILENT_BEATS_MAX < LOGON_NS_MAX  # a logon hears of a lost ledger before it is given up
assert FIRST_WORDS_NS_MAX < LOGON_NS_MAX
assert HEARTBEATS_AT_ONCE_MAX > SILENT_INTERVALS_MAX * HEARTBEATS_PER_INTERVAL_MAX  # a line that is not dead may stall
assert LOGONS_PER_SEAT_AT_ONCE_MAX >= 2  # ESTABLISH alone, refused, then NEGOTIATE
assert CONTROL_AT_ONCE_MAX >= CONTROL_PER_SECOND_MAX
assert LOGON_NS_MAX >= NEGOTIATE_FRESH_NS
assert REQUEST_FRESH_NS == NEGOTIATE_FRESH_NS  # one clock, one tolerance: who may log on may also ask
assert REQUESTS_PER_SEAT_DATE_MAX + CONTROL_NUMBERS_KEPT + FRAME_RECORDS_MAX < NEXT_NUMBER_TOLD_MAX < REQUEST_NUMBER_MAX
assert CLOCK_STEP_NS * 4 <= REQUEST_FRESH_NS <= CLOCK_SETTLED_NS  # requests of the wrong time are stale before that
assert BUSY_RETRY_NS < STALE_RETRY_NS <= REQUEST_FRESH_NS
assert REPLY_BYTES_UNSENT_PARTY_MAX >= 2 * REPLY_BYTES_UNSENT_MAX  # one bad link does not end its party's others
assert REPLY_BYTES_UNSENT_MAX > CREDIT_RECORDS_MAX * OUTCOME_BYTES // 2
