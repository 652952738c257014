"""Restraints in short examples: what each withholds, what ranks before it, what is deducted by it and for cards.

Belongs here: amounts in whole fen that a reader can add up. Never here: long blocks (test_lane_and_law), histories
(tests.ledger_core.rows.test_histories).
"""

import pytest

from ledger.core import engine
from protocol.codes import ReplyCode
from protocol.given_numbers import CONTRACT_NUMBER_STEP
from protocol.limits import RESTRAINTS_PER_ACCOUNT_MAX
from protocol.messages.customers.accounts import ChangeAccount
from protocol.messages.customers.restraints import ExtendRestraint, LiftRestraint
from protocol.messages.day.steps import SignOff
from protocol.messages.queries import ContractMoney
from protocol.records import STATE_DEDUCTIBLE, STATE_NUMBER_GIVEN, STATE_POSTED, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import AccountCode, AccountEvent, ContractStatus, RecordKind, RestraintKind, Way
from tests.bank_seats import SAVINGS_SEAT
from tests.customers import OUTLET, restraint
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    NOW_NS,
    SEAT,
    TUESDAY,
    WEDNESDAY,
    Answer,
    Desk,
    Frame,
    account_of,
    code_of,
    codes,
    deposit,
    fill_buy,
    fill_sell,
    freeze,
    joined,
    record,
    release,
    same_after_all,
)
from tests.ledger_core.lines.words import announce, event

DAY_S = 86_400
PADDING = pytest.mark.parametrize("padding", [0, 20], ids=["law", "lane"])


def by(way: Way, contract_no: int, amount_fen: int, restraint_no: int = 0) -> RecordArray:
    """A withdrawal from the account that was opened with a contract."""
    return record(RecordKind.WITHDRAWAL, account_of(contract_no), amount_fen, way=way, restraint_no=restraint_no)


def deducted(contract_no: int, amount_fen: int, restraint_no: int) -> RecordArray:
    return by(Way.JUDICIAL, contract_no, amount_fen, restraint_no)


def set_on(desk: Desk, contract_no: int, amount_fen: int, kind: int = RestraintKind.JUDICIAL, until_s: int = 0) -> int:
    """The number of a new restraint."""
    answer = desk.told(restraint(account_of(contract_no), amount_fen, kind, until_s))
    assert answer[:2] == (ReplyCode.ACCEPTED, STATE_NUMBER_GIVEN)
    return answer.remaining_fen


def only(desk: Desk, padding: int, one: RecordArray, seat: int = SAVINGS_SEAT) -> Answer:
    """What a record is answered, alone or in a block of others' releases."""
    nobody = joined(*[release((desk.book.trade_date, SEAT, 99), 98, 1)] * padding) if padding else None
    frames = [Frame(seat, one), *([] if nobody is None else [Frame(SEAT, nobody)])]
    return desk.send(*frames)[0]


def account_index(contract_no: int) -> int:
    return account_of(contract_no) // CONTRACT_NUMBER_STEP


def restraints(desk: Desk, contract_no: int) -> list[tuple[int, int, int]]:
    """(number, amount, senior) of each, oldest first."""
    return [
        (each.number, each.amount_fen, each.senior_fen) for each in desk.book.restraints.of(account_index(contract_no))
    ]


def in_ledger(desk: Desk, code: AccountCode) -> int:
    """What the general ledger has, debits less credits."""
    keys = [key for key in desk.book.general_ledger.keys if key.code == code]
    return sum(desk.book.general_ledger.balances_fen[key] for key in keys)


def test_a_restraint_is_set_lifted_extended_and_lapses() -> None:
    desk = Desk()
    ann = desk.open(1_000)
    monday_s = trade_day(desk.book.trade_date) * DAY_S

    first = set_on(desk, ann, 400, until_s=monday_s + DAY_S)
    second = set_on(desk, ann, 5_000, RestraintKind.OTHER)
    assert (first, second, desk.buying_power(ann)) == (1, 2, (0, 0))
    kept = desk.book.restraints.by_number[first]
    assert (kept.authority, kept.document, kept.set_on) == ("西湖区法院", "(2026)浙0106执12号", desk.book.trade_date)
    assert (kept.set_by, kept.kind) == (SAVINGS_SEAT, RestraintKind.JUDICIAL)

    assert desk.control(LiftRestraint(second, 5_001)) == ReplyCode.AMOUNT_OVER_REMAINING
    desk.done(LiftRestraint(second, 4_700))
    assert desk.buying_power(ann) == (300, 300)  # 1,000 − 400 − 300
    desk.done(LiftRestraint(second, 300))
    assert desk.control(LiftRestraint(second, 1)) == ReplyCode.RESTRAINT_UNKNOWN
    assert desk.control(ExtendRestraint(second, 0)) == ReplyCode.RESTRAINT_UNKNOWN

    assert desk.control(ExtendRestraint(first, monday_s + DAY_S)) == ReplyCode.RESTRAINT_OVER
    desk.done(ExtendRestraint(first, monday_s + 2 * DAY_S))
    desk.now_ns = (monday_s + 2 * DAY_S) * 10**9 + 999_999_999  # its last second
    desk.roll(TUESDAY)
    assert restraints(desk, ann) == [(1, 400, 0)]
    desk.now_ns = (monday_s + 2 * DAY_S + 1) * 10**9
    desk.roll(WEDNESDAY)
    assert restraints(desk, ann) == []
    assert desk.buying_power(ann) == (1_000, 1_000)
    same_after_all(desk)


