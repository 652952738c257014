"""Copies of the core in temporary folders, with one mutant each, and the suite's run over them.

Belongs here: copying, planting, starting pytest, what its run said. Never here: which mutants there are (the tables),
what is expected (test_mutants).
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from tests.mutants.mutant import ROOT, Mutant

PACKAGES = ("protocol", "ledger", "frontend_sim")
TESTS = ("tests/ledger_core", "tests/frontend_sim", "tests/mutants")
PROCESSES = 2  # as many at a time; the machine that the suite is measured on has two cores
RUN_SECONDS_MAX = 100  # below the timeout of the test that waits; a mutant may loop for ever
SETTINGS = (
    "[pytest]\naddopts = --strict-markers\nfilterwarnings = error\nmarkers =\n    slow\n    postgres\n    chaos\n"
)
NOT_OURS = re.compile(r"\b(NameError|ImportError|ModuleNotFoundError|SyntaxError|UnboundLocalError)\b")


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of pytest in a copy came to."""

    exit_code: int
    output: str
    copy: Path

    @property
    def tested_the_copy(self) -> bool:
        """True when the packages under test were the copy's."""
        tested = re.findall(r"^tested (.+)$", self.output, re.MULTILINE)
        return len(tested) == 2 and all(Path(file).is_relative_to(self.copy) for file in tested)

    @property
    def passed(self) -> bool:
        """True when every test passed."""
        return self.exit_code == 0

    @property
    def failed_by_a_test(self) -> bool:
        """True when a test failed by what it saw: not collection, not a fixture, not a name that is not there."""
        one_failed = re.search(r"^1 failed\b", self.output, re.MULTILINE) is not None
        return self.exit_code == 1 and one_failed and NOT_OURS.search(self.output) is None


def make_copy(folder: Path) -> None:
    """Copies packages and tests into the new `folder`. The root conftest stays behind: it needs PostgreSQL."""
    for tree in (*PACKAGES, *TESTS):
        shutil.copytree(ROOT / tree, folder / tree, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "tests" / "__init__.py", folder / "tests")
    (folder / "pytest.ini").write_text(SETTINGS, "utf-8")
    shutil.copy(Path(__file__).with_name("conftest_of_copy.py"), folder / "conftest.py")


def plant(mutant: Mutant, folder: Path) -> None:
    """Puts the mutant into the copy in `folder`. Raises ValueError when its text does not occur exactly once."""
    file = folder / "ledger" / "core" / mutant.file
    file.write_text(mutant.mutated(file.read_text("utf-8")), "utf-8")
    for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
        compiled.unlink()


def run_tests(folder: Path, selected: Iterable[str]) -> Run:
    """Runs some tests of the copy in `folder` until the first fails."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))}
    environment = {**inherited, "PYTHONPATH": str(folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *selected]
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=RUN_SECONDS_MAX,
        check=False,
    )
    return Run(done.returncode, done.stdout, folder.resolve())


class Laboratory:
    """Runs mutants in order, one ahead of the one asked for, so that both cores have work."""

    def __init__(self, folder: Path, mutants: list[Mutant]) -> None:
        self._folder = folder
        self._mutants = mutants
        self._runs: dict[str, Future[Run]] = {}
        self._pool = ThreadPoolExecutor(PROCESSES)
        self.sound = folder / "sound"
        make_copy(self.sound)

    def __enter__(self) -> "Laboratory":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pool.shutdown(cancel_futures=True)

    def run(self, mutant: Mutant) -> Run:
        """What the mutant's tests say of it. Waits."""
        place = self._mutants.index(mutant)
        for each in self._mutants[place : place + PROCESSES]:
            if each.name not in self._runs:
                self._runs[each.name] = self._pool.submit(self._run, each)
        return self._runs[mutant.name].result()

    def _run(self, mutant: Mutant) -> Run:
        folder = self._folder / mutant.name.replace(" ", "-")
        shutil.copytree(self.sound, folder)
        plant(mutant, folder)
        try:
            return run_tests(folder, mutant.caught_by)
        finally:
            shutil.rmtree(folder)
