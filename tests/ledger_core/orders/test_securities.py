"""Securities in the core: versions from a date on, limits of a date, suspension; what a roll makes of them."""

import random

import numpy as np
import pytest
from msgspec.structs import replace

from ledger.core.invariants import check_book
from ledger.core.state.book import Book
from ledger.core.state.forms.arrays import from_arrays, to_arrays
from ledger.core.state.orders.securities import Securities, code_of_number, number_of_code
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.limits import SECURITIES_MAX
from protocol.messages.orders.securities import ResumeSecurity, SecurityVersion, SuspendSecurity
from protocol.records import RECORD
from protocol.vocabulary import Market, Product
from rules.orders.securities import Limits, Version, version_for
from tests.ledger_core.desk import MONDAY, TUESDAY, WEDNESDAY, Desk, same_after_all
from tests.securities import bond, limits, priced, registered, share

ACCEPTED, MALFORMED, UNKNOWN = ReplyCode.ACCEPTED, ReplyCode.REQUEST_MALFORMED, ReplyCode.SECURITY_UNKNOWN
TOO_MUCH = ReplyCode.AMOUNT_OUT_OF_RANGE
THURSDAY = 20_260_108
SHANGHAI = Market.XSHG


def row(book: Book, code: str = "600000", market: int = SHANGHAI) -> int:
    return book.orders.securities.find((market, number_of_code(code)))


def versions(desk: Desk, code: str = "600000") -> list[tuple[int, int, int]]:
    """Number, first date and tick of each that is left."""
    kept = desk.book.orders.securities.versions_of(row(desk.book, code))
    return [(each.number, each.terms.first_date, each.terms.tick) for each in kept]


def held(desk: Desk, trade_date: int, code: str = "600000") -> int:
    """The number of the version that holds on a date, 0 for none."""
    found = version_for(desk.book.orders.securities.versions_of(row(desk.book, code)), trade_date)
    return found.number if found else 0


def limits_of(desk: Desk, code: str = "600000") -> dict[int, Limits]:
    return desk.book.orders.securities.limits_of(row(desk.book, code))


def test_a_code_is_the_eight_bytes_that_a_record_has_of_it() -> None:
    record = np.zeros(1, RECORD)
    for code in ("600000", "A", "ABCDEFGH", "0"):
        record["security"] = code.encode()
        assert int(record["security"].view("<i8")[0]) == number_of_code(code)
        assert code_of_number(number_of_code(code)) == code


def test_versions_have_numbers_in_their_order_and_say_from_when_they_hold() -> None:
    desk = Desk()

    desk.done(registered(share(MONDAY), bond(MONDAY), share(WEDNESDAY, tick=10)))

    assert versions(desk) == [(1, MONDAY, 100), (3, WEDNESDAY, 10)]
    assert versions(desk, "019547") == [(2, MONDAY, 100)]
    assert [held(desk, date) for date in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY)] == [1, 1, 3, 3]
    terms = desk.book.orders.securities.versions_of(row(desk.book, "019547"))[0].terms
    assert (terms.product, terms.multiplier, terms.buy, terms.par) == (Product.BOND, 10, (1, 1, 10_000), 1_000_000)
    assert (terms.odd_lots, terms.sold_at_once, terms.last_date) == (False, True, 0)
    same_after_all(desk)


def test_who_says_what_stands_makes_no_version_and_another_of_the_same_date_takes_its_place() -> None:
    desk = Desk()
    desk.done(registered(share(MONDAY), share(MONDAY)))
    desk.done(registered(share(MONDAY)))
    assert versions(desk) == [(1, MONDAY, 100)]
    assert desk.book.orders.securities.given == 1

    desk.done(registered(share(MONDAY, tick=10), share(TUESDAY, tick=1)))
    assert versions(desk) == [(2, MONDAY, 10), (3, TUESDAY, 1)]

    desk.roll(TUESDAY)
    assert versions(desk) == [(2, MONDAY, 10), (3, TUESDAY, 1)]  # it is looked at when one is registered
    desk.done(registered(share(TUESDAY, tick=1), bond(TUESDAY)))
    assert versions(desk) == [(3, TUESDAY, 1)]
    assert desk.control(registered(share(MONDAY))) == ReplyCode.TRADE_DATE_NOT_LATER
    same_after_all(desk)


