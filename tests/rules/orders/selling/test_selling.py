"""What an order to sell earns, what is held for it, what its reports tell of what is booked; and that whoever follows
what was told has the same, whatever the account bore.

Prices in 1/10,000 yuan. MINIMUM: at least 5.00 alone.
"""

from dataclasses import replace
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codes import ReplyCode
from protocol.limits import COLUMN_FEN_MAX
from protocol.records import STATE_BOOKED_BOUGHT, STATE_BOOKED_SOLD, STATE_FROZEN
from protocol.vocabulary import OrderType, RecordKind, Scheme, Side
from rules.money.account import Account
from rules.orders.fees import Component, FeeTable, Paper, Traded, net_fen
from rules.orders.mirror import Part, Position, follow
from rules.orders.reports import Order, execute
from rules.orders.securities import Limits, Lots
from rules.orders.states import OrderState
from rules.orders.taking import Customer, Known, Ordered, Taken, Trading, take_sale
from rules.orders.told import Report, outcome_of, tell
from tests.rules.orders.test_fees import USUAL, YUAN
from tests.rules.orders.test_reports import MINIMUM, account, figures
from tests.rules.orders.test_securities import MONDAY
from tests.rules.orders.test_securities import SHARE as ANY_SHARE

Code = ReplyCode
SHARE = ANY_SHARE._replace(buy=Lots(500, 500, 1_000), sell=Lots(100, 100, 1_000_000), odd_lots=False)
ODD = SHARE._replace(odd_lots=True)
TEN_UNITS = SHARE._replace(multiplier=10)
DEAR = FeeTable(stamp=Component(on_turnover=10**8, a_unit=10**9, flat_fen=2**30))
ORDERED = Ordered(Side.SELL, OrderType.LIMIT, 900, 10 * YUAN)
CUSTOMER = Customer(True, Scheme.A, Code.ACCEPTED)
TRADING = Trading(is_stopped=False, takes_orders=True, is_away=False)
KNOWN = Known(SHARE, False, Limits(9 * YUAN, 11 * YUAN, 0), USUAL)


class Case(NamedTuple):
    """All that is asked."""

    ordered: Ordered = ORDERED
    customer: Customer = CUSTOMER
    trading: Trading = TRADING
    known: Known = KNOWN
    position: Position | None = Position(1_000, 900)

    def take(self) -> tuple[Taken, Position | None]:
        position = None if self.position is None else replace(self.position)
        return take_sale(self.ordered, self.customer, self.trading, self.known, MONDAY, position), position


REFUSED: list[tuple[ReplyCode, str, Case]] = [
    (Code.NOT_SIGNED_ON, "with another channel", Case(customer=CUSTOMER._replace(is_signed_on=False))),
    (Code.MARKET_CLOSED, "no phase takes orders", Case(trading=TRADING._replace(takes_orders=False))),
    (Code.SECURITY_UNKNOWN, "or it has ended", Case(known=KNOWN._replace(terms=None))),
    (Code.ORDER_TYPE_NOT_TAKEN, "a buy", Case(ORDERED._replace(side=Side.BUY, quantity=500))),
    (Code.ORDER_TYPE_NOT_TAKEN, "a rights issue", Case(ORDERED._replace(order_type=OrderType.RIGHTS))),
    (Code.QUANTITY_OUT_OF_LOTS, "a rest that the security does not know", Case(ORDERED._replace(quantity=850))),
    (
        Code.QUANTITY_OUT_OF_LOTS,
        "a rest with something left",
        Case(ORDERED._replace(quantity=850), known=KNOWN._replace(terms=ODD)),
    ),
    (Code.PRICE_OUT_OF_LIMITS, "below the low one", Case(ORDERED._replace(limit=8 * YUAN))),
    (
        Code.AMOUNT_OUT_OF_RANGE,
        "a fee that no line has room for",
        Case(ORDERED._replace(quantity=1_000_000), known=KNOWN._replace(terms=TEN_UNITS, fees=DEAR), position=None),
    ),
    (Code.FEES_MISSING, "none for such an order", Case(known=KNOWN._replace(fees=None))),
    (Code.BROKER_AWAY, "not signed on for the date", Case(trading=TRADING._replace(is_away=True))),
    (Code.SHARES_SHORT, "1,100 of 1,000", Case(ORDERED._replace(quantity=1_100))),
    (Code.SHARES_NOT_SELLABLE_YET, "1,000 of 900 and 100 of today", Case(ORDERED._replace(quantity=1_000))),
]


