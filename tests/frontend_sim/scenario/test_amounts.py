"""Amounts of a story: yuan in text, fen inside, nothing in between.

Belongs here: what is an amount. Never here: what is done with one.
"""

import pytest

from frontend_sim.scenario.written.amounts import FEN_MAX, Fen, fen_of


@pytest.mark.parametrize(
    ("written", "fen"),
    [
        ("10,018.20", 1_001_820),
        ("10018.20", 1_001_820),
        ("0.00", 0),
        ("0.01", 1),
        ("1,000,000.00", 100_000_000),
        ("11,529,215,046,068,469.76", FEN_MAX),
    ],
)
def test_yuan_become_fen_and_yuan_again(written: str, fen: int) -> None:
    assert fen_of(written) == fen
    assert fen_of(str(Fen(fen))) == fen


@pytest.mark.parametrize(
    "written",
    [
        *(10018.20, 10018, None, True, ["1.00"]),
        *("", "10", "10.0", "10.000", ".50", "-1.00", "+1.00", " 1.00", "1.00\n", "1e2", "1_000.00"),
        *("1,00.00", "1000,000.00", ",100.00", "10.018,20", "１.00", "11,529,215,046,068,469.77", "9" * 40 + ".00"),
    ],
)
def test_what_is_no_amount_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="an amount is"):
        fen_of(written)
