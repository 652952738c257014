"""What an order of a channel and a wish to cancel earn: every refusal, in rank; and what is frozen.

Prices in 1/10,000 yuan. USUAL: 0.18 %, at least 5.00, and 0.02 ‰.
"""

from dataclasses import replace
from typing import NamedTuple

import pytest

from protocol.codes import ReplyCode
from protocol.limits import AMOUNT_FEN_MAX, COLUMN_FEN_MAX
from protocol.vocabulary import OrderType, Scheme, Side
from rules.money.account import Account
from rules.orders.fees import Component, FeeTable, Paper
from rules.orders.reports import Order
from rules.orders.securities import Limits
from rules.orders.states import OrderState
from rules.orders.taking import Cancellable, Customer, Known, Ordered, Taken, Trading, code_of_cancel, take
from tests.rules.orders.test_fees import USUAL, YUAN
from tests.rules.orders.test_securities import BOND, MONDAY, SHARE, TUESDAY

Code = ReplyCode
ORDERED = Ordered(Side.BUY, OrderType.LIMIT, 1_000, 10 * YUAN)
CUSTOMER = Customer(True, Scheme.A, Code.ACCEPTED)
TRADING = Trading(is_stopped=False, takes_orders=True, is_away=False)
KNOWN = Known(SHARE, False, Limits(9 * YUAN, 11 * YUAN, 0), USUAL)
TEN_UNITS = SHARE._replace(multiplier=10)
DEAR = FeeTable(transfer=Component(on_turnover=10**7, a_unit=10**9, flat_fen=2**30))


class Case(NamedTuple):
    """All that is asked."""

    ordered: Ordered = ORDERED
    customer: Customer = CUSTOMER
    trading: Trading = TRADING
    known: Known = KNOWN
    account: Account = Account(1_001_820, 0, 0, 0, 0)

    def take(self) -> tuple[Taken, Account]:
        account = replace(self.account)
        return take(self.ordered, self.customer, self.trading, self.known, MONDAY, account), account


REFUSED: list[tuple[ReplyCode, str, Case]] = [
    (Code.NOT_SIGNED_ON, "with another channel", Case(customer=CUSTOMER._replace(is_signed_on=False))),
    (Code.SCHEME_FORBIDS, "its broker has scheme B", Case(customer=CUSTOMER._replace(scheme=Scheme.B))),
    (
        Code.CONTRACT_SUSPENDED,
        "as the table of kinds says",
        Case(customer=CUSTOMER._replace(state_code=Code.CONTRACT_SUSPENDED)),
    ),
    (Code.BROKER_STOPPED, "by two people", Case(trading=TRADING._replace(is_stopped=True))),
    (Code.MARKET_CLOSED, "no phase takes orders", Case(trading=TRADING._replace(takes_orders=False))),
    (Code.SECURITY_UNKNOWN, "or it has ended", Case(known=KNOWN._replace(terms=None))),
    (Code.SECURITY_SUSPENDED, "for now", Case(known=KNOWN._replace(is_suspended=True))),
    (Code.PRICE_LIMITS_MISSING, "none of the date", Case(known=KNOWN._replace(limits=None))),
    (Code.ORDER_TYPE_NOT_TAKEN, "a sale", Case(ORDERED._replace(side=Side.SELL))),
    (Code.ORDER_TYPE_NOT_TAKEN, "a rights issue", Case(ORDERED._replace(order_type=OrderType.RIGHTS))),
    (Code.ORDER_TYPE_NOT_TAKEN, "held", Case(ORDERED._replace(order_type=OrderType.SUBSCRIPTION_HELD))),
    (Code.ORDER_TYPE_NOT_TAKEN, "paid", Case(ORDERED._replace(order_type=OrderType.SUBSCRIPTION_PAID))),
    (Code.ORDER_TYPE_NOT_TAKEN, "a placing", Case(ORDERED._replace(order_type=OrderType.PLACING))),
    (Code.QUANTITY_OUT_OF_LOTS, "0 < 100", Case(ORDERED._replace(quantity=0))),
    (Code.QUANTITY_OUT_OF_LOTS, "below 0", Case(ORDERED._replace(quantity=-100))),
    (Code.QUANTITY_OUT_OF_LOTS, "150 is no multiple of 100", Case(ORDERED._replace(quantity=150))),
    (Code.QUANTITY_OUT_OF_LOTS, "1,000,100 > 1,000,000", Case(ORDERED._replace(quantity=1_000_100))),
    (Code.PRICE_OFF_TICK, "10.0001 of 0.01", Case(ORDERED._replace(limit=10 * YUAN + 1))),
    (Code.PRICE_OUT_OF_LIMITS, "8.99 < 9.00", Case(ORDERED._replace(limit=9 * YUAN - 100))),
    (Code.PRICE_OUT_OF_LIMITS, "11.01 > 11.00", Case(ORDERED._replace(limit=11 * YUAN + 100))),
    (
        Code.AMOUNT_OUT_OF_RANGE,
        "2³⁰ + 10⁹ + 10⁸ > 2³¹ − 1 of a fee",
        Case(ORDERED._replace(quantity=1_000_000), known=KNOWN._replace(terms=TEN_UNITS, fees=DEAR)),
    ),
    (Code.FEES_MISSING, "none for such an order", Case(known=KNOWN._replace(fees=None))),
    (Code.BROKER_AWAY, "not signed on for the date", Case(trading=TRADING._replace(is_away=True))),
    (Code.LIMIT_EXCEEDED, "2⁶⁰ − 1 + 10,018.20", Case(account=Account(COLUMN_FEN_MAX, COLUMN_FEN_MAX - 1, 0, 0, 0))),
    (Code.FUNDS_FROZEN, "10,018.20, one frozen", Case(account=Account(1_001_820, 1, 0, 0, 0))),
    (Code.INSUFFICIENT_FUNDS, "10,018.19", Case(account=Account(1_001_819, 0, 0, 0, 0))),
]


