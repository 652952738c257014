"""Each mutant of what decides orders, customers and people is caught: a test fails by what it sees, and without it
none does.
"""

import pytest

from tests.mutants.copies import Laboratory
from tests.mutants.mutant import Mutant
from tests.mutants.table import OF_ORDERS_AND_CUSTOMERS as PLANTED

pytestmark = pytest.mark.mutants


def test_without_a_mutant_every_test_named_in_the_tables_passes(laboratory: Laboratory) -> None:
    laboratory.must_pass(PLANTED)


@pytest.mark.parametrize("mutant", PLANTED, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_the_suite_catches(mutant: Mutant, laboratory: Laboratory) -> None:
    laboratory.must_catch(mutant)