@pytest.mark.parametrize(("code", "why", "case"), REFUSED, ids=[f"{row[0].name}-{row[1]}" for row in REFUSED])
def test_a_refused_sale_holds_nothing(code: ReplyCode, why: str, case: Case) -> None:
    taken, position = case.take()

    assert taken == (code, None), why
    assert position == case.position


def test_shares_are_told_last_and_a_rest_with_them() -> None:
    """What is wrong with an order itself is told also where nothing is there to sell."""
    codes = [code for code, _, _ in REFUSED]
    itself = [case for code, _, case in REFUSED if code < Code.SHARES_SHORT]

    told = [case._replace(position=Position()).take()[0].code for case in itself]

    assert codes == sorted(codes)
    assert told == [
        Code.SHARES_SHORT if case.known.terms == ODD else code for code, case in zip(codes, itself, strict=False)
    ]


def test_what_is_sold_is_held_and_nothing_is_frozen() -> None:
    taken, position = Case().take()

    assert taken.code == Code.ACCEPTED
    assert taken.order is not None
    assert (taken.order.remaining_fen, taken.order.booked_fen, taken.order.state) == (0, 0, OrderState.SENT)
    assert outcome_of(RecordKind.ORDER, taken.order) == (0, STATE_FROZEN, 0)
    assert position == Position(1_000, 900, 900)
    again, _ = Case(ORDERED._replace(quantity=100), position=position).take()
    assert again.code == Code.SHARES_NOT_SELLABLE_YET


def test_of_an_account_that_nobody_knows_the_broker_alone_checks_what_is_sold() -> None:
    taken, position = Case(ORDERED._replace(quantity=1_000_000), position=None).take()

    assert (taken.code, position) == (Code.ACCEPTED, None)
    assert taken.order is not None


def test_a_rest_is_sold_with_all_that_is_free() -> None:
    taken, position = Case(
        ORDERED._replace(quantity=850), known=KNOWN._replace(terms=ODD), position=Position(1_000, 950, 100)
    ).take()

    assert (taken.code, position) == (Code.ACCEPTED, Position(1_000, 950, 950))


def test_what_a_sale_turns_over_is_asked_at_the_high_limit() -> None:
    """1,000,000 at 10,995.11 are above 2^40 fen: at the low limit they are not, and somebody may pay the high one."""
    cheap = ORDERED._replace(quantity=1_000_000, limit=YUAN)
    limits = [Limits(YUAN, high * 100, 0) for high in (1_099_511, 1_099_512)]

    told = [Case(cheap, known=KNOWN._replace(limits=each, fees=FeeTable()), position=None).take()[0] for each in limits]

    assert [each.code for each in told] == [Code.ACCEPTED, Code.AMOUNT_OUT_OF_RANGE]


def sale(quantity: int = 3, fees: FeeTable = MINIMUM) -> Order:
    return Order(Side.SELL, MONDAY, quantity, 1, 1, 100 * YUAN, Paper(), fees)


def test_one_share_at_two_yuan_brings_nothing_and_costs_three() -> None:
    """The figure of the product page: the minimum fee is 5.00. Another one is listed once all of it is executed."""
    order, of = sale(quantity=1), account(1_000)

    assert tell(Report(RecordKind.TAKEN, 0, 42), order, of, False)
    assert tell(Report(RecordKind.EXECUTED, 1, 2 * YUAN), order, of, False)
    assert outcome_of(RecordKind.EXECUTED, order) == (0, STATE_BOOKED_BOUGHT, 300)
    assert (figures(of), order.state) == ((0, 300, 0), OrderState.ENDED)
    assert tell(Report(RecordKind.EXECUTED, 1, 2 * YUAN), order, of, False)
    assert outcome_of(RecordKind.EXECUTED, order) == (0, STATE_BOOKED_BOUGHT, 300)
    assert not tell(Report(RecordKind.EXECUTED, 2, 4 * YUAN), order, of, False)


def test_each_report_tells_what_is_booked_of_the_sale_by_then() -> None:
    """1.00 is there: −3.00 are booked as −1.00, −1.00 stays, 1.00 is sold; a cancel tells it again."""
    order, of = sale(quantity=4), account(100)

    told = []
    for count in (1, 2, 3):
        assert tell(Report(RecordKind.EXECUTED, count, 2 * count * YUAN), order, of, False)
        told.append(outcome_of(RecordKind.EXECUTED, order))
    assert tell(Report(RecordKind.CANCELLED, 1, 0), order, of, False)
    told.append(outcome_of(RecordKind.CANCELLED, order))

    assert told == [
        (0, STATE_BOOKED_BOUGHT, 100),
        (0, STATE_BOOKED_BOUGHT, 100),
        (0, STATE_BOOKED_SOLD, 100),
        (0, STATE_BOOKED_SOLD, 100),
    ]
    assert (order.state, figures(of)) == (OrderState.ENDED, (0, 0, 100))


