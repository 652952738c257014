"""A backup that cannot be made, or is broken off, leaves nothing, and takes nothing that is another's."""

import resource
import signal
from pathlib import Path

import pytest

from config.kit.exit_codes import ExitCode
from config.kit.stop_request import THIS_PROCESS, Interrupted
from ledger.backup import manifest
from ledger.backup.command import main
from ledger.backup.manifest import DUMP, MANIFEST
from ledger.backup.programs import without_password
from tests.follower.backups.world import journal, left_of_checks, made_in, told, two_days

pytestmark = pytest.mark.postgres


def test_a_folder_that_is_not_for_it_is_left_as_it_is(
    fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = journal(fresh_database, two_days(), tmp_path)
    folder = tmp_path / "folder"
    folder.mkdir()
    assert told(capsys, config, "check", folder) == (ExitCode.DATA, [f"{folder}: no {MANIFEST} there: not a backup"])
    for name, said in (
        ("notes.txt", "holds other things (notes.txt): name a folder of its own"),
        (DUMP, "half a backup is there: remove it, or name another folder"),
        (MANIFEST, "a backup is there already: name another folder"),
    ):
        (folder / name).write_text("kept")
        assert told(capsys, config, "make", folder) == (ExitCode.CONFIG, [f"{folder}: {said}"])
        assert (folder / name).read_text() == "kept"
    (folder / MANIFEST).unlink()
    half = f"{folder}: no {MANIFEST} there, only {DUMP}: half a backup"
    assert told(capsys, config, "check", folder) == (ExitCode.DATA, [half])
    assert told(capsys, config, "check", tmp_path / "none") == (
        ExitCode.CONFIG,
        [f"{tmp_path / 'none'}: no such folder"],
    )
    file = tmp_path / "file"
    file.write_text("kept")
    assert told(capsys, config, "make", file) == (ExitCode.CONFIG, [f"{file}: Not a directory"])


def test_on_a_disk_that_takes_no_more_nothing_is_left(
    fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A limit on the size of files is what a test has of a full disk: the write fails in the same place."""
    config = journal(fresh_database, two_days(), tmp_path)
    (tmp_path / "empty").mkdir()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        code, lines = told(capsys, config, "make", tmp_path / "empty")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert (code, len(lines)) == (ExitCode.UNAVAILABLE, 1)
    assert lines[0].startswith("pg_dump failed: ")
    assert "File too large" in lines[0]
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_manifest_that_cannot_be_written_leaves_nothing(
    fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = journal(fresh_database, two_days(), tmp_path)

    def full(_path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(manifest, "_sync", full)
    backup = tmp_path / "backup"

    said = f"{backup}: No space left on device: no backup was made"
    assert told(capsys, config, "make", backup) == (ExitCode.UNAVAILABLE, [said])
    assert not backup.exists()


@pytest.mark.parametrize("what", ["make", "check"])
def test_a_signal_ends_it_and_nothing_is_left(
    what: str, fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = journal(fresh_database, two_days(), tmp_path)
    backup = made_in(config, tmp_path, capsys)
    monkeypatch.setattr(THIS_PROCESS, "number", signal.SIGTERM)
    arguments = ["make", str(tmp_path / "other")] if what == "make" else ["check", str(backup), "--in", str(tmp_path)]

    with pytest.raises(Interrupted) as ended:
        main(arguments, config)

    assert ended.value.exit_code == 128 + signal.SIGTERM
    assert not (tmp_path / "other").exists()
    assert left_of_checks(tmp_path) == []


def test_no_password_stands_on_a_command_line() -> None:
    assert without_password("postgresql://yzt:s%40e@db:5433/yzt?sslmode=require") == (
        "postgresql://yzt@db:5433/yzt?sslmode=require",
        "s@e",
    )
    assert without_password("postgresql:///yzt?host=/run/pg&user=yzt&password=x%20y") == (
        "postgresql:///yzt?host=/run/pg&user=yzt",
        "x y",
    )
    assert without_password("postgresql:///yzt") == ("postgresql:///yzt", None)
