"""The valid golden frames: every kind that travels between partner and bank, in both suites.

Belongs here: the frames and what they mean. Never here: sessions, files.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator

import numpy as np

from protocol.codes import ReplyCode
from protocol.frame import Frame, make_frame
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.limits import STALE_RETRY_NS
from protocol.messages.codec import encode
from protocol.messages.control import (
    ChangeMode,
    ConfirmRoll,
    ControlMessage,
    EndKey,
    EndSettlement,
    OpenTradeDate,
    RegisterChannelSeat,
    RegisterKey,
    RegisterParty,
    RegisterSeat,
    SetScheme,
)
from protocol.messages.customers.accounts import (
    AccountTerms,
    ChangeAccount,
    ChangeBroker,
    ChangeContract,
    ContractTerms,
    OpenAccounts,
    ReplaceCard,
    SecuritiesAccount,
    SignContracts,
)
from protocol.messages.customers.restraints import ExtendRestraint, LiftRestraint
from protocol.messages.day.steps import SignOff, Window
from protocol.messages.orders.phases import MarketPhase, SetPhases
from protocol.messages.orders.signing_on import ReportPasswordLoss
from protocol.messages.outlets import RegisterOutlets
from protocol.messages.queries import (
    AccountAnswer,
    AccountFacts,
    AccountQuery,
    BuyingPowerAnswer,
    BuyingPowerQuery,
    ContractMoney,
    OutcomeAnswer,
    OutcomeQuery,
    PartyTotals,
    TotalsAnswer,
    TotalsQuery,
)
from protocol.messages.session import Establish, Established, Heartbeat, Negotiate, Negotiated, NotApplied, Terminate
from protocol.records import OUTCOME, RECORD, STATE_NUMBER_GIVEN, OutcomesPreamble, pack_preamble
from protocol.trade_dates import trade_day
from protocol.vocabulary import (
    AccountEvent,
    AccountStatus,
    ContractEvent,
    ContractStatus,
    Direction,
    FrameKind,
    Mode,
    RecordKind,
    Role,
    Scheme,
    SeatRole,
    Suite,
)
from tests.bank_seats import BANK_SEAT, DAY_SEAT, SAVINGS_SEAT, TELLER_SEAT, bank_seat_for
from tests.customers import outlets_above, restraint
from tests.fees import fees_set
from tests.protocol import keys
from tests.vectors.frames import acts as act_frames
from tests.vectors.frames import clearing as clearing_frames
from tests.vectors.frames import feeds as feed_frames
from tests.vectors.frames import open_items as open_item_frames
from tests.vectors.frames import pushed as pushed_frames
from tests.vectors.frames import reconciling as reconciling_frames
from tests.vectors.frames.orders import ordering as ordering_frames
from tests.vectors.frames.orders import securities as security_frames
from tests.vectors.frames.orders import signing_on as signing_frames
from tests.vectors.voices import (
    DECIDED_AT_NS,
    SENT_AT_NS,
    TRADE_DATE,
    VERSION,
    Vector,
    Voice,
    bank_seat_voice,
    bank_voice,
    partner_voice,
)

VALID_UNTIL_NS = SENT_AT_NS + 2_000_000_000
NEWER_OUTCOME, NEWER_REFUSAL, NEWER_END = 799, 299, 199  # of their classes, and in no list
PARTNER_NONCE = bytes(range(0xA0, 0xB0))


def order_block() -> bytes:
    """(4,) records: a freeze, a buy fill, a release, a sale fill."""
    records = np.zeros(4, RECORD)
    records["kind"] = (RecordKind.FREEZE, RecordKind.FILL_BUY, RecordKind.RELEASE, RecordKind.FILL_SELL)
    records["market"] = (1, 1, 0, 2)
    records["trade_day"] = (0, trade_day(TRADE_DATE), 0, trade_day(TRADE_DATE))
    records["quantity"] = (1_000, 400, 0, 200)
    records["contract_no"] = contract_no_from_index(1)
    records["amount_fen"] = (1_001_820, 398_724, 601_092, 1_234_567)
    records["price"][0] = 100_000
    records["security"][0] = b"600000"
    records["release_fen"][1] = 2_004
    records["turnover_fen"][1] = 398_000
    records["turnover_fen"][3] = 1_235_500
    records["target_date"][1:3] = TRADE_DATE
    records["target_seat"][1:3] = 11
    records["target_number"][1:3] = 41
    return bytes(_with_references(records.tobytes()))


def bank_block() -> bytes:
    """(2,) records: a deposit and a withdrawal."""
    records = np.zeros(2, RECORD)
    records["kind"] = (RecordKind.DEPOSIT, RecordKind.WITHDRAWAL)
    records["account_no"] = (account_no_from_index(0), account_no_from_index(12_345))
    records["amount_fen"] = (500_000, 2**40)
    return records.tobytes()


def _with_references(body: bytes) -> bytearray:
    """Number the records in their opaque partner reference."""
    marked = bytearray(body)
    for index in range(len(body) // RECORD.itemsize):
        end = (index + 1) * RECORD.itemsize
        marked[end - 8 : end] = b"REF%05d" % index
    return marked


def outcome_body(request_digest: bytes) -> bytes:
    """Preamble and the four outcomes of `order_block`."""
    outcomes = np.zeros(4, OUTCOME)
    outcomes["code"] = (ReplyCode.ACCEPTED, ReplyCode.ACCEPTED, ReplyCode.ACCEPTED, ReplyCode.CONTRACT_UNKNOWN)
    outcomes["state"] = (1, 1, 2, 0)
    outcomes["remaining_fen"] = (1_001_820, 601_092, 0, 0)
    chain_digest = hashlib.sha256(b"journal row 123456").digest()
    preamble = OutcomesPreamble(123_456, DECIDED_AT_NS, chain_digest, request_digest)
    return pack_preamble(preamble) + outcomes.tobytes()


def of_suite(suite: Suite) -> Iterator[Vector]:
    """Every kind of frame between a broker of this suite and the bank; with suite 1 orders through the bank too."""
    partner, bank = partner_voice(suite), bank_voice(suite)
    unknown_date = partner.header(FrameKind.NEGOTIATE)._replace(trade_date=0)
    negotiate = Negotiate(PARTNER_NONCE, "example 1.0")
    yield Vector(
        "negotiate",
        "a logon with session version 7; the trade date is not yet known",
        make_frame(unknown_date, encode(negotiate), partner.signer.sign),
        negotiate,
    )
    yield bank.message("negotiated", "the nonce comes back", FrameKind.NEGOTIATED, Negotiated(PARTNER_NONCE, "yzt 1"))
    establish = Establish(PARTNER_NONCE, 42, 1_000_000_000)
    yield partner.message("establish", "heartbeat wanted: 1 s", FrameKind.ESTABLISH, establish)
    established = Established(PARTNER_NONCE, 42, 1_000_000_000, 65_536)
    yield bank.message("established", "next number 42", FrameKind.ESTABLISHED, established)
    block = order_block()
    header = partner.header(FrameKind.RECORDS)._replace(first_number=42, record_count=4, valid_until_ns=VALID_UNTIL_NS)
    records = make_frame(header, block, partner.signer.sign)
    yield Vector("records", "freeze, buy fill, release, sale fill as requests 42 to 45", records, None)
    header = bank.header(FrameKind.OUTCOMES)._replace(first_number=42, record_count=4, sent_at_ns=DECIDED_AT_NS)
    outcomes = make_frame(header, outcome_body(records.header.body_digest), bank.signer.sign)
    yield Vector("outcomes", "the answer to the frame `records`", outcomes, None)
    refused = NotApplied(int(ReplyCode.SEQUENCE_GAP), 50, 46, 0)
    yield bank.message("not_applied", "the frame at 50 came too early", FrameKind.NOT_APPLIED, refused)
    event = ChangeContract(contract_no_from_index(1), ContractEvent.SUSPEND)
    yield partner.message("control", "suspend a contract, request 46", FrameKind.CONTROL, event, 46)
    yield from _queries(partner, bank)
    stale = NotApplied(int(ReplyCode.REQUEST_STALE), 46, 46, STALE_RETRY_NS)
    yield bank.message("request_stale", "the frame at 46 was not sent now", FrameKind.NOT_APPLIED, stale)
    yield partner.message("heartbeat", "wants an answer", FrameKind.HEARTBEAT, Heartbeat(47, True))
    yield bank.message("heartbeat_answer", "the answer", FrameKind.HEARTBEAT, Heartbeat(47, False))
    finished = Terminate(int(ReplyCode.FINISHED), VERSION, "done", PARTNER_NONCE)
    yield partner.message("terminate", "the partner leaves", FrameKind.TERMINATE, finished)
    superseded = Terminate(int(ReplyCode.SESSION_SUPERSEDED), 8, "版本 8 is in force", PARTNER_NONCE)
    yield bank.message("terminate_superseded", "version 8 is in force", FrameKind.TERMINATE, superseded)
    yield from _newer_codes(bank, records.header.body_digest)
    yield from clearing_frames.of(partner, bank)
    yield from feed_frames.of(partner, bank)
    yield from feed_frames.of_orders(partner, bank)
    yield from pushed_frames.of(partner, bank)
    yield from open_item_frames.of(partner, bank)
    if suite == Suite.ED25519_SHA256:
        yield from ordering_frames.of_orders(partner, bank)


def _newer_codes(bank: Voice, request_digest: bytes) -> Iterator[Vector]:
    """Codes that are in no list yet: a client reads them all the same, by their class."""
    outcomes = bytearray(outcome_body(request_digest))
    outcomes[80:82] = NEWER_OUTCOME.to_bytes(2, "little")
    outcomes[82:96] = bytes(14)
    header = bank.header(FrameKind.OUTCOMES)._replace(first_number=42, record_count=4, sent_at_ns=DECIDED_AT_NS)
    what = f"the first record is refused with the code {NEWER_OUTCOME}, which is in no list yet"
    yield Vector("outcomes_newer_code", what, make_frame(header, bytes(outcomes), bank.signer.sign), None)
    refused = NotApplied(NEWER_REFUSAL, 50, 46, 500_000_000)
    yield bank.message("not_applied_newer_code", "a refusal in no list yet", FrameKind.NOT_APPLIED, refused)
    ended = Terminate(NEWER_END, VERSION, "a reason in no list yet", PARTNER_NONCE)
    yield bank.message("terminate_newer_code", "a reason in no list yet", FrameKind.TERMINATE, ended)


def _queries(partner: Voice, bank: Voice) -> Iterator[Vector]:
    power = BuyingPowerQuery([contract_no_from_index(1), contract_no_from_index(2)])
    yield partner.message("query_buying_power", "correlation id 9", FrameKind.QUERY, power, 9)
    money = [
        ContractMoney(contract_no_from_index(1), 0, 2, 9_000_000, 8_500_000),
        ContractMoney(contract_no_from_index(2), int(ReplyCode.CONTRACT_UNKNOWN), 0, 0, 0),
    ]
    answer = BuyingPowerAnswer(123_456, money)
    yield bank.message("answer_buying_power", "the second is foreign", FrameKind.ANSWER, answer, 9)
    yield partner.message("query_outcome", "what became of 42", FrameKind.QUERY, OutcomeQuery(TRADE_DATE, 42), 10)
    seen = OutcomeAnswer(True, 0, 1, 1_001_820, 123_456, DECIDED_AT_NS)
    yield bank.message("answer_outcome", "accepted, open", FrameKind.ANSWER, seen, 10)


def of_bank_seat() -> Iterator[Vector]:
    """What only the bank's own seats send."""
    numbers = Counter[int]()
    public_key = keys.broker_signer(keys.BROKER).public_key()
    controls: list[tuple[str, ControlMessage]] = [
        ("register_party", RegisterParty(2, 2, 1, "甲证券", True)),
        ("register_key", RegisterKey(2, 5, public_key, 0, keys.FOREVER_NS, 0)),
        ("register_bank_key", RegisterKey(1, 22, keys.bank_seat_signer(2).public_key(), 0, keys.FOREVER_NS, 2)),
        ("register_seat", RegisterSeat(11, 2, SeatRole.BROKER)),
        ("register_channel", RegisterParty(7, Role.CHANNEL, 1, "phone", False)),
        ("register_channel_seat", RegisterChannelSeat(71, 7, 1, 2)),
        ("register_bank_seat", RegisterSeat(2, 1, SeatRole.SAVINGS_DESK)),
        ("register_outlets", RegisterOutlets(outlets_above())),
        ("open_accounts", OpenAccounts(_account_terms())),
        ("sign_contracts", SignContracts(_contract_terms())),
        ("confirm_contract", ChangeContract(contract_no_from_index(1), ContractEvent.CONFIRM)),
        ("report_loss", ChangeAccount(account_no_from_index(1), AccountEvent.REPORT_LOSS)),
        ("change_broker", ChangeBroker(contract_no_from_index(1), _contract_terms()[1])),
        ("replace_card", ReplaceCard(contract_no_from_index(0), account_no_from_index(2))),
        ("restrain", restraint(account_no_from_index(0), 2_500_000, until_s=1_814_371_199)),
        ("lift_restraint", LiftRestraint(4, 1_000_000)),
        ("extend_restraint", ExtendRestraint(4, 1_830_268_799)),
        ("open_trade_date", OpenTradeDate(20_260_922, due_times())),
        ("end_settlement", EndSettlement(20_260_921)),
        ("end_key", EndKey(2, 5)),
        ("change_mode", ChangeMode(2, Mode.TRANSFER)),
        ("set_scheme", SetScheme(2, Scheme.A)),
        ("set_fees", fees_set(2, TRADE_DATE, notice=7)),
        ("set_phases", SetPhases(TRADE_DATE, 1, [MarketPhase(1_789_952_400, 1_789_959_600, True, True)])),
        ("sign_off", SignOff(20_260_921)),
        ("confirm_roll", ConfirmRoll(20_260_922, 4_711, 1, hashlib.sha256(b"state").digest())),
        *security_frames.of_master_data(20_260_921),
        ("report_password_loss", ReportPasswordLoss(contract_no_from_index(1))),
    ]
    for name, message in controls:
        seat = bank_seat_for(message)
        numbers[seat] += 1
        what = f"request {numbers[seat]} of the bank's seat {seat}"
        vector = bank_seat_voice(seat).message(name, what, FrameKind.CONTROL, message, numbers[seat])
        yield vector
        if isinstance(message, OpenAccounts):
            yield _number_given(vector.frame)
    savings = bank_seat_voice(SAVINGS_SEAT)
    first = numbers[SAVINGS_SEAT] + 1
    header = savings.header(FrameKind.RECORDS)._replace(first_number=first, record_count=2)
    block = make_frame(header, bank_block(), savings.signer.sign)
    yield Vector("bank_records", f"a deposit and a withdrawal, requests {first} and {first + 1}", block, None)
    yield from _answers_to_bank_seat()
    yield from reconciling_frames.of_day_desk(numbers[DAY_SEAT] + 1)
    yield from act_frames.of_people(numbers[BANK_SEAT] + 1, numbers[TELLER_SEAT] + 1)
    yield from pushed_frames.of_identity_desk()
    yield from open_item_frames.of_teller_desk()
    yield from signing_frames.of_password_desk()
    yield from signing_frames.of_counter()


