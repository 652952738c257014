"""Securities: what can be a version, which one holds for an order of a date, what limits may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codes import ReplyCode
from protocol.limits import ORDER_TURNOVER_MAX
from protocol.vocabulary import Product
from rules.orders.securities import (
    WITHOUT_END,
    Limits,
    Lots,
    Terms,
    Version,
    are_payable,
    cannot_be,
    code_of_limits,
    code_of_version,
    replaced_for_good,
    standing,
    version_for,
)

MONDAY, TUESDAY, WEDNESDAY, FRIDAY = 20_260_105, 20_260_106, 20_260_107, 20_260_109
SHARE = Terms(
    product=Product.SHARE,
    multiplier=1,
    buy=Lots(100, 100, 1_000_000),
    sell=Lots(100, 100, 1_000_000),
    odd_lots=True,
    tick=100,
    par=10_000,
    sold_at_once=False,
    first_date=MONDAY,
    last_date=WITHOUT_END,
)
STAR = SHARE._replace(buy=Lots(200, 1, 100_000), sell=Lots(200, 1, 100_000))
BOND = SHARE._replace(
    product=Product.BOND, multiplier=10, buy=Lots(1, 1, 100_000), sell=Lots(1, 1, 100_000), par=1_000_000
)
ACCEPTED = ReplyCode.ACCEPTED


def from_date(number: int, first_date: int, last_date: int = WITHOUT_END) -> Version:
    return Version(number, SHARE._replace(first_date=first_date, last_date=last_date, tick=number))


@pytest.mark.parametrize("terms", [SHARE, STAR, BOND], ids=["share", "star", "bond"])
def test_what_the_exchanges_list_can_be(terms: Terms) -> None:
    assert not cannot_be(terms)


@pytest.mark.parametrize(
    ("what", "terms"),
    [
        ("least above most", SHARE._replace(buy=Lots(200, 100, 100))),
        ("least is no multiple of the step", SHARE._replace(buy=Lots(150, 100, 1_000))),
        ("most is none", SHARE._replace(sell=Lots(100, 100, 1_050))),
        ("2,147,483 × 1,000 fits, one more does not", SHARE._replace(multiplier=1_000, sell=Lots(1, 1, 2_147_484))),
        ("par × most passes the turnover of an order", SHARE._replace(par=2**31 - 1, buy=Lots(1, 1, 51_201))),
        ("it ends before it begins", SHARE._replace(last_date=20_260_104)),
    ],
)
def test_what_no_security_could_be(what: str, terms: Terms) -> None:
    assert cannot_be(terms), what


def test_the_bounds_themselves_are_within() -> None:
    assert not cannot_be(SHARE._replace(multiplier=1_000, par=1, sell=Lots(1, 1, 2_147_483), buy=Lots(1, 1, 1)))
    assert ORDER_TURNOVER_MAX // (2**31 - 1) == 51_200
    assert not cannot_be(SHARE._replace(par=2**31 - 1, buy=Lots(1, 1, 51_200), sell=Lots(1, 1, 1)))
    assert not cannot_be(SHARE._replace(last_date=MONDAY))


def test_the_newest_that_has_begun_holds_and_of_one_date_the_last_registered() -> None:
    versions = [from_date(1, MONDAY), from_date(4, WEDNESDAY), from_date(5, TUESDAY), from_date(2, WEDNESDAY)]

    held = {date: version_for(versions, date) for date in (20_260_104, MONDAY, TUESDAY, WEDNESDAY, FRIDAY)}

    assert {date: version and version.number for date, version in held.items()} == {
        20_260_104: None,
        MONDAY: 1,
        TUESDAY: 5,
        WEDNESDAY: 4,
        FRIDAY: 4,
    }


def test_one_that_has_ended_gives_no_older_one_its_place() -> None:
    versions = [from_date(1, MONDAY), from_date(2, TUESDAY, last_date=WEDNESDAY)]

    assert [version_for(versions, date) == versions[1] for date in (TUESDAY, WEDNESDAY)] == [True, True]
    assert version_for(versions, FRIDAY) is None


def test_a_version_is_replaced_for_good_once_another_holds_for_all_that_comes() -> None:
    versions = [from_date(1, MONDAY), from_date(2, WEDNESDAY), from_date(3, WEDNESDAY)]

    gone = {date: [each.number for each in replaced_for_good(versions, date)] for date in (MONDAY, TUESDAY, WEDNESDAY)}

    assert gone == {MONDAY: [2], TUESDAY: [2], WEDNESDAY: [1, 2]}


@given(
    dates=st.lists(st.integers(MONDAY, FRIDAY), min_size=1, max_size=8),
    open_date=st.integers(MONDAY, FRIDAY),
    later=st.integers(0, 4),
)
def test_what_is_replaced_holds_for_no_later_order(dates: list[int], open_date: int, later: int) -> None:
    versions = [from_date(place + 1, date) for place, date in enumerate(dates)]
    gone = replaced_for_good(versions, open_date)

    held = version_for(versions, open_date + later)

    assert held not in gone
    assert version_for([each for each in versions if each not in gone], open_date + later) == held


def test_what_a_version_earns() -> None:
    versions = [from_date(1, MONDAY)]
    high = Limits(1, 2**31 - 1, 0)

    def code(terms: Terms, limits: dict[int, Limits] | None = None) -> ReplyCode:
        return code_of_version(terms, versions, TUESDAY, limits or {})

    assert code(from_date(2, TUESDAY).terms) == ACCEPTED
    assert code(from_date(2, MONDAY).terms) == ReplyCode.TRADE_DATE_NOT_LATER
    assert code(from_date(1, MONDAY).terms) == ACCEPTED  # it says what stands
    assert code(from_date(2, FRIDAY)._replace(terms=SHARE._replace(product=Product.REPO, first_date=FRIDAY)).terms) == (
        ReplyCode.PRODUCT_NOT_TAKEN
    )
    assert not are_payable(high, SHARE)
    assert code(from_date(2, WEDNESDAY).terms, {TUESDAY: high}) == ACCEPTED  # on Tuesday the first one holds
    assert code(from_date(2, WEDNESDAY).terms, {WEDNESDAY: high}) == ReplyCode.AMOUNT_OUT_OF_RANGE
    assert standing(MONDAY, [*versions, from_date(3, MONDAY)]) == from_date(3, MONDAY).terms
    assert standing(TUESDAY, versions) is None


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(90_000, 110_000, 0), ACCEPTED),
        (Limits(1, 109_951_162, 0), ACCEPTED),  # 2⁴⁰ × 100 = 109,951,162.7 × 1,000,000
        (Limits(1, 109_951_163, 0), ReplyCode.AMOUNT_OUT_OF_RANGE),
        (Limits(1, 109_951_000, 162), ACCEPTED),
        (Limits(1, 109_951_000, 163), ReplyCode.AMOUNT_OUT_OF_RANGE),
    ],
)
def test_the_most_that_an_order_may_be_of_is_payable_at_the_high_limit(limits: Limits, code: ReplyCode) -> None:
    assert code_of_limits(limits, from_date(1, MONDAY)) == code
    assert code_of_limits(limits, None) == ReplyCode.SECURITY_UNKNOWN


def test_units_count_and_not_quantity_alone() -> None:
    """100,000 手 of ten are a million units."""
    assert are_payable(Limits(1, 109_951_162, 0), BOND)
    assert not are_payable(Limits(1, 109_951_163, 0), BOND)
