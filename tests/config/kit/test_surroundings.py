"""What a process is started in, and what it makes of it: Python, folder, variables, streams, mask.

Belongs here: surroundings that must not matter, or are told in one line. Never here: a whole session.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import __main__ as command
from config.kit import environment
from config.kit.exit_codes import ExitCode
from config.supervise.children import PROJECT_DIRECTORY

WRONG_PYTHON = '#!/bin/sh\n[ "$1" = -V ] && echo Python 3.10.1 && exit 0\nexit 1\n'


@pytest.mark.parametrize("version", [(3, 10, 13), (3, 14, 0), (2, 7, 18)])
def test_another_python_is_told_in_one_line(
    version: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    assert command.main() == ExitCode.UNAVAILABLE == command.UNAVAILABLE
    found = ".".join(map(str, version))
    remedy = "run `make install PYTHON=python3.13`, or with another of these"
    assert capsys.readouterr().err == f"yzt: needs Python 3.11 to 3.13, this is {found}: {remedy}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with our Makefile and a Python that is too old."""
    (tmp_path / "Makefile").write_bytes((PROJECT_DIRECTORY / "Makefile").read_bytes())
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).touch()
    old = tmp_path / "old-python"
    old.write_text(WRONG_PYTHON)
    old.chmod(0o755)
    return tmp_path


def make(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What `make` does and says there, also when these tests were started by one."""
    mine = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    return subprocess.run(["make", *arguments], cwd=project, env=mine, capture_output=True, text=True, check=False)


def test_make_names_a_python_that_will_not_do(project: Path) -> None:
    done = make(project, "install", f"PYTHON={project / 'old-python'}")
    told = f"yzt needs Python 3.11 to 3.13, {project / 'old-python'} is Python 3.10.1: make install PYTHON=python3.13"
    assert done.stderr.splitlines()[0] == told
    assert done.returncode != 0
    assert not (project / ".venv").exists()


def test_an_environment_of_the_wrong_python_is_removed_and_of_the_right_one_stays(project: Path) -> None:
    python = project / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    assert make(project, "fitting-venv").stdout == ""
    assert python.exists()

    python.unlink()
    python.symlink_to(project / "old-python")
    assert make(project, "fitting-venv").stdout == "replacing .venv, whose Python is not 3.11 to 3.13\n"
    assert not (project / ".venv").exists()

    python.parent.mkdir(parents=True)
    python.symlink_to("/nowhere/python")
    make(project, "fitting-venv")
    assert not (project / ".venv").exists()


def test_a_folder_that_is_gone_is_told_in_one_line(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    script = f"rmdir {gone}; exec {sys.executable} -P -m config config show"
    gone.mkdir()
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=gone,
        env={**os.environ, "PYTHONPATH": str(PROJECT_DIRECTORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    told = "yzt: the current folder is gone: go to one that is there, or name a file with --config\n"
    assert (done.returncode, done.stderr) == (ExitCode.CONFIG, told)


def test_children_get_the_same_environment_whatever_ours_is(monkeypatch: pytest.MonkeyPatch) -> None:
    before = environment.of_children()
    theirs = ("PGPORT", "PYTHONPATH", "PYTHONOPTIMIZE", "LC_ALL", "LANG", "TZ", "TMPDIR", "HOME", "SSLKEYLOGFILE")
    for name in (*theirs, *environment.MATHEMATICS):
        monkeypatch.setenv(name, "nonsense")
    assert environment.of_children() == before


def test_foreign_variables_are_forgotten_files_are_ours_alone_and_no_stream_is_closed(tmp_path: Path) -> None:
    program = (
        "import os; from pathlib import Path; from config.kit import environment; environment.settle(); "
        "print('lost'); made = open('made', 'w'); "
        'Path(\'seen\').write_text(f\'{sorted(set(os.environ) & {"PGPORT", "PGPASSWORD", "SSLKEYLOGFILE", "HOME"})}'
        ' {os.stat("made").st_mode & 0o777:o} {made.fileno() > 2}\')'
    )
    variables = {
        "PGPORT": "1",
        "PGPASSWORD": "secret",
        "SSLKEYLOGFILE": "keys",
        "HOME": "/",
        "PYTHONPATH": str(PROJECT_DIRECTORY),
    }
    script = f'umask 0; exec {sys.executable} -c "$0" <&- >&- 2>&-'
    subprocess.run(["sh", "-c", script, program], cwd=tmp_path, env=variables, check=True)
    assert (tmp_path / "seen").read_text() == "['HOME'] 600 True"


def test_numpy_starts_no_threads_whatever_the_environment_says() -> None:
    counted = "len(os.listdir('/proc/self/task'))"
    program = f"from config.kit import environment; environment.settle(); import numpy, os; print({counted})"
    variables = {**os.environ, "OPENBLAS_NUM_THREADS": "3", "PYTHONPATH": str(PROJECT_DIRECTORY)}
    done = subprocess.run([sys.executable, "-c", program], env=variables, capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"
