"""A broker's process is killed at every store into its outbox: nothing is repeated, nothing is lost."""

import os
import signal
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import trio

from protocol.client import Seat
from tests.client.fake_bank import SEAT, FakeBank
from tests.client.killed_broker import BLOCKS_PER_LIFE

LIVES = 45  # more than the stores of one life: taking over, a session, three blocks; the last lives end by themselves


@pytest.mark.slow
async def test_sigkill_at_every_store_repeats_nothing_and_loses_nothing(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        ended = await trio.run_process(
            [sys.executable, "-m", "tests.client.killed_broker", str(bank.port), str(tmp_path), str(LIVES)],
            capture_stdout=True,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )
    applied = Counter(np.frombuffer(bank.ledger.applied_records(SEAT)["partner_ref"].tobytes(), "<i8").tolist())
    log = [line.split() for line in (tmp_path / "told.log").read_text().splitlines()]
    told = {int(block) for _how, block in log}

    exits = [int(line.split()[1]) for line in ended.stdout.decode().splitlines()]
    killed = exits.count(-signal.SIGKILL)
    assert exits == [-signal.SIGKILL] * killed + [0] * (LIVES - killed)
    assert 20 < killed < LIVES - 1  # every store of a life was somebody's last
    assert set(applied.values()) == {2}  # a block is two records: each applied once
    assert told == set(applied)  # and whoever came after was told of it
    assert {how for how, _block in log} == {"told", "recovered"}
    for life in range(killed + 1, LIVES + 1):
        assert {life * 100 + index for index in range(BLOCKS_PER_LIFE)} <= told


async def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    """The lock lives with the process: nothing has to be cleaned up by hand."""
    code = (
        "import os, signal, sys; from protocol.client.outbox.outbox import Outbox;"
        "Outbox.open(sys.argv[1], 2, 11, records_max=16384); os.kill(os.getpid(), signal.SIGKILL)"
    )
    ended = await trio.run_process([sys.executable, "-c", code, str(tmp_path / "seat11.outbox")], check=False)
    assert ended.returncode == -signal.SIGKILL

    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        assert (await seat.freeze(195, 1)).number == 1
