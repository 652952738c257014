"""Every refusal of an order, a cancel and a report, in rank, alone and in a block that the lane decides; nothing moves.

The conversation of each: a bank that takes orders, one thing that is otherwise, and what is answered.
"""

from collections.abc import Callable

import numpy as np
import pytest

from protocol.codes import ReplyCode
from protocol.limits import ORDERING_PER_FRAME_MAX
from protocol.messages.customers.accounts import ChangeAccount, ChangeContract
from protocol.messages.day.steps import SignOff
from protocol.messages.orders.securities import SuspendSecurity
from protocol.messages.orders.signing_on import EndSignOn
from protocol.records import OUTCOME, RecordArray
from protocol.vocabulary import AccountEvent, ContractEvent, Market, OrderType, Scheme, Side, market_and_side
from tests.bank_seats import SAVINGS_SEAT, TELLER_SEAT
from tests.ledger_core.desk import (
    BROKER,
    CHANNEL_SEAT,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    TUESDAY,
    Answer,
    Desk,
    Frame,
    account_of,
    joined,
    record,
    same_after_all,
)
from tests.ledger_core.ordering.trading import (
    YUAN,
    Name,
    a_bank,
    a_customer,
    cancel,
    cancel_refused,
    cancelled,
    executed,
    next_name,
    order,
    ordered,
    refused,
    said,
    taken,
)
from tests.ledger_core.orders.signing import WEB_SEAT
from tests.phases import morning

Code = ReplyCode
A_SALE = market_and_side(Market.XSHG, Side.SELL)
OF_SHENZHEN = market_and_side(Market.XSHE, Side.BUY)
Asked = Callable[[Desk, int, Name], tuple[int, RecordArray]]
"""Makes one thing otherwise; seat and record that are refused."""


def without_sign_on(desk: Desk, ann: int, _: Name) -> tuple[int, RecordArray]:
    assert desk.control(EndSignOn(ann), CHANNEL_SEAT) == Code.ACCEPTED
    return CHANNEL_SEAT, order(ann)


def of_scheme_b(desk: Desk, ann: int, _: Name) -> tuple[int, RecordArray]:
    desk.book.orders.schemes.now[BROKER] = Scheme.B
    return CHANNEL_SEAT, order(ann)


def suspended(desk: Desk, ann: int, _: Name) -> tuple[int, RecordArray]:
    desk.done(ChangeContract(ann, ContractEvent.SUSPEND))
    return CHANNEL_SEAT, order(ann)


def lost(desk: Desk, ann: int, _: Name) -> tuple[int, RecordArray]:
    desk.done(ChangeAccount(account_of(ann), AccountEvent.REPORT_LOSS))
    return CHANNEL_SEAT, order(ann)


def stopped(desk: Desk, ann: int, _: Name) -> tuple[int, RecordArray]:
    desk.book.stopped[BROKER] = 1
    return CHANNEL_SEAT, order(ann)


def signed_off(desk: Desk, ann: int, _: Name) -> tuple[int, RecordArray]:
    desk.done(SignOff(MONDAY))
    return CHANNEL_SEAT, order(ann)


def between_phases(desk: Desk, ann: int, _: Name) -> tuple[int, RecordArray]:
    desk.done(morning(MONDAY, seconds=60))
    return CHANNEL_SEAT, order(ann)


def in_shenzhen(desk: Desk, ann: int, _: Name) -> tuple[int, RecordArray]:
    desk.done(morning(MONDAY, market=Market.XSHE))
    return CHANNEL_SEAT, order(ann, market_and_side=OF_SHENZHEN)


def halted(desk: Desk, ann: int, _: Name) -> tuple[int, RecordArray]:
    desk.done(SuspendSecurity(Market.XSHG, "600000", "news"))
    return CHANNEL_SEAT, order(ann)


def unpriced(desk: Desk, ann: int, _: Name) -> tuple[int, RecordArray]:
    desk.book.orders.securities.roll(TUESDAY)
    return CHANNEL_SEAT, order(ann)


def without_fees(desk: Desk, ann: int, _: Name) -> tuple[int, RecordArray]:
    desk.book.orders.fees.numbers_for.clear()
    return CHANNEL_SEAT, order(ann)


def away(desk: Desk, ann: int, _: Name) -> tuple[int, RecordArray]:
    lane = desk.book.clearing.lane(MONDAY, BROKER)
    lane.signed_on_s = 0
    desk.book.clearing.put(lane)
    return CHANNEL_SEAT, order(ann)


