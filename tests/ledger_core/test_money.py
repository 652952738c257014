"""The rules of money by example: the product's worked amounts, both amounts shown, each kind of record."""

from ledger.core.engine import buying_power
from protocol.codes import ReplyCode
from protocol.given_numbers import contract_no_from_index
from protocol.limits import AMOUNT_FEN_MAX, COLUMN_FEN_MAX
from protocol.messages.customers.restraints import LiftRestraint
from protocol.messages.queries import ContractMoney
from protocol.trade_dates import trade_day
from protocol.vocabulary import BANK_PARTY
from tests.bank_seats import SAVINGS_SEAT
from tests.customers import restraint
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SECOND_SEAT,
    Answer,
    Desk,
    account_of,
    deposit,
    fill_buy,
    fill_sell,
    freeze,
    record,
    release,
    withdrawal,
)

OPEN, CLOSED = 1, 2


def accepted(state: int = 0, remaining_fen: int = 0) -> list[Answer]:
    return [Answer(ReplyCode.ACCEPTED, state, remaining_fen)]


def refused(code: ReplyCode) -> list[Answer]:
    return [Answer(code, 0, 0)]


def test_the_buy_of_the_product_page() -> None:
    """1,000 × 10.00 freezes 10,018.20; 400 at 9.95 draws 3,987.24 and releases 20.04; 600 at 9.90 draws 5,950.82
    and releases 60.10."""
    desk = Desk()
    contract_no = desk.open(2_000_000)

    order = desk.freeze(contract_no, 1_001_820)
    assert desk.buying_power(contract_no) == (998_180, 998_180)

    assert desk.ask(SEAT, fill_buy(order, contract_no, 398_724, 2_004)) == accepted(OPEN, 601_092)
    assert desk.money(contract_no) == (2_000_000, 601_092, 398_724, 0)
    assert desk.buying_power(contract_no) == (1_000_184, 1_000_184)

    assert desk.ask(SEAT, fill_buy(order, contract_no, 595_082, 6_010)) == accepted(CLOSED, 0)
    assert desk.money(contract_no) == (2_000_000, 0, 993_806, 0)
    assert desk.ask(SEAT, release(order, contract_no, 1)) == refused(ReplyCode.FREEZE_CLOSED)


def test_the_small_buy_of_the_product_page() -> None:
    """100 × 6.00 freezes 605.01; 40 draw 245.00 and 60 draw 360.01: nothing is left."""
    desk = Desk()
    contract_no = desk.open(60_501)

    order = desk.freeze(contract_no, 60_501)

    assert desk.buying_power(contract_no) == (0, 0)
    assert desk.ask(SEAT, fill_buy(order, contract_no, 24_500)) == accepted(OPEN, 36_001)
    assert desk.ask(SEAT, fill_buy(order, contract_no, 36_001)) == accepted(CLOSED, 0)
    assert desk.money(contract_no) == (60_501, 0, 60_501, 0)


def test_proceeds_buy_at_once_and_cannot_be_withdrawn() -> None:
    desk = Desk()
    contract_no = desk.open(100)

    assert desk.ask(SEAT, fill_sell(contract_no, 50)) == accepted()
    assert desk.buying_power(contract_no) == (150, 100)
    assert desk.ask(SAVINGS_SEAT, withdrawal(contract_no, 101)) == refused(ReplyCode.PROCEEDS_UNSETTLED)
    assert desk.ask(SEAT, freeze(contract_no, 150)) == accepted(OPEN, 150)
    assert desk.buying_power(contract_no) == (0, 0)


def test_a_sale_of_nothing_is_a_fact_too() -> None:
    """1 share at 2.00 with a minimum fee of 5.00: proceeds 0."""
    desk = Desk()
    contract_no = desk.open(0)

    assert desk.ask(SEAT, fill_sell(contract_no, 0)) == accepted()


def test_a_sale_of_a_broker_without_proceeds_at_the_fill_awaits_clearing_and_is_no_work() -> None:
    desk = Desk()
    contract_no = desk.open(100, OTHER_BROKER)

    assert desk.ask(OTHER_SEAT, fill_sell(contract_no, 50)) == refused(ReplyCode.AWAITS_CLEARING)
    assert desk.buying_power(contract_no) == (100, 100)


def test_deposits_and_withdrawals_race_with_freezes_and_never_take_what_is_frozen() -> None:
    desk = Desk()
    contract_no = desk.open(1_000)
    desk.freeze(contract_no, 900)

    assert desk.ask(SAVINGS_SEAT, withdrawal(contract_no, 101)) == refused(ReplyCode.FUNDS_FROZEN)
    assert desk.ask(SAVINGS_SEAT, withdrawal(contract_no, 1_001)) == refused(ReplyCode.INSUFFICIENT_FUNDS)
    assert desk.ask(SAVINGS_SEAT, withdrawal(contract_no, 100), deposit(contract_no, 30)) == accepted() * 2
    assert desk.money(contract_no) == (930, 900, 0, 0)


def test_a_restraint_may_exceed_the_balance_and_stops_freezes_but_not_fills() -> None:
    desk = Desk()
    contract_no = desk.open(1_000)
    order = desk.freeze(contract_no, 400)
    desk.done(restraint(account_of(contract_no), 5_000))

    assert desk.buying_power(contract_no) == (0, 0)
    assert desk.ask(SEAT, freeze(contract_no, 1)) == refused(ReplyCode.INSUFFICIENT_FUNDS)
    assert desk.ask(SEAT, fill_buy(order, contract_no, 300, 50)) == accepted(OPEN, 50)

    desk.done(LiftRestraint(1, 4_400))
    assert desk.buying_power(contract_no) == (50, 50)  # 1,000 − 50 − 300 − 600


