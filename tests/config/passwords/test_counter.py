"""From whom the counter's program reads a password, and where the desk finds its secrets: without a bank."""

import os
import sys
from pathlib import Path

import pytest

from config.cli import commands as cli
from config.cli.passwords.counter import password_from
from config.cli.passwords.secret_files import Secrets, make
from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault
from protocol.limits import BOX_KEYS_MAX

PASSWORD = "planted-pw"


def by_descriptor(content: bytes) -> str:
    """What is read of it."""
    reading, writing = os.pipe()
    try:
        os.write(writing, content)
        os.close(writing)
        return password_from(reading)
    finally:
        os.close(reading)


class Terminal:
    """Types one word after the other."""

    def __init__(self, *words: str) -> None:
        self.words, self.asked = list(words), list[str]()

    def __call__(self, prompt: str) -> str:
        self.asked.append(prompt)
        return self.words.pop(0)

    @staticmethod
    def isatty() -> bool:
        return True


@pytest.mark.parametrize("content", [b"planted-pw\n", b"planted-pw\r\n", b"planted-pw", b"planted-pw\nmore\n"])
def test_a_descriptor_has_it_on_its_first_line(content: bytes) -> None:
    assert by_descriptor(content) == PASSWORD


@pytest.mark.parametrize("content", [b"", b"short\n", b"planted-pw" * 4, b"planted\xff\n", "密".encode() * 33])
def test_what_is_none_is_said_without_a_word_of_it(content: bytes) -> None:
    with pytest.raises(ProcessFault) as caught:
        by_descriptor(content)

    assert caught.value.exit_code == ExitCode.DATA
    assert "planted" not in str(caught.value)


def test_no_descriptor_is_an_error_of_usage() -> None:
    with pytest.raises(ProcessFault, match="descriptor") as caught:
        password_from(1_022)
    assert caught.value.exit_code == ExitCode.USAGE


def test_at_a_terminal_it_is_typed_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal())
    terminal = Terminal(PASSWORD, PASSWORD)
    assert password_from(None, terminal) == PASSWORD
    assert len(terminal.asked) == 2

    with pytest.raises(ProcessFault, match="the two differ"):
        password_from(None, Terminal(PASSWORD, "planted-other"))


def test_without_a_terminal_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        with pytest.raises(ProcessFault, match="a terminal is wanted"):
            password_from(None, Terminal(PASSWORD, PASSWORD))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["set"], "which contract?"),
        (["set", "planted-pw"], "which contract?"),
        (["set", "98"], "--key and --key-id name the teller desk's key"),
        (["set", "98", "--password-fd", "-1"], "--password-fd"),
        (["set", "98", "planted-pw"], "unrecognized arguments"),
    ],
)
def test_what_the_options_must_be(words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["passwords", *words]) == ExitCode.USAGE
    assert says in capsys.readouterr().err


def test_the_desk_finds_the_pepper_and_every_key_of_boxes_in_its_folder(tmp_path: Path) -> None:
    for number in (1, 12):
        make(tmp_path, number)
    (tmp_path / "boxes-2.pem.old").write_text("destroyed")

    secrets = Secrets.of_folder(tmp_path)

    assert sorted(secrets.unsealings) == [1, 12]
    assert len(secrets.pepper) == 32


def test_a_folder_without_keys_or_with_too_many_is_named(tmp_path: Path) -> None:
    for folder, says in ((tmp_path, "no boxes-N.pem"), (tmp_path / "none", "No such file")):
        with pytest.raises(ConfigFault, match=says):
            Secrets.of_folder(folder)
    for number in range(1, BOX_KEYS_MAX + 2):
        make(tmp_path, number)
    with pytest.raises(ConfigFault, match="destroy old ones"):
        Secrets.of_folder(tmp_path)