def of_an_issue(desk: Desk, ann: int, name: Name) -> tuple[int, RecordArray]:
    words = desk.book.requests.orders
    words.order_type[words.order_type > 0] = OrderType.PLACING
    return CHANNEL_SEAT, cancel(name, ann)


def of_monday(desk: Desk, ann: int, name: Name) -> tuple[int, RecordArray]:
    desk.roll(TUESDAY)
    return CHANNEL_SEAT, cancel(name, ann)


def asked_twice(desk: Desk, ann: int, name: Name) -> tuple[int, RecordArray]:
    said(desk, cancel(name, ann))
    return CHANNEL_SEAT, cancel(name, ann)


def of_what_has_ended(desk: Desk, ann: int, name: Name) -> tuple[int, RecordArray]:
    said(desk, refused(name, ann))
    return CHANNEL_SEAT, cancel(name, ann)


def of_another_customer(desk: Desk, ann: int, name: Name) -> tuple[int, RecordArray]:
    return CHANNEL_SEAT, cancel(name, a_customer(desk))


def reported_of_another_customer(desk: Desk, ann: int, name: Name) -> tuple[int, RecordArray]:
    return SEAT, taken(name, a_customer(desk))


def by_a_teller_of_scheme_b(desk: Desk, ann: int, name: Name) -> tuple[int, RecordArray]:
    return TELLER_SEAT, cancel(name, desk.open(0, OTHER_BROKER))


def just(ask: Callable[[int, Name], RecordArray], seat: int = CHANNEL_SEAT) -> Asked:
    return lambda desk, ann, name: (seat, ask(ann, name))


