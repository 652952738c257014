"""Slices of the state are told in turn: within ten seconds all of them, and none more often than every 10 ms."""

from ledger.core.state.forms.round import ROUND_NS, SLICE_NS, StateRound

START_NS = 1_767_600_000_000_000_000


def told(slices: int, every_ns: int, rows: int) -> list[int | None]:
    state_round = StateRound()
    return [state_round.due(lambda: slices, START_NS + row * every_ns) for row in range(rows)]


def test_few_slices_are_spread_over_the_round() -> None:
    assert told(slices=4, every_ns=ROUND_NS // 8, rows=9) == [0, None, 1, None, 2, None, 3, None, 0]


def test_many_slices_keep_their_distance() -> None:
    assert told(slices=10_000, every_ns=SLICE_NS // 2, rows=5) == [0, None, 1, None, 2]


def test_rows_that_come_seldom_each_tell_one() -> None:
    assert told(slices=3, every_ns=ROUND_NS, rows=4) == [0, 1, 2, 0]


def test_slices_that_have_become_fewer_begin_anew() -> None:
    state_round = StateRound()
    places = [state_round.due(lambda: 5, START_NS + row * ROUND_NS) for row in range(4)]

    assert places == [0, 1, 2, 3]
    assert state_round.due(lambda: 2, START_NS + 4 * ROUND_NS) == 0
