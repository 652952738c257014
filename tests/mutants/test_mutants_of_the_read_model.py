"""Each mutant of what the follower writes is caught: a test fails by what it sees, and without it none does."""

from collections.abc import Iterator

import pytest

from tests.mutants.copies import Laboratory
from tests.mutants.mutant import Mutant
from tests.mutants.tables.read_model import OF_READ_MODEL as PLANTED

pytestmark = [pytest.mark.mutants, pytest.mark.postgres]


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory, fresh_database: str) -> Iterator[Laboratory]:
    """As that of the other mutants, with a database."""
    with Laboratory(tmp_path_factory.mktemp("mutants"), PLANTED, fresh_database) as laboratory:
        yield laboratory


def test_without_a_mutant_every_test_named_in_the_table_passes(laboratory: Laboratory) -> None:
    laboratory.must_pass(PLANTED)


@pytest.mark.parametrize("mutant", PLANTED, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_the_suite_catches(mutant: Mutant, laboratory: Laboratory) -> None:
    laboratory.must_catch(mutant)
