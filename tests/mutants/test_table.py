"""The table of mutants cannot rot: every text still occurs once, every named test still exists."""

import ast

import pytest

from tests.mutants.mutant import ROOT, Mutant
from tests.mutants.table import MUTANTS

BY_NAME = pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))


@BY_NAME
def test_the_text_occurs_exactly_once_and_the_mutant_is_python(mutant: Mutant) -> None:
    source = (ROOT / mutant.path).read_text("utf-8")

    mutated = mutant.mutated(source)

    assert ast.dump(ast.parse(mutated)) != ast.dump(ast.parse(source))


@BY_NAME
def test_the_tests_that_catch_it_exist(mutant: Mutant) -> None:
    assert mutant.caught_by
    for selected in mutant.caught_by:
        file, _, name = selected.partition("::")
        assert f"def {name.partition('[')[0]}(" in (ROOT / file).read_text("utf-8")


def test_names_are_apart_and_every_decision_and_book_has_mutants() -> None:
    assert len(MUTANTS) >= 20
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert {mutant.file for mutant in MUTANTS} >= {
        "state/number_index.py",
        "state/forms/arrays.py",
        "state/book.py",
        "control/customers/accounts.py",
        "control/judge.py",
        "decide.py",
        "effects.py",
        "engine.py",
        "frames.py",
        "invariants.py",
        "blocks/proof.py",
        "control/day/lanes.py",
        "corrections/apply.py",
        "corrections/at_hand.py",
        "corrections/read.py",
        "lines/answers.py",
        "lines/apply.py",
        "lines/brought.py",
        "control/acts.py",
        "control/persons.py",
        "control/keys.py",
        "rules/tellers.py",
        "lines/compare.py",
        "lines/decide.py",
        "lines/proceeds.py",
        "lines/read.py",
        "state/requests.py",
        "resolve.py",
        "roles.py",
        "rules/money/account.py",
        "rules/money/cash.py",
        "rules/day/clearing.py",
        "rules/day/corrections.py",
        "rules/day/obligations.py",
        "control/day/obligations.py",
        "control/day/acts.py",
        "state/day/obligations.py",
        "rules/day/states.py",
        "rules/kinds.py",
        "rules/money/freezes.py",
        "rules/day/reconciliation.py",
        "rules/day/settlement.py",
        "protocol/kinds/moving.py",
        "rows/row.py",
        "sequence.py",
        "state/forms/slices.py",
        "state/totals.py",
        "state/unsettled.py",
        "ledger/follower/projection/day/differences.py",
        "ledger/follower/projection/day/lane_tables.py",
    }


@pytest.mark.parametrize("times", [0, 2])
def test_a_text_that_is_gone_or_no_longer_alone_is_refused(times: int) -> None:
    mutant = Mutant("m", "f.py", "a > b", "a >= b", "one fen", ())

    with pytest.raises(ValueError, match=f"occurs {times} times"):
        mutant.mutated("a > b\n" * times)
