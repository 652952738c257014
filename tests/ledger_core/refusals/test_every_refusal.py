"""Every code that the core can answer, once, in rank order, with the arithmetic beside it.

Belongs here: a row for each code, and what is asked for it. Never here: how the bank stands before (bank), which of
several codes is answered (test_ranks).
"""

from collections.abc import Callable

import numpy as np
import pytest
from msgspec.structs import replace

from ledger.core import engine
from ledger.core.frames import Frames, own_slots
from protocol.codes import ReplyCode
from protocol.errors import MisuseError
from protocol.given_numbers import account_no_from_index
from protocol.messages.control import (
    ConfirmRoll,
    ControlMessage,
    EndSettlement,
    OpenTradeDate,
    RegisterChannelSeat,
    RegisterKey,
    RegisterParty,
    RegisterSeat,
)
from protocol.messages.customers.accounts import ChangeContract, OpenAccounts, ReplaceCard, SignContracts
from protocol.messages.customers.pushes import Identify
from protocol.messages.day.paying import Fund
from protocol.messages.day.steps import (
    NO_TOTALS,
    AnnounceSet,
    CompleteSet,
    FinishSending,
    Publish,
    SignOff,
    WithdrawSet,
)
from protocol.messages.feeds import Notice, Receipt
from protocol.messages.orders.fees import SetFees
from protocol.messages.orders.signing_on import EndSignOn, SetVerifier
from protocol.messages.outlets import OutletEntry, RegisterOutlets
from protocol.records import OUTCOME, RecordArray
from protocol.vocabulary import ContractEvent, Role, Scheme, SeatRole, Suite
from tests.bank_seats import BANK_SEAT, DAY_SEAT, IDENTITY_SEAT, PASSWORD_SEAT, SAVINGS_SEAT, TELLER_SEAT
from tests.customers import account, contract, holder_of, shares
from tests.fees import fees_set, notified
from tests.ledger_core.control import refused as people
from tests.ledger_core.control import refused_restraints as of_restraints
from tests.ledger_core.control.customers import pushing
from tests.ledger_core.corrections.people import decided_otherwise
from tests.ledger_core.desk import (
    BROKER,
    CHANNEL_SEAT,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SPARE_ACCOUNTS,
    TUESDAY,
    Desk,
    Frame,
    account_of,
    deposit,
    fill_buy,
    fill_sell,
    freeze,
    joined,
    record,
    release,
    serialled,
    withdrawal,
)
from tests.ledger_core.lines import refused as of_sets
from tests.ledger_core.lines.words import event, proceeds, refund
from tests.ledger_core.orders.signing import PHONE, SALT, VERIFIER, bring_channels, failed, say, signed_on
from tests.ledger_core.paying import refused as of_clearing
from tests.ledger_core.refusals.bank import Bank, bank, close
from tests.ledger_core.savings import refused as earning
from tests.people import ANN, BEN
from tests.securities import limits, priced, registered, share

RecordRow = tuple[ReplyCode, str, int, Callable[[Bank], RecordArray]]
ControlRow = tuple[ReplyCode, str, int, Callable[[Bank], ControlMessage]]