def test_one_that_has_ended_is_none_on_a_later_date() -> None:
    desk = Desk()
    desk.done(registered(share(MONDAY, last_date=TUESDAY)))

    assert desk.control(priced(TUESDAY, limits())) == ACCEPTED
    assert desk.control(priced(WEDNESDAY, limits())) == UNKNOWN
    assert desk.control(priced(TUESDAY, limits("600001"))) == UNKNOWN


@pytest.mark.parametrize(
    ("what", "version"),
    [
        ("no day of a calendar", share(20_260_230)),
        ("nor this", share(MONDAY, last_date=20_260_230)),
        ("it ends before it begins", share(TUESDAY, last_date=MONDAY)),
        ("more than an order may be worth", replace(share(MONDAY), par=2**31 - 1)),
    ],
)
def test_what_no_bank_could_take(what: str, version: SecurityVersion) -> None:
    desk = Desk()

    assert desk.control(registered(share(MONDAY), version)) == MALFORMED, what
    assert desk.control(priced(MONDAY, limits(low=2, high=1))) == MALFORMED
    assert desk.control(priced(20_260_230, limits())) == MALFORMED
    assert desk.control(replace(registered(share(MONDAY)), first=1)) == MALFORMED
    assert desk.control(replace(registered(share(MONDAY)), rest=b"\1" + bytes(31))) == MALFORMED
    assert not desk.book.orders.securities.given


def test_all_of_a_message_are_taken_or_none_and_the_first_in_rank_is_told() -> None:
    desk = Desk()
    repo = replace(share(MONDAY, "204001"), product=Product.REPO)

    assert desk.control(registered(share(MONDAY), repo)) == ReplyCode.PRODUCT_NOT_TAKEN
    assert desk.control(registered(repo, share(20_260_102))) == ReplyCode.TRADE_DATE_NOT_LATER
    assert not desk.book.orders.securities.given
    desk.done(registered(share(MONDAY)))
    assert desk.control(priced(MONDAY, limits(), limits("600001"))) == UNKNOWN
    assert limits_of(desk) == {}


def test_limits_are_of_the_open_date_and_one_later_date_and_a_roll_drops_what_is_past() -> None:
    desk = Desk()
    desk.done(registered(share(MONDAY), bond(MONDAY)))
    desk.done(priced(MONDAY, limits(), limits("019547", 1_000_000, 1_100_000, accrued=12_345)))
    desk.done(priced(WEDNESDAY, limits(high=120_000)))  # Tuesday is no day of trade, somebody thought
    desk.done(priced(TUESDAY, limits(high=121_000)))
    desk.done(priced(MONDAY, limits(low=80_000)))
    assert limits_of(desk) == {MONDAY: (80_000, 110_000, 0), TUESDAY: (90_000, 121_000, 0)}
    assert limits_of(desk, "019547") == {MONDAY: (1_000_000, 1_100_000, 12_345)}
    same_after_all(desk)

    desk.roll(TUESDAY)
    assert limits_of(desk) == {TUESDAY: (90_000, 121_000, 0)}
    assert limits_of(desk, "019547") == {}
    desk.done(priced(THURSDAY, limits()))
    desk.roll(WEDNESDAY)
    assert limits_of(desk) == {THURSDAY: (90_000, 110_000, 0)}
    assert desk.control(priced(TUESDAY, limits())) == ReplyCode.TRADE_DATE_NOT_LATER
    assert desk.control(priced(20_260_208, limits())) == ReplyCode.TRADE_DATE_TOO_FAR
    desk.roll(20_260_109)
    assert limits_of(desk) == {}
    same_after_all(desk)


def test_no_order_of_a_date_passes_the_largest_turnover_whichever_is_said_first() -> None:
    """109,951,162 × 1,000,000 is within 2⁴⁰ × 100, one more is not; with 100,000 more in an order it is not either."""
    desk = Desk()
    desk.done(registered(share(MONDAY)))
    assert desk.control(priced(TUESDAY, limits(high=109_951_163))) == TOO_MUCH
    assert desk.control(priced(TUESDAY, limits(high=109_951_000, accrued=163))) == TOO_MUCH
    desk.done(priced(TUESDAY, limits(high=109_951_000, accrued=162)))

    larger = replace(share(TUESDAY), sell_most=1_100_000)
    assert desk.control(registered(larger)) == TOO_MUCH
    assert desk.control(registered(replace(larger, first_date=MONDAY))) == TOO_MUCH  # it would hold on Tuesday too
    assert desk.control(registered(replace(larger, first_date=MONDAY), share(TUESDAY))) == TOO_MUCH
    assert desk.control(registered(replace(larger, first_date=WEDNESDAY))) == ACCEPTED
    assert desk.control(priced(WEDNESDAY, limits(high=109_951_162))) == TOO_MUCH


