"""Opening that fails, is cancelled or interrupted at any point leaves nothing: no lock, no connection, no thread.

Belongs here: every step of opening, cut; how long a seat pauses between attempts. Never here: what an open seat does.
"""

import gc
import os
import ssl
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
import trio
import trio.testing

from frontend_sim.practice.link import PracticeLink
from protocol.client import OutboxError, Seat, SeatPool, SeatSettings, SessionEnded, SyncSeat
from protocol.client.line.link import Link
from protocol.client.outbox.outbox import Outbox
from protocol.codes import ReplyCode
from protocol.limits import BUSY_RETRY_NS
from protocol.session.bank_events import EstablishReceived, NegotiateReceived, QueryReceived, RequestReceived
from tests.client.fake_bank import SEATS, FakeBank
from tests.client.late_signal import leave_at
from tests.client.line.test_links import ended


@pytest.fixture(autouse=True)
def nothing_of_others() -> None:
    """What tests before this one left to be collected is not open when it begins to look."""
    gc.collect()


def descriptors() -> list[str]:
    """What this process has open of files and sockets, by kind; sockets and outboxes are what could be left behind."""
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
        except FileNotFoundError:  # the listing itself
            continue
        if target.startswith("socket:") or target.endswith(".outbox"):
            found.append(target.partition(":")[0])
    return sorted(found)


async def nothing_is_left(before: list[str], settings: list[SeatSettings]) -> None:
    """The bank has noticed that its peers are gone, and the outboxes can be opened."""
    for _ in range(50):
        await trio.testing.wait_all_tasks_blocked()
        if descriptors() == before:
            break
    assert descriptors() == before
    for each in settings:
        Outbox.open(each.outbox, each.party, each.seat, records_max=each.outbox_records).close()


class Canceller(trio.abc.Instrument):
    """Cancels `scope` before the `step`-th step of any task."""

    def __init__(self, scope: trio.CancelScope, step: int) -> None:
        self._scope = scope
        self._steps_left = step

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        self._steps_left -= 1
        if self._steps_left == 0:
            self._scope.cancel()


async def open_and_leave(settings: list[SeatSettings]) -> None:
    if len(settings) == 1:
        async with Seat.open(settings[0]):
            return
    async with SeatPool.open(settings):
        return


@pytest.mark.parametrize(("seats", "stride"), [(1, 1), (2, 7)])
async def test_opening_that_is_cancelled_at_any_step_leaves_nothing(tmp_path: Path, seats: int, stride: int) -> None:
    async with FakeBank.run() as bank:
        settings = [bank.settings(tmp_path, seat) for seat in SEATS[:seats]]
        await open_and_leave(settings)
        before, step, is_cut = descriptors(), 0, True
        while is_cut:
            step += stride
            with trio.CancelScope() as scope:
                canceller = Canceller(scope, step)
                trio.lowlevel.add_instrument(canceller)
                try:
                    await open_and_leave(settings)
                finally:
                    trio.lowlevel.remove_instrument(canceller)
            is_cut = scope.cancelled_caught
            await nothing_is_left(before, settings)
        assert step > 10


class Broken(Exception):
    """Whatever went wrong."""


def break_at(patch: pytest.MonkeyPatch, owner: object, name: str) -> None:
    def fail(*_arguments: object, **_named: object) -> None:
        raise Broken(name)

    patch.setattr(owner, name, fail)


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (Outbox, "keep_session"),
        (Outbox, "live"),
        (Link, "__init__"),
        (Link, "_establish"),
        (Link, "_handle"),
        (Link, "_send"),
        (Link, "_watch_deadlines"),
    ],
)
async def test_opening_that_breaks_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: object, name: str
) -> None:
    async with FakeBank.run() as bank:
        settings = bank.settings(tmp_path)
        await open_and_leave([settings])
        before = descriptors()
        with monkeypatch.context() as patch:
            break_at(patch, owner, name)
            with pytest.raises(Broken):
                await open_and_leave([settings])
        await nothing_is_left(before, [settings])


