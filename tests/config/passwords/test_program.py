"""The password desk's process without its secrets: one line and 78, after which `yzt up` does not start it again."""

import os
from pathlib import Path

import pytest

from config.cli.passwords.secret_files import make
from config.keys import write_key_pair
from config.kit.exit_codes import ExitCode
from tests.e2e.programs import run_module

STATE = "state"
RUN_AS = "root" if os.geteuid() == 0 else ""
SETTINGS = f'[state]\ndirectory = "{STATE}"\n[supervise]\nrun_as = "{RUN_AS}"\n'


@pytest.mark.parametrize(
    ("has_folder", "has_keys", "says"),
    [
        (False, False, "password_desk.secrets: {folder}/passwords: No such file or directory"),
        (True, False, "password_desk.secrets: {folder}/passwords: no boxes-N.pem; `yzt passwords keygen` makes one"),
        (True, True, "password_desk.key: {folder}/keys/bank-seat-7.pem: No such file or directory"),
    ],
    ids=["no folder", "no keys of boxes", "no key of the seat"],
)
def test_what_is_missing_is_named(tmp_path: Path, has_folder: bool, has_keys: bool, says: str) -> None:
    state = tmp_path / STATE
    state.mkdir(mode=0o700)
    file = tmp_path / "yzt.toml"
    file.write_text(SETTINGS)
    if has_folder:
        (state / "passwords").mkdir(mode=0o700)
    if has_keys:
        make(state / "passwords", 1)

    ended = run_module("config.cli.passwords.program", "--config", file, folder=tmp_path)

    assert (ended.code, ended.lines[-1]) == (ExitCode.CONFIG, f"password_desk: {says.format(folder=state)}")


def test_a_key_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    state = tmp_path / STATE
    (state / "passwords").mkdir(parents=True, mode=0o700)
    (state / "keys").mkdir(mode=0o700)
    state.chmod(0o700)
    file = tmp_path / "yzt.toml"
    file.write_text(SETTINGS)
    make(state / "passwords", 1)
    key = state / "keys" / "bank-seat-7.pem"
    write_key_pair(key, "ed25519")
    key.chmod(0o644)

    ended = run_module("config.cli.passwords.program", "--config", file, folder=tmp_path)

    assert (ended.code, "bank-seat-7.pem" in ended.lines[-1]) == (ExitCode.CONFIG, True)