RECORDS: list[RecordRow] = [
    (ReplyCode.REQUEST_MALFORMED, "kind 99 is none", SEAT, lambda b: record(99, b.ann, 1)),
    (ReplyCode.ROLE_FORBIDS, "a broker deposits", SEAT, lambda b: deposit(b.ann, 1)),
    (ReplyCode.EXPIRED, "valid until 5, decided at 1,000,000", SEAT, lambda b: freeze(b.ann, 1)),
    (ReplyCode.CONTRACT_UNKNOWN, "of another broker", SEAT, lambda b: freeze(b.foreign, 1)),
    (ReplyCode.ACCOUNT_UNKNOWN, "account 50", SAVINGS_SEAT, lambda b: record(5, account_no_from_index(50), 1)),
    (ReplyCode.SCHEME_FORBIDS, "of a broker of A", SEAT, lambda b: through_the_bank(b, freeze(b.ended, 1))),
    (ReplyCode.CONTRACT_TERMINATED, "ended", SEAT, lambda b: freeze(b.ended, 1)),
    (ReplyCode.CONTRACT_RUNS_OFF, "its card was replaced", SEAT, lambda b: freeze(b.runs_off, 1)),
    (ReplyCode.CONTRACT_PRE_ASSIGNED, "not confirmed", SEAT, lambda b: freeze(b.pre_assigned, 1)),
    (ReplyCode.CHANNEL_UNKNOWN, "channel 3", PASSWORD_SEAT, lambda b: attempt(b, channel=3)),
    (ReplyCode.PASSWORD_NOT_SET, "none yet", PASSWORD_SEAT, lambda b: attempt(b, is_set=False)),
    (ReplyCode.PASSWORD_STALE, "0 behind 1", PASSWORD_SEAT, lambda b: attempt(b, generation=0)),
    (ReplyCode.PASSWORD_BARRED, "three failures", PASSWORD_SEAT, lambda b: attempt(b, failures=3)),
    (ReplyCode.ACCOUNT_LOSS_REPORTED, "card lost", SAVINGS_SEAT, lambda b: withdrawal(b.lost, 1)),
    (ReplyCode.ACCOUNT_CLOSED, "closed", SAVINGS_SEAT, lambda b: deposit(b.closed, 1)),
    (ReplyCode.CONTRACT_SUSPENDED, "paused", SEAT, lambda b: freeze(b.suspended, 1)),
    (ReplyCode.BROKER_STOPPED, "by two people", SEAT, lambda b: stopped(b, freeze(b.ann, 0))),
    (ReplyCode.MARKET_CLOSED, "signed off", SEAT, lambda b: after_trading(b, freeze(b.ann, 0))),
    (ReplyCode.AMOUNT_OUT_OF_RANGE, "0 < 1", SEAT, lambda b: freeze(b.ann, 0)),
    (ReplyCode.SET_NOT_OPEN, "no set", SEAT, lambda b: event(b.ann)),
    (ReplyCode.LINE_DOUBLED, "reference 5 after 5", SEAT, lambda b: of_sets.in_a_set(b.desk, refund(5, b.ann, 1))),
    (ReplyCode.LINES_LISTED_FULL, "65,537 orders not there", SEAT, lambda b: of_sets.in_a_full_set(b.desk, b.ann)),
    (ReplyCode.SERIAL_USED, "8 after 8", SAVINGS_SEAT, lambda b: told_again(b)),
    (ReplyCode.RESTRAINT_UNKNOWN, "number 1", SAVINGS_SEAT, lambda b: of_restraints.deducted(account_of(b.ann))),
    (ReplyCode.FREEZE_UNKNOWN, "number 999", SEAT, lambda b: release((MONDAY, SEAT, 999), b.ann, 1)),
    (ReplyCode.FREEZE_CLOSED, "10 − 10 = 0 remains", SEAT, lambda b: release(b.closed_freeze, b.ann, 1)),
    (ReplyCode.AMOUNT_OVER_REMAINING, "301 > 300", SEAT, lambda b: release(b.open_freeze, b.ann, 301)),
    (ReplyCode.AWAITS_CLEARING, "a broker without proceeds at the fill", OTHER_SEAT, lambda b: fill_sell(b.foreign, 5)),
    (ReplyCode.LISTED, "299 + 2 > 300", SEAT, lambda b: fill_buy(b.open_freeze, b.ann, 299, 2)),
    (ReplyCode.LIMIT_EXCEEDED, "2⁶⁰ − 100 + 101 > 2⁶⁰", SAVINGS_SEAT, lambda b: deposit(b.rich, 101)),
    (
        ReplyCode.SETTLEMENT_DIFFERS,
        "6 for 5",
        DAY_SEAT,
        lambda b: of_sets.reconciled(b.desk, b.foreign, proceeds(b.foreign, 6)),
    ),
    (ReplyCode.PROCEEDS_UNSETTLED, "700 < 701 ≤ 750", SAVINGS_SEAT, lambda b: withdrawal(b.ann, 701)),
    (ReplyCode.FUNDS_FROZEN, "750 < 751 ≤ 1,000 + 50", SEAT, lambda b: freeze(b.ann, 751)),
    (ReplyCode.INSUFFICIENT_FUNDS, "1,051 > 1,000 + 50", SEAT, lambda b: freeze(b.ann, 1_051)),
]

