"""Nothing is told from memory without a recent look at the journal's head; a database that does not answer ends it.

Belongs here: the look, its age, and what waits for it. Never here: how a takeover works (test_process).
"""

import asyncio
import socket
from types import SimpleNamespace

import pytest
import uvloop

from config.kit.exit_codes import ExitCode, ProcessFault
from config.schema import Config
from ledger.database.boot_clock import boot_ns
from ledger.database.connections import connect, keep_alive
from ledger.journal.head import Fenced, JournalLost
from ledger.service import Service
from ledger.watch import look as look_module
from ledger.watch.look import Look
from protocol.given_numbers import contract_no_from_index
from protocol.limits import COMMIT_NS_MAX, DATABASE_SILENT_NS_MAX, LOOK_NS_MAX
from protocol.messages.queries import BuyingPowerQuery, OutcomeQuery, TotalsQuery
from protocol.vocabulary import BANK_PARTY, BANK_SEAT, FrameKind
from tests.ledger.world import DATE, SEAT, RawGateway, block, freezes, load_master_data, query, serving

QUESTIONS = {
    "not seen": query(SEAT, 1, OutcomeQuery(DATE, 9)),
    "buying power": query(SEAT, 1, BuyingPowerQuery([contract_no_from_index(0)])),
    "totals": query(BANK_SEAT, 1, TotalsQuery(1), BANK_PARTY),
    "head of a seat": block(SEAT, 7, freezes(1)),
    "repeat": block(SEAT, 1, freezes(2)),
}


class FakeJournal:
    """A journal whose answers a test holds back."""

    def __init__(self) -> None:
        self.confirmed_ns = 0
        self.append_began_ns = 0
        self.now_ns = 10**12
        self.asked = asyncio.Event()
        self.answers = asyncio.Event()
        self.fault: Exception | None = None

    def clock_ns(self) -> int:
        """The time that the look goes by."""
        return self.now_ns

    async def confirm(self) -> None:
        """Answers when the test lets it."""
        began_ns = self.now_ns
        self.asked.set()
        await self.answers.wait()
        if self.fault is not None:
            raise self.fault
        self.confirmed_ns = began_ns


def look_at(journal: FakeJournal, faults: list[ProcessFault]) -> Look:
    """A look whose faults are gathered."""
    return Look(journal, lambda: None, faults.append, journal.clock_ns)  # type: ignore[arg-type]


def test_a_look_that_is_too_old_is_made_anew_and_waited_for() -> None:
    async def story() -> None:
        journal, faults = FakeJournal(), list[ProcessFault]()
        look = look_at(journal, faults)
        keeping = asyncio.create_task(look.keep())
        assert not look.is_recent()
        await journal.asked.wait()
        assert not look.is_recent()
        journal.answers.set()
        await look.recent()
        journal.now_ns += LOOK_NS_MAX
        assert look.is_recent()
        journal.now_ns += 1
        assert not look.is_recent()
        await look.recent()
        keeping.cancel()
        assert faults == []

    asyncio.run(story())


def test_a_commit_is_a_look() -> None:
    journal, faults = FakeJournal(), list[ProcessFault]()
    journal.confirmed_ns = journal.now_ns - 1

    async def story() -> None:
        assert look_at(journal, faults).is_recent()

    asyncio.run(story())


@pytest.mark.parametrize("what", ["look", "commit"])
def test_a_database_that_does_not_answer_ends_the_ledger(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_module, "LOOK_EVERY_SECONDS", 0.001)

    async def story() -> None:
        journal, faults = FakeJournal(), list[ProcessFault]()
        keeping = asyncio.create_task(look_at(journal, faults).keep())
        await journal.asked.wait()
        if what == "commit":
            journal.append_began_ns = journal.now_ns
            journal.answers.set()
        journal.now_ns += COMMIT_NS_MAX + 1
        await keeping
        assert [type(fault) for fault in faults] == [JournalLost]
        assert faults[0].exit_code == ExitCode.UNAVAILABLE
        assert "30 s" in str(faults[0])

    asyncio.run(story())


