"""What is told of orders: what was accepted of channels to the broker, every report that fits to who asked for it."""

import numpy as np

from ledger.core.state.orders.order_feeds import FeedOf
from protocol.codes import ReplyCode
from protocol.order_pages import ORDER_ENTRY, OrderEntryArray
from protocol.vocabulary import Market, RecordKind, Side, market_and_side
from tests.ledger_core.desk import (
    BROKER,
    CHANNEL,
    CHANNEL_SEAT,
    MONDAY,
    SEAT,
    TUESDAY,
    Desk,
    Frame,
    codes,
    joined,
    same_after_all,
)
from tests.ledger_core.ordering.trading import (
    UNTIL_S,
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
from tests.ledger_core.orders.signing import WEB, WEB_SEAT, say, signed_on

ORDERS, REPORTS = FeedOf(BROKER, 0), FeedOf(CHANNEL, CHANNEL_SEAT)
LAST_S = 1_767_583_800 - 1  # the last of Monday's morning, 11:30 in Shanghai


def told(desk: Desk, feed: FeedOf, first: int = 1, date: int = MONDAY) -> OrderEntryArray:
    """The entries of a feed from a number on."""
    entries = desk.book.orders.feeds.page(feed, date, first).entries
    assert entries is not None
    return np.frombuffer(entries, ORDER_ENTRY)


def kinds(entries: OrderEntryArray) -> list[int]:
    found: list[int] = entries["kind"].tolist()
    return found


def names(entries: OrderEntryArray) -> list[tuple[int, int, int]]:
    """The orders that entries name."""
    return list(zip(*(entries[name].tolist() for name in ("target_date", "target_seat", "target_number")), strict=True))


def test_an_order_is_told_with_what_was_frozen_its_number_and_its_last_second() -> None:
    desk = a_bank()
    contract_no = a_customer(desk)
    name = next_name(desk)
    record = order(contract_no)
    record["partner_ref"] = b"by phone"
    desk.ask(CHANNEL_SEAT, record)

    (entry,) = told(desk, ORDERS)

    assert (entry["kind"], entry["market_and_side"]) == (RecordKind.ORDER, market_and_side(Market.XSHG, Side.BUY))
    assert (entry["order_type"], entry["quantity"], entry["limit"]) == (1, 1_000, 10 * YUAN)
    assert (entry["contract_no"], entry["security"]) == (contract_no, b"600000")
    assert Name(MONDAY, int(entry["seat"]), int(entry["number"])) == name
    assert (entry["frozen_fen"], entry["last_second"]) == (1_001_820, LAST_S)
    assert entry["partner_ref"].tobytes() == b"by phone"
    same_after_all(desk)


def test_what_is_refused_is_told_to_nobody() -> None:
    desk = a_bank()
    contract_no = a_customer(desk, 100)
    (answer,) = desk.ask(CHANNEL_SEAT, order(contract_no))

    assert answer.code != ReplyCode.ACCEPTED
    assert desk.book.orders.feeds.feeds == {}


def test_a_cancel_is_told_to_the_broker_and_named_by_its_number_in_the_answer() -> None:
    desk = a_bank()
    contract_no = a_customer(desk)
    name = ordered(desk, contract_no)
    said(desk, cancel(name, contract_no))

    entries = told(desk, ORDERS)
    assert kinds(entries) == [RecordKind.ORDER, RecordKind.CANCEL]
    assert names(entries[1:]) == [name]
    assert entries["number"].tolist() == [name.number, name.number + 1]
    assert codes(said(desk, cancelled(name, contract_no, 1_000, answers=2))) == [ReplyCode.ACCEPTED]


def test_reports_that_fit_are_told_to_the_seat_that_ordered_and_listed_ones_to_nobody() -> None:
    desk = a_bank()
    contract_no = a_customer(desk)
    name = ordered(desk, contract_no)
    reports = [
        taken(name, contract_no),
        executed(name, contract_no, 400, 3_980 * YUAN),
        executed(name, contract_no, 300, 2_980 * YUAN),  # less than there was: LISTED
        executed(name, contract_no, 1_000, 9_920 * YUAN),
    ]
    accepted = codes(said(desk, *reports))
    assert accepted == [ReplyCode.ACCEPTED, ReplyCode.ACCEPTED, ReplyCode.LISTED, ReplyCode.ACCEPTED]

    entries = told(desk, REPORTS)
    assert kinds(entries) == [RecordKind.TAKEN, RecordKind.EXECUTED, RecordKind.EXECUTED]
    assert names(entries) == [name] * 3
    assert entries["seat"].tolist() == [SEAT] * 3
    assert entries["quantity"].tolist() == [0, 400, 1_000]
    assert entries["turnover"].tolist() == [42, 3_980 * YUAN, 9_920 * YUAN]
    assert len(told(desk, ORDERS)) == 1
    same_after_all(desk)


def test_numbers_are_those_that_orders_have_whatever_blocks_they_came_in() -> None:
    desk = a_bank()
    contract_no = a_customer(desk, 100_000_000)
    first = next_name(desk)
    desk.send(
        Frame(CHANNEL_SEAT, joined(order(contract_no), order(contract_no, 0), order(contract_no, 200))),
        Frame(CHANNEL_SEAT, joined(cancel(first, contract_no), order(contract_no, 300))),
    )
    ordered(desk, contract_no, 400)

    entries = told(desk, ORDERS)
    assert entries["quantity"].tolist() == [1_000, 200, 0, 300, 400]
    assert [each - first.number for each in entries["number"].tolist()] == [0, 2, 3, 4, 5]
    assert int(desk.book.orders.entries.last[BROKER]) == 5
    same_after_all(desk)


def test_a_later_date_has_numbers_of_its_own_and_reports_of_monday_come_on_tuesday() -> None:
    desk = a_bank()
    contract_no = a_customer(desk)
    name = ordered(desk, contract_no)
    desk.roll(TUESDAY)
    assert codes(said(desk, refused(name, contract_no))) == [ReplyCode.ACCEPTED]

    (entry,) = told(desk, REPORTS, date=TUESDAY)
    assert (entry["kind"], entry["reason"]) == (RecordKind.REFUSED, 9)
    assert names(told(desk, REPORTS, date=TUESDAY)) == [name]
    same_after_all(desk)


def test_an_answer_to_a_cancel_is_told_to_the_seat_that_ordered_once() -> None:
    desk = a_bank()
    contract_no = a_customer(desk)
    name = ordered(desk, contract_no)
    said(desk, cancel(name, contract_no))
    said(desk, cancel_refused(name, contract_no, answers=2))

    assert kinds(told(desk, REPORTS)) == [RecordKind.CANCEL_REFUSED]


def test_an_answer_to_a_cancel_is_told_to_both_channels() -> None:
    desk = a_bank()
    contract_no = a_customer(desk)
    say(desk, signed_on(contract_no, WEB, until_s=UNTIL_S))
    name = ordered(desk, contract_no)  # by phone
    desk.ask(WEB_SEAT, cancel(name, contract_no))
    said(desk, executed(name, contract_no, 400, 3_980 * YUAN), cancelled(name, contract_no, 600, answers=2))

    assert kinds(told(desk, REPORTS)) == [RecordKind.EXECUTED, RecordKind.CANCELLED]
    assert kinds(told(desk, FeedOf(CHANNEL, WEB_SEAT))) == [RecordKind.CANCELLED]
    same_after_all(desk)


def test_who_asked_for_another_cancel_hears_nothing() -> None:
    desk = a_bank()
    contract_no = a_customer(desk)
    say(desk, signed_on(contract_no, WEB, until_s=UNTIL_S))
    name = ordered(desk, contract_no)  # by phone
    desk.ask(WEB_SEAT, cancel(name, contract_no))
    answers = said(desk, cancelled(name, contract_no, 100, answers=9))

    assert codes(answers) == [ReplyCode.ACCEPTED]
    assert kinds(told(desk, REPORTS)) == [RecordKind.CANCELLED]
    assert FeedOf(CHANNEL, WEB_SEAT) not in desk.book.orders.feeds.feeds
    same_after_all(desk)


def test_whose_cancel_was_answered_hears_of_it_though_another_is_asked_for_in_the_same_block() -> None:
    desk = a_bank()
    contract_no = a_customer(desk)
    say(desk, signed_on(contract_no, WEB, until_s=UNTIL_S))
    name = ordered(desk, contract_no)  # by phone
    desk.ask(WEB_SEAT, cancel(name, contract_no))
    answers = said(desk, cancel_refused(name, contract_no, answers=2), cancel(name, contract_no))

    assert codes(answers) == [ReplyCode.ACCEPTED] * 2
    assert kinds(told(desk, FeedOf(CHANNEL, WEB_SEAT))) == [RecordKind.CANCEL_REFUSED]
    said(desk, cancel_refused(name, contract_no, answers=3))
    assert len(told(desk, FeedOf(CHANNEL, WEB_SEAT))) == 1  # that one was by phone
    same_after_all(desk)
