"""Answers at the edges of what the book can hold: each is within the bounds of its own message."""

import numpy as np
import pytest

from ledger.core import engine
from ledger.core.state.book import Book
from protocol.given_numbers import contract_no_from_index
from protocol.limits import COLUMN_FEN_MAX
from protocol.messages.base import Message
from protocol.messages.codec import decode_answer, encode
from protocol.messages.queries import (
    BuyingPowerAnswer,
    BuyingPowerQuery,
    OutcomeAnswer,
    OutcomeQuery,
    PartyTotals,
    TotalsAnswer,
    TotalsQuery,
)
from protocol.vocabulary import BANK_PARTY, BANK_SEAT
from tests.ledger.memory import MemoryLedger
from tests.ledger.world import BROKER, CONTRACTS, DATE, SEAT, SPARE_ACCOUNTS, block, freezes, query

ROW = SPARE_ACCOUNTS  # of the account with contract 0


def answer(ledger: MemoryLedger, message: Message, party: int = BANK_PARTY) -> Message:
    """What the ledger answers, decoded as whoever asked would."""
    (frame,) = ledger.ask(query(BANK_SEAT if party == BANK_PARTY else SEAT, 1, message, party))
    return decode_answer(frame.body)


def test_a_partys_sum_may_pass_64_bits() -> None:
    ledger = MemoryLedger()
    book = ledger.decider.book
    rows = slice(SPARE_ACCOUNTS, SPARE_ACCOUNTS + CONTRACTS)
    book.balance_fen[rows] = book.power_fen[rows] = COLUMN_FEN_MAX

    found = answer(ledger, TotalsQuery(1))

    assert isinstance(found, TotalsAnswer)
    assert [one.party for one in found.parties] == [BANK_PARTY, BROKER]
    assert found.parties[1].amounts_fen == (CONTRACTS * COLUMN_FEN_MAX, 0, 0, 0)


def _richest(book: Book) -> None:
    """Balance and sold, each as large as a column may be."""
    book.balance_fen[ROW] = book.sold_fen[ROW] = COLUMN_FEN_MAX


def _restrained(book: Book) -> None:
    """Far more restrained than there is."""
    book.restrained_fen[ROW] = COLUMN_FEN_MAX


def _proceeds_only(book: Book) -> None:
    """Nothing but proceeds."""
    book.balance_fen[ROW] = 0
    book.sold_fen[ROW] = COLUMN_FEN_MAX // 3 * 3


@pytest.mark.parametrize(
    ("spread", "told"),
    [
        (_richest, (COLUMN_FEN_MAX, COLUMN_FEN_MAX)),
        (_restrained, (0, 0)),
        (_proceeds_only, (COLUMN_FEN_MAX // 3 * 3, 0)),
    ],
)
def test_buying_power_is_shown_between_nothing_and_the_largest_amount(spread: object, told: tuple[int, int]) -> None:
    ledger = MemoryLedger()
    book = ledger.decider.book
    assert callable(spread)
    spread(book)
    here = slice(ROW, ROW + 1)
    book.power_fen[here] = book.derived_power_fen(here)

    found = answer(ledger, BuyingPowerQuery([contract_no_from_index(0), 2**62, 1]), BROKER)

    assert isinstance(found, BuyingPowerAnswer)
    money = found.contracts[0]
    assert (money.buying_power_fen, money.withdrawable_fen) == told
    assert [one.code for one in found.contracts[1:]] == [330, 330]


def test_outcomes_of_numbers_that_no_date_has_are_unseen() -> None:
    ledger = MemoryLedger()
    ledger.ask(block(SEAT, 1, freezes(1, 2**40)))
    for number, seen in ((1, True), (2, False), (2**31, False), (2**62, False)):
        found = answer(ledger, OutcomeQuery(DATE, number), BROKER)
        assert isinstance(found, OutcomeAnswer)
        assert found.seen is seen


def test_totals_are_added_up_once_for_each_row(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = MemoryLedger()
    passes: list[int] = []
    totals = engine.totals

    def counted(book: Book) -> list[PartyTotals]:
        passes.append(book.sequence)
        return totals(book)

    monkeypatch.setattr(engine, "totals", counted)
    ledger.put(*(query(BANK_SEAT, number, TotalsQuery(1), BANK_PARTY) for number in range(16)))

    assert ledger.decide_next() is not None
    assert len(passes) == 1
    first = answer(ledger, TotalsQuery(1))
    ledger.ask(block(SEAT, 1, freezes(1)))
    second = answer(ledger, TotalsQuery(1))
    assert isinstance(first, TotalsAnswer)
    assert isinstance(second, TotalsAnswer)
    assert second.as_of_sequence == first.as_of_sequence + 1
    assert second.parties[1].amounts_fen[1] == first.parties[1].amounts_fen[1] + 100


def test_an_empty_book_has_no_totals() -> None:
    assert engine.totals(Book.empty()) == []
    assert encode(TotalsAnswer(0, True, [])) == np.array([0x94, 47, 0, 0xC3, 0x90], np.uint8).tobytes()