REFUSED: list[tuple[ReplyCode, str, Asked]] = [
    (Code.REQUEST_MALFORMED, "no market", just(lambda ann, _: order(ann, market_and_side=1))),
    (Code.REQUEST_MALFORMED, "no side", just(lambda ann, _: order(ann, market_and_side=1 << 4))),
    (Code.REQUEST_MALFORMED, "no type", just(lambda ann, _: order(ann, order_type=6))),
    (Code.REQUEST_MALFORMED, "none of it", just(lambda ann, _: order(ann, 0))),
    (Code.REQUEST_MALFORMED, "2³¹ shares", just(lambda ann, _: order(ann, -(2**31)))),
    (Code.REQUEST_MALFORMED, "for nothing", just(lambda ann, _: order(ann, limit=0))),
    (Code.REQUEST_MALFORMED, "at 2³¹", just(lambda ann, _: order(ann, limit=2**31))),
    (Code.REQUEST_MALFORMED, "an amount", just(lambda ann, _: order(ann, amount_fen=1))),
    (Code.REQUEST_MALFORMED, "a target", just(lambda ann, _: order(ann, target_seat=1))),
    (Code.REQUEST_MALFORMED, "a quantity", just(lambda ann, name: cancel(name, ann, quantity=1))),
    (Code.REQUEST_MALFORMED, "no number", just(lambda ann, name: taken(name, ann, 0), SEAT)),
    (Code.REQUEST_MALFORMED, "no reason", just(lambda ann, name: refused(name, ann, 0), SEAT)),
    (Code.REQUEST_MALFORMED, "reason 256", just(lambda ann, name: refused(name, ann, 256), SEAT)),
    (Code.REQUEST_MALFORMED, "nothing", just(lambda ann, name: executed(name, ann, 0, 0), SEAT)),
    (Code.REQUEST_MALFORMED, "2⁴⁰ × 100 + 1", just(lambda ann, name: executed(name, ann, 1, 100 * 2**40 + 1), SEAT)),
    (Code.REQUEST_MALFORMED, "of no cancel", just(lambda ann, name: cancel_refused(name, ann, 0), SEAT)),
    (Code.ROLE_FORBIDS, "a broker orders", just(lambda ann, _: order(ann), SEAT)),
    (Code.ROLE_FORBIDS, "the savings desk cancels", just(lambda ann, name: cancel(name, ann), SAVINGS_SEAT)),
    (Code.ROLE_FORBIDS, "a channel reports", just(lambda ann, name: taken(name, ann))),
    (Code.NOT_SIGNED_ON, "signed off", without_sign_on),
    (Code.NOT_SIGNED_ON, "by the web", just(lambda ann, _: order(ann), WEB_SEAT)),
    (Code.NOT_SIGNED_ON, "of nobody", just(lambda ann, _: order(12_345))),
    (Code.NOT_SIGNED_ON, "cancels by the web", just(lambda ann, name: cancel(name, ann), WEB_SEAT)),
    (Code.NOT_SIGNED_ON, "cancels of nobody", just(lambda ann, name: cancel(name, 12_345))),
    (Code.CONTRACT_UNKNOWN, "another broker reports", just(lambda ann, name: taken(name, ann), OTHER_SEAT)),
    (Code.CONTRACT_UNKNOWN, "of nobody", just(lambda ann, name: taken(name, 12_345), SEAT)),
    (Code.SCHEME_FORBIDS, "scheme B", of_scheme_b),
    (Code.SCHEME_FORBIDS, "a teller for scheme B", by_a_teller_of_scheme_b),
    (Code.ACCOUNT_LOSS_REPORTED, "the card is lost", lost),
    (Code.CONTRACT_SUSPENDED, "the service is suspended", suspended),
    (Code.BROKER_STOPPED, "by two people", stopped),
    (Code.MARKET_CLOSED, "signed off", signed_off),
    (Code.MARKET_CLOSED, "no phase", between_phases),
    (Code.SECURITY_UNKNOWN, "600001", just(lambda ann, _: order(ann, code="600001"))),
    (Code.SECURITY_UNKNOWN, "of Shenzhen", in_shenzhen),
    (Code.SECURITY_SUSPENDED, "news", halted),
    (Code.PRICE_LIMITS_MISSING, "of the next date alone", unpriced),
    (Code.ORDER_TYPE_NOT_TAKEN, "a sale", just(lambda ann, _: order(ann, market_and_side=A_SALE))),
    (Code.ORDER_TYPE_NOT_TAKEN, "a placing", just(lambda ann, _: order(ann, order_type=OrderType.PLACING))),
    (Code.QUANTITY_OUT_OF_LOTS, "150", just(lambda ann, _: order(ann, 150))),
    (Code.QUANTITY_OUT_OF_LOTS, "1,000,100", just(lambda ann, _: order(ann, 1_000_100))),
    (Code.PRICE_OFF_TICK, "10.005", just(lambda ann, _: order(ann, limit=100_050))),
    (Code.PRICE_OUT_OF_LIMITS, "11.01", just(lambda ann, _: order(ann, limit=110_100))),
    (Code.PRICE_OUT_OF_LIMITS, "4.99", just(lambda ann, _: order(ann, limit=49_900))),
    (Code.FEES_MISSING, "none is set", without_fees),
    (Code.BROKER_AWAY, "not signed on for the date", away),
    (Code.ORDER_UNKNOWN, "number 999", just(lambda ann, name: cancel(name._replace(number=999), ann))),
    (Code.ORDER_UNKNOWN, "of another paper", just(lambda ann, name: cancel(name, ann, code="600001"))),
    (Code.ORDER_UNKNOWN, "another's order", of_another_customer),
    (Code.ORDER_UNKNOWN, "reported: another's order", reported_of_another_customer),
    (Code.ORDER_UNKNOWN, "reported: 999", just(lambda ann, name: taken(name._replace(number=999), ann), SEAT)),
    (Code.ORDER_UNKNOWN, "seat 0", just(lambda ann, name: taken(name._replace(seat=0), ann), SEAT)),
    (Code.ORDER_UNKNOWN, "number 2⁶²", just(lambda ann, name: taken(name._replace(number=2**62), ann), SEAT)),
    (Code.ORDER_UNKNOWN, "2026-13-01", just(lambda ann, name: taken(name._replace(trade_date=20_251_301), ann), SEAT)),
    (Code.ORDER_UNKNOWN, "by no channel", just(lambda ann, name: taken(Name(20_251_231, SEAT, 1), ann), SEAT)),
    (Code.CANNOT_BE_CANCELLED, "a placing", of_an_issue),
    (Code.CANCEL_CLOSED, "Monday's", of_monday),
    (Code.CANCEL_UNDER_WAY, "twice", asked_twice),
    (Code.ORDER_ENDED, "refused", of_what_has_ended),
    (Code.LISTED, "not kept any more", just(lambda ann, name: taken(Name(20_251_231, CHANNEL_SEAT, 1), ann), SEAT)),
    (Code.LISTED, "a sale", just(lambda ann, name: taken(name, ann, market_and_side=A_SALE), SEAT)),
    (Code.LISTED, "of another paper", just(lambda ann, name: taken(name, ann, code="600001"), SEAT)),
    (Code.LISTED, "above the order", just(lambda ann, name: executed(name, ann, 1_100, 11_000 * YUAN), SEAT)),
    (Code.LISTED, "above its limit", just(lambda ann, name: executed(name, ann, 100, 1_001 * YUAN), SEAT)),
    (Code.LISTED, "more than is open", just(lambda ann, name: cancelled(name, ann, 1_001), SEAT)),
    (Code.LISTED, "no cancel was asked", just(lambda ann, name: cancel_refused(name, ann, 1), SEAT)),
    (Code.FUNDS_FROZEN, "998,180 < 1,001,820 ≤ 2,000,000", just(lambda ann, _: order(ann))),
    (Code.INSUFFICIENT_FUNDS, "2,003,640 > 2,000,000", just(lambda ann, _: order(ann, 2_000))),
]


