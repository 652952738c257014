"""A broker of scheme A: what it reports of each order, and once more after it died; nothing the bank would not fit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import trio

from frontend_sim.market.bank_orders import OrderBroker
from frontend_sim.market.through_bank.courses import (
    CANCELLED_AS_ASKED,
    NOT_TRADED,
    OVER_OWN_LIMIT,
    SHORT_SALE,
    TOO_LATE,
    ByChance,
    Course,
    CourseOf,
    Report,
    by_one_price,
)
from frontend_sim.practice.ledger import TRADE_DATE
from protocol.client import OrderEntry, Seat
from protocol.client.feeds.order_entries import Position
from protocol.order_pages import ORDER_ENTRY
from protocol.records import records_from_body
from protocol.vocabulary import Market, OrderType, RecordKind, Side, market_and_side
from tests.client.fake_bank import BROKER, FakeBank

YUAN, CONTRACT, CHANNEL_SEAT, NEVER_S = 10_000, 195, 71, 2**40
PRICE = 995 * YUAN // 100
Said = tuple[int, int, int, int]
"""Kind, quantity, reason, and what stands in bytes 24 to 31."""


def ordered(
    number: int, quantity: int = 1_000, limit: int = 10 * YUAN, side: Side = Side.BUY, code: bytes = b"600000"
) -> bytes:
    made = np.zeros(1, ORDER_ENTRY)
    made["kind"], made["market_and_side"] = RecordKind.ORDER, market_and_side(Market.XSHG, side)
    made["order_type"], made["quantity"], made["limit"] = OrderType.LIMIT, quantity, limit
    made["contract_no"], made["security"] = CONTRACT, code
    made["seat"], made["number"], made["last_second"] = CHANNEL_SEAT, number, NEVER_S
    return made.tobytes()


def cancelled(number: int, order: int) -> bytes:
    made = np.frombuffer(bytearray(ordered(number)), ORDER_ENTRY)
    made["kind"], made["order_type"], made["quantity"], made["limit"] = RecordKind.CANCEL, 0, 0, 0
    made["target_date"], made["target_seat"], made["target_number"] = TRADE_DATE, CHANNEL_SEAT, order
    return made.tobytes()


def reported(bank: FakeBank) -> list[tuple[int, list[Said]]]:
    """By the number of the order, each report of it, in the order in which they came."""
    told: dict[int, list[Said]] = {}
    for frame in bank.requests:
        for each in records_from_body(frame.body):
            said = (int(each["kind"]), int(each["quantity"]), int(each["reason"]), int(each["turnover"]))
            told.setdefault(int(each["target_number"]), []).append(said)
    return sorted(told.items())


@asynccontextmanager
async def at_work(
    bank: FakeBank, folder: Path, frames: int, course_of: CourseOf = by_one_price
) -> AsyncIterator[OrderBroker]:
    """A broker that answers until so many frames in all have come."""
    async with Seat.open(bank.settings(folder)) as seat, trio.open_nursery() as nursery:
        broker = OrderBroker(seat, {b"600000": PRICE}, {(CONTRACT, b"600000"): 500}, course_of)
        nursery.start_soon(broker.work)
        await bank.came(frames)
        yield broker
        nursery.cancel_scope.cancel()


async def test_an_order_that_the_price_meets_is_taken_and_executed_in_two_parts(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        bank.orders.tell(BROKER, TRADE_DATE, ordered(7) + ordered(8, 100))
        async with at_work(bank, tmp_path, 5):
            assert reported(bank) == [
                (7, [(22, 0, 0, 1), (24, 500, 0, 500 * PRICE), (24, 1_000, 0, 1_000 * PRICE)]),
                (8, [(22, 0, 0, 2), (24, 100, 0, 100 * PRICE)]),
            ]


async def test_an_order_that_rests_is_cancelled_and_one_that_does_not_is_too_late(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        bank.orders.tell(BROKER, TRADE_DATE, ordered(7, limit=9 * YUAN) + cancelled(8, 7) + ordered(9, 100))
        bank.orders.tell(BROKER, TRADE_DATE, cancelled(10, 9))
        async with at_work(bank, tmp_path, 5) as broker:
            assert reported(bank) == [
                (7, [(22, 0, 0, 1), (25, 1_000, CANCELLED_AS_ASKED, 2)]),
                (9, [(22, 0, 0, 3), (24, 100, 0, 100 * PRICE), (26, 0, TOO_LATE, 4)]),
            ]
            assert [each.left for each in broker.orders.values()] == [0, 0]


async def test_it_sells_what_there_is_and_refuses_the_rest(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        sold = ordered(7, 400, 9 * YUAN, Side.SELL) + ordered(8, 200, 9 * YUAN, Side.SELL)
        bank.orders.tell(BROKER, TRADE_DATE, sold + ordered(9, code=b"000001"))
        async with at_work(bank, tmp_path, 5):
            assert reported(bank) == [
                (7, [(22, 0, 0, 1), (24, 200, 0, 200 * PRICE), (24, 400, 0, 400 * PRICE)]),
                (8, [(23, 0, SHORT_SALE, 0)]),
                (9, [(23, 0, NOT_TRADED, 0)]),
            ]


async def test_after_its_death_it_says_the_same_of_what_it_was_handed(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        bank.orders.tell(BROKER, TRADE_DATE, ordered(7))
        async with Seat.open(bank.settings(tmp_path)) as seat:
            await seat.orders().next_entry()  # and dies
        async with at_work(bank, tmp_path, 3):
            assert reported(bank) == [(7, [(22, 0, 0, 1), (24, 500, 0, 500 * PRICE), (24, 1_000, 0, 1_000 * PRICE)])]


def held_back(entry: OrderEntry, price: int) -> Course:
    """All of it is executed, and half of that is told later."""
    parts = [Report(RecordKind.EXECUTED, part, part * price) for part in (entry.quantity // 2, entry.quantity)]
    return Course((Report(RecordKind.TAKEN, number=entry.position.number), parts[0]), (parts[1],))


async def test_what_it_held_back_it_says_behind_the_answer_to_a_cancel(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        bank.orders.tell(BROKER, TRADE_DATE, ordered(7) + cancelled(8, 7))
        async with at_work(bank, tmp_path, 4, held_back):
            told = [(22, 0, 0, 1), (24, 500, 0, 500 * PRICE), (26, 0, TOO_LATE, 2), (24, 1_000, 0, 1_000 * PRICE)]
            assert reported(bank) == [(7, told)]


async def test_what_it_held_back_it_says_once_when_trading_has_ended(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        bank.orders.tell(BROKER, TRADE_DATE, ordered(7))
        async with at_work(bank, tmp_path, 2, held_back) as broker:
            await broker.tell_late()
            await broker.tell_late()
            told = [(22, 0, 0, 1), (24, 500, 0, 500 * PRICE), (24, 1_000, 0, 1_000 * PRICE)]
            assert reported(bank) == [(7, told)]


def entries(count: int) -> list[OrderEntry]:
    """As a seat hands them out."""
    made = np.frombuffer(b"".join(ordered(number) for number in range(1, count + 1)), ORDER_ENTRY)
    return [OrderEntry.of(each, Position(TRADE_DATE, at)) for at, each in enumerate(made, start=1)]


def test_by_chance_every_manner_comes_and_the_same_entry_meets_with_the_same() -> None:
    courses = [ByChance(1)(entry, PRICE) for entry in entries(1_000)]
    assert courses == [ByChance(1)(entry, PRICE) for entry in entries(1_000)]
    assert courses != [ByChance(2)(entry, PRICE) for entry in entries(1_000)]
    executed = [[each for each in one.reports if each.kind is RecordKind.EXECUTED] for one in courses]
    is_there = {
        "refused": any(one.is_refused and one.reports[0].reason == OVER_OWN_LIMIT for one in courses),
        "cheaper": any(each.number < each.quantity * 10 * YUAN for told in executed for each in told),
        "in parts": any(len({each.quantity for each in told}) > 1 for told in executed),
        "twice": any(len(set(told)) < len(told) for told in executed),
        "overtaken": any(told != sorted(told) for told in executed),
        "late": any(one.held_back for one in courses),
        "by the exchange": any(0 < one.cancelled < 1_000 for one in courses),
    }
    assert [name for name, holds in is_there.items() if not holds] == []
    assert all(one.executed.quantity + one.cancelled <= 1_000 for one in courses)
    assert all(one.executed.number <= one.executed.quantity * 10 * YUAN for one in courses)
