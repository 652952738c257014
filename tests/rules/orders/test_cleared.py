"""What a set says of an order against what the bank has: each difference from either side of its edge."""

from dataclasses import replace

import pytest

from protocol.vocabulary import ComparedField as Of
from protocol.vocabulary import DifferenceClass as Class
from protocol.vocabulary import Fate, OrderType, Side
from rules.day.reconciliation import Found
from rules.orders.cleared import Line, Said, closed_at, order_differences
from rules.orders.fees import Component, FeeTable, Paper, Traded
from rules.orders.reports import Order

YUAN = 10_000
FROZEN_FEN = 1_001_820
TABLE = FeeTable(commission=Component(on_turnover=1_800_000, least_fen=500), transfer=Component(on_turnover=20_000))
# Of 1,000 at 10.00, between 9.00 and 11.00, 400 are executed at 9.95: 3,980.00, fees 7.16 and 0.08.
ORDER = Order(
    Side.BUY, 20_260_105, 1_000, 10 * YUAN, 9 * YUAN, 11 * YUAN, Paper(), TABLE, traded=Traded(400, 3_980 * YUAN)
)
PARTLY = Line(400, 398_000, (716, 0, 8, 0, 0))
ALL = Line(1_000, 992_000, (1_786, 0, 20, 0, 0))  # 600 more at 9.90


def said(
    line: Line | None = PARTLY, fate: int = Fate.PARTLY, frozen_fen: int = FROZEN_FEN, is_of_date: bool = True
) -> Said:
    return Said(is_of_date, fate, frozen_fen, line)


def found(order: Order, one: Said) -> list[Found]:
    return order_differences(order, FROZEN_FEN, one)


def amount(field: Of, bank_has: int, set_says: int) -> Found:
    return Found(Class.AMOUNT, field, bank_has, set_says)


def fee(field: Of, bank_has: int, set_says: int) -> Found:
    return Found(Class.FEE, field, bank_has, set_says)


@pytest.mark.parametrize(
    ("one", "differs"),
    [
        (said(), []),
        (said(ALL, Fate.FILLED), []),  # what a report might still have told
        (said(frozen_fen=FROZEN_FEN - 1), [amount(Of.FROZEN, FROZEN_FEN, FROZEN_FEN - 1)]),
        (Said(True), [Found(Class.MISSING_THERE, Of.ORDER, 1, 0)]),
        (Said(True, bought=PARTLY), [Found(Class.MISSING_THERE, Of.ORDER, 1, 0)]),
        # Less than was reported; another turnover of as much; and both with fees that fit to what is said.
        (
            said(Line(300, 298_500, (537, 0, 6, 0, 0))),
            [amount(Of.QUANTITY, 400, 300), amount(Of.TURNOVER, 398_000, 298_500)],
        ),
        (said(Line(400, 398_001, (716, 0, 8, 0, 0))), [amount(Of.TURNOVER, 398_000, 398_001)]),
        (
            said(None, Fate.CANCELLED),
            [amount(Of.QUANTITY, 400, 0), amount(Of.TURNOVER, 398_000, 0)],
        ),
        # Each fee for itself, also where another one makes up for it.
        (said(PARTLY._replace(fees_fen=(717, 0, 7, 0, 0))), [fee(Of.COMMISSION, 716, 717), fee(Of.TRANSFER, 8, 7)]),
        (
            said(PARTLY._replace(fees_fen=(716, 1, 8, 2, 3))),
            [fee(Of.STAMP, 0, 1), fee(Of.HANDLING, 0, 2), fee(Of.REGULATORY, 0, 3)],
        ),
        # Fates by what the set itself says was bought.
        (said(fate=Fate.FILLED), [Found(Class.STATE, Of.FATE, 0, Fate.FILLED)]),
        (said(ALL, Fate.PARTLY), [Found(Class.STATE, Of.FATE, 0, Fate.PARTLY)]),
        (said(fate=Fate.CANCELLED), [Found(Class.STATE, Of.FATE, 0, Fate.CANCELLED)]),
        (said(fate=Fate.REFUSED), [Found(Class.STATE, Of.FATE, 0, Fate.REFUSED)]),
        (said(fate=Fate.HELD), [Found(Class.STATE, Of.FATE, 0, Fate.HELD)]),
        # A quantity without a turnover, and the other way round.
        (said(Line(0, 398_000), Fate.CANCELLED), [amount(Of.QUANTITY, 400, 0)]),
        (
            said(Line(400, 0, (500, 0, 0, 0, 0))),
            [amount(Of.TURNOVER, 398_000, 0)],
        ),
    ],
)
def test_of_an_order_that_is_executed_in_part(one: Said, differs: list[Found]) -> None:
    assert found(ORDER, one) == differs


