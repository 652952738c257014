"""A seat's orders: each once and in order, marked before it is handed out; what a process was handed that died."""

from pathlib import Path

import numpy as np
import pytest
import trio

from frontend_sim.practice.ledger import TRADE_DATE
from protocol.client import FeedEnded, MisuseError, OrderEntry, OrderReader, Seat, SyncSeat
from protocol.client.feeds.verbs import REASON_EXPIRED
from protocol.client.outbox.outbox import Outbox
from protocol.client.outbox.outbox_layout import MARK_COPY_BYTES, MARK_FIELDS, MARK_OFFSET, NOT_READ, OrderMark
from protocol.codes import ReplyCode
from protocol.limits import STRETCH_ENTRIES
from protocol.order_pages import NO_STRETCH, ORDER_ENTRY
from protocol.records import records_from_body
from protocol.vocabulary import Market, OrderType, RecordKind, Side, market_and_side
from tests.client.fake_bank import BROKER, SEAT, SEATS, FakeBank

CHANNEL_SEAT, NEXT_DATE, NEVER_S, LONG_AGO_S = 71, 20_260_922, 2**40, 1_000_000_000


def entries(first: int, count: int = 1, kind: RecordKind = RecordKind.ORDER, last_second: int = NEVER_S) -> bytes:
    """So many orders of 1,000 at 10.00, or cancels of number 1."""
    made = np.zeros(count, ORDER_ENTRY)
    made["kind"], made["market_and_side"] = kind, market_and_side(Market.XSHG, Side.BUY)
    made["contract_no"], made["security"], made["seat"] = 195, b"600000", CHANNEL_SEAT
    made["number"] = np.arange(first, first + count)
    if kind is RecordKind.ORDER:
        made["order_type"], made["quantity"], made["limit"] = OrderType.LIMIT, 1_000, 100_000
        made["frozen_fen"], made["last_second"] = 1_001_820, last_second
    else:
        made["target_date"], made["target_seat"], made["target_number"] = TRADE_DATE, CHANNEL_SEAT, 1
    return made.tobytes()


async def taken(reader: OrderReader, count: int, *, are_done: bool = False) -> list[int]:
    """The numbers of so many entries."""
    found: list[int] = []
    for _ in range(count):
        entry = await reader.next_entry()
        found.append(entry.position.number)
        if are_done:
            reader.done(entry)
    return found


def numbers(found: list[OrderEntry]) -> list[int]:
    return [entry.position.number for entry in found]


