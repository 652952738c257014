"""What the gateway's own book makes of settlements and credits, as their outcomes tell them.

Belongs here: `OwnBook` alone. Never here: what the ledger sets off (tests of the core).
"""

import pytest

from gateway.own_book.book import OwnBook
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.limits import COLUMN_FEN_MAX
from protocol.records import STATE_CREDITED, STATE_OWED, STATE_SET_OFF, OutcomeArray, RecordArray
from protocol.vocabulary import RecordKind
from tests.customers import account, contract
from tests.gateway.own_book.test_book import block, book_of, money


def settlement(
    buys_fen: int, proceeds_fen: int, other_fen: int, state: int, told_fen: int, moved_fen: int = 0
) -> tuple[RecordArray, OutcomeArray]:
    """Of the first contract."""
    records, outcomes = block((RecordKind.SETTLE, 0, buys_fen, 0, ReplyCode.ACCEPTED))
    records["settled_proceeds_fen"], records["settled_other_fen"] = proceeds_fen, other_fen
    records["from_moved_fen"] = moved_fen
    outcomes["state"], outcomes["remaining_fen"] = state, told_fen
    return records, outcomes


def credit(proceeds_fen: int, other_fen: int, state: int) -> tuple[RecordArray, OutcomeArray]:
    records, outcomes = block((RecordKind.CREDIT, 0, proceeds_fen, other_fen, ReplyCode.ACCEPTED))
    outcomes["state"] = state
    return records, outcomes


def settling(bought_fen: int, sold_fen: int) -> OwnBook:
    """An account of 1,000 with something bought and sold."""
    book = book_of(1_000)
    book.add(*block((RecordKind.FREEZE, 0, bought_fen, 0, ReplyCode.ACCEPTED)))
    book.add(*block((RecordKind.FILL_BUY, 0, bought_fen, 0, ReplyCode.ACCEPTED)))
    book.add(*block((RecordKind.FILL_SELL, 0, sold_fen, 0, ReplyCode.ACCEPTED)))
    return book


def test_what_was_set_off_is_taken_as_told() -> None:
    """800 of 1,200 bought are from the balance and 400 from 900 sold, of whatever dates; 500 stay sold."""
    book = settling(1_200, 900)

    book.add(*settlement(1_200, 700, 30, STATE_SET_OFF, 400))

    assert money(book, 0) == (200, 0, 0, 500)


def test_what_was_credited_is_proceeds_of_all_dates_and_what_else_the_date_has() -> None:
    """200 of an older date, 700 of this one and 30 of dividends; then a credit of 20 and 5 comes behind it."""
    book = settling(1_200, 920)

    book.add(*settlement(1_200, 700, 30, STATE_CREDITED, 930))
    assert money(book, 0) == (730, 0, 0, 20)
    book.add(*credit(20, 5, 0))

    assert money(book, 0) == (755, 0, 0, 0)


def test_what_was_moved_is_debited_like_what_was_not() -> None:
    """Of 1,200 bought 500 were moved: the book has figures as if nothing had been."""
    book = settling(1_200, 900)

    book.add(*settlement(700, 700, 0, STATE_SET_OFF, 400, moved_fen=500))

    assert money(book, 0) == (200, 0, 0, 500)


def test_what_is_owed_for_a_closed_account_comes_to_none() -> None:
    book = settling(0, 720)

    book.add(*settlement(0, 700, 30, STATE_OWED, 730))
    book.add(*credit(20, 5, STATE_OWED))

    assert money(book, 0) == (1_000, 0, 0, 0)


def test_a_settlement_that_is_heard_before_its_contract_is_signed_counts_once_it_is() -> None:
    """What comes live may overtake what is fed."""
    book = OwnBook()
    book.add(*settlement(0, 700, 0, STATE_CREDITED, 700))
    assert not any(any(entry.amounts_fen[:1]) for entry in book.totals())
    book.open_accounts(account_no_from_index(0), [account(0, 10)])
    book.sign_contracts(contract_no_from_index(0), [contract(0, 2)])

    assert {entry.party: entry.amounts_fen for entry in book.totals()} == {2: (710, 0, 0, -700)}
    assert OwnBook.from_arrays(book.arrays()).totals() == book.totals()


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ((5, 9, 0, STATE_SET_OFF, 6), "an impossible amount"),
        ((5, 9, 0, STATE_SET_OFF, -1), "an impossible amount"),
        ((5, 9, 1, STATE_CREDITED, 9), "an impossible amount"),
        ((5, 9, 1, STATE_OWED, 9), "an impossible amount"),
        ((5, 9, 0, STATE_CREDITED, COLUMN_FEN_MAX + 1), "an impossible amount"),
        ((5, 9, 0, 0, 0), "tells nothing"),
        ((5, 9, 0, 1, 9), "tells nothing"),
        ((5, -9, 0, STATE_CREDITED, 0), "settled_proceeds_fen"),
        ((5, 9, -1, STATE_CREDITED, 9), "settled_other_fen"),
        ((5, 9, 0, STATE_CREDITED, 9, -1), "from_moved_fen"),
    ],
)
def test_a_settlement_that_nobody_can_have_decided_breaks_the_book(told: tuple[int, ...], reason: str) -> None:
    with pytest.raises(InvariantBroken, match=reason):
        settling(10, 10).add(*settlement(*told))
