"""The control table names every source that is one fen off, in any figure of any party."""

import pytest
from rich.console import Console

from frontend_sim.auditor.auditor import Auditor
from frontend_sim.auditor.control_table import (
    AUDITOR,
    FIGURES,
    GATEWAY,
    SOURCES,
    TITLES,
    Difference,
    TotalsByParty,
    compare,
    lines_of,
    printed,
    printed_differences,
    with_one_fen_more,
    yuan,
)
from frontend_sim.auditor.register import Totals
from frontend_sim.trading_session.demo import verdict

TRUE = {2: Totals(100_000_000, 1_001_820, 993_806, 500), 3: Totals(7, 0, 0, 0)}


def all_agree() -> dict[str, TotalsByParty]:
    return {source: dict(TRUE) for source in SOURCES}


def test_four_sources_that_agree_have_no_difference() -> None:
    assert compare(lines_of(all_agree())) == []


@pytest.mark.parametrize("party", [2, 3])
@pytest.mark.parametrize("figure", list(FIGURES))
@pytest.mark.parametrize("step_fen", [1, -1])
@pytest.mark.parametrize("source", SOURCES)
def test_one_fen_off_anywhere_is_named(source: str, step_fen: int, figure: str, party: int) -> None:
    by_source = all_agree()
    wrong = TRUE[party]._replace(**{figure: getattr(TRUE[party], figure) + step_fen})
    by_source[source] = {**TRUE, party: wrong}
    assert compare(lines_of(by_source)) == [
        Difference("total", figure, (source,), 1),
        Difference(f"party {party}", figure, (source,), 1),
    ]


def test_a_fen_that_one_party_has_and_another_lacks_does_not_cancel_out() -> None:
    by_source = all_agree()
    shifted = {
        2: TRUE[2]._replace(balance_fen=TRUE[2].balance_fen - 1),
        3: TRUE[3]._replace(balance_fen=8),
    }
    by_source[GATEWAY] = shifted
    found = compare(lines_of(by_source))
    assert [(one.scope, one.sources) for one in found] == [
        ("party 2", (GATEWAY,)),
        ("party 3", (GATEWAY,)),
    ]


def test_a_party_that_a_source_does_not_know_counts_as_nothing() -> None:
    by_source = all_agree()
    by_source[AUDITOR] = {2: TRUE[2]}
    assert {one.scope for one in compare(lines_of(by_source))} == {"total", "party 3"}


def test_two_against_two_names_all() -> None:
    by_source = all_agree()
    for source in SOURCES[:2]:
        by_source[source] = with_one_fen_more(TRUE)
    assert compare(lines_of(by_source))[0].sources == SOURCES


@pytest.mark.parametrize("source", SOURCES)
def test_the_drill_exits_1_and_names_the_source(source: str) -> None:
    console = Console(record=True, width=200)
    assert verdict(console, all_agree(), Auditor(), source) == 1
    assert f"{TITLES[source]} off by 0.01 yuan" in console.export_text()


def test_without_a_drill_the_session_ends_well() -> None:
    console = Console(record=True, width=200)
    assert verdict(console, all_agree(), Auditor(), None) == 0
    assert "difference 0.00" in console.export_text()


def test_a_mismatch_of_one_answer_is_a_failure_even_when_all_totals_agree() -> None:
    auditor = Auditor(judged_count=9, mismatch_count=1, mismatches=["row 4, seat 21, number 7"])
    console = Console(record=True, width=200)
    assert verdict(console, all_agree(), auditor, None) == 1
    assert "expected 8 of 9 answers" in console.export_text()


def test_the_table_is_in_yuan() -> None:
    text = printed(lines_of(all_agree()))
    assert text.splitlines()[1].split() == ["total", "balance", *["1,000,000.07"] * 4, "0.00"]
    assert len(text.splitlines()) == 1 + 3 * len(FIGURES)


@pytest.mark.parametrize(
    ("amount_fen", "text"),
    [(0, "0.00"), (1, "0.01"), (-1, "-0.01"), (1_001_820, "10,018.20"), (-100_000, "-1,000.00")],
)
def test_fen_are_spoken_as_yuan(amount_fen: int, text: str) -> None:
    assert yuan(amount_fen) == text


def test_a_difference_is_one_line() -> None:
    line = printed_differences([Difference("party 2", "frozen_fen", (GATEWAY,), 1)])
    assert line == "party 2, frozen: gateway's book off by 0.01 yuan"