@pytest.mark.parametrize(
    ("answer", "told"), [(Fenced("another"), Fenced), (ConnectionResetError("reset"), JournalLost)]
)
def test_what_a_look_finds_is_told(
    answer: Exception, told: type[ProcessFault], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look_module, "LOOK_EVERY_SECONDS", 0.001)

    async def story() -> None:
        journal, faults = FakeJournal(), list[ProcessFault]()
        journal.fault = answer
        journal.answers.set()
        await look_at(journal, faults).keep()
        assert [type(fault) for fault in faults] == [told]

    asyncio.run(story())


def sleep_over(service: Service) -> None:
    """What the clock says after the process was stopped for longer than a look is good."""
    service.pipeline.look._clock_ns = lambda: boot_ns() + LOOK_NS_MAX + 1


@pytest.mark.postgres
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_fenced_ledger_tells_nothing_from_memory(question: str, config: Config) -> None:
    async def story() -> None:
        service = Service(config, lambda _line: None)
        await service.start()
        running = asyncio.create_task(service.run())
        gateway = await RawGateway.register(config)
        await load_master_data(gateway)
        await gateway.ask(block(SEAT, 1, freezes(2)))
        other = await connect(config.ledger.dsn, "other ledger")
        async with other.transaction():
            await other.execute("LOCK TABLE journal_head")  # no look is answered until it is another's
            sleep_over(service)
            gateway.send(QUESTIONS[question])
            await asyncio.sleep(0.05)
            await other.execute("UPDATE journal_head SET epoch = epoch + 1")
        with pytest.raises(Fenced):
            await running
        assert gateway.frames.next_frame() is None
        await service.close()
        with pytest.raises(ConnectionError):
            await gateway.receive()
        await gateway.close()
        await other.close()

    asyncio.run(story())


@pytest.mark.postgres
def test_a_question_waits_for_a_fresh_look_and_is_answered_then(config: Config) -> None:
    async def story() -> None:
        async with serving(config) as service:
            gateway = await RawGateway.register(config)
            await load_master_data(gateway)
            await gateway.ask(block(SEAT, 1, freezes(2)))
            other = await connect(config.ledger.dsn, "other")
            async with other.transaction():
                await other.execute("LOCK TABLE journal_head")
                sleep_over(service)
                gateway.send(*QUESTIONS.values())
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(gateway.receive(), 0.1)
            service.pipeline.look._clock_ns = boot_ns
            kinds = [(await gateway.receive()).header.kind for _question in QUESTIONS]
            assert kinds == [FrameKind.ANSWER] * 3 + [FrameKind.NOT_APPLIED, FrameKind.OUTCOMES]
            await gateway.close()
            await other.close()

    asyncio.run(story())


@pytest.mark.postgres
def test_a_gateway_is_registered_only_after_a_recent_look(config: Config) -> None:
    async def story() -> None:
        async with serving(config) as service:
            other = await connect(config.ledger.dsn, "other")
            async with other.transaction():
                await other.execute("LOCK TABLE journal_head")
                sleep_over(service)
                gateway = await RawGateway.connect(config)
                gateway.send_register((0, bytes(32)), 0)
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(gateway.receive(), 0.1)
            service.pipeline.look._clock_ns = boot_ns
            assert (await gateway.receive()).header.kind == FrameKind.REGISTERED
            await gateway.close()
            await other.close()

    asyncio.run(story())


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_an_idle_or_unacknowledged_connection_is_noticed_by_the_system(run: "object") -> None:
    async def story() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(asyncio.Protocol, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        transport, _protocol = await loop.create_connection(asyncio.Protocol, "127.0.0.1", port)
        keep_alive(SimpleNamespace(_transport=transport))
        own = transport.get_extra_info("socket")
        assert own.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        told_ms = own.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
        assert told_ms == DATABASE_SILENT_NS_MAX // 1_000_000
        options = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
        idle, interval, probes = (own.getsockopt(socket.IPPROTO_TCP, option) for option in options)
        assert (idle + interval * probes) * 1_000_000_000 <= DATABASE_SILENT_NS_MAX
        transport.close()
        server.close()

    run(story())  # type: ignore[operator]


def test_a_unix_socket_is_left_alone() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        keep_alive(SimpleNamespace(_transport=SimpleNamespace(get_extra_info=lambda _name: ours)))
        assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 0
