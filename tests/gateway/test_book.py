"""The book's arithmetic, to the fen, and that totals are what was added.

Belongs here: `Book` alone. Never here: which outcome counts (test_book_intake).
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.own_book.book import FIRST_CAPACITY, Book
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.limits import AMOUNT_FEN_MAX, COLUMN_FEN_MAX, CONTRACTS_MAX
from protocol.messages.codec import decode_answer, encode
from protocol.messages.control import ContractTerms
from protocol.messages.queries import PartyTotals, TotalsAnswer
from protocol.records import OUTCOME, RECORD, OutcomeArray, RecordArray
from protocol.vocabulary import ContractStatus, RecordKind, contract_no_from_index

Line = tuple[RecordKind, int, int, int, ReplyCode]  # kind, contract index, amount, release, code


def block(*lines: Line) -> tuple[RecordArray, OutcomeArray]:
    """Records and outcomes, one of each per line."""
    records, outcomes = np.zeros(len(lines), RECORD), np.zeros(len(lines), OUTCOME)
    for place, (kind, index, amount_fen, release_fen, code) in enumerate(lines):
        records[place]["kind"] = kind
        records[place]["contract_no"] = contract_no_from_index(index)
        records[place]["amount_fen"] = amount_fen
        records[place]["release_fen"] = release_fen
        outcomes[place]["code"] = code
    return records, outcomes


def book_of(*balances_fen: int) -> Book:
    """One contract per balance; even ones are party 2's, odd ones party 3's."""
    book = Book()
    terms = [
        ContractTerms(place + 1, 2 + place % 2, ContractStatus.ACTIVE, balance_fen)
        for place, balance_fen in enumerate(balances_fen)
    ]
    book.open_contracts(contract_no_from_index(0), terms)
    return book


def money(book: Book, index: int) -> tuple[int, int, int, int]:
    """Balance, frozen, bought and sold of one contract."""
    columns = (book.balance_fen, book.frozen_fen, book.bought_unsettled_fen, book.sold_unsettled_fen)
    return tuple(int(column[index]) for column in columns)  # type: ignore[return-value]


def test_the_life_of_an_order_moves_each_fen_once() -> None:
    book = book_of(10_000_000)
    ok = ReplyCode.ACCEPTED
    book.add(*block((RecordKind.FREEZE, 0, 1_001_820, 0, ok)))
    assert money(book, 0) == (10_000_000, 1_001_820, 0, 0)

    book.add(*block((RecordKind.FILL_BUY, 0, 500_910, 90, ok), (RecordKind.RELEASE, 0, 820, 0, ok)))
    assert money(book, 0) == (10_000_000, 500_000, 500_910, 0)

    book.add(*block((RecordKind.FILL_SELL, 0, 300_000, 0, ok), (RecordKind.DEPOSIT, 0, 50, 0, ok)))
    book.add(*block((RecordKind.WITHDRAWAL, 0, 7, 0, ok)))
    assert money(book, 0) == (10_000_043, 500_000, 500_910, 300_000)


def test_refused_records_move_nothing_and_one_contract_may_stand_in_a_block_many_times() -> None:
    book = book_of(1_000, 2_000)
    book.add(
        *block(
            (RecordKind.FREEZE, 0, 10, 0, ReplyCode.ACCEPTED),
            (RecordKind.FREEZE, 0, 999, 0, ReplyCode.INSUFFICIENT_FUNDS),
            (RecordKind.FREEZE, 0, 10, 0, ReplyCode.ACCEPTED),
            (RecordKind.FILL_SELL, 1, 5, 0, ReplyCode.AWAITS_CLEARING),
            (RecordKind.FREEZE, 0, 10, 0, ReplyCode.ACCEPTED),
        )
    )

    assert money(book, 0) == (1_000, 30, 0, 0)
    assert book.totals() == [PartyTotals.of(2, 1_000, 30, 0, 0), PartyTotals.of(3, 2_000, 0, 0, 0)]


def test_the_columns_grow_with_the_contracts() -> None:
    book = book_of(*[1] * (FIRST_CAPACITY + 1))
    book.add(*block((RecordKind.FREEZE, FIRST_CAPACITY, 1, 0, ReplyCode.ACCEPTED)))

    assert [entry.amounts_fen[0] for entry in book.totals()] == [FIRST_CAPACITY // 2 + 1, FIRST_CAPACITY // 2]
    assert int(book.frozen_fen[FIRST_CAPACITY]) == 1


def test_money_on_a_contract_that_nobody_opened_breaks_a_complete_book() -> None:
    book = book_of(1_000)
    book.add(*block((RecordKind.FREEZE, 1, 1, 0, ReplyCode.ACCEPTED)))

    with pytest.raises(InvariantBroken, match="index 1, 1 are open"):
        book.check_complete()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ((RecordKind.FREEZE, -1, 1, 0, ReplyCode.ACCEPTED), "contract index"),
        ((RecordKind.FREEZE, CONTRACTS_MAX, 1, 0, ReplyCode.ACCEPTED), "contract index"),
        ((RecordKind.FREEZE, 0, AMOUNT_FEN_MAX + 1, 0, ReplyCode.ACCEPTED), "amount"),
        ((RecordKind.FREEZE, 0, -1, 0, ReplyCode.ACCEPTED), "amount"),
        ((RecordKind.FILL_BUY, 0, 1, -1, ReplyCode.ACCEPTED), "release"),
        ((7, 0, 1, 0, ReplyCode.ACCEPTED), "kind"),
    ],
)
def test_an_impossible_accepted_record_breaks_the_book(line: Line, reason: str) -> None:
    with pytest.raises(InvariantBroken, match=reason):
        book_of(1_000).add(*block(line))


def test_a_contract_is_opened_once() -> None:
    book = book_of(1_000)

    with pytest.raises(InvariantBroken, match="twice"):
        book.open_contracts(contract_no_from_index(0), [ContractTerms(9, 2, ContractStatus.ACTIVE, 1)])


def test_a_checkpoint_gives_the_same_book() -> None:
    book = book_of(1_000, 2_000)
    book.add(*block((RecordKind.FREEZE, 1, 300, 0, ReplyCode.ACCEPTED)))

    again = Book.from_arrays(book.arrays(), book.contracts_count)

    assert again.totals() == book.totals()
    again.check_complete()


lines = st.tuples(
    st.sampled_from(RecordKind),
    st.integers(0, 2),
    st.integers(0, AMOUNT_FEN_MAX),
    st.integers(0, AMOUNT_FEN_MAX),
    st.sampled_from([ReplyCode.ACCEPTED, ReplyCode.FUNDS_FROZEN]),
)


@given(st.lists(lines, min_size=1, max_size=30))
def test_blocks_and_single_records_add_up_alike(drawn: list[Line]) -> None:
    whole, single = book_of(0, 0, 0), book_of(0, 0, 0)
    whole.add(*block(*drawn))
    for line in drawn:
        single.add(*block(line))

    assert [money(whole, index) for index in range(3)] == [money(single, index) for index in range(3)]


def test_totals_are_exact_past_64_bits_and_fit_their_answer() -> None:
    """20 contracts of 2^60 fen are above 2^63; parties alternate, so that no run of one party is longer than one."""
    book = Book()
    terms = [ContractTerms(1 + index, 2 + index % 2, 2, COLUMN_FEN_MAX) for index in range(41)]
    book.open_contracts(contract_no_from_index(0), terms)
    book.frozen_fen[:41] = COLUMN_FEN_MAX
    book.sold_unsettled_fen[0] = -7  # while the book is added up again amounts may be below zero

    found = {entry.party: entry.amounts_fen for entry in book.totals()}

    assert found == {
        2: (21 * COLUMN_FEN_MAX, 21 * COLUMN_FEN_MAX, 0, -7),
        3: (20 * COLUMN_FEN_MAX, 20 * COLUMN_FEN_MAX, 0, 0),
    }
    answer = TotalsAnswer(1, True, book.totals())
    assert decode_answer(encode(answer)) == answer


def test_totals_of_more_contracts_than_are_summed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.own_book.book.SUMMED_AT_ONCE", 7)
    book = Book()
    terms = [ContractTerms(1 + index, 2 + index // 5 % 3, 2, index) for index in range(100)]
    book.open_contracts(contract_no_from_index(0), terms)

    expected = {party: sum(term.balance_fen for term in terms if term.party == party) for party in (2, 3, 4)}
    assert {entry.party: entry.amounts_fen[0] for entry in book.totals()} == expected
