"""A ledger that takes over looks when somebody served last: due times in between come again, in its first row.

Belongs here: the sign of life in the database, the row of a takeover, that recovery and follower take it in. Never
here: which second a due time moves to (tests.rules.day.test_calendar), what falls due then (tests.ledger_core.paying).
"""

import asyncio
import time
from dataclasses import dataclass

import pytest

from config.schema import Config
from ledger import service as services
from ledger.service import Service
from ledger.watch.clock_watch import LedgerClock
from protocol.codes import ReplyCode
from protocol.frame import Frame
from protocol.limits import CLOCK_SETTLED_NS
from protocol.messages.codec import decode_session, encode
from protocol.messages.control import OpenTradeDate
from protocol.messages.day.paying import Due
from protocol.vocabulary import BANK_PARTY, FrameKind
from tests.bank_seats import DAY_SEAT
from tests.ledger.journal.history import execute
from tests.ledger.world import BROKER, RawGateway, codes, control, header, load_master_data, signed
from tests.ledger_core.control.day.test_due_times import NS_PER_S, windows

TUESDAY = 20_260_106
FIRST = windows(TUESDAY)[0]
ROWS = 7  # genesis, master data, the roll


@dataclass
class Clock:
    """What the bank's clock shows."""

    now_s: int
    is_simulated: bool = True

    def utc_ns(self) -> int:
        return self.now_s * NS_PER_S

    def at(self, _real_utc_ns: int) -> int:
        return self.utc_ns()


async def started(config: Config, clock: Clock, said: list[str]) -> tuple[Service, "asyncio.Task[None]"]:
    service = Service(config, said.append)
    service._wall_clock = clock
    await service.start()
    return service, asyncio.create_task(service.run())


async def stopped(service: Service, running: "asyncio.Task[None]") -> None:
    service.stop()
    await running
    await service.close()


async def until_a_due_time_is_there(config: Config, clock: Clock) -> None:
    """A ledger of Monday whose Tuesday is opened in the evening, and that is stopped then."""
    service, running = await started(config, clock, [])
    gateway = await RawGateway.register(config)
    await load_master_data(gateway)
    opened = OpenTradeDate(TUESDAY, windows(TUESDAY))
    assert codes(await gateway.ask(control(1, opened))) == [[0]]
    await gateway.close()
    assert service.pipeline.decider.book.sequence == ROWS
    await stopped(service, running)


def test_a_due_time_between_two_ledgers_comes_again_and_is_recovered(config: Config) -> None:
    """Stopped on Tuesday at 20:00, started on Wednesday at 10:20: 09:00 to 10:00 come again at 10:21."""

    async def story() -> None:
        clock, said = Clock(FIRST.first_due_s - 14 * 3_600), list[str]()
        await until_a_due_time_is_there(config, clock)
        clock.now_s = FIRST.first_due_s + 1_200
        for place in range(2):  # the second one finds it in the journal, and nothing to do
            service, running = await started(config, clock, said)
            book = service.pipeline.decider.book
            assert book.sequence == ROWS + 1
            assert [second - clock.now_s for second in book.due_times.of(TUESDAY)[0][:3]] == [60, 61, 62]
            assert sum("come again" in line for line in said) == 1
            gateway = await RawGateway.register(config, feed_from=ROWS)
            await gateway.close()
            await stopped(service, running)
            assert place < 2

    asyncio.run(story())


def test_a_sign_of_life_says_that_somebody_served_and_an_older_ledger_says_nothing_any_more(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "ALIVE_EVERY_S", 0.01)

    async def story() -> None:
        clock, said = Clock(FIRST.first_due_s - 14 * 3_600), list[str]()
        await until_a_due_time_is_there(config, clock)
        clock.now_s = FIRST.pay_from_s - 60  # before any due time
        service, running = await started(config, clock, said)
        clock.now_s = FIRST.first_due_s + 60  # it serves on, and makes no row
        journal = service._journal
        assert journal is not None
        while await journal.alive_at_ns() < clock.utc_ns():  # noqa: ASYNC110 - it is in the database
            await asyncio.sleep(0.005)
        await stopped(service, running)
        clock.now_s += 600
        service, running = await started(config, clock, said)
        assert service.pipeline.decider.book.sequence == ROWS
        assert [line for line in said if "come again" in line] == []
        journal = service._journal
        assert journal is not None
        await execute(config, "UPDATE journal_life SET epoch = epoch + 9, alive_at_ns = 5")
        await journal.live(clock.utc_ns())
        assert await journal.alive_at_ns() == 5
        await stopped(service, running)

    asyncio.run(story())


