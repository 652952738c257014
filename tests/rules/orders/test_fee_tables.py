"""Which fees an order is charged by, what a table may be, what setting one earns."""

import pytest

from protocol.codes import ReplyCode
from protocol.vocabulary import LineSide, Market, Product
from rules.orders.fee_tables import (
    Announced,
    Charged,
    Dated,
    cannot_be,
    code_by_notice,
    code_of_notice,
    code_of_table,
    replaced_for_good,
    standing,
    table_for,
)
from rules.orders.fees import Component, FeeTable

MONDAY, TUESDAY, WEDNESDAY = 20_260_105, 20_260_106, 20_260_107
BUYS = Charged(2, Market.XSHG, Product.SHARE, LineSide.BUY)


def at(per_mille: int) -> FeeTable:
    """A commission of so much."""
    return FeeTable(commission=Component(on_turnover=per_mille * 1_000_000))


def test_an_order_has_the_table_of_the_latest_first_date_that_is_not_after_it() -> None:
    of_monday, of_wednesday = Dated(1, MONDAY, at(1)), Dated(2, WEDNESDAY, at(2))
    tables = [of_monday, of_wednesday]

    assert [table_for(tables, date) for date in (MONDAY - 1, MONDAY, TUESDAY, WEDNESDAY)] == [
        None,
        of_monday,
        of_monday,
        of_wednesday,
    ]


def test_of_one_first_date_the_one_that_was_set_last_is_for_orders_behind_it() -> None:
    first, corrected, early = Dated(1, TUESDAY, at(1)), Dated(3, TUESDAY, at(2)), Dated(4, MONDAY, at(3))

    assert table_for([first, corrected, early], WEDNESDAY) == corrected
    assert standing([first, corrected, early], TUESDAY) == corrected
    assert standing([first], MONDAY) is None


def test_what_no_order_will_have_any_more_gives_way() -> None:
    """On Tuesday: of Monday's the second, and both once Tuesday's is there; not before Wednesday's date is open."""
    old, again, of_tuesday, of_wednesday = (
        Dated(1, MONDAY, at(1)),
        Dated(2, MONDAY, at(2)),
        Dated(3, TUESDAY, at(3)),
        Dated(4, WEDNESDAY, at(4)),
    )

    assert replaced_for_good([old, again], TUESDAY) == [old]
    assert replaced_for_good([again, of_wednesday], TUESDAY) == []
    assert replaced_for_good([again, of_tuesday, of_wednesday], TUESDAY) == [again]


@pytest.mark.parametrize(
    ("fee", "is_none"),
    [
        (Component(least_fen=500, most_fen=499), True),
        (Component(least_fen=500, most_fen=500), False),
        (Component(least_fen=500), False),  # no bound
        (Component(on_turnover=100_000_001), True),  # above 10 %
        (Component(on_par=100_000_001), True),
        (Component(100_000_000, 100_000_000, 1_000_000_000), False),
    ],
)
def test_what_no_fee_can_be(fee: Component, is_none: bool) -> None:
    assert cannot_be(FeeTable(regulatory=fee)) is is_none


def test_a_table_begins_with_the_open_date_or_later() -> None:
    said = Announced(BUYS, MONDAY, at(1))

    assert code_of_notice(said, MONDAY) == ReplyCode.ACCEPTED
    assert code_of_notice(said, TUESDAY) == ReplyCode.FEES_LATE
    assert code_of_table(said, None, TUESDAY, False) == ReplyCode.FEES_LATE
    assert code_of_table(said, Dated(1, MONDAY, at(1)), TUESDAY, True) == ReplyCode.ACCEPTED  # what stands
    assert code_of_table(said, Dated(1, MONDAY, at(2)), MONDAY, True) == ReplyCode.MASTER_DATA_FULL
    assert code_of_table(said, Dated(1, MONDAY, at(2)), MONDAY, False) == ReplyCode.ACCEPTED


def test_no_fees_of_what_is_not_taken() -> None:
    of_repos = Announced(BUYS._replace(product=Product.REPO), MONDAY, at(1))

    assert code_of_notice(of_repos, TUESDAY) == ReplyCode.PRODUCT_NOT_TAKEN


@pytest.mark.parametrize(
    ("number", "notice", "code"),
    [
        (0, None, ReplyCode.ACCEPTED),
        (4, None, ReplyCode.FEE_NOTICE_UNKNOWN),
        (4, Announced(BUYS._replace(party=3), MONDAY, at(1)), ReplyCode.FEE_NOTICE_UNKNOWN),
        (4, Announced(BUYS, MONDAY, at(2)), ReplyCode.FEES_DIFFER),
        (4, Announced(BUYS, TUESDAY, at(1)), ReplyCode.FEES_DIFFER),
        (4, Announced(BUYS._replace(side=LineSide.SALE), MONDAY, at(1)), ReplyCode.FEES_DIFFER),
        (4, Announced(BUYS, MONDAY, at(1)), ReplyCode.ACCEPTED),
    ],
)
def test_a_table_that_refers_to_a_notice_is_what_that_says(
    number: int, notice: Announced | None, code: ReplyCode
) -> None:
    assert code_by_notice(Announced(BUYS, MONDAY, at(1)), number, notice) == code
