"""Files as people's programs save them, and terminals as they come: they work, or one line says what is wrong where.

Belongs here: encodings of files, loss and width of the output. Never here: what a file may hold (test_csv_files).
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.cli.load.csv_files import DataFileError, read_pieces
from config.cli.output import CLOSED_PIPE
from config.kit.exit_codes import ConfigFault, ExitCode
from config.schema import load
from config.supervise.children import PROJECT_DIRECTORY
from frontend_sim.auditor.control_table import SOURCES, lines_of, printed
from frontend_sim.replay.lobster import FlowFileError, read_flow
from protocol.messages.control import RegisterParty
from tests.frontend_sim.auditor.test_control_table import all_agree

Encode = Callable[[str], bytes]
PARTIES = "party,role,suite,name,proceeds_at_fill\n2,broker,ed25519,华夏证券,yes\n"
FLOW = "34200.01,1,7,100,2000000,1\n34200.02,3,7,100,2000000,1\n"
TOML = "# 银证通\n[gateway]\nport = 7700\n"
GOOD: dict[str, Encode] = {
    "plain": lambda text: text.encode(),
    "byte order mark": lambda text: text.encode("utf-8-sig"),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "both": lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
    "no last line end": lambda text: text.rstrip().encode(),
}
BAD: dict[str, tuple[Encode, str]] = {
    "GBK": (lambda text: text.encode("gb18030"), "as in GBK: save it as UTF-8"),
    "UTF-16": (lambda text: text.encode("utf-16"), ":1: this is UTF-16: save it as UTF-8"),
    "UTF-16 without a mark": (lambda text: text.encode("utf-16-le"), ":1: a zero byte"),
    "Latin-1": (lambda text: text.encode("latin-1", "replace").replace(b"?", b"\xe9"), "is not UTF-8"),
}


@pytest.mark.parametrize("how", GOOD)
def test_what_excel_and_windows_save_as_utf_8_is_read(how: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(GOOD[how](PARTIES))
    (piece,) = read_pieces(file)
    (party,) = piece.items
    assert isinstance(party, RegisterParty)
    assert (party.party, party.name) == (2, "华夏证券")
    file.write_bytes(GOOD[how](FLOW))
    assert [message.line_no for message in read_flow(file)] == [1, 2]
    file.write_bytes(GOOD[how](TOML))
    assert load(file).gateway.port == 7700


@pytest.mark.parametrize("how", BAD)
def test_other_encodings_are_named_with_file_line_and_remedy(how: str, tmp_path: Path) -> None:
    encode, words = BAD[how]
    file = tmp_path / "file"
    file.write_bytes(encode(PARTIES))
    with pytest.raises(DataFileError) as in_csv:
        list(read_pieces(file))
    file.write_bytes(encode(FLOW + "银\n"))
    with pytest.raises(FlowFileError) as in_flow:
        list(read_flow(file))
    file.write_bytes(encode(TOML))
    with pytest.raises(ConfigFault) as in_toml:
        load(file)
    for caught in (in_csv, in_flow, in_toml):
        said = str(caught.value)
        assert said.startswith(f"{file}:")
        assert said.removeprefix(f"{file}:").split(":")[0].isdigit()
        assert words in said
        assert "\n" not in said


def test_the_line_is_the_one_that_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "parties.csv"
    file.write_bytes(PARTIES.encode() + "3,broker,p256,南方证券,no\n".encode("gb18030"))
    with pytest.raises(DataFileError, match=r"parties\.csv:3: byte 15 of the line is not UTF-8, as in GBK"):
        list(read_pieces(file))


def test_an_old_mac_file_and_a_line_without_end_are_one_line_each(tmp_path: Path) -> None:
    for content in (PARTIES.replace("\n", "\r").encode(), PARTIES.encode() + b"x" * 200_000):
        file = tmp_path / "file"
        file.write_bytes(content)
        with pytest.raises(DataFileError) as caught:
            list(read_pieces(file))
        assert "\n" not in str(caught.value)


def yzt(*arguments: str, stdout: int, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    """`yzt` with its output going to a descriptor."""
    return subprocess.run(
        [sys.executable, "-m", "config", *arguments],
        stdout=stdout,
        stderr=subprocess.PIPE,
        cwd=PROJECT_DIRECTORY,
        env={"PATH": "/usr/bin:/bin", **(environment or {})},
        check=False,
    )


@pytest.fixture
def closed_pipe() -> Iterator[int]:
    """A pipe that nobody reads any more."""
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


COMMANDS = (("config", "show"), ("status",), ("status", "--json"), ("--version",), ("--help",))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_closed_pipe_ends_a_command_without_a_word(command: tuple[str, ...], closed_pipe: int) -> None:
    done = yzt(*command, stdout=closed_pipe)

    assert (done.returncode, done.stderr) == (CLOSED_PIPE, b"")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_full_disk_is_one_line(command: tuple[str, ...]) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    done = yzt(*command, stdout=full)
    os.close(full)

    assert done.stderr == b"yzt: standard output: No space left on device\n"
    assert done.returncode == ExitCode.UNAVAILABLE


@pytest.mark.parametrize(
    "environment", [{"PYTHONIOENCODING": "latin-1"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_a_terminal_without_chinese_gets_the_help_all_the_same(environment: dict[str, str]) -> None:
    done = yzt("--help", stdout=subprocess.PIPE, environment=environment)

    assert done.returncode == 0
    assert b"Yinzhengtong" in done.stdout


def test_the_version_is_told() -> None:
    done = yzt("--version", stdout=subprocess.PIPE)

    assert done.stdout.decode().split()[0] == "yzt"
    assert done.stdout.decode().split()[1].count(".") == 2


@pytest.mark.parametrize("factor", [1, 1_000, 10**6])
def test_the_control_table_fits_80_columns_and_says_the_same(factor: int) -> None:
    by_source = {
        source: {party: type(totals)(*(amount * factor for amount in totals)) for party, totals in parties.items()}
        for source, parties in all_agree().items()
    }
    lines = lines_of(by_source)
    narrow, wide = printed(lines, 80), printed(lines)

    assert max(map(len, narrow.splitlines())) <= 80
    assert set(wide.replace(",", "").split()) >= {word for word in narrow.replace(",", "").split() if "." in word}
    assert all(narrow.count(word) >= len(lines) // 4 for word in ("auditor", "difference"))
    assert len(SOURCES) == 4