def due_times() -> list[Window]:
    """The windows of Tuesday 22 September 2026 by a clock in Shanghai: Wednesday to Friday, Monday to Thursday (the
    Mid-Autumn Festival is left out of a golden frame), Friday 2 October; 09:00, 09:30, 10:00, 14:00 and 23:59:59.
    """
    wednesday_s = 1_790_092_800  # 2026-09-23T00:00:00+08:00
    days = (0, 1, 2, 5, 6, 7, 8, 9)
    hours = (32_400, 34_200, 36_000, 50_400, 86_399)
    return [Window(*(wednesday_s + 86_400 * day + second for second in hours)) for day in days]


def _account_terms() -> list[AccountTerms]:
    """Three accounts, the first and the last of one holder."""
    holders = [bytes([person]) * 16 for person in (0x5A, 0x5B, 0x5A)]
    first = 6_217_000_000_000_001
    return [
        AccountTerms(first + place, 11, holder, fen)
        for place, (holder, fen) in enumerate(zip(holders, (10_000_000, 0, 2**60), strict=True))
    ]


def _contract_terms() -> list[ContractTerms]:
    """Contracts on the first two accounts: one with both securities accounts, one with none."""
    shares = [SecuritiesAccount(1, "A123456789"), SecuritiesAccount(2, "0123456789")]
    return [
        ContractTerms(account_no_from_index(0), 2, shares, ContractStatus.ACTIVE),
        ContractTerms(account_no_from_index(1), 2, [], ContractStatus.PRE_ASSIGNED),
    ]