CONTROLS: list[ControlRow] = [
    (ReplyCode.NOT_SIGNED_ON, "seat 71 is none", CHANNEL_SEAT, lambda b: with_channels(b, EndSignOn(b.ann))),
    (ReplyCode.SECURITY_UNKNOWN, "600000", BANK_SEAT, lambda _: priced(MONDAY, limits())),
    (ReplyCode.ACT_NEEDED, "the bank is sealed", BANK_SEAT, lambda b: people.one_more(b.desk)),
    (ReplyCode.PARTY_UNKNOWN, "party 9", BANK_SEAT, lambda _: RegisterSeat(99, 9, SeatRole.BROKER)),
    (ReplyCode.PARTY_EXISTS, "party 2 again", BANK_SEAT, lambda _: RegisterParty(BROKER, 2, 1, "again", False)),
    (ReplyCode.KEY_UNFIT, "33 bytes ≠ 32", BANK_SEAT, lambda _: RegisterKey(BROKER, 5, bytes(33), 0, 1, 0)),
    (ReplyCode.SEAT_EXISTS, "seat 11 again", BANK_SEAT, lambda _: RegisterSeat(SEAT, BROKER, SeatRole.BROKER)),
    (ReplyCode.CHANNEL_TAKEN, "1 is another party's", BANK_SEAT, lambda b: with_the_number_of_another(b)),
    (ReplyCode.ACCOUNT_EXISTS, "number of account 0", BANK_SEAT, lambda _: OpenAccounts([account(0, 0)])),
    (
        ReplyCode.ACCOUNT_HAS_CONTRACT,
        "of ann",
        TELLER_SEAT,
        lambda _: SignContracts([contract(SPARE_ACCOUNTS, BROKER)]),
    ),
    (ReplyCode.SECURITIES_ACCOUNT_TAKEN, "A1 twice", TELLER_SEAT, lambda b: with_the_shares_of_another(b)),
    (ReplyCode.HOLDER_DIFFERS, "0 is another's", TELLER_SEAT, lambda b: ReplaceCard(b.ann, account_no_from_index(0))),
    (ReplyCode.STATUS_FORBIDS, "it is active", TELLER_SEAT, lambda b: ChangeContract(b.ann, ContractEvent.RESUME)),
    (ReplyCode.ITEMS_OPEN, "300 is frozen", SEAT, lambda b: ChangeContract(b.ann, ContractEvent.TERMINATE)),
    (ReplyCode.INTEREST_LEFT, "0.02 since Monday", TELLER_SEAT, lambda b: earning.closed_early(b.desk)),
    (ReplyCode.BALANCE_LEFT, "1,000 left", TELLER_SEAT, lambda b: close(b.foreign)),
    (ReplyCode.ACCOUNT_RESTRAINED, "7 restrained", TELLER_SEAT, lambda b: of_restraints.close_restrained(b.desk)),
    (ReplyCode.TRADE_DATE_NOT_LATER, "Monday after Monday", DAY_SEAT, lambda _: OpenTradeDate(MONDAY)),
    (
        ReplyCode.OUTLET_PARENT_UNKNOWN,
        "3 under nobody",
        BANK_SEAT,
        lambda _: RegisterOutlets([OutletEntry(3, 2, 7, "x")]),
    ),
    (ReplyCode.OUTLET_LEVEL_FIXED, "3 was a branch", BANK_SEAT, lambda b: another_level(b)),
    (ReplyCode.PRODUCT_NOT_TAKEN, "a repo", BANK_SEAT, lambda _: registered(replace(share(MONDAY), product=4))),
    (ReplyCode.FEES_LATE, "Monday is open", BANK_SEAT, lambda _: fees_set(BROKER, MONDAY - 3)),
    (ReplyCode.MASTER_DATA_FULL, "14 + 51 > 64", BANK_SEAT, lambda _: opening(51)),
    (ReplyCode.FEE_NOTICE_UNKNOWN, "notice 7", BANK_SEAT, lambda _: fees_set(BROKER, MONDAY, notice=7)),
    (ReplyCode.FEES_DIFFER, "of tomorrow", BANK_SEAT, lambda b: not_as_announced(b)),
    (ReplyCode.TRADE_DATE_TOO_FAR, "32 days after 5 January", DAY_SEAT, lambda _: OpenTradeDate(20_260_206)),
    (ReplyCode.DATES_UNSETTLED, "a ninth date beside eight", DAY_SEAT, lambda b: ninth_date(b)),
    (ReplyCode.DATE_NOT_IN_TURN, "Monday is open", DAY_SEAT, lambda _: EndSettlement(MONDAY)),
    (ReplyCode.ROLL_UNKNOWN, "Monday was opened by no roll", DAY_SEAT, lambda _: ConfirmRoll(MONDAY, 1, 1, bytes(32))),
    (ReplyCode.STEP_NOT_DUE, "Tuesday is not open", DAY_SEAT, lambda _: SignOff(TUESDAY)),
    (ReplyCode.DATE_NOT_UNSETTLED, "Tuesday has no slot", SEAT, lambda _: FinishSending(TUESDAY)),
    (ReplyCode.SET_EXISTS, "one is open", SEAT, lambda b: of_sets.announced(b.desk, AnnounceSet(MONDAY, 0, NO_TOTALS))),
    (ReplyCode.SET_UNKNOWN, "set 2 of 1", SEAT, lambda b: of_sets.announced(b.desk, WithdrawSet(MONDAY, 2))),
    (
        ReplyCode.SET_DIFFERS,
        "0 of 1 line",
        SEAT,
        lambda b: of_sets.announced(b.desk, CompleteSet(MONDAY, 1), refund(1, b.ann, 1)),
    ),
    (ReplyCode.LANE_ADJUSTED, "5 is booked", OTHER_SEAT, lambda b: of_sets.booked(b.desk, b.foreign)),
    (ReplyCode.LANE_PUBLISHED, "for good", OTHER_SEAT, lambda b: of_sets.published(b.desk, b.foreign)),
    (ReplyCode.SETS_FULL, "64 were withdrawn", SEAT, lambda b: of_sets.after_so_many_sets(b.desk)),
    (ReplyCode.TOTALS_DIFFER, "another digest", DAY_SEAT, lambda b: of_sets.told_otherwise(b.desk)),
    (
        ReplyCode.BOOKS_NOT_AGREED,
        "nobody told",
        DAY_SEAT,
        lambda b: of_sets.reconciled(b.desk, b.foreign, Publish(MONDAY, OTHER_BROKER), 0),
    ),
    (ReplyCode.ACT_NOT_VALID, "valid until 1, decided at 2", TELLER_SEAT, lambda b: people.over(b.desk)),
    (ReplyCode.ACT_REPEATED, "once more", TELLER_SEAT, lambda b: people.told_again(b.desk)),
    (ReplyCode.ACT_SERIAL_USED, "1 after 1", TELLER_SEAT, lambda b: people.used(b.desk)),
    (ReplyCode.RIGHT_MISSING, "an administrator", TELLER_SEAT, lambda b: people.stop_by(b.desk, ANN, BEN)),
    (ReplyCode.SECOND_PERSON_NEEDED, "one", TELLER_SEAT, lambda b: people.stop_by(b.desk, people.DEE)),
    (ReplyCode.ACT_NOT_SIGNED, "of another text", TELLER_SEAT, lambda b: people.forged(b.desk)),
    (ReplyCode.PERSON_UNKNOWN, "person 99", TELLER_SEAT, lambda b: people.of_nobody(b.desk)),
    (ReplyCode.PERSON_EXISTS, "person 1 again", BANK_SEAT, lambda b: people.registered_again(b.desk)),
    (ReplyCode.ADMINISTRATORS_FEW, "3 − 1 < 3", TELLER_SEAT, lambda b: people.of_the_third_administrator(b.desk)),
    (ReplyCode.DECISION_DIFFERS, "1 for 0", TELLER_SEAT, lambda b: decided_otherwise(b.desk)),
    (ReplyCode.FEED_ENTRY_UNKNOWN, "entry 1 is a contract", SEAT, lambda _: Receipt(MONDAY, 1, bytes(32))),
    (ReplyCode.OBLIGATION_UNKNOWN, "nothing is published", SEAT, lambda _: Notice(MONDAY, 0)),
    (ReplyCode.OBLIGATIONS_FULL, "65,536 wait", DAY_SEAT, lambda b: of_sets.with_as_many_unpaid(b.desk, b.foreign)),
    (ReplyCode.DUE_TIMES_MISSING, "Wednesday has none", DAY_SEAT, lambda b: people.without_due_times(b.desk)),
    (ReplyCode.SERIAL_TOO_FAR, "1,025 after 0", SAVINGS_SEAT, lambda _: Fund(BROKER, 1, 1_025)),
    (ReplyCode.DUE_TIME_PAST, "09:00 is there", DAY_SEAT, lambda b: people.past(b.desk)),
    (ReplyCode.CLEARING_HELD, "1 of 0", DAY_SEAT, lambda b: of_clearing.paid_out(b.desk)),
    (ReplyCode.FUND_UNKNOWN, "1 is above 0", DAY_SEAT, lambda b: of_clearing.taken_back(b.desk)),
    (ReplyCode.RATE_MISSING, "no rate", DAY_SEAT, lambda b: of_clearing.lent_without_rate(b.desk)),
    (ReplyCode.RATE_FIXED, "twice of a day", DAY_SEAT, lambda b: of_clearing.another_rate(b.desk)),
    (ReplyCode.LIMIT_BELOW_LENT, "699.99 of 700.00", DAY_SEAT, lambda b: of_clearing.limit_below_lent(b.desk)),
    (ReplyCode.PUSHES_FULL, "4,096 wait", SEAT, lambda b: pushing.with_so_many_waiting(b.desk)),
    (ReplyCode.PUSHES_FUTILE, "1,000 came to nothing", SEAT, lambda b: pushing.after_so_many_in_vain(b.desk)),
    (ReplyCode.PUSH_UNKNOWN, "push 1 of 0", IDENTITY_SEAT, lambda _: Identify(1, holder_of(0))),
    (ReplyCode.PUSH_DIFFERS, "another account", IDENTITY_SEAT, lambda b: pushing.confirmed_for_another(b.desk)),
    (ReplyCode.RESTRAINTS_FULL, "64 of 64", SAVINGS_SEAT, lambda b: of_restraints.one_more(b.desk)),
    (ReplyCode.RESTRAINT_OVER, "in 1970", SAVINGS_SEAT, lambda _: of_restraints.over()),
    (ReplyCode.OPENING_BALANCE_LATE, "1 fen of 9", BANK_SEAT, lambda b: people.opened_late(b.desk)),
]