@pytest.mark.parametrize(
    ("turnover_fen", "fits"),
    # 600 more between 9.00 and 10.00: 5,400.00 to 6,000.00, and less than half a fen beyond is told as that.
    [(938_000 - 1, False), (938_000, True), (998_000, True), (998_000 + 1, False)],
)
def test_what_is_more_is_at_a_price_of_the_date(turnover_fen: int, fits: bool) -> None:
    differs = [each.compared_field for each in found(ORDER, said(Line(1_000, turnover_fen, ALL.fees_fen), Fate.FILLED))]

    assert (Of.TURNOVER not in differs) == fits
    assert Of.QUANTITY not in differs


def test_a_turnover_is_compared_in_fen_of_the_whole_order() -> None:
    """33 + 67 of a fund at 1.235 are 123.50, whatever each execution comes to."""
    one = replace(ORDER, quantity=100, fees=FeeTable(), traded=Traded(100, 1_235_000))

    assert found(one, said(Line(100, 12_350), Fate.FILLED)) == []


def test_more_than_is_open_differs() -> None:
    """300 are cancelled: 700 are all that may be bought."""
    one = replace(ORDER, cancelled=300)

    told = found(one, said(Line(701, 695_990, (1_253, 0, 14, 0, 0))))

    assert [each.compared_field for each in told] == [Of.QUANTITY, Of.TURNOVER]
    assert found(one, said(Line(700, 695_000, (1_251, 0, 14, 0, 0)))) == []


def test_fees_of_more_than_was_ordered_are_those_of_what_was() -> None:
    one = replace(ORDER, fees=FeeTable(commission=Component(a_unit=1_000_000_000)), traded=Traded(1_000, 10_000 * YUAN))

    told = found(one, said(Line(2_000_000_000, 1_000_000, (100_000, 0, 0, 0, 0)), Fate.FILLED))

    assert told == [amount(Of.QUANTITY, 1_000, 2_000_000_000)]


@pytest.mark.parametrize("order_type", OrderType)
@pytest.mark.parametrize("is_of_date", [True, False])
def test_by_its_type_an_order_is_held_and_by_no_word(order_type: OrderType, is_of_date: bool) -> None:
    one = replace(ORDER, order_type=order_type, traded=Traded())
    waits = order_type in (OrderType.SUBSCRIPTION_HELD, OrderType.PLACING)

    assert (found(one, said(None, Fate.HELD, is_of_date=is_of_date)) == []) == waits
    assert (found(one, said(None, Fate.CANCELLED, is_of_date=is_of_date)) == []) == (not waits or not is_of_date)
    assert (found(one, said(ALL, Fate.FILLED, is_of_date=is_of_date)) == []) == (not waits or not is_of_date)


def test_of_a_sale_what_was_frozen_and_that_it_is_not_held() -> None:
    one = replace(ORDER, side=Side.SELL)

    assert order_differences(one, 0, Said(True, Fate.PARTLY, 0)) == []
    assert order_differences(one, 0, Said(True, Fate.HELD, 1)) == [
        amount(Of.FROZEN, 0, 1),
        Found(Class.STATE, Of.FATE, 0, Fate.HELD),
    ]


@pytest.mark.parametrize(
    ("line", "traded"),
    [
        (PARTLY, Traded(400, 3_980 * YUAN)),
        (ALL, Traded(1_000, 9_920 * YUAN)),
        (Line(), Traded()),
        (Line(1_001, 1_000_000), ORDER.traded),
        (Line(0, 1), ORDER.traded),
        (Line(1, 0), ORDER.traded),
    ],
)
def test_closing_takes_what_the_set_says_where_an_order_can_have_it(line: Line, traded: Traded) -> None:
    assert closed_at(ORDER, line) == traded


def test_a_turnover_that_is_the_same_in_fen_is_kept_to_its_parts() -> None:
    one = replace(ORDER, traded=Traded(1, 12_345))

    assert closed_at(one, Line(1, 123)) == Traded(1, 12_345)
