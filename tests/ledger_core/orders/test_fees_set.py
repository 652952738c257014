"""Fees of a broker: announced, set by two people, told to it and signed for; which tables are kept."""

import pytest
from msgspec.structs import replace

from protocol.acts.ordering.fees import SetFeesAct
from protocol.codes import ReplyCode
from protocol.limits import FEE_NOTICES_KEPT_MAX
from protocol.messages.codec import decode_content
from protocol.messages.feeds import Receipt
from protocol.messages.orders.fees import FeeComponent, FeesSet
from protocol.vocabulary import FeedKind, Product, Right
from rules.orders.fee_tables import Charged, table_for
from tests.fees import COMMISSION, NONE, SHARES_BOUGHT, fees_set, notified
from tests.ledger_core.corrections.people import staffed
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    TUESDAY,
    WEDNESDAY,
    Desk,
    same_after_all,
)
from tests.people import signed

BUYS = Charged(BROKER, *SHARES_BOUGHT)
DEARER = FeeComponent(2_500_000, 0, 0, 0, 500, 0)
LEE, MAX = 17, 18


def kept(desk: Desk) -> list[tuple[int, int]]:
    """Number and first date of the tables for the broker's buys."""
    return [each[:2] for each in desk.book.orders.fees.tables_for(BUYS)]


def test_a_broker_announces_and_the_bank_sets_what_it_announced() -> None:
    desk = Desk()
    notice = desk.told(notified(TUESDAY), SEAT)
    assert (notice.code, notice.remaining_fen) == (ReplyCode.ACCEPTED, 1)

    dearer = fees_set(BROKER, TUESDAY, DEARER, notice=1)
    assert desk.control(dearer) == ReplyCode.FEES_DIFFER
    assert desk.control(fees_set(OTHER_BROKER, TUESDAY, notice=1)) == ReplyCode.FEE_NOTICE_UNKNOWN
    table = desk.told(fees_set(BROKER, TUESDAY, notice=1))

    assert (table.code, table.remaining_fen) == (ReplyCode.ACCEPTED, 1)
    assert kept(desk) == [(1, TUESDAY)]
    assert table_for(desk.book.orders.fees.tables_for(BUYS), MONDAY) is None
    same_after_all(desk)


def test_a_table_of_tomorrow_is_set_today_and_todays_goes_on_until_then() -> None:
    desk = Desk()
    desk.done(fees_set(BROKER, MONDAY))
    desk.done(fees_set(BROKER, TUESDAY, DEARER))
    assert kept(desk) == [(1, MONDAY), (2, TUESDAY)]

    desk.roll(TUESDAY)
    assert kept(desk) == [(1, MONDAY), (2, TUESDAY)]  # looked at when one is set
    desk.done(fees_set(BROKER, WEDNESDAY))

    assert kept(desk) == [(2, TUESDAY), (3, WEDNESDAY)]
    same_after_all(desk)


def test_what_is_set_again_changes_nothing_and_is_not_told() -> None:
    desk = Desk()
    desk.done(fees_set(BROKER, MONDAY))
    told_before = int(desk.book.feeds.positions[BROKER])
    desk.roll(TUESDAY)

    again = desk.told(fees_set(BROKER, MONDAY))  # though Monday is over

    assert (again.code, again.remaining_fen) == (ReplyCode.ACCEPTED, 1)
    assert int(desk.book.feeds.positions[BROKER]) == told_before + 1  # the roll
    assert desk.control(fees_set(BROKER, MONDAY, DEARER)) == ReplyCode.FEES_LATE