def test_a_refused_sale_tells_that_nothing_is_booked() -> None:
    order = sale()

    assert tell(Report(RecordKind.REFUSED, 0, 0), order, account(0), False)
    assert outcome_of(RecordKind.REFUSED, order) == (0, STATE_BOOKED_SOLD, 0)
    assert outcome_of(RecordKind.TAKEN, order) == (0, 0, 0)


def test_what_an_account_cannot_keep_does_not_fit() -> None:
    """100 at 1.00 bring 95.00, which is one fen more than the account has room for."""
    order, full = sale(100), account(0)
    full.sold_fen = COLUMN_FEN_MAX - 9_499

    assert not execute(order, full, Traded(100, 100 * YUAN))
    assert (order.traded, order.booked_fen, full.sold_fen) == (Traded(), 0, COLUMN_FEN_MAX - 9_499)
    full.sold_fen -= 1
    assert execute(order, full, Traded(100, 100 * YUAN))
    assert full.sold_fen == COLUMN_FEN_MAX


@pytest.mark.parametrize(("booked_fen", "fits"), [(-301, False), (-300, True), (-100, True), (0, True), (1, False)])
def test_what_cannot_have_been_booked_is_not_followed(booked_fen: int, fits: bool) -> None:
    """1 share at 2.00 costs 3.00, or less where the account bore less."""
    order, of = sale(), Account(0, 0, 0, 0, 0)

    assert execute(order, of, Traded(1, 2 * YUAN), booked_fen) == fits
    assert (order.booked_fen, of.bought_fen) == ((booked_fen, -booked_fen) if fits else (0, 0))


@pytest.mark.parametrize(("booked_fen", "fits"), [(9_499, False), (9_500, True), (9_501, False)])
def test_what_rises_rises_to_what_the_sale_brings(booked_fen: int, fits: bool) -> None:
    assert execute(sale(100), Account(0, 0, 0, 0, 0), Traded(100, 100 * YUAN), booked_fen) == fits


steps = st.lists(
    st.tuples(st.sampled_from(("execute", "cancel", "spend", "withdraw")), st.integers(0, 4), st.integers(1, 9))
)


@given(st.integers(0, 1_000), st.integers(0, 300), st.integers(0, 800), steps)
def test_who_follows_what_was_told_has_the_same_and_the_mirror_what_is_left(
    balance_fen: int, restrained_fen: int, least_fen: int, drawn: list[tuple[str, int, int]]
) -> None:
    """He knows neither the balance nor restraints, nor what else the customer does."""
    fees = FeeTable(Component(least_fen=least_fen))
    order, theirs, of = sale(20, fees), sale(20, fees), account(balance_fen, restrained_fen)
    position, before = Position(30, 25, 20), Part(0, 20)
    for what, quantity, price in drawn:
        report = Report(
            RecordKind.EXECUTED, order.traded.quantity + quantity, order.traded.turnover + price * quantity * 1_000
        )
        if what == "cancel":
            report = Report(RecordKind.CANCELLED, order.cancelled + quantity, 0)
        elif what == "spend":
            of.frozen_fen += max(0, of.buying_power_fen)
        elif what == "withdraw":
            of.balance_fen -= max(0, min(price * 100, of.withdrawable_fen))
        if what not in ("execute", "cancel") or not tell(report, order, of, False):
            continue
        _, state, booked_fen = outcome_of(report.kind, order)
        own = Account(0, 0, max(0, -theirs.booked_fen), max(0, theirs.booked_fen), 0)
        assert tell(report, theirs, own, False, booked_fen if state == STATE_BOOKED_SOLD else -booked_fen)
        assert theirs == order
        assert (own.sold_fen, own.bought_fen) == (max(0, order.booked_fen), max(0, -order.booked_fen))
        assert (of.sold_fen, of.bought_fen) == (own.sold_fen, own.bought_fen)
        assert order.booked_fen >= net_fen(fees, Paper(), order.traded)
        after = Part(order.traded.quantity, order.open_quantity)
        assert follow(position, Side.SELL, before, after, False)
        before = after
    assert position == Position(30 - before.traded, 25 - before.traded, before.open)
    assert before == Part(order.traded.quantity, order.open_quantity)