def test_an_extension_without_an_end_is_the_last() -> None:
    desk = Desk()
    ann = desk.open(1_000)
    number = set_on(desk, ann, 400, until_s=trade_day(desk.book.trade_date) * DAY_S)

    desk.done(ExtendRestraint(number, 0))

    assert desk.control(ExtendRestraint(number, 2**40)) == ReplyCode.RESTRAINT_OVER
    desk.now_ns = 2**40
    desk.roll(TUESDAY)
    assert restraints(desk, ann) == [(1, 400, 0)]


def test_a_term_is_refused_only_when_it_is_over_everywhere() -> None:
    desk = Desk()
    account_no = account_of(desk.open(1_000))
    yesterday_s = (trade_day(desk.book.trade_date) - 1) * DAY_S

    assert desk.control(restraint(account_no, 1, until_s=yesterday_s - 1)) == ReplyCode.RESTRAINT_OVER
    assert desk.control(restraint(account_no, 1, until_s=yesterday_s)) == ReplyCode.ACCEPTED


def test_an_account_has_at_most_so_many_that_authorities_ordered() -> None:
    desk = Desk()
    ann = desk.open(10)
    desk.ask(SAVINGS_SEAT, by(Way.FORCED_CARD, ann, 50))  # and one for cards
    for _ in range(RESTRAINTS_PER_ACCOUNT_MAX):
        set_on(desk, ann, 1)

    assert desk.control(restraint(account_of(ann), 1)) == ReplyCode.RESTRAINTS_FULL
    assert desk.control(restraint(account_of(desk.open(0)), 1)) == ReplyCode.ACCEPTED


@PADDING
def test_what_was_frozen_and_bought_before_ranks_before(padding: int) -> None:
    desk = Desk()
    ann = desk.open(1_000)
    order = desk.freeze(ann, 600)
    desk.ask(SEAT, fill_buy(order, ann, 100))
    number = set_on(desk, ann, 5_000)
    assert restraints(desk, ann) == [(number, 5_000, 600)]

    assert only(desk, padding, deducted(ann, 401, number)) == (ReplyCode.AMOUNT_OVER_REMAINING, STATE_DEDUCTIBLE, 400)
    desk.ask(SEAT, release(order, ann, 50))
    assert restraints(desk, ann) == [(number, 5_000, 550)]
    assert only(desk, padding, deducted(ann, 450, number)) == (ReplyCode.ACCEPTED, 0, 0)
    assert only(desk, padding, deducted(ann, 1, number)) == (ReplyCode.AMOUNT_OVER_REMAINING, STATE_DEDUCTIBLE, 0)

    assert desk.money(ann) == (550, 450, 100, 0)
    assert restraints(desk, ann) == [(number, 4_550, 550)]
    assert in_ledger(desk, AccountCode.JUDICIAL_DEDUCTIONS) == -450
    same_after_all(desk)


@PADDING
def test_what_is_released_of_later_freezes_takes_nothing_from_what_ranks_before(padding: int) -> None:
    """decisions/0043: six freezes of sale proceeds come and go, and the older buy still has its money."""
    desk = Desk()
    ann = desk.open(1_000)
    desk.ask(SEAT, fill_buy(desk.freeze(ann, 600), ann, 600))
    number = set_on(desk, ann, 1_000)
    desk.ask(SEAT, fill_sell(ann, 700))
    for _ in range(6):
        desk.ask(SEAT, release(desk.freeze(ann, 100), ann, 100))

    assert restraints(desk, ann) == [(number, 1_000, 600)]
    assert only(desk, padding, deducted(ann, 1_000, number)).remaining_fen == 400
    same_after_all(desk)