async def test_a_signer_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        settings = bank.settings(tmp_path)
        await open_and_leave([settings])
        before = descriptors()

        class Hsm:
            suite, key_id = settings.signer.suite, settings.signer.key_id
            public_key = settings.signer.public_key

            def sign(self, header_bytes: bytes) -> bytes:
                raise Broken(f"the device is gone before {len(header_bytes)} bytes")

        with pytest.raises(Broken):
            await open_and_leave([replace(settings, signer=Hsm())])
        await nothing_is_left(before, [settings])


async def test_a_handshake_that_cannot_begin_leaves_nothing(tmp_path: Path) -> None:
    """A context of the server's side is refused by the library only when a connection is there."""
    async with FakeBank.run() as bank:
        settings = replace(bank.settings(tmp_path), tls=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
        before = descriptors()
        with pytest.raises(SessionEnded, match="PEER_SILENT"):
            await open_and_leave([replace(settings, connect_attempts_max=2)])
        await nothing_is_left(before, [settings])


async def test_a_pool_of_which_one_seat_cannot_be_opened_leaves_nothing(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        settings = [bank.settings(tmp_path, seat) for seat in SEATS[:3]]
        (tmp_path / f"seat{SEATS[2]}.outbox").write_text("dear bank")
        before = descriptors()
        with pytest.raises(OutboxError, match="are no outbox"):
            await open_and_leave(settings)
        await nothing_is_left(before, settings[:2])


def leave_opening_at(line: int, settings: SeatSettings) -> bool:
    """Open and leave in order; `Late` comes at the `line`-th line in sync.py. False when there is no such line.

    Lines with `try:` alone do not count: they are no instruction at which a signal is handled.
    """

    def open_and_close() -> None:
        with SyncSeat.open(settings):
            pass

    return leave_at(line, "sync.py", open_and_close, but="try:")[1]


def leave_opening_at_every_line(settings: SeatSettings) -> int:
    line, is_cut = 0, True
    while is_cut:
        line += 1
        is_cut = leave_opening_at(line, settings)
        for thread in threading.enumerate():
            if thread.name.startswith("seat "):
                thread.join(10)
                assert not thread.is_alive()
        Outbox.open(settings.outbox, settings.party, settings.seat, records_max=settings.outbox_records).close()
    return line


async def test_opening_a_blocking_seat_that_is_interrupted_at_any_line_leaves_nothing(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        settings, before = bank.settings(tmp_path), descriptors()
        lines = await trio.to_thread.run_sync(leave_opening_at_every_line, settings)
        assert lines > 20
        await nothing_is_left(before, [settings])


async def test_waiting_for_a_bank_that_is_not_there_can_be_interrupted(tmp_path: Path) -> None:
    gone = FakeBank()
    async with FakeBank.run() as bank:
        gone.port = bank.port
    settings, before = gone.settings(tmp_path), descriptors()

    def open_with_patience() -> None:
        face = SyncSeat(settings)
        face._started.set()  # as if whoever waits had been interrupted
        face._thread.start()
        face._close()

    with trio.fail_after(20):
        await trio.to_thread.run_sync(open_with_patience)
    await nothing_is_left(before, [settings])


async def test_a_disk_that_fails_under_a_blocking_seat_is_told_when_it_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def use(settings: SeatSettings) -> None:
        with SyncSeat.open(settings) as seat:
            monkeypatch.setattr(Outbox, "append", fail)
            with pytest.raises(SessionEnded):
                seat.freeze(195, 1)

    def fail(*_arguments: object) -> int:
        raise OutboxError("the disk failed")

    async with FakeBank.run() as bank:
        with pytest.raises(OutboxError, match="the disk failed"):
            await trio.to_thread.run_sync(use, bank.settings(tmp_path))


class ClosingBank(FakeBank):
    """Establishes and closes at once, `closings` times; before that it does what `first` says."""

    closings = 8

    def _handle(
        self, link: PracticeLink, event: NegotiateReceived | EstablishReceived | RequestReceived | QueryReceived
    ) -> bool:
        goes_on = super()._handle(link, event)
        if isinstance(event, EstablishReceived) and self.closings:
            self.closings -= 1
            link.session.terminate(ReplyCode.STOPPING, "not now", self.now())
            link.ends_when_sent = True
        return goes_on


def noted_pauses(patch: pytest.MonkeyPatch) -> list[int]:
    """Which pause was taken, 1 the first and shortest; nobody waits for it."""
    pauses: list[int] = []

    def pause(_seat: Seat, failures: int) -> int:
        pauses.append(failures)
        return 0

    patch.setattr(Seat, "_pause_ns", pause)
    return pauses


async def test_a_bank_that_establishes_and_closes_is_asked_ever_more_slowly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses = noted_pauses(monkeypatch)
    async with ClosingBank.run() as bank:
        settings = replace(bank.settings(tmp_path), connect_attempts_max=2, backoff_last_ns=10**12)
        async with Seat.open(settings) as seat:  # it is a session each time: nobody gives up
            assert (await seat.freeze(195, 1)).accepted
            assert pauses == [1, 2, 3, 4, 5, 6, 7, 8]
            bank.closings = 2
            bank.cut()
            assert (await seat.freeze(195, 1)).accepted
            assert pauses[8:] == [1, 2, 3]  # something had been answered


async def test_an_answer_to_a_question_makes_the_pauses_short_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pauses_after(tmp_path, monkeypatch, lambda seat: seat.buying_power([195]), 10**12)


async def test_a_link_that_stood_for_the_longest_pause_makes_the_pauses_short_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has stood for a second more than that by a clock that goes ahead, however busy the machine is."""
    now, longest_s = trio.current_time, 1_000

    async def use(_seat: Seat) -> None:
        monkeypatch.setattr(trio, "current_time", lambda: now() + longest_s + 1)

    await pauses_after(tmp_path, monkeypatch, use, longest_s * 10**9)


async def pauses_after(
    directory: Path, patch: pytest.MonkeyPatch, use: Callable[[Seat], Awaitable[object]], longest_ns: int
) -> None:
    pauses = noted_pauses(patch)
    async with ClosingBank.run() as bank:
        bank.closings = 3
        settings = replace(bank.settings(directory), backoff_last_ns=longest_ns)
        async with Seat.open(settings) as seat:
            while bank.closings or seat.statistics().links < 4:
                await trio.testing.wait_all_tasks_blocked()
            await use(seat)
            bank.cut()
            await seat.freeze(195, 1)
        assert pauses == [1, 2, 3, 1]


async def test_a_link_on_which_nothing_was_answered_leaves_the_pauses_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def use(_seat: Seat) -> None:
        await trio.testing.wait_all_tasks_blocked()

    with pytest.raises(ExceptionGroup) as wrong:
        await pauses_after(tmp_path, monkeypatch, use, 10**12)
    assert "[1, 2, 3, 4]" in str(wrong.value.exceptions[0])


async def test_a_busy_bank_that_tells_no_time_is_asked_ever_more_slowly(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.busy_frames, bank.retry_ns = 4, 0
        begun_at = trio.current_time()
        assert (await seat.freeze(195, 1)).accepted

        assert trio.current_time() - begun_at >= (1 + 2 + 4 + 8) * BUSY_RETRY_NS / 1e9
        assert seat._traffic._rounds_refused == 0


async def test_a_seat_gives_up_only_where_no_session_comes(tmp_path: Path) -> None:
    gone = FakeBank()
    async with FakeBank.run() as bank:
        gone.port = bank.port
        settings = replace(bank.settings(tmp_path), connect_attempts_max=3)
        async with Seat.open(settings) as seat:
            bank.away.update(SEATS)
            bank.cut()
            await ended(seat)
            assert seat.ended is not None
            assert "no session in 3 attempts" in str(seat.ended)