def due() -> Frame:
    """The day desk lets the due times of a broker act that are over."""
    return signed(header(FrameKind.CONTROL, DAY_SEAT, 1, 1, BANK_PARTY, TUESDAY), encode(Due(BROKER)))


def is_off(clock: LedgerClock, by_ns: int) -> None:
    """The machine's clock was put forward by so much; 0: it is back, and has been for long enough."""
    clock._utc_ns = lambda: time.time_ns() + by_ns
    clock.now()
    if not by_ns:
        assert clock.watch._back_since_ns is not None
        clock.watch._back_since_ns -= CLOCK_SETTLED_NS


@pytest.mark.parametrize("is_asked", [True, False])
def test_the_end_of_a_doubt_moves_due_times_as_a_takeover_does_before_anything_is_decided(
    config: Config, is_asked: bool
) -> None:
    """In doubt on Wednesday from 08:59 to 10:20: what would have been at 09:00 to 10:00 comes again at 10:21, whether
    somebody asks for it or not; a ledger that is started behind it finds the row and has nothing to do.
    """

    async def story() -> None:
        clock, said = Clock(FIRST.first_due_s - 14 * 3_600), list[str]()
        await until_a_due_time_is_there(config, clock)
        clock.now_s = FIRST.pay_from_s - 60
        service, running = await started(config, clock, said)
        gateway = await RawGateway.register(config, feed_from=ROWS)
        ledger_clock, book = service.pipeline.clock, service.pipeline.decider.book
        is_off(ledger_clock, 3_600 * NS_PER_S)
        (busy,) = await gateway.ask(due())
        assert decode_session(busy.body).code == ReplyCode.BUSY  # type: ignore[union-attr]
        clock.now_s = FIRST.first_due_s + 1_200
        is_off(ledger_clock, 0)
        rows = ROWS + 1
        if is_asked:
            assert codes(await gateway.ask(due())) == [[0]]
            rows += 1
        async with asyncio.timeout(0 if is_asked else 20):
            while service.pipeline.gate.durable < rows:  # noqa: ASYNC110 - a beat looks at the clock
                await asyncio.sleep(0.005)
        assert book.sequence == rows
        moved_to = book.due_times.of(TUESDAY)[0]
        assert [second - clock.now_s for second in moved_to[:3]] == [60, 61, 62]
        await gateway.close()
        await stopped(service, running)
        service, running = await started(config, clock, said)
        again = service.pipeline.decider.book
        assert (again.sequence, again.due_times.of(TUESDAY)[0]) == (rows, moved_to)
        assert [line for line in said if "come again" in line] == []
        await stopped(service, running)

    asyncio.run(story())


def test_a_doubt_in_which_nothing_was_due_makes_no_row(config: Config) -> None:
    async def story() -> None:
        clock = Clock(FIRST.first_due_s - 14 * 3_600)
        await until_a_due_time_is_there(config, clock)
        service, running = await started(config, clock, [])
        gateway = await RawGateway.register(config, feed_from=ROWS)
        is_off(service.pipeline.clock, 3_600 * NS_PER_S)
        clock.now_s += 300
        is_off(service.pipeline.clock, 0)
        assert codes(await gateway.ask(due())) == [[0]]
        assert service.pipeline.decider.book.sequence == ROWS + 1
        assert service.pipeline.clock.over is None
        await gateway.close()
        await stopped(service, running)

    asyncio.run(story())