@PADDING
def test_an_older_restraint_comes_first(padding: int) -> None:
    """decisions/0043: the younger one may not take what the older one holds back."""
    desk = Desk()
    ann = desk.open(1_000)
    first = set_on(desk, ann, 400)
    desk.freeze(ann, 600)
    second = set_on(desk, ann, 1_000)

    assert only(desk, padding, deducted(ann, 1, second)) == (ReplyCode.AMOUNT_OVER_REMAINING, STATE_DEDUCTIBLE, 0)
    assert only(desk, padding, deducted(ann, 400, first)).code == ReplyCode.ACCEPTED
    assert (desk.money(ann), restraints(desk, ann)) == ((600, 600, 0, 0), [(second, 1_000, 600)])
    same_after_all(desk)


def test_sale_proceeds_that_are_not_there_are_not_deducted() -> None:
    desk = Desk()
    ann = desk.open(100)
    number = set_on(desk, ann, 500)
    desk.ask(SEAT, fill_sell(ann, 900))

    assert desk.ask(SAVINGS_SEAT, deducted(ann, 500, number))[0].remaining_fen == 100
    assert desk.ask(SAVINGS_SEAT, deducted(ann, 100, number))[0].code == ReplyCode.ACCEPTED
    assert desk.money(ann) == (0, 0, 0, 900)


def test_what_a_block_did_is_told_of_no_later_one() -> None:
    """A block of lines alone moves no restraint: whoever follows the rows would count a deduction once more."""
    desk = Desk()
    ann = desk.open(1_000)
    number = set_on(desk, ann, 400)
    desk.done(SignOff(MONDAY))
    line = event(ann)
    announce(desk, line)
    assert codes(desk.ask(SAVINGS_SEAT, deducted(ann, 100, number))) == [ReplyCode.ACCEPTED]
    assert [each.deducted_fen for each in desk.book.restraints.moved] == [100]

    assert codes(desk.ask(SEAT, line)) == [ReplyCode.ACCEPTED]

    assert desk.book.restraints.moved == []


@PADDING
def test_only_a_judicial_restraint_of_this_account_is_deducted_by(padding: int) -> None:
    desk = Desk()
    ann, bob = desk.open(1_000), desk.open(1_000)
    other, of_bob = set_on(desk, ann, 100, RestraintKind.OTHER), set_on(desk, bob, 100)

    for number in (0, -1, other, of_bob, 99):
        assert only(desk, padding, deducted(ann, 1, number)).code == ReplyCode.RESTRAINT_UNKNOWN
    for way in (Way.CASH, Way.CARD, Way.TRANSFER, Way.FORCED_CARD, Way.CARD_COLLECTED):
        assert only(desk, padding, by(way, bob, 1, of_bob)).code == ReplyCode.REQUEST_MALFORMED
    assert only(desk, padding, by(Way.CARD_COLLECTED, ann, 1)).code == ReplyCode.RESTRAINT_UNKNOWN
    for way in (Way.JUDICIAL, Way.FORCED_CARD, Way.CARD_COLLECTED):
        coming = record(RecordKind.DEPOSIT, account_of(ann), 1, way=way)
        assert only(desk, padding, coming).code == ReplyCode.REQUEST_MALFORMED
    assert (desk.money(ann), desk.money(bob)) == ((1_000, 0, 0, 0), (1_000, 0, 0, 0))


@PADDING
def test_a_forced_card_debit_posts_what_the_account_gives_and_the_rest_is_collected(padding: int) -> None:
    desk = Desk()
    ann = desk.open(1_000)
    desk.freeze(ann, 700)

    assert only(desk, padding, by(Way.FORCED_CARD, ann, 120)) == (ReplyCode.ACCEPTED, STATE_POSTED, 120)
    assert only(desk, padding, by(Way.FORCED_CARD, ann, 500)) == (ReplyCode.ACCEPTED, STATE_POSTED, 180)
    assert only(desk, padding, by(Way.FORCED_CARD, ann, 5)) == (ReplyCode.ACCEPTED, STATE_POSTED, 0)
    assert (desk.money(ann), restraints(desk, ann)) == ((700, 700, 0, 0), [(1, 325, 700)])
    assert in_ledger(desk, AccountCode.CARD_CLEARING) == -625
    assert desk.book.general_ledger.errors_fen(OUTLET) == 325

    assert only(desk, padding, by(Way.CARD_COLLECTED, ann, 1)).remaining_fen == 0
    desk.ask(SAVINGS_SEAT, deposit(ann, 300))
    assert desk.buying_power(ann) == (0, 0)
    assert only(desk, padding, by(Way.CARD_COLLECTED, ann, 301)).remaining_fen == 300
    assert only(desk, padding, by(Way.CARD_COLLECTED, ann, 300)).code == ReplyCode.ACCEPTED
    assert (desk.money(ann), restraints(desk, ann)) == ((700, 700, 0, 0), [(1, 25, 700)])
    assert desk.control(LiftRestraint(1, 25)) == ReplyCode.RESTRAINT_UNKNOWN
    assert desk.control(ExtendRestraint(1, 2**40)) == ReplyCode.RESTRAINT_UNKNOWN
    same_after_all(desk)