def test_a_security_is_suspended_and_traded_again() -> None:
    desk = Desk()
    desk.done(registered(share(MONDAY), bond(MONDAY)))
    suspend, resume = SuspendSecurity(SHANGHAI, "600000", "重大事项"), ResumeSecurity(SHANGHAI, "600000", "公告后")
    assert desk.control(resume) == ReplyCode.STATUS_FORBIDS
    assert desk.control(replace(suspend, market=Market.XSHE)) == UNKNOWN

    desk.done(suspend)
    assert desk.control(suspend) == ReplyCode.STATUS_FORBIDS
    assert desk.book.orders.securities.suspended.tolist() == [1, 0]
    desk.roll(TUESDAY)
    assert desk.book.orders.securities.suspended.tolist() == [1, 0]
    same_after_all(desk)
    desk.done(resume)
    assert desk.book.orders.securities.suspended.tolist() == [0, 0]


def test_there_is_room_for_so_many_and_no_more() -> None:
    desk = Desk()
    securities, code = desk.book.orders.securities, number_of_code("600000")
    desk.done(registered(share(MONDAY, "A0")))
    terms = securities.versions_of(0)[0].terms
    securities.put((((SHANGHAI, number_of_code(f"A{place}")), terms) for place in range(1, SECURITIES_MAX - 2)), MONDAY)

    assert desk.control(registered(share(MONDAY), share(TUESDAY), share(WEDNESDAY))) == ReplyCode.MASTER_DATA_FULL
    assert desk.control(registered(share(MONDAY), share(TUESDAY), share(TUESDAY))) == ACCEPTED
    assert desk.control(registered(bond(MONDAY))) == ReplyCode.MASTER_DATA_FULL
    assert desk.control(registered(share(MONDAY))) == ACCEPTED  # it says what stands
    desk.roll(TUESDAY)
    assert desk.control(registered(share(WEDNESDAY))) == ACCEPTED  # that of Monday gives way
    assert [each[0] for each in versions(desk)] == [SECURITIES_MAX, SECURITIES_MAX + 1]
    assert securities.find((SHANGHAI, code)) == SECURITIES_MAX - 2


def test_versions_stand_as_if_each_security_had_a_list_of_its_own() -> None:
    """Random registrations over five securities and eight dates, with rolls between."""
    rng, desk = random.Random(20_260_105), Desk()
    said: dict[str, list[Version]] = {}
    for date in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY):
        if date > MONDAY:
            desk.roll(date)
        for _ in range(20):
            lines = [
                share(date + rng.randrange(4), f"60000{rng.randrange(5)}", tick=rng.randrange(1, 4)) for _ in range(3)
            ]
            before = desk.book.orders.securities.given
            desk.done(registered(*lines))
            for each in desk.book.orders.securities.made:
                code = code_of_number(int(desk.book.orders.securities.code[each[0]]))
                said.setdefault(code, []).append(each[1])
            assert desk.book.orders.securities.given - before == len(desk.book.orders.securities.made) <= 3
        for code, ever in said.items():
            for later in range(date, date + 4):
                expected = version_for(ever, later)
                assert held(desk, later, code) == (expected.number if expected else 0)
    assert len(desk.book.orders.securities.version_keys) < sum(map(len, said.values()))
    same_after_all(desk)


@pytest.mark.parametrize("name", ["security_version_keys", "security_limit_dates", "security_limits", "security_code"])
def test_what_is_wrong_in_a_snapshot_is_found(name: str) -> None:
    desk = Desk()
    desk.done(registered(share(MONDAY), bond(MONDAY)))
    desk.done(priced(MONDAY, limits()))
    arrays = {key: value.copy() for key, value in to_arrays(desk.book).items()}
    assert Securities.from_arrays(arrays).find((SHANGHAI, number_of_code("019547"))) == 1
    check_book(from_arrays(arrays))

    wrong = arrays[name]
    arrays[name] = (
        wrong[::-1] if name == "security_version_keys" else wrong[:1] if name == "security_code" else wrong + 1
    )

    with pytest.raises(InvariantBroken):
        check_book(from_arrays(arrays))