async def test_an_order_and_a_cancel_are_read_as_what_they_say(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.orders.tell(BROKER, TRADE_DATE, entries(1) + entries(2, 1, RecordKind.CANCEL))
        reader = seat.orders()
        order, cancel = await reader.next_entry(), await reader.next_entry()

        assert (order.is_order, order.is_cancel, order.position) == (True, False, (TRADE_DATE, 1))
        assert order.order.key == (TRADE_DATE, CHANNEL_SEAT, 1)
        assert (order.order.contract_no, order.order.market, order.order.side) == (195, Market.XSHG, Side.BUY)
        assert (order.order.security, order.quantity, order.value) == (b"600000", 1_000, 100_000)
        assert (order.order_type, order.frozen_fen, order.last_second) == (OrderType.LIMIT, 1_001_820, NEVER_S)
        assert (cancel.is_order, cancel.is_cancel, cancel.position.number) == (False, True, 2)
        assert cancel.order == order.order


async def test_no_entry_is_lost_or_doubled_by_a_line_that_breaks(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.orders.tell(BROKER, TRADE_DATE, entries(1, 4))
        reader = seat.orders()
        found = await taken(reader, 2)  # two more wait in the SDK
        bank.cut()
        bank.orders.tell(BROKER, TRADE_DATE, entries(5))
        found += await taken(reader, 3)
        bank.cut()
        bank.orders.tell(BROKER, TRADE_DATE, entries(6))
        found += await taken(reader, 1)

        assert found == [1, 2, 3, 4, 5, 6]
        assert bank.violations == {}


async def test_stretches_and_dates_come_one_behind_the_other(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.orders.tell(BROKER, TRADE_DATE, entries(1, 2 * STRETCH_ENTRIES + 3))
        bank.orders.tell(BROKER, NEXT_DATE, entries(1))
        reader = seat.orders()

        assert await taken(reader, 2_051) == list(range(1, 2_052))
        bank.cut()
        assert (await reader.next_entry()).position == (NEXT_DATE, 1)
        assert bank.violations == {}


async def test_a_later_process_goes_on_behind_what_is_done_and_is_told_what_was_handed_out(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        bank.orders.tell(BROKER, TRADE_DATE, entries(1, STRETCH_ENTRIES + 5))
        async with Seat.open(bank.settings(tmp_path)) as seat:
            reader = seat.orders()
            await taken(reader, STRETCH_ENTRIES + 1, are_done=True)
            assert await taken(reader, 2) == [1_026, 1_027]
        bank.orders.tell(BROKER, TRADE_DATE, entries(1_030))

        async with Seat.open(bank.settings(tmp_path)) as seat:
            reader = seat.orders()
            left = await reader.unanswered()
            # A mark is of all that came together: what was not handed out of it may have been, for all the disk knows.
            assert numbers(left) == [1_026, 1_027, 1_028, 1_029]
            assert await taken(reader, 1) == [1_030]
            for entry in left:
                reader.done(entry)

        async with Seat.open(bank.settings(tmp_path)) as seat:
            assert numbers(await seat.orders().unanswered()) == [1_030]
        assert bank.violations == {}


async def test_an_order_behind_its_last_second_that_was_never_handed_out_is_refused(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.orders.tell(BROKER, TRADE_DATE, entries(1, last_second=LONG_AGO_S) + entries(2))
        reader = seat.orders()

        assert await taken(reader, 1) == [2]
        (refused,) = (records_from_body(frame.body)[0] for frame in bank.requests)
        assert (refused["kind"], refused["reason"]) == (RecordKind.REFUSED, REASON_EXPIRED)
        named = (refused["target_date"], refused["target_seat"], refused["target_number"])
        assert named == (TRADE_DATE, CHANNEL_SEAT, 1)
        assert await reader.unanswered() == []


async def test_an_order_that_was_handed_out_is_not_refused_however_late_it_is(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        bank.orders.tell(BROKER, TRADE_DATE, entries(1, last_second=LONG_AGO_S) + entries(2))
        outbox = Outbox.open(bank.settings(tmp_path).outbox, BROKER, SEAT, records_max=16_384)
        outbox.keep_order_mark(OrderMark(0, 1, 2, TRADE_DATE, TRADE_DATE, NO_STRETCH), is_durable=True)
        outbox.close()

        async with Seat.open(bank.settings(tmp_path)) as seat:
            reader = seat.orders()
            assert numbers(await reader.unanswered()) == [1]
            assert await taken(reader, 1) == [2]
            assert bank.requests_count == 0


async def test_what_is_not_open_cannot_be_done(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.orders.tell(BROKER, TRADE_DATE, entries(1))
        reader = seat.orders()
        entry = await reader.next_entry()
        reader.done(entry)
        with pytest.raises(MisuseError, match="is not open"):
            reader.done(entry)


async def test_another_reader_takes_the_place_of_the_first(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.orders.tell(BROKER, TRADE_DATE, entries(1, 2))
        first = seat.orders()
        await taken(first, 1)
        second = seat.orders()

        assert numbers(await second.unanswered()) == [1, 2]  # the mark is of both
        with pytest.raises(FeedEnded, match="another reader"):
            await first.next_entry()


async def test_another_history_than_was_read_ends_it(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.orders.tell(BROKER, TRADE_DATE, entries(1, STRETCH_ENTRIES))
        reader = seat.orders()
        await taken(reader, STRETCH_ENTRIES)
        bank.orders._entries[BROKER][TRADE_DATE][4:8] = b"\x07\x00\x00\x00"  # another quantity of the first order
        bank.orders.tell(BROKER, TRADE_DATE, entries(1_025))

        with pytest.raises(FeedEnded, match="are others than were told before"):
            await reader.next_entry()
        assert bank.violations[ReplyCode.BODY_DIGEST_MISMATCH] == 0  # it was the partner who found it


async def test_the_bank_finds_another_history_too(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.orders.tell(BROKER, TRADE_DATE, entries(1, STRETCH_ENTRIES + 1))
        reader = seat.orders()
        await taken(reader, STRETCH_ENTRIES + 1)
        bank.orders._entries[BROKER][TRADE_DATE][4:8] = b"\x07\x00\x00\x00"
        bank.cut()
        with trio.move_on_after(5):
            while not bank.violations:
                await bank.heartbeats_came(1)
        assert bank.violations[ReplyCode.MALFORMED_FRAME] >= 1


def test_threads_read_it_too(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with FakeBank.run() as bank:
            bank.orders.tell(BROKER, TRADE_DATE, entries(1, 2))

            def program() -> list[int]:
                with SyncSeat.open(bank.settings(tmp_path, SEATS[1])) as seat:
                    reader = seat.orders()
                    found = []
                    for entry in reader:
                        reader.done(entry)
                        found.append(entry.position.number)
                        if len(found) == 2:
                            break
                    assert reader.unanswered() == []
                    return found

            assert await trio.to_thread.run_sync(program) == [1, 2]

    trio.run(scenario)


def test_a_mark_is_kept_in_turns_and_a_torn_one_is_damage_or_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "one.outbox"
    first = OrderMark(0, 3, 5, TRADE_DATE, TRADE_DATE, NO_STRETCH)
    outbox = Outbox.open(path, BROKER, SEAT, records_max=16_384, power_safe=True)
    assert outbox.order_mark == NOT_READ
    outbox.keep_order_mark(first, is_durable=True)
    outbox.keep_order_mark(first._replace(done_number=4), is_durable=False)
    outbox.close()

    outbox = Outbox.open(path, BROKER, SEAT, records_max=16_384)
    assert outbox.order_mark == OrderMark(2, 4, 5, TRADE_DATE, TRADE_DATE, NO_STRETCH)
    half = outbox._mark_half
    outbox.close()
    with path.open("r+b") as file:  # killed while it wrote the second: the word that commits it is not there yet
        file.seek(MARK_OFFSET + half * MARK_COPY_BYTES + MARK_FIELDS.size)
        file.write(bytes(8))
    outbox = Outbox.open(path, BROKER, SEAT, records_max=16_384)
    assert outbox.order_mark == first._replace(generation=1)
    outbox.close()
