"""Going down: in order, in time, and what is not answered stays unknown.

Belongs here: stop, drain, signals, the ready file, a ledger that broke the books. Never here: losses of a link.
"""

import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import trio

from gateway.__main__ import main, run, serve
from gateway.clock import SystemClock
from gateway.daemon import Gateway
from gateway.high_water import HighWater
from gateway.settings import GatewaySettings
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.session.partner_events import NotAppliedReceived, OutcomesReceived, Terminated
from tests.gateway.fake_ledger import FakeLedger, digest_of
from tests.gateway.partner import Connect, freezes


async def test_a_drain_answers_what_is_under_way_and_takes_nothing_new(
    settings: GatewaySettings, ledger: FakeLedger, nursery: trio.Nursery
) -> None:
    gateway = Gateway(replace(settings, drain_ns=10_000_000_000), SystemClock())
    ended = trio.Event()

    async def life(task_status: trio.TaskStatus[None]) -> None:
        await gateway.run(task_status=task_status)
        ended.set()

    await nursery.start(life)
    assert json.loads(settings.ready_file.read_text()) == {
        "pid": os.getpid(),
        "ports": {"links": gateway.port, "metrics": gateway.metrics_port},
    }
    connect = Connect(gateway.port)
    broker = await connect()
    await broker.log_on()
    ledger.decides = False
    await broker.send(freezes(100), 1)
    await ledger.until(lambda: ledger.received[-1].header.first_number == 1)

    gateway.stop()
    while not gateway.dispatcher.draining:
        await trio.lowlevel.checkpoint()
    assert not settings.ready_file.exists()
    await broker.send(freezes(100), 2)
    assert (await broker.hear(NotAppliedReceived)).message.code == ReplyCode.DRAINING
    with pytest.raises(OSError, match=r"all attempts to connect"):
        await connect()
    await ledger.decide_on()

    assert (await broker.hear(OutcomesReceived)).preamble.sequence == 2
    assert (await broker.hear(Terminated)).code == ReplyCode.STOPPING
    await connect.close()
    with trio.fail_after(10):
        await ended.wait()
    assert (HighWater(settings.mark_file).sequence, HighWater(settings.mark_file).digest) == (2, digest_of(2))


async def test_a_drain_ends_in_time_and_the_answer_stays_unknown(
    gateway: Gateway, connect: Connect, ledger: FakeLedger
) -> None:
    broker = await connect()
    await broker.log_on()
    ledger.decides = False
    await broker.send(freezes(100), 1)
    await ledger.until(lambda: ledger.received[-1].header.first_number == 1)

    gateway.stop()

    assert (await broker.hear(Terminated)).code == ReplyCode.STOPPING


async def test_the_second_signal_stops_at_once(
    settings: GatewaySettings, ledger: FakeLedger, nursery: trio.Nursery
) -> None:
    gateway = Gateway(replace(settings, drain_ns=3_600_000_000_000), SystemClock())
    async with trio.open_nursery() as life:
        life.start_soon(serve, gateway)
        while not gateway.port or not settings.ready_file.exists():
            await trio.lowlevel.checkpoint()
        connect = Connect(gateway.port)
        broker = await connect()
        await broker.log_on()
        ledger.decides = False
        await broker.send(freezes(100), 1)
        await ledger.until(lambda: ledger.received[-1].header.first_number == 1)
        os.kill(os.getpid(), signal.SIGTERM)
        while not gateway.dispatcher.draining:
            await trio.lowlevel.checkpoint()
        os.kill(os.getpid(), signal.SIGTERM)
    assert await broker.next_event() is None
    await connect.close()


async def test_a_stop_before_any_ledger_was_there_is_orderly(settings: GatewaySettings) -> None:
    gateway = Gateway(settings, SystemClock())
    async with trio.open_nursery() as life:
        life.start_soon(gateway.run)
        await trio.testing.wait_all_tasks_blocked()
        gateway.stop()


async def test_a_ledger_behind_what_was_told_stops_the_gateway(settings: GatewaySettings, ledger: FakeLedger) -> None:
    gateway = Gateway(settings, SystemClock())
    with pytest.raises(ExceptionGroup) as caught:  # noqa: PT012 - the loss is provoked while the gateway runs
        async with trio.open_nursery() as life:
            await life.start(gateway.run)
            ledger.rows.clear()
            await ledger.drop_link()
    assert caught.group_contains(InvariantBroken, match="the ledger is at 0, the book has rows up to 1")


def test_a_damaged_mark_and_a_missing_key_have_one_clear_line(
    settings: GatewaySettings, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.mark_file.write_bytes(b"not a mark")
    with pytest.raises(Exception, match=r"gateway\.mark: the high-water mark is damaged") as caught:
        run(settings)
    assert caught.value.exit_code == 76  # type: ignore[attr-defined]

    config = folder / "yzt.toml"
    config.write_text('[state]\ndirectory = "state"\n')
    assert main(["--config", str(config)]) == 78
    assert "bank-ed25519.pem: No such file or directory" in caplog.text