def test_the_broker_is_told_what_is_charged_and_signs_for_it() -> None:
    desk = Desk()
    desk.done(fees_set(BROKER, TUESDAY))

    (entry,) = [each.entry for each in desk.book.feeds.kept[BROKER]]
    told = FeesSet(1, *SHARES_BOUGHT, TUESDAY, COMMISSION, NONE, fees_set(BROKER, TUESDAY).transfer, NONE, NONE, 0)
    assert (entry.kind, entry.trade_date, decode_content(entry.content)) == (FeedKind.FEES, MONDAY, told)
    assert OTHER_BROKER not in desk.book.feeds.kept
    receipt = Receipt(MONDAY, entry.position, desk.book.feeds.digests[BROKER])
    assert desk.control(receipt, SEAT) == ReplyCode.ACCEPTED
    same_after_all(desk)


def test_of_many_notices_the_oldest_of_the_broker_gives_way() -> None:
    desk = Desk()
    assert desk.control(notified(TUESDAY), OTHER_SEAT) == ReplyCode.ACCEPTED
    for place in range(FEE_NOTICES_KEPT_MAX + 1):
        fee = replace(COMMISSION, flat_fen=place)
        assert desk.control(notified(TUESDAY, fee), SEAT) == ReplyCode.ACCEPTED

    notices = desk.book.orders.fees.notices
    assert (min(notices), 2 in notices, len(notices)) == (1, False, FEE_NOTICES_KEPT_MAX + 1)
    assert desk.control(fees_set(BROKER, TUESDAY, COMMISSION, notice=2)) == ReplyCode.FEE_NOTICE_UNKNOWN
    same_after_all(desk)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (fees_set(9, MONDAY), ReplyCode.PARTY_UNKNOWN),
        (fees_set(BROKER, 20_260_230), ReplyCode.REQUEST_MALFORMED),  # no day
        (fees_set(BROKER, MONDAY, FeeComponent(0, 0, 0, 0, 500, 499)), ReplyCode.REQUEST_MALFORMED),
        (fees_set(BROKER, MONDAY, product=Product.REPO), ReplyCode.PRODUCT_NOT_TAKEN),
        (fees_set(BROKER, MONDAY - 3), ReplyCode.FEES_LATE),
    ],
)
def test_what_is_no_table(wrong: object, code: ReplyCode) -> None:
    assert Desk().control(wrong) == code  # type: ignore[arg-type]


def test_once_the_bank_is_sealed_two_people_set_them() -> None:
    desk = Desk()
    office = staffed(desk)
    for person in (LEE, MAX):
        desk.done(office.hired(person, Right.ORDERS))
    assert desk.control(fees_set(BROKER, TUESDAY)) == ReplyCode.ACT_NEEDED
    nothing = [0] * 6

    act = SetFeesAct(
        **office.by(LEE),
        party=BROKER,
        market="XSHG",
        product="SHARE",
        side="BUY",
        first_date=TUESDAY,
        commission=[1_800_000, 0, 0, 0, 500, 0],
        stamp=nothing,
        transfer=[20_000, 0, 0, 0, 0, 0],
        handling=nothing,
        regulatory=nothing,
        notice=0,
    )

    assert desk.control(signed(act, LEE)) == ReplyCode.SECOND_PERSON_NEEDED
    assert desk.control(signed(act, LEE, MAX)) == ReplyCode.ACCEPTED
    assert kept(desk) == [(1, TUESDAY)]
    (table,) = desk.book.orders.fees.tables_for(BUYS)
    assert table.table.commission == (1_800_000, 0, 0, 0, 500, 0)
    same_after_all(desk)


def test_an_act_with_a_rate_above_ten_per_cent_is_none() -> None:
    desk = Desk()
    office = staffed(desk)
    for person in (LEE, MAX):
        desk.done(office.hired(person, Right.ORDERS))
    fees = dict.fromkeys(("stamp", "transfer", "handling", "regulatory"), [0] * 6)
    kind = {"party": BROKER, "market": "XSHG", "product": "SHARE", "side": "BUY", "first_date": TUESDAY, "notice": 0}
    act = SetFeesAct(**office.by(LEE), **kind, **fees, commission=[100_000_001, 0, 0, 0, 0, 0])  # type: ignore[arg-type]

    assert desk.control(signed(act, LEE, MAX)) == ReplyCode.REQUEST_MALFORMED