def test_any_seat_of_the_broker_may_name_a_freeze_and_no_other_broker() -> None:
    desk = Desk()
    contract_no, foreign = desk.open(100), desk.open(100, OTHER_BROKER)
    order = desk.freeze(contract_no, 100)

    assert desk.ask(OTHER_SEAT, release(order, foreign, 1)) == refused(ReplyCode.FREEZE_UNKNOWN)
    assert desk.ask(OTHER_SEAT, release(order, contract_no, 1)) == refused(ReplyCode.CONTRACT_UNKNOWN)
    assert desk.ask(SECOND_SEAT, release(order, contract_no, 100)) == accepted(CLOSED, 0)


def test_a_refused_freeze_is_no_freeze() -> None:
    desk = Desk()
    contract_no = desk.open(100)
    desk.ask(SEAT, freeze(contract_no, 101))

    assert desk.ask(SEAT, release((MONDAY, SEAT, 1), contract_no, 1)) == refused(ReplyCode.FREEZE_UNKNOWN)
    assert desk.ask(SEAT, fill_buy((MONDAY, SEAT, 1), contract_no, 1)) == refused(ReplyCode.LISTED)


def test_amounts_at_the_limits() -> None:
    desk = Desk()
    contract_no = desk.open(COLUMN_FEN_MAX)

    assert desk.ask(SEAT, freeze(contract_no, AMOUNT_FEN_MAX)) == accepted(OPEN, AMOUNT_FEN_MAX)
    assert desk.ask(SEAT, freeze(contract_no, AMOUNT_FEN_MAX + 1)) == refused(ReplyCode.AMOUNT_OUT_OF_RANGE)
    assert desk.ask(SEAT, freeze(contract_no, -1)) == refused(ReplyCode.AMOUNT_OUT_OF_RANGE)
    assert desk.ask(SAVINGS_SEAT, deposit(contract_no, 1)) == refused(ReplyCode.LIMIT_EXCEEDED)


def test_the_parts_of_a_fill_have_the_same_range() -> None:
    desk = Desk()
    contract_no = desk.open(100)
    order = desk.freeze(contract_no, 50)

    for wrong in ({"release_fen": -1}, {"turnover_fen": -1}, {"turnover_fen": AMOUNT_FEN_MAX + 1}):
        fill = fill_buy(order, contract_no, 10)
        for name, value in wrong.items():
            fill[name] = value
        assert desk.ask(SEAT, fill) == refused(ReplyCode.AMOUNT_OUT_OF_RANGE)
    sale = fill_sell(contract_no, 10)
    sale["turnover_fen"] = -1
    assert desk.ask(SEAT, sale) == refused(ReplyCode.AMOUNT_OUT_OF_RANGE)


def test_fields_that_a_kind_does_not_use_must_be_zero() -> None:
    """And those that are informative may hold anything."""
    desk = Desk()
    contract_no = desk.open(1_000)
    order = desk.freeze(contract_no, 500)
    target = {"target_date": order[0], "target_seat": order[1], "target_number": order[2]}
    forbidden = {
        1: ("trade_day", "target_date", "target_seat", "target_number"),
        2: ("trade_day", "market", "quantity", "price", "turnover_fen"),
        4: ("release_fen", "target_date", "target_seat", "target_number"),
        5: ("trade_day", "market", "quantity", "price", "turnover_fen", "target_number"),
        6: ("trade_day", "market", "quantity", "price", "turnover_fen", "target_number"),
    }
    informative = {
        1: ("market", "quantity", "price"),
        3: ("market", "quantity", "turnover_fen"),
        4: ("market", "quantity"),
    }
    for kind, names in forbidden.items():
        seat = SEAT if kind <= 4 else SAVINGS_SEAT
        named = target if kind in (2, 3) else {}
        for name in names:
            asked = record(kind, contract_no, 1, **{**named, name: -1})
            assert desk.ask(seat, asked) == refused(ReplyCode.REQUEST_MALFORMED), (kind, name)
        for name in informative.get(kind, ()):
            day = {"trade_day": trade_day(MONDAY)} if kind in (3, 4) else {}
            asked = record(kind, contract_no, 1, **{**named, **day, name: 1})
            assert desk.ask(seat, asked)[0].code == ReplyCode.ACCEPTED, (kind, name)


def test_the_freeze_shares_bytes_with_price_and_security() -> None:
    desk = Desk()
    contract_no = desk.open(1_000)
    order = freeze(contract_no, 10)
    order["price"], order["security"], order["partner_ref"] = 100_000, b"600000", b"\xff" * 8

    assert desk.ask(SEAT, order) == accepted(OPEN, 10)


def test_what_a_partner_may_not_touch_reads_as_unknown() -> None:
    desk = Desk()
    own, foreign = desk.open(100), desk.open(200, OTHER_BROKER)
    never = contract_no_from_index(40)
    assert buying_power(desk.book, BROKER, [own, foreign, never, own + 1]) == [
        ContractMoney(own, ReplyCode.ACCEPTED, 2, 100, 100),
        ContractMoney(foreign, ReplyCode.CONTRACT_UNKNOWN, 0, 0, 0),
        ContractMoney(never, ReplyCode.CONTRACT_UNKNOWN, 0, 0, 0),
        ContractMoney(own + 1, ReplyCode.CONTRACT_UNKNOWN, 0, 0, 0),
    ]
    assert buying_power(desk.book, BANK_PARTY, [foreign])[0].buying_power_fen == 200