def told_again(b: Bank) -> RecordArray:
    movement = serialled(deposit(b.foreign, 1), 8)
    assert b.desk.ask(SAVINGS_SEAT, movement)[0].code == ReplyCode.ACCEPTED
    return movement


def stopped(b: Bank, asked: RecordArray) -> RecordArray:
    people.stopped(b.desk)
    return after_trading(b, asked)


def through_the_bank(b: Bank, asked: RecordArray) -> RecordArray:
    b.desk.book.orders.schemes.now[BROKER] = Scheme.A
    return asked


def with_channels(b: Bank, asked: ControlMessage) -> ControlMessage:
    bring_channels(b.desk)
    return asked


def attempt(b: Bank, channel: int = PHONE, generation: int = 1, failures: int = 0, is_set: bool = True) -> RecordArray:
    bring_channels(b.desk)
    b.desk.book.orders.schemes.now[BROKER] = Scheme.A
    if is_set:
        b.desk.done(SetVerifier(b.ann, 0, SALT, VERIFIER))
    assert say(b.desk, *[failed(b.ann)] * failures, failed(b.runs_off))[:failures] == [ReplyCode.ACCEPTED] * failures
    return signed_on(b.ann, channel, generation)


def after_trading(b: Bank, asked: RecordArray) -> RecordArray:
    b.desk.done(SignOff(MONDAY))
    return asked


