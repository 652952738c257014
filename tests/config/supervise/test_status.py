"""`yzt status` asks: who answers serves, and what is the matter with the others is named, within a bounded time.

Belongs here: processes that a test plays, or starts for being stopped. Never here: what real ones say (tests/e2e).
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from config.cli import commands as cli
from config.kit.exit_codes import ExitCode
from config.kit.telling import asking
from config.kit.telling.asking import ask_all, encoded, listening
from config.kit.telling.ready_files import write_ready
from config.kit.wall_clock import SimulatedClock
from config.schema import Config, dump, load, with_dsn
from config.supervise import status

WITHIN_NS = 300_000_000
FOREIGN = "postgresql://somebody@nowhere.invalid/yzt"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """An installation with a database of its own, so that no embedded one is asked for."""
    monkeypatch.setattr(status, "WITHIN_NS", WITHIN_NS)
    monkeypatch.chdir(tmp_path)
    found = with_dsn(load(None), FOREIGN)
    found.state_directory.mkdir(parents=True)
    (tmp_path / "yzt.toml").write_text(dump(found), "utf-8")
    return found


@contextmanager
def serving(config: Config, name: str, said: bytes) -> Iterator[None]:
    """A process that answers."""
    taken = listening(config.state_directory, name)
    taken.setblocking(True)

    def answer() -> None:
        while True:
            try:
                asking_one, _address = taken.accept()
            except OSError:
                return
            with asking_one:
                asking_one.send(said)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    write_ready(config.ready_file(name), {"metrics": 1})
    try:
        yield
    finally:
        taken.shutdown(2)
        taken.close()
        thread.join()


@contextmanager
def all_serving(config: Config) -> Iterator[None]:
    with (
        serving(config, "ledger", encoded(True, "", {"trade date": "20260105", "row": 1_234})),
        serving(config, "gateway", encoded(True, "", {"sessions": 4})),
        serving(config, "follower", encoded(True, "", {"rows behind": 0, "seconds behind": 0.0})),
    ):
        yield


def status_now(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    """Exit code and output of `yzt status`."""
    code = cli.main(["status", *options])
    return code, capsys.readouterr().out


def test_processes_that_answer_serve_and_tell_their_facts(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    with all_serving(config):
        code, said = status_now(capsys)
        as_json = json.loads(status_now(capsys, "--json")[1])

    assert code == ExitCode.OK
    for fact in ("trade date 20260105", "row 1,234", "sessions 4", "rows behind 0", "metrics port 1"):
        assert fact in said
    assert as_json["serves"] is True
    assert as_json["processes"]["ledger"]["facts"] == {"trade date": "20260105", "row": 1_234}


def test_one_that_says_that_it_does_not_serve_is_believed(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    with all_serving(config), serving(config, "gateway", encoded(False, "it has no link to the ledger", {})):
        code, said = status_now(capsys)

    assert code == ExitCode.UNAVAILABLE
    assert "gateway   DOES NOT SERVE" in said
    assert "it has no link to the ledger" in said


def test_a_stopped_process_is_found_out_in_bounded_time(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    code_text = (
        "import sys, time; from pathlib import Path; from config.kit.telling.asking import listening; "
        "taken = listening(Path(sys.argv[1]), 'ledger'); print('up', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code_text, str(config.state_directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as process:
        assert process.stdout is not None
        process.stdout.readline()
        ready = {"pid": process.pid, "ports": {"metrics": 9611}}
        config.ready_file("ledger").write_bytes(msgspec.json.encode(ready))
        os.kill(process.pid, signal.SIGSTOP)
        began_ns = time.monotonic_ns()
        code, said = status_now(capsys)
        took_ns = time.monotonic_ns() - began_ns
        os.kill(process.pid, signal.SIGCONT)
        process.kill()

    assert code == ExitCode.UNAVAILABLE
    assert f"ledger    DOES NOT SERVE  pid {process.pid}" in said
    assert "it is stopped (SIGSTOP)" in said
    assert took_ns < 10 * WITHIN_NS


def test_one_that_died_or_never_ran_is_named_with_its_last_words(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    dead = subprocess.run(["/bin/true"], check=True)
    assert dead.returncode == 0
    with subprocess.Popen(["/bin/true"]) as process:
        pass
    config.ready_file("ledger").write_bytes(msgspec.json.encode({"pid": process.pid, "ports": {}}))
    (config.state_directory / "ledger.log").write_text("ledger: the books are wrong: row 7\n", "utf-8")

    code, said = status_now(capsys)

    assert code == ExitCode.UNAVAILABLE
    assert "it died; last said: ledger: the books are wrong: row 7" in said
    assert said.count("not running") == 2


@pytest.mark.parametrize("answer", [b"", b"not json", b'{"pid": 1}', b"x" * 100_000])
def test_nonsense_is_no_sign_of_life(answer: bytes, config: Config) -> None:
    with serving(config, "ledger", answer):
        assert ask_all(config.state_directory, ["ledger"], WITHIN_NS) == {"ledger": None}


def test_a_state_directory_with_a_long_path_can_be_asked(tmp_path: Path) -> None:
    state = tmp_path / ("d" * 120)
    state.mkdir()
    with listening(state, "ledger"):
        assert (state / "ledger.ask").stat().st_mode & 0o777 == 0o600
        assert ask_all(state, ["ledger"], 1) == {"ledger": None}


def test_every_line_fits_80_columns(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    facts: dict[str, int | float | str] = {f"a fact of some length {place}": 10**12 for place in range(8)}
    with serving(config, "ledger", asking.encoded(True, "", facts)):
        _code, said = status_now(capsys)

    assert max(map(len, said.splitlines())) <= 80


def test_simulated_time_is_the_first_thing_that_is_said(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    allowed = msgspec.structs.replace(config, clock=msgspec.structs.replace(config.clock, simulation=True))
    Path("yzt.toml").write_text(dump(allowed), "utf-8")
    with all_serving(config):
        _code, before = status_now(capsys)
        SimulatedClock(config.clock_file).put(1_767_574_800 * 10**9, is_stopped=True)
        code, said = status_now(capsys)
        told = json.loads(status_now(capsys, "--json")[1])
    assert before.splitlines()[0] == "TIME IS SIMULATED: the machine's until `yzt clock set`"
    assert said.splitlines()[0] == "TIME IS SIMULATED: 2026-01-05T09:00:00+08:00, stands still"
    assert code == ExitCode.OK
    assert told["simulated_time"] == "2026-01-05T09:00:00+08:00, stands still"