def _number_given(request: Frame) -> Vector:
    """The outcome of `open_accounts`."""
    bank = bank_seat_voice()._replace(direction=Direction.TO_PARTNER)
    given = np.zeros(1, OUTCOME)
    given["state"], given["remaining_fen"] = STATE_NUMBER_GIVEN, account_no_from_index(0)
    chain_digest = hashlib.sha256(b"journal row 7").digest()
    preamble = pack_preamble(OutcomesPreamble(7, DECIDED_AT_NS, chain_digest, request.header.body_digest))
    header = bank.header(FrameKind.OUTCOMES)._replace(
        first_number=request.header.first_number, record_count=1, sent_at_ns=DECIDED_AT_NS
    )
    frame = make_frame(header, preamble + given.tobytes(), bank.signer.sign)
    return Vector("outcome_number_given", "the number of the first account of `open_accounts`", frame, None)


def _answers_to_bank_seat() -> Iterator[Vector]:
    """What the bank's first seat asks, and the answers."""
    bank = bank_seat_voice()
    answer = bank._replace(direction=Direction.TO_PARTNER)
    numbers = [6_217_000_000_000_001, 1]
    yield bank.message("query_accounts", "by the bank's own numbers", FrameKind.QUERY, AccountQuery(numbers), 4)
    found = AccountFacts(
        numbers[0],
        0,
        account_no_from_index(0),
        AccountStatus.OPEN,
        contract_no_from_index(0),
        ContractStatus.ACTIVE,
    )
    facts = AccountAnswer(123_456, [found, AccountFacts(1, int(ReplyCode.ACCOUNT_UNKNOWN), 0, 0, 0, 0)])
    yield answer.message("answer_accounts", "the second is unknown", FrameKind.ANSWER, facts, 4)
    yield bank.message("query_totals", "the ledger's totals", FrameKind.QUERY, TotalsQuery(1), 3)
    totals = TotalsAnswer(123_456, True, [PartyTotals.of(2, 10_000_000, 601_092, 398_724, 1_234_567)])
    yield answer.message("answer_totals", "one party", FrameKind.ANSWER, totals, 3)
