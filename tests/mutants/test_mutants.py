"""Each mutant of the core is caught by the suite: a test fails by what it sees, and without the mutant none does."""

from collections.abc import Iterator

import pytest

from tests.mutants.copies import Laboratory
from tests.mutants.mutant import Mutant
from tests.mutants.table import MUTANTS

pytestmark = pytest.mark.mutants


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    with Laboratory(tmp_path_factory.mktemp("mutants")) as laboratory:
        yield laboratory


def test_without_a_mutant_every_test_named_in_the_table_passes(laboratory: Laboratory) -> None:
    selected = sorted({test for mutant in MUTANTS for test in mutant.caught_by})

    run = laboratory.run_tests(laboratory.sound, selected)

    assert run.passed, run.output
    assert run.tested_the_copy, run.output


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_the_suite_catches(mutant: Mutant, laboratory: Laboratory) -> None:
    run = laboratory.run(mutant)

    assert run.tested_the_copy, run.output
    assert run.failed_by_a_test, f"{mutant.plants}: not caught\n{run.output}"