@PADDING
@pytest.mark.parametrize(
    ("event", "told"), [(AccountEvent.REPORT_LOSS, "lost"), (AccountEvent.CLOSE, "closed")], ids=["lost", "closed"]
)
def test_what_others_order_in_every_state_of_an_account(event: AccountEvent, told: str, padding: int) -> None:
    desk = Desk()
    ann = desk.open(0 if told == "closed" else 1_000)
    number = set_on(desk, ann, 200) if told == "lost" else 0
    desk.done(ChangeAccount(account_of(ann), event))

    forced = by(Way.FORCED_CARD, ann, 50)
    assert only(desk, padding, forced) == (ReplyCode.ACCEPTED, STATE_POSTED, 0)
    closed, lost = ReplyCode.ACCOUNT_CLOSED, ReplyCode.ACCOUNT_LOSS_REPORTED
    assert only(desk, padding, deducted(ann, 50, number)).code == (closed if told == "closed" else ReplyCode.ACCEPTED)
    for way in (Way.CASH, Way.CARD, Way.TRANSFER, Way.CARD_COLLECTED):
        assert only(desk, padding, by(way, ann, 1)).code == (closed if told == "closed" else lost)
    same_after_all(desk)


@PADDING
def test_a_forced_card_debit_is_never_late(padding: int) -> None:
    desk = Desk()
    ann = desk.open(1_000)
    late = [Frame(SAVINGS_SEAT, by(way, ann, 1), NOW_NS - 1) for way in (Way.FORCED_CARD, Way.CARD)]

    answers = desk.send(*late, *[Frame(SEAT, release((20_260_105, SEAT, 99), 98, 1))] * padding)

    assert codes(answers[:2]) == [ReplyCode.ACCEPTED, ReplyCode.EXPIRED]


def test_restraints_move_in_the_order_of_a_block() -> None:
    """A freeze, a release, a deduction and a card debit of one account in one block: the clamp lies between them."""
    desk = Desk()
    ann = desk.open(1_000)
    order = desk.freeze(ann, 500)
    number = set_on(desk, ann, 450)
    answers = desk.send(
        Frame(SEAT, joined(release(order, ann, 300), freeze(ann, 200))),
        Frame(SAVINGS_SEAT, joined(deducted(ann, 450, number), by(Way.FORCED_CARD, ann, 250))),
        Frame(SEAT, release(order, ann, 100)),
    )

    assert [answer[:1] for answer in answers] == [(ReplyCode.ACCEPTED,)] * 5
    # 1,000 − 450 − 150 posted: 400 are frozen when the card debit comes, 300 behind it.
    assert (desk.money(ann), restraints(desk, ann)) == ((400, 300, 0, 0), [(2, 100, 300)])
    same_after_all(desk)


def test_no_account_is_closed_while_something_restrains_it() -> None:
    desk = Desk()
    ann = desk.open(0)
    desk.ask(SAVINGS_SEAT, by(Way.FORCED_CARD, ann, 7))
    close = ChangeAccount(account_of(ann), AccountEvent.CLOSE)

    assert desk.control(close) == ReplyCode.ACCOUNT_RESTRAINED
    desk.ask(SAVINGS_SEAT, deposit(ann, 7), by(Way.CARD_COLLECTED, ann, 7))
    assert desk.control(close) == ReplyCode.ACCEPTED


def test_a_broker_is_never_told_of_a_restraint() -> None:
    """What it is told is what it would be told of an account that has so much less."""
    desk, plain = Desk(), Desk()
    ann, poor = desk.open(1_000), plain.open(600)
    number = set_on(desk, ann, 400)
    asked = [freeze(ann, 601), freeze(ann, 600), freeze(ann, 1)]

    assert desk.ask(SEAT, *asked) == plain.ask(SEAT, *asked)
    told = engine.buying_power(desk.book, BROKER, [ann])
    assert (
        told
        == engine.buying_power(plain.book, BROKER, [poor])
        == [ContractMoney(ann, ReplyCode.ACCEPTED, ContractStatus.ACTIVE, 0, 0)]
    )
    assert code_of(desk, SEAT, deducted(ann, 1, number)) == ReplyCode.ROLE_FORBIDS
    assert desk.control(LiftRestraint(number, 1), SEAT) == ReplyCode.ROLE_FORBIDS