@pytest.mark.parametrize(("code", "why", "case"), REFUSED, ids=[f"{row[0].name}-{row[1]}" for row in REFUSED])
def test_a_refused_order_moves_nothing(code: ReplyCode, why: str, case: Case) -> None:
    taken, account = case.take()

    assert taken == (code, None), why
    assert account == case.account


def test_refusals_are_told_by_rank() -> None:
    """All is wrong at first, then one thing after the other is put right."""
    codes = [row[0] for row in REFUSED]
    assert codes == sorted(codes)
    full = Account(COLUMN_FEN_MAX - 1, COLUMN_FEN_MAX - 1, 0, 0, 0)
    case = Case(
        Ordered(Side.SELL, OrderType.RIGHTS, 1_000_050, 1),
        Customer(False, Scheme.B, Code.CONTRACT_SUSPENDED),
        Trading(True, False, True),
        Known(None, True, None, None),
        full,
    )
    told = []

    def put_right(better: Case) -> Case:
        told.append(case.take()[0].code)
        return better

    case = put_right(case._replace(customer=case.customer._replace(is_signed_on=True)))
    case = put_right(case._replace(customer=case.customer._replace(scheme=Scheme.A)))
    case = put_right(case._replace(customer=CUSTOMER))
    case = put_right(case._replace(trading=case.trading._replace(is_stopped=False)))
    case = put_right(case._replace(trading=case.trading._replace(takes_orders=True)))
    case = put_right(case._replace(known=case.known._replace(terms=TEN_UNITS)))
    case = put_right(case._replace(known=case.known._replace(is_suspended=False)))
    case = put_right(case._replace(known=case.known._replace(limits=KNOWN.limits)))
    case = put_right(case._replace(ordered=case.ordered._replace(side=Side.BUY, order_type=OrderType.LIMIT)))
    case = put_right(case._replace(ordered=case.ordered._replace(quantity=1_000_000)))
    case = put_right(case._replace(ordered=case.ordered._replace(limit=8 * YUAN)))
    case = put_right(case._replace(ordered=case.ordered._replace(limit=10 * YUAN)))
    case = put_right(case._replace(known=case.known._replace(fees=DEAR)))
    case = put_right(case._replace(known=case.known._replace(fees=USUAL)))
    case = put_right(case._replace(trading=TRADING))
    case = put_right(case._replace(account=Account(10_018_200_000, 1, 0, 0, 0)))
    case = put_right(case._replace(account=Account(10_018_199_999, 0, 0, 0, 0)))
    case = put_right(case._replace(account=Account(10_018_200_000, 0, 0, 0, 0)))

    assert told == [
        Code.NOT_SIGNED_ON,
        Code.SCHEME_FORBIDS,
        Code.CONTRACT_SUSPENDED,
        Code.BROKER_STOPPED,
        Code.MARKET_CLOSED,
        Code.SECURITY_UNKNOWN,
        Code.SECURITY_SUSPENDED,
        Code.PRICE_LIMITS_MISSING,
        Code.ORDER_TYPE_NOT_TAKEN,
        Code.QUANTITY_OUT_OF_LOTS,
        Code.PRICE_OFF_TICK,
        Code.PRICE_OUT_OF_LIMITS,
        Code.FEES_MISSING,
        Code.AMOUNT_OUT_OF_RANGE,
        Code.BROKER_AWAY,
        Code.LIMIT_EXCEEDED,
        Code.FUNDS_FROZEN,
        Code.INSUFFICIENT_FUNDS,
    ]
    assert case.take()[0].code == Code.ACCEPTED


