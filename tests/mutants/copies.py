"""Copies of the core in temporary folders, with one mutant at a time, and the suite's run over them.

Belongs here: copying, planting, having pytest run (warm), what its run said. Never here: which mutants there are (the
tables), which file of tests takes which of them.
"""

import functools
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType

import grimp

from tests.mutants.mutant import ROOT, Mutant

PACKAGES = ("protocol", "rules", "ledger", "frontend_sim")
TESTS = ("tests/ledger", "tests/ledger_core", "tests/follower", "tests/mutants", "tests/protocol", "tests/rules")
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


@functools.cache
def imports() -> grimp.ImportGraph:
    """Which module of the project imports which, in functions too."""
    return grimp.build_graph(*PACKAGES, "tests", cache_dir=None)


def loaded_by(selected: Iterable[str]) -> list[str]:
    """The modules that tests import, directly or not. Files of tests are pytest's own to load."""
    files = {test.partition("::")[0] for test in selected}
    needed = [imports().find_upstream_modules(module_of(Path(file))) for file in files]
    return sorted(name for name in set().union(*needed) if not name.rpartition(".")[2].startswith("test_"))


def taken_from(file: Path) -> list[str]:
    """The module of a file, and all that import it, directly or not."""
    module = module_of(file)
    return sorted({module, *imports().find_downstream_modules(module)})


def module_of(file: Path) -> str:
    """As it is imported."""
    return ".".join(file.with_suffix("").parts).removesuffix(".__init__")


def make_copy(folder: Path) -> None:
    """Copies packages and tests into the new `folder`. The root conftest stays behind: it needs PostgreSQL."""
    for tree in (*PACKAGES, *TESTS):
        shutil.copytree(ROOT / tree, folder / tree, ignore=shutil.ignore_patterns("__pycache__", "conftest.py"))
    for shared in set((ROOT / "tests").glob("*.py")) - {ROOT / "tests" / "conftest.py"}:
        shutil.copy(shared, folder / "tests")
    (folder / "pytest.ini").write_text(SETTINGS, "utf-8")
    shutil.copy(Path(__file__).with_name("conftest_of_copy.py"), folder / "conftest.py")


@contextmanager
def planted(mutant: Mutant, folder: Path, turn: int) -> Iterator[None]:
    """The copy in `folder` has the mutant while in here. Raises ValueError when its text does not occur exactly once.

    `turn` is another each time: Python tells a source from what it has compiled by size and whole seconds.
    """
    file = folder / mutant.path
    mutated = mutant.mutated(file.read_text("utf-8"))
    aside = file.with_suffix(".sound")
    file.rename(aside)
    try:
        file.write_text(mutated, "utf-8")
        os.utime(file, (turn, turn))
        yield
    finally:
        aside.replace(file)


class Laboratory:
    """A copy, and a process that is ready to run its tests."""

    def __init__(self, folder: Path, mutants: Sequence[Mutant], dsn: str = "") -> None:
        """Makes the copy in `folder` and starts the process, which loads what these mutants' tests import. Tests that
        want a fresh database have the one of `dsn`.
        """
        tests = {test for mutant in mutants for test in mutant.caught_by}
        self.copy = folder / "copy"
        make_copy(self.copy)
        self._output = folder / "output"
        self._turns = count(1)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))}
        self._warm = subprocess.Popen(
            [sys.executable, "-P", WARM, self.copy, *loaded_by(tests)],
            cwd=folder,
            env={
                **inherited,
                "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
                "MALLOC_MMAP_THRESHOLD_": str(1 << 20),  # as in the root conftest, which stays behind
                "FRESH_DATABASE": dsn,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "Laboratory":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._warm.communicate()

    def run_tests(self, selected: Sequence[str], again: Sequence[str] = ()) -> Run:
        """Runs some tests of the copy until the first fails, with some modules loaded again."""
        assert self._warm.stdin is not None
        assert self._warm.stdout is not None
        print(json.dumps([str(self._output), selected, again]), file=self._warm.stdin, flush=True)
        return Run(int(self._warm.stdout.readline()), self._output.read_text("utf-8"), self.copy.resolve())

    def run(self, mutant: Mutant) -> Run:
        """What the mutant's tests say of it."""
        with planted(mutant, self.copy, next(self._turns)):
            return self.run_tests(mutant.caught_by, taken_from(mutant.path))

    def must_pass(self, mutants: Sequence[Mutant]) -> None:
        """Every test that these mutants name passes in the copy without any. Raises AssertionError."""
        run = self.run_tests(sorted({test for mutant in mutants for test in mutant.caught_by}))
        assert run.passed, run.output
        assert run.tested_the_copy, run.output

    def must_catch(self, mutant: Mutant) -> None:
        """A test of those that the mutant names fails by what it sees. Raises AssertionError."""
        run = self.run(mutant)
        assert run.tested_the_copy, run.output
        assert run.failed_by_a_test, f"{mutant.plants}: not caught\n{run.output}"
