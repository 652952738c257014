"""The log of a process: one format, one line an event, a file that may be moved away or grow while it is written.

Belongs here: a process of a test's own that logs. Never here: what the real ones say.
"""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from config.kit.processes import last_line, spoken
from config.kit.stop_request import ASKING, StopRequest
from config.kit.telling.logs import formatted, one_line
from config.schema import load
from config.supervise.children import PROJECT_DIRECTORY

CONSOLE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO|WARNING|ERROR) {0,3} ledger: .*")


def logs(body: str, folder: Path, log: str = "", to_file: bool = True) -> str:
    """Runs `body` in a process whose stderr is `ledger.log`, after its log was begun. Returns: the log."""
    (folder / "yzt.toml").write_text(f'[state]\ndirectory = "."\n[log]\n{log}\n', "utf-8")
    head = (
        "import logging, os, pathlib, sys; from config.kit.telling.logs import begin; from config.schema import load; "
        "config = load(sys.argv[1]); say = begin('ledger', config.log, config.state_directory); "
        "log = logging.getLogger('ledger')\n"
    )
    file = folder / ("ledger.log" if to_file else "elsewhere.log")
    with file.open("ab") as stream:
        subprocess.run(
            [sys.executable, "-c", head + body, str(folder / "yzt.toml")],
            stdout=stream,
            stderr=stream,
            cwd=PROJECT_DIRECTORY,
            check=True,
        )
    return file.read_text("utf-8")


def test_a_line_has_utc_time_level_and_process(tmp_path: Path) -> None:
    lines = logs("say('serves'); log.warning('%s is late', 'it'); log.debug('unheard')", tmp_path).splitlines()

    assert [bool(CONSOLE.fullmatch(line)) for line in lines] == [True, True]
    assert spoken(lines[1]) == "ledger: it is late"
    assert last_line(tmp_path / "ledger.log") == "ledger: it is late"


def test_json_is_one_object_a_line_with_the_traceback_in_it(tmp_path: Path) -> None:
    body = "say('serves')\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    log.exception('broken')\n"
    first, second = map(json.loads, logs(body, tmp_path, 'format = "json"').splitlines())

    assert (first["level"], first["process"], first["message"]) == ("info", "ledger", "serves")
    assert first["time"].endswith("Z")
    assert "ZeroDivisionError" in second["traceback"]
    assert last_line(tmp_path / "ledger.log") == "ledger: broken"


def test_the_level_is_the_configured_one(tmp_path: Path) -> None:
    assert logs("say('unheard'); log.error('heard')", tmp_path, 'level = "error"').count("\n") == 1


def test_what_others_chose_stays_one_line_and_is_not_obeyed(tmp_path: Path) -> None:
    body = r"log.warning('%s', 'party\n2026-01-01T00:00:00.000Z ERROR   ledger: forged \x1b[31m \u202e 银证通')"
    lines = logs(body, tmp_path).splitlines()

    assert len(lines) == 1
    assert r"party\n2026" in lines[0]
    assert "\x1b" not in lines[0]
    assert "\u202e" not in lines[0]
    assert "银证通" in lines[0]
    assert len(one_line("x" * 100_000)) < 3_000


def test_a_file_that_grows_is_rotated_and_only_so_many_are_kept(tmp_path: Path) -> None:
    body = "for number in range(4_000):\n    say(f'{number:06d} ' + 'x' * 100)\nprint('printed', flush=True)"
    log = logs(body, tmp_path, "rotate_bytes = 65_536\nfiles_kept = 2")
    kept = sorted(file.name for file in tmp_path.glob("ledger.log*"))

    assert kept == ["ledger.log", "ledger.log.1", "ledger.log.2"]
    assert log.rstrip().endswith("printed")
    whole = "".join((tmp_path / name).read_text("utf-8") for name in reversed(kept))
    numbers = [int(found) for found in re.findall(r"ledger: (\d{6}) ", whole)]
    assert numbers == list(range(numbers[0], 4_000))  # nothing between the oldest kept line and the newest is lost
    assert all((tmp_path / name).stat().st_size < 70_000 for name in kept)
    assert (tmp_path / "ledger.log").stat().st_mode & 0o777 == 0o600


def test_a_file_that_was_moved_away_or_removed_is_begun_anew(tmp_path: Path) -> None:
    body = (
        "say('one'); os.rename(pathlib.Path(sys.argv[1]).with_name('ledger.log'), "
        "pathlib.Path(sys.argv[1]).with_name('yesterday.log'))\n"
        "say('two'); sys.stderr.write('a traceback of the interpreter\\n')"
    )
    log = logs(body, tmp_path)

    assert [spoken(line) for line in log.splitlines()] == ["ledger: two", "a traceback of the interpreter"]
    assert spoken((tmp_path / "yesterday.log").read_text("utf-8").rstrip()) == "ledger: one"


def test_a_stderr_that_is_not_the_log_file_is_left_alone(tmp_path: Path) -> None:
    body = "for _ in range(2_000):\n    say('x' * 100)"
    log = logs(body, tmp_path, "rotate_bytes = 65_536", to_file=False)

    assert log.count("\n") == 2_000
    assert not (tmp_path / "ledger.log").exists()


@pytest.mark.parametrize("log", ["/dev/full", "closed pipe"])
def test_a_log_that_cannot_be_written_keeps_nobody_from_working(log: str) -> None:
    body = "from config.kit.telling.logs import begin; say = begin('ledger', None); say('unheard'); raise SystemExit(7)"
    if log == "/dev/full":
        target = os.open("/dev/full", os.O_WRONLY)
    else:
        reading, target = os.pipe()
        os.close(reading)
    try:
        done = subprocess.run([sys.executable, "-c", body], stderr=target, cwd=PROJECT_DIRECTORY, check=False)
    finally:
        os.close(target)

    assert done.returncode == 7


def test_a_latin_1_terminal_gets_the_line_all_the_same(tmp_path: Path) -> None:
    body = "from config.kit.telling.logs import begin; begin('ledger', None)('银证通')"
    environment = {"PYTHONIOENCODING": "latin-1", "LC_ALL": "C", "PYTHONPATH": str(PROJECT_DIRECTORY)}
    done = subprocess.run(
        [sys.executable, "-c", body], stderr=subprocess.PIPE, env=environment, cwd=tmp_path, check=True
    )

    assert done.stderr.decode("utf-8").rstrip().endswith("ledger: 银证通")


@pytest.mark.parametrize("value", ['format = "xml"', 'level = "loud"', "rotate_bytes = 1", "files_kept = 0"])
def test_a_wrong_setting_is_named(value: str, tmp_path: Path) -> None:
    from config.kit.exit_codes import ConfigFault

    (tmp_path / "yzt.toml").write_text(f"[log]\n{value}\n", "utf-8")
    with pytest.raises(ConfigFault, match=f"log.{value.split()[0]}"):
        load(tmp_path / "yzt.toml")


def test_a_line_about_a_signal_is_of_the_same_format(capfd: pytest.CaptureFixture[str]) -> None:
    before = {number: signal.getsignal(number) for number in ASKING}
    request = StopRequest()
    try:
        request.install()
        with request.told(lambda: None, formatted("up", msgspec.structs.replace(load(None).log, format="json"))):
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGHUP)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    told = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [line["message"] for line in told] == ["SIGTERM: stopping", "SIGHUP again: stopping at once"]
    assert {line["process"] for line in told} == {"up"}
