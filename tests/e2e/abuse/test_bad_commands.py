"""Bad configuration, keys, files and command lines through the real `yzt`: one clear line and its exit code."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from config.keys import write_key_pair
from config.kit.exit_codes import ExitCode
from config.schema import dump
from config.supervise.children import PROJECT_DIRECTORY
from tests.e2e.house import House, own_config, replace, write_config
from tests.e2e.programs import Ended, run_module, yzt

pytestmark = [pytest.mark.slow]

NOWHERE = "postgresql://yzt@127.0.0.1:1/yzt"
Prepare = Callable[[Path], list[str]]


def with_config(text: str, *command: str) -> Prepare:
    """A command on a configuration file `yzt.toml` with this content."""

    def prepare(folder: Path) -> list[str]:
        (folder / "yzt.toml").write_text(text, errors="surrogateescape")
        return [*(command or ("config", "check"))]

    return prepare


def plain(*command: str) -> Prepare:
    """A command in an empty folder."""
    return lambda _folder: list(command)


def garbage_key(folder: Path) -> list[str]:
    (folder / "bank.pem").write_text("no key\n")
    (folder / "bank.pem").chmod(0o600)
    (folder / "yzt.toml").write_text('[bank]\ned25519_key = "bank.pem"\n')
    return ["config", "check"]


def other_suite(folder: Path) -> list[str]:
    write_key_pair(folder / "bank.pem", "p256")
    (folder / "yzt.toml").write_text('[bank]\ned25519_key = "bank.pem"\n')
    return ["up"]


def key_there_already(folder: Path) -> list[str]:
    (folder / "mine.pem").write_text("precious\n")
    return ["keygen", "mine.pem"]


def with_bank_keys(folder: Path) -> list[str]:
    assert yzt("keygen", "--bank", folder=folder).code == ExitCode.OK
    return ["load", __file__]


COMMANDS: dict[str, tuple[Prepare, ExitCode, str]] = {
    "no command": (plain(), ExitCode.USAGE, "COMMAND"),
    "unknown command": (plain("fly"), ExitCode.USAGE, "fly"),
    "unknown option": (plain("up", "--fast"), ExitCode.USAGE, "--fast"),
    "keygen of nothing": (plain("keygen"), ExitCode.USAGE, "keygen"),
    "keygen of no name": (plain("keygen", ""), ExitCode.USAGE, "keygen takes a file"),
    "keygen of all": (plain("keygen", "/"), ExitCode.USAGE, "keygen takes a file"),
    "load of nothing": (plain("load"), ExitCode.USAGE, "FILE"),
    "run for no time": (plain("run", "--seconds", "0"), ExitCode.USAGE, "--seconds"),
    "run for a word": (plain("run", "--seconds", "long"), ExitCode.USAGE, "--seconds"),
    "replay of nothing": (plain("replay"), ExitCode.USAGE, "FILE"),
    "audit of nothing": (plain("audit"), ExitCode.USAGE, "command"),
    "no such configuration": (plain("up", "--config", "gone.toml"), ExitCode.CONFIG, "gone.toml: No such file"),
    "not TOML": (with_config("[gateway\n"), ExitCode.CONFIG, "yzt.toml: "),
    "not UTF-8": (with_config("[gateway]\nhost = '\udcff'\n"), ExitCode.CONFIG, "yzt.toml:2: "),
    "unknown key": (with_config("[gateway]\nprot = 1\n"), ExitCode.CONFIG, "prot"),
    "wrong type": (with_config('[gateway]\nport = "x"\n'), ExitCode.CONFIG, "yzt.toml: gateway.port: "),
    "out of range": (with_config("[gateway]\nport = 70000\n"), ExitCode.CONFIG, "yzt.toml: gateway.port: "),
    "half of TLS": (with_config('[gateway.tls]\nkey = "k"\n'), ExitCode.CONFIG, "yzt.toml: gateway.tls: "),
    "no such date": (with_config("[trade]\ndate = 20260230\n"), ExitCode.CONFIG, "yzt.toml: trade.date: "),
    "other database": (with_config('[ledger]\ndsn = "mysql://x"\n'), ExitCode.CONFIG, "yzt.toml: ledger.dsn: "),
    "garbage for a key": (garbage_key, ExitCode.CONFIG, "bank.pem: not an unencrypted PEM private key"),
    "key of another suite": (other_suite, ExitCode.CONFIG, "bank.pem: not a key of suite ed25519"),
    "key is there": (key_there_already, ExitCode.CONFIG, "mine.pem: File exists"),
    "no database": (plain("up", "--dsn", NOWHERE), ExitCode.UNAVAILABLE, "PostgreSQL at 127.0.0.1:1 cannot be reached"),
    "no key of the bank": (plain("load", __file__), ExitCode.CONFIG, "bank-seat.pem: No such file or directory"),
    "nothing serves": (with_bank_keys, ExitCode.UNAVAILABLE, "does not serve"),
    "no journal": (plain("audit", "verify"), ExitCode.UNAVAILABLE, "there is no journal here"),
    "loaded file is a pipe": (plain("load", "/dev/null"), ExitCode.DATA, "/dev/null: no file but a pipe or device"),
    "loaded file is gone": (plain("load", "gone.csv"), ExitCode.DATA, "gone.csv: no such file"),
}


@pytest.mark.parametrize("what", COMMANDS)
def test_a_bad_command_gets_one_line_and_its_exit_code(what: str, tmp_path: Path) -> None:
    prepare, code, said = COMMANDS[what]

    ended = yzt(*prepare(tmp_path), folder=tmp_path)

    must_say(ended, code, said)


def test_who_reads_json_reads_the_last_line_too(tmp_path: Path) -> None:
    (tmp_path / "yzt.toml").write_text('[log]\nformat = "json"\n')
    command = [sys.executable, "-m", "config", "up", "--dsn", NOWHERE]
    surroundings = {"PYTHONPATH": str(PROJECT_DIRECTORY)}

    done = subprocess.run(command, cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=False)

    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert done.returncode == ExitCode.UNAVAILABLE
    assert lines[-1]["level"] == "error"
    assert "cannot be reached" in lines[-1]["message"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder of somebody else's")
@pytest.mark.parametrize("command", [["status"], ["up"], ["keygen", "--bank"], ["audit", "verify"]], ids=" ".join)
def test_an_installation_of_somebody_else_is_told_in_one_line(command: list[str], tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    os.chown(state, 1, 1)
    (tmp_path / "yzt.toml").write_text(f'[state]\ndirectory = "{state}"\n')
    script = f"setpriv --bounding-set=-all --inh-caps=-all {sys.executable} -m config {' '.join(command)}"
    surroundings = {"PYTHONPATH": str(PROJECT_DIRECTORY), "PATH": "/usr/bin:/bin"}

    done = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=False
    )

    assert "Traceback" not in done.stderr
    assert (done.returncode, len(done.stderr.splitlines())) == (ExitCode.CONFIG, 1), done
    assert done.stderr.startswith(f"yzt: {state}")


FILES: dict[str, tuple[str, str]] = {
    "no header": ("a,b\n1,2\n", ":1: header row"),
    "no number": ("seat,party,role\nx,2,broker\n", ":2: seat: 'x' is no whole number"),
    "too few fields": ("seat,party,role\n41\n", ":2: 1 fields, expected 3"),
    "no account": (
        "bank_account_no,party,shanghai,shenzhen,status\n12345,2,,,active\n",
        ":2: bank_account_no: 12345 is no account yet; load accounts first",
    ),
    "no role": ("party,role,suite,name,proceeds_at_fill\n9,king,ed25519,x,yes\n", ":2: role: 'king' is none of"),
    "refused by the ledger": ("seat,party,role\n41,999,broker\n", ":2: "),
}


@pytest.mark.postgres
@pytest.mark.parametrize("what", FILES)
def test_a_bad_file_is_named_with_its_line(what: str, shared_house: House, tmp_path: Path) -> None:
    content, said = FILES[what]
    file = tmp_path / "data.csv"
    file.write_text(content)

    ended = yzt("load", "--config", shared_house.config_file, file, folder=tmp_path)

    must_say(ended, ExitCode.DATA, f"data.csv{said}")


@pytest.mark.postgres
def test_what_was_loaded_before_a_fault_is_told(shared_house: House, tmp_path: Path) -> None:
    file = tmp_path / "data.csv"
    file.write_text("seat,party,role\n21,2,broker\nx,2,broker\n")

    ended = yzt("load", "--config", shared_house.config_file, file, folder=tmp_path)

    must_say(ended, ExitCode.DATA, "data.csv:3: seat: 'x' is no whole number")
    assert ended.lines[-2] == "before the fault: seats 0 loaded, 1 already there"


@pytest.mark.postgres
def test_a_key_of_the_banks_seat_that_is_not_registered_is_named(shared_house: House, tmp_path: Path) -> None:
    write_key_pair(tmp_path / "other.pem", "ed25519")
    (tmp_path / "data.csv").write_text("seat,party,role\n21,2,broker\n")
    bank = replace(shared_house.config.bank, seat_key=str(tmp_path / "other.pem"))
    (tmp_path / "yzt.toml").write_text(dump(replace(shared_house.config, bank=bank)))

    ended = yzt("load", "data.csv", folder=tmp_path)

    must_say(ended, ExitCode.UNAVAILABLE, f"; this seat signs with {tmp_path}/other.pem as key id 3")


@pytest.mark.postgres
def test_a_second_yzt_up_leaves_the_first_alone(shared_house: House, tmp_path: Path) -> None:
    ended = yzt("up", "--config", f"{shared_house.config.base}/yzt.toml", folder=tmp_path)

    must_say(ended, ExitCode.UNAVAILABLE, "already served by another `yzt up`")
    assert yzt("status", "--config", shared_house.config_file, folder=tmp_path).code == ExitCode.OK


def test_a_gateway_with_a_damaged_mark_does_not_serve(tmp_path: Path) -> None:
    file = write_config(own_config(tmp_path))
    assert yzt("keygen", "--bank", "--config", file, folder=tmp_path).code == ExitCode.OK
    (tmp_path / "state" / "gateway.mark").write_bytes(b"x" * 80)

    ended = run_module("gateway", "--config", file, folder=tmp_path)

    assert ended.code == ExitCode.TAMPERED
    assert ended.lines[-1].endswith("the high-water mark is damaged")


def must_say(ended: Ended, code: ExitCode, said: str) -> None:
    """The last line says it, no line is a stack trace, and the exit code is the documented one."""
    assert ended.code == code, ended
    assert said in ended.lines[-1]
    assert not any("Traceback" in line for line in ended.lines)