@pytest.mark.parametrize("padding", [0, 20], ids=["law", "lane"])
@pytest.mark.parametrize(("code", "why", "ask"), REFUSED, ids=[f"{row[0].name}: {row[1]}" for row in REFUSED])
def test_refused(code: ReplyCode, why: str, ask: Asked, padding: int) -> None:
    desk = a_bank()
    ann = a_customer(desk)
    name = ordered(desk, ann)
    seat, asked = ask(desk, ann, name)
    before, entries = desk.money(ann), desk.book.orders.entries.last.copy()

    frames = [Frame(seat, asked)]
    if padding:
        frames.append(Frame(SEAT, joined(*[record(0, ann, 0)] * padding)))
    answer = desk.send(*frames)[0]

    assert answer == Answer(code, 0, 0), why
    assert desk.money(ann) == before
    np.testing.assert_array_equal(desk.book.orders.entries.last, entries)


def test_the_ranks_are_those_of_the_codes() -> None:
    codes = [row[0] for row in REFUSED]

    assert codes == sorted(codes)


def test_an_order_that_comes_too_late_has_expired_and_a_cancel_never_does() -> None:
    desk = a_bank()
    ann = a_customer(desk)
    name = ordered(desk, ann)

    answers = desk.send(Frame(CHANNEL_SEAT, joined(order(ann, 100), cancel(name, ann)), desk.now_ns - 1))

    assert [answer.code for answer in answers] == [Code.EXPIRED, Code.ACCEPTED]
    same_after_all(desk)


def test_a_teller_cancels_for_a_customer_who_is_not_signed_on() -> None:
    desk = a_bank()
    ann = a_customer(desk)
    name = ordered(desk, ann)
    assert desk.control(EndSignOn(ann), CHANNEL_SEAT) == Code.ACCEPTED

    assert desk.ask(TELLER_SEAT, cancel(name, ann)) == [Answer(Code.ACCEPTED, 0, 0)]
    assert desk.ask(TELLER_SEAT, cancel(name, 12_345)) == [Answer(Code.CONTRACT_UNKNOWN, 0, 0)]
    same_after_all(desk)


def test_a_stopped_brokers_customers_cancel_and_its_reports_are_taken() -> None:
    desk = a_bank()
    ann = a_customer(desk)
    name = ordered(desk, ann)
    desk.book.stopped[BROKER] = 1
    desk.done(ChangeContract(ann, ContractEvent.SUSPEND))
    desk.done(SuspendSecurity(Market.XSHG, "600000", "news"))

    answers = said(desk, executed(name, ann, 100, 1_000 * YUAN), cancel(name, ann), cancelled(name, ann, 900))

    assert [answer.code for answer in answers] == [Code.ACCEPTED] * 3


def test_no_frame_holds_more_of_them_than_may_be_decided_one_by_one() -> None:
    desk = a_bank()
    ann = a_customer(desk, 0)
    desk.ask(CHANNEL_SEAT, *[order(ann, 100)] * (ORDERING_PER_FRAME_MAX + 2))

    codes = np.frombuffer(desk.rows[-1].outcomes, OUTCOME)["code"]

    assert (codes[:ORDERING_PER_FRAME_MAX] == Code.INSUFFICIENT_FUNDS).all()
    assert (codes[ORDERING_PER_FRAME_MAX:] == Code.REQUEST_MALFORMED).all()


def test_of_another_brokers_contract_a_channel_learns_nothing() -> None:
    """Not that it is there, nor that it is of another scheme."""
    desk = a_bank()
    foreign = desk.open(1_000, OTHER_BROKER)

    answers = said(desk, order(foreign), order(12_345), cancel(next_name(desk), foreign))

    assert answers == [Answer(Code.NOT_SIGNED_ON, 0, 0)] * 3
