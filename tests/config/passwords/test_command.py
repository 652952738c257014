"""`yzt passwords keygen`, and what the options of `run` must be: without a bank."""

import stat
from pathlib import Path

import pytest

from config.cli import commands as cli
from config.kit.exit_codes import ExitCode
from gateway.identity.key_files import read_secret, read_unsealing
from gateway.passwords.checking import PEPPER_BYTES


def yzt(*words: object) -> int:
    return cli.main(["passwords", *map(str, words)])


def test_keygen_makes_a_key_of_boxes_and_the_pepper_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert yzt("keygen", tmp_path) == ExitCode.OK
    made = [str(tmp_path / name) for name in ("boxes-1.pem", "boxes-1.pub.pem", "pepper.key")]
    assert capsys.readouterr().out.split() == made
    pepper = read_secret(tmp_path / "pepper.key", PEPPER_BYTES)

    assert yzt("keygen", tmp_path, "--number", 2) == ExitCode.OK
    assert yzt("keygen", tmp_path, "--number", 2) == ExitCode.CONFIG

    assert read_secret(tmp_path / "pepper.key", PEPPER_BYTES) == pepper
    assert read_unsealing(tmp_path / "boxes-2.pem") is not None
    assert stat.S_IMODE((tmp_path / "pepper.key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run"], "--key, --pepper, --boxes and --socket name"),
        (["run", "--workers", "0"], "--workers: '0' is no whole number from 1 to 64"),
        (["keygen"], "which folder?"),
        (["run", "--key", "k", "--pepper", "p", "--socket", "s", "--boxes", "x=f"], "--boxes is a number"),
    ],
)
def test_what_the_options_must_be(words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert yzt(*words) == ExitCode.USAGE
    assert says in capsys.readouterr().err
