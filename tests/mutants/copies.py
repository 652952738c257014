"""Copies of the core in temporary folders, with one mutant each, and the suite's run over them.

Belongs here: copying, planting, having pytest run (warm), what its run said. Never here: which mutants there are (the
tables), what is expected (test_mutants).
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from tests.mutants.mutant import ROOT, Mutant

PACKAGES = ("protocol", "rules", "ledger", "frontend_sim")
TESTS = ("tests/ledger_core", "tests/follower", "tests/mutants", "tests/rules")
WARM = Path(__file__).with_name("warm.py")
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
        return len(tested) == 3 and all(Path(file).is_relative_to(self.copy) for file in tested)

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
    for shared in set((ROOT / "tests").glob("*.py")) - {ROOT / "tests" / "conftest.py"}:
        shutil.copy(shared, folder / "tests")
    (folder / "pytest.ini").write_text(SETTINGS, "utf-8")
    shutil.copy(Path(__file__).with_name("conftest_of_copy.py"), folder / "conftest.py")


def plant(mutant: Mutant, folder: Path) -> None:
    """Puts the mutant into the copy in `folder`. Raises ValueError when its text does not occur exactly once."""
    file = folder / mutant.path
    mutated = mutant.mutated(file.read_text("utf-8"))
    file.unlink()  # it may be a link to the sound one
    file.write_text(mutated, "utf-8")
    for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
        compiled.unlink()


class Laboratory:
    """A sound copy, and a process that is ready to run the tests of copies."""

    def __init__(self, folder: Path) -> None:
        """Makes the sound copy in `folder` and starts the process."""
        self._folder = folder
        self.sound = folder / "sound"
        make_copy(self.sound)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))}
        self._warm = subprocess.Popen(
            [sys.executable, "-P", WARM],
            cwd=folder,
            env={**inherited, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "Laboratory":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._warm.communicate()

    def run_tests(self, folder: Path, selected: Sequence[str]) -> Run:
        """Runs some tests of the copy in `folder` until the first fails."""
        assert self._warm.stdin is not None
        assert self._warm.stdout is not None
        output = self._folder / "output"
        print(json.dumps([str(folder), str(output), selected]), file=self._warm.stdin, flush=True)
        return Run(int(self._warm.stdout.readline()), output.read_text("utf-8"), folder.resolve())

    def run(self, mutant: Mutant) -> Run:
        """What the mutant's tests say of it."""
        folder = self._folder / "mutated"
        shutil.copytree(self.sound, folder, copy_function=os.link)
        try:
            plant(mutant, folder)
            return self.run_tests(folder, mutant.caught_by)
        finally:
            shutil.rmtree(folder)
