"""Which folder a session leaves its reports in, and which one it does not leave."""

import os
import tempfile
from pathlib import Path

import pytest

from config.kit.exit_codes import ExitCode, ProcessFault
from frontend_sim.trading_session.reports_folder import files_in, reports_folder


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def break_off_in(named: Path | None) -> None:
    """A session that is ended early, when a report is there."""
    with reports_folder(named) as folder:
        (folder / "day.csv").touch()
        raise KeyboardInterrupt


def test_without_a_name_a_new_folder_stays(temporary: Path) -> None:
    with reports_folder(None) as folder:
        (folder / "day.csv").touch()
    assert [each.relative_to(temporary) for each in folder.iterdir()] == [Path(folder.name) / "day.csv"]


def test_without_a_name_nothing_stays_of_a_session_that_breaks_off(temporary: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        break_off_in(None)
    assert list(temporary.iterdir()) == []


def test_a_named_folder_is_made_and_nothing_in_it_is_removed(tmp_path: Path) -> None:
    named = tmp_path / "of" / "the day"
    with pytest.raises(KeyboardInterrupt):
        break_off_in(named)
    assert [each.name for each in named.iterdir()] == ["day.csv"]


def test_a_place_that_is_no_folder_is_told_before_anything_is_started(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ProcessFault, match="file") as fault, reports_folder(tmp_path / "file" / "reports"):
        pass
    assert fault.value.exit_code == ExitCode.DATA


def test_what_an_earlier_session_left_is_not_of_this_one(tmp_path: Path) -> None:
    """Of three files one was there, one was there and is written again, and one is new."""
    for name in ("kept.csv", "again.csv"):
        (tmp_path / name).write_text("1")
        os.utime(tmp_path / name, ns=(1, 1))
    (tmp_path / "folder").mkdir()
    before = files_in(tmp_path)

    for name in ("again.csv", "new.csv"):
        (tmp_path / name).write_text("2")

    assert {name for name, _ in files_in(tmp_path).items() - before.items()} == {"again.csv", "new.csv"}