@pytest.mark.parametrize(
    ("ordered", "known", "frozen_fen"),
    [
        (ORDERED, KNOWN, 1_001_820),  # 10,000.00 + 18.00 + 0.20
        (ORDERED._replace(quantity=100, limit=6 * YUAN), KNOWN._replace(limits=Limits(5 * YUAN, 7 * YUAN, 0)), 60_501),
        (ORDERED._replace(quantity=100), KNOWN, 100_502),
        (ORDERED._replace(limit=9 * YUAN), KNOWN, 901_638),  # 9,000.00 + 16.20 + 0.18
        # 3 手 of 10 at 101.00 and 2.50 of interest: 3,105.00 + 5.59 + 0.06
        (
            ORDERED._replace(quantity=3, limit=101 * YUAN),
            KNOWN._replace(terms=BOND, limits=Limits(1, 200 * YUAN, 25_000)),
            311_065,
        ),
    ],
)
def test_an_order_freezes_what_it_costs_at_most(ordered: Ordered, known: Known, frozen_fen: int) -> None:
    taken, account = Case(ordered, known=known).take()

    assert taken.order is not None
    assert (taken.code, taken.order.remaining_fen, account.frozen_fen) == (Code.ACCEPTED, frozen_fen, frozen_fen)


def test_an_order_keeps_what_was_master_data_when_it_was_taken() -> None:
    limits = Limits(1, 200 * YUAN, 25_000)

    taken, _ = Case(
        ORDERED._replace(quantity=3, limit=101 * YUAN), known=KNOWN._replace(terms=BOND, limits=limits)
    ).take()

    assert taken.order == Order(
        *(Side.BUY, MONDAY, 3, 101 * YUAN, limits.low, limits.high, Paper(10, 1_000_000), USUAL),
        accrued=25_000,
        remaining_fen=311_065,
        state=OrderState.SENT,
    )


def test_an_order_may_cost_all_that_an_amount_may_be_and_no_more() -> None:
    """2³⁰ at 10.24 without fees are 2⁴⁰ fen; one fen of commission is one too many."""
    free = FeeTable()
    terms = SHARE._replace(buy=SHARE.buy._replace(least=1, step=1, most=2**31 - 1), tick=1)
    rich = Account(2**41, 0, 0, 0, 0)
    most = Case(
        ORDERED._replace(quantity=2**30, limit=102_400),
        known=Known(terms, False, Limits(1, 102_401, 0), free),
        account=rich,
    )

    assert most.take()[0].order.remaining_fen == AMOUNT_FEN_MAX  # type: ignore[union-attr]
    over = most._replace(known=most.known._replace(fees=FeeTable(commission=Component(flat_fen=1))))
    assert over.take()[0].code == Code.AMOUNT_OUT_OF_RANGE


CANCELS: list[tuple[ReplyCode, bool, Cancellable | None]] = [
    (Code.NOT_SIGNED_ON, False, Cancellable(OrderType.LIMIT, MONDAY, OrderState.SENT)),
    (Code.NOT_SIGNED_ON, False, None),
    (Code.ORDER_UNKNOWN, True, None),
    (Code.CANNOT_BE_CANCELLED, True, Cancellable(OrderType.PLACING, MONDAY, OrderState.ENDING)),
    (Code.CANNOT_BE_CANCELLED, True, Cancellable(OrderType.SUBSCRIPTION_HELD, TUESDAY, OrderState.ALLOTTED)),
    (Code.CANNOT_BE_CANCELLED, True, Cancellable(OrderType.SUBSCRIPTION_PAID, TUESDAY, OrderState.SENT)),
    (Code.CANNOT_BE_CANCELLED, True, Cancellable(OrderType.RIGHTS, TUESDAY, OrderState.TAKEN)),
    (Code.CANCEL_CLOSED, True, Cancellable(OrderType.LIMIT, MONDAY, OrderState.ENDING)),
    (Code.CANCEL_CLOSED, True, Cancellable(OrderType.LIMIT, MONDAY, OrderState.ENDED)),
    (Code.CANCEL_UNDER_WAY, True, Cancellable(OrderType.LIMIT, TUESDAY, OrderState.ENDING)),
    (Code.ORDER_ENDED, True, Cancellable(OrderType.LIMIT, TUESDAY, OrderState.ENDED)),
    (Code.ORDER_ENDED, True, Cancellable(OrderType.LIMIT, TUESDAY, OrderState.REFUSED)),
]


@pytest.mark.parametrize(("code", "is_signed_on", "order"), CANCELS)
def test_a_cancel_is_refused_by_rank(code: ReplyCode, is_signed_on: bool, order: Cancellable | None) -> None:
    assert code_of_cancel(is_signed_on, order, TUESDAY) == code


def test_refusals_of_cancels_stand_by_rank() -> None:
    codes = [row[0] for row in CANCELS]

    assert codes == sorted(codes)


@pytest.mark.parametrize("state", [OrderState.SENT, OrderState.TAKEN])
def test_what_is_at_the_exchange_or_on_its_way_can_be_cancelled(state: OrderState) -> None:
    assert code_of_cancel(True, Cancellable(OrderType.LIMIT, TUESDAY, state), TUESDAY) == Code.ACCEPTED