def not_as_announced(b: Bank) -> SetFees:
    assert b.desk.control(notified(TUESDAY), SEAT) == ReplyCode.ACCEPTED
    return fees_set(BROKER, MONDAY, notice=1)


def ninth_date(b: Bank) -> OpenTradeDate:
    for trade_date in range(TUESDAY, MONDAY + 8):
        b.desk.roll(trade_date)
    return OpenTradeDate(MONDAY + 8)


def another_level(b: Bank) -> RegisterOutlets:
    b.desk.done(RegisterOutlets([OutletEntry(2, 1, 0, "two"), OutletEntry(3, 1, 0, "three")]))
    return RegisterOutlets([OutletEntry(3, 2, 2, "three")])


def with_the_number_of_another(b: Bank) -> RegisterChannelSeat:
    for party in (8, 9):
        b.desk.done(RegisterParty(party, Role.CHANNEL, Suite.ED25519_SHA256, "by phone", False))
    b.desk.done(RegisterChannelSeat(40, 8, 1, BROKER))
    return RegisterChannelSeat(41, 9, 1, BROKER)


def opening(count: int) -> OpenAccounts:
    return OpenAccounts([account(100 + place, 0) for place in range(count)])


def with_the_shares_of_another(b: Bank) -> SignContracts:
    terms = [replace(contract(place, BROKER), securities_accounts=shares("A1")) for place in (0, 1)]
    b.desk.done(SignContracts(terms[:1]))
    return SignContracts(terms[1:])


