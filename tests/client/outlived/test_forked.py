"""A forked child has nothing of its parent's seats: it is told so, and the parent goes on."""

import os
import sys
from pathlib import Path

import trio

from tests.client.fake_bank import SEAT, FakeBank

TOLD = "MisuseError: this seat stays with process PARENT: a forked child opens one of its own"


async def test_a_forked_child_is_told_and_keeps_nothing_locked(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        with trio.fail_after(60):
            ended = await trio.run_process(
                [sys.executable, "-m", "tests.client.forked_broker", str(bank.port), str(tmp_path)],
                capture_stdout=True,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            )
        applied = len(bank.ledger.applied_records(SEAT))
    said = sorted(ended.stdout.decode().splitlines())
    parents = {word for line in said if "stays with process" in line for word in line.split() if word[:-1].isdigit()}
    assert len(parents) == 1
    lines = [line.replace(next(iter(parents)), "PARENT:") for line in said]

    assert lines == sorted(
        [
            f"child single: {TOLD}",
            f"child block: {TOLD}",
            f"child question: {TOLD}",
            "child own seat: 1",
            "child works on",
            "parent goes on: 2",
            "parent's outbox is free while the child lives",
            f"worker: {TOLD}",
            "parent goes on: 3",
            "parent after the child left: True",
            "parent after the child left: True",
            f"trio child: {TOLD}",
            "child works on",
            "parent goes on: True",
            "parent's outbox is free while the child lives",
        ]
    )
    assert applied == 6  # what the parent asked for, each once
