"""Orders through the bank by chance, as the gateway hears of them: its own book has what the ledger has.

Belongs here: histories with orders, by rows that come live and are fed. Never here: what is said on the days
(tests.ledger_core.ordering.by_chance), how rows arrive (test_random_days).
One seed again: `pytest tests/gateway/own_book/test_random_orders.py -k "[17]"`.
"""

import random
from collections.abc import Callable

import pytest

from gateway.own_book.book import OwnBook
from ledger.core import engine
from protocol.errors import InvariantBroken
from protocol.messages.control import ControlMessage
from tests.gateway.own_book.test_random_days import arrive
from tests.ledger_core.desk import Answer, Desk, Frame
from tests.ledger_core.ordering.by_chance import Trading

STEPS = 60


class Nobody:
    """Nobody looks on."""

    def heard(self, message: ControlMessage, seat: int, answer: Answer) -> None:
        """Nothing."""

    def seen(self, frames: list[Frame], first_numbers: list[int], answers: list[Answer]) -> None:
        """Nothing."""


def both_books(seed: int) -> None:
    chance, desk = random.Random(seed), Desk()
    trading = Trading(chance, Nobody(), desk)
    trading.begin()
    for _ in range(STEPS):
        trading.step()

    always, _ = arrive(desk.rows, {}, chance, 1)
    again, _ = arrive(desk.rows, {}, chance, 5)
    for intake in (always, again):
        assert intake.complete
        assert intake.totals().parties == engine.totals(desk.book)
        kept = OwnBook.from_arrays(intake.book.arrays())
        assert kept.totals() == engine.totals(desk.book)
    assert trading.orders


def found_out(seed: int) -> bool:
    """Whether the book ends the process."""
    try:
        both_books(seed)
    except InvariantBroken as error:
        return "the ledger has" in str(error)
    return False


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        ("rules.orders.fees.rounded", lambda number, parts: number // parts),
        ("gateway.own_book.fees._half_up", lambda numbers, parts: numbers // parts),
        ("gateway.own_book.papers._newest", lambda told, *_: max(told, default=None)),
    ],
)
def test_an_error_of_either_is_found_by_the_other(
    where: str, wrong: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, wrong)
    assert any(map(found_out, range(6)))


@pytest.mark.parametrize("seed", range(6))
def test_the_own_book_has_what_the_ledger_has_of_orders(seed: int) -> None:
    both_books(seed)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(6, 200))
def test_the_own_book_over_many_more(seed: int) -> None:
    both_books(seed)