@pytest.mark.parametrize("padding", [0, 20], ids=["law", "lane"])
@pytest.mark.parametrize(("code", "why", "seat", "ask"), RECORDS, ids=[row[0].name for row in RECORDS])
def test_refused_record(code: ReplyCode, why: str, seat: int, ask: Callable[[Bank], RecordArray], padding: int) -> None:
    """Alone the record goes through the law; in a block it goes through the lane. Nothing moves."""
    b = bank()
    before = b.desk.money(b.ann), b.desk.money(b.rich)
    valid_until_ns = 5 if code == ReplyCode.EXPIRED else 0

    frames = [Frame(seat, ask(b), valid_until_ns)]
    if padding:
        frames.append(Frame(SEAT, joined(*[record(0, b.ann, 0)] * padding)))
    answer = b.desk.send(*frames)[0]

    assert answer == (code, 0, 0), why
    assert (b.desk.money(b.ann), b.desk.money(b.rich)) == before


@pytest.mark.parametrize(("code", "why", "seat", "ask"), CONTROLS, ids=[row[0].name for row in CONTROLS])
def test_refused_control(code: ReplyCode, why: str, seat: int, ask: Callable[[Bank], ControlMessage]) -> None:
    b = bank()
    message = ask(b)
    number = int(b.desk.book.next_number[seat])

    assert b.desk.control(message, seat) == code, why
    assert b.desk.book.next_number[seat] == number + 1  # refused, and its number is burnt


NEVER_DECIDED = {ReplyCode.NOT_DECIDED}
"""The law knows it not: a frame that broke the law is left so."""
OF_ORDERS = {
    ReplyCode.SECURITY_SUSPENDED,
    ReplyCode.PRICE_LIMITS_MISSING,
    ReplyCode.ORDER_TYPE_NOT_TAKEN,
    ReplyCode.QUANTITY_OUT_OF_LOTS,
    ReplyCode.PRICE_OFF_TICK,
    ReplyCode.PRICE_OUT_OF_LIMITS,
    ReplyCode.FEES_MISSING,
    ReplyCode.BROKER_AWAY,
    ReplyCode.ORDER_UNKNOWN,
    ReplyCode.CANNOT_BE_CANCELLED,
    ReplyCode.CANCEL_CLOSED,
    ReplyCode.CANCEL_UNDER_WAY,
    ReplyCode.ORDER_ENDED,
    ReplyCode.SHARES_SHORT,
    ReplyCode.SHARES_NOT_SELLABLE_YET,
}
"""Tests of orders and of what is told of them have these (tests.ledger_core.ordering), and those of the mirror (of its
page: no sale is taken yet)."""


def test_every_journaled_code_has_one_row_in_rank_order() -> None:
    of_records, of_controls = [row[0] for row in RECORDS], [row[0] for row in CONTROLS]

    assert (of_records, of_controls) == (sorted(of_records), sorted(of_controls))
    assert sorted(of_records + of_controls) == [
        code for code in ReplyCode if code >= ReplyCode.REQUEST_MALFORMED and code not in NEVER_DECIDED | OF_ORDERS
    ]


def test_a_frame_that_is_left_undecided_uses_its_numbers_and_moves_nothing() -> None:
    b = bank()
    prefixes = b.desk.prefixes(Frame(SEAT, joined(freeze(b.ann, 1), freeze(b.ann, 2))))
    number, money = int(b.desk.book.next_number[SEAT]), b.desk.money(b.ann)

    outcomes = np.frombuffer(engine.leave_undecided(b.desk.book, prefixes, b.desk.now_ns, b.desk.now_ns), OUTCOME)

    assert outcomes["code"].tolist() == [ReplyCode.NOT_DECIDED] * 2
    assert int(b.desk.book.next_number[SEAT]) == number + 2
    assert b.desk.money(b.ann) == money
    assert not b.desk.book.requests.contract[own_slots(b.desk.book, Frames.of(prefixes), 2)].any()


def test_a_logon_must_grow_and_consumes_no_number() -> None:
    desk = Desk()

    desk.negotiate(SEAT, 5)
    with pytest.raises(MisuseError, match="does not grow"):
        desk.negotiate(SEAT, 5)
    desk.negotiate(SEAT, 6)
    assert desk.book.session_version[SEAT] == 6
    assert desk.book.next_number[SEAT] == 1
