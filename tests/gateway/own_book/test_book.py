"""The book's arithmetic, to the fen, and that totals are what was added.

Belongs here: `OwnBook` alone. Never here: which outcome counts (test_book_intake).
"""

import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.own_book.book import FIRST_CAPACITY, OwnBook
from gateway.own_book.orders import MOVING
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.limits import AMOUNT_FEN_MAX, COLUMN_FEN_MAX, CONTRACTS_MAX
from protocol.messages.codec import decode_answer, encode
from protocol.messages.queries import TotalsAnswer
from protocol.records import (
    OUTCOME,
    RECORD,
    STATE_CREDITED,
    OutcomeArray,
    RecordArray,
)
from protocol.vocabulary import RecordKind, Way
from tests.customers import account, contract

Line = tuple[RecordKind, int, int, int, ReplyCode]  # kind, contract index, amount, release, code


def block(*lines: Line) -> tuple[RecordArray, OutcomeArray]:
    """Records and outcomes, one of each per line."""
    records, outcomes = np.zeros(len(lines), RECORD), np.zeros(len(lines), OUTCOME)
    for place, (kind, index, amount_fen, release_fen, code) in enumerate(lines):
        records[place]["kind"] = kind
        is_movement = kind in (RecordKind.DEPOSIT, RecordKind.WITHDRAWAL)
        records[place]["contract_no"] = (
            account_no_from_index(SHIFT + index) if is_movement else contract_no_from_index(index)
        )
        records[place]["amount_fen"] = amount_fen
        outcomes[place]["code"] = code
        if kind == RecordKind.SETTLE:  # of a broker that is not gated: what was sold is credited
            records[place]["settled_proceeds_fen"] = outcomes[place]["remaining_fen"] = release_fen
            outcomes[place]["state"] = STATE_CREDITED
        else:
            records[place]["release_fen"] = release_fen
    return records, outcomes


SHIFT = 5  # accounts that no contract stands on: so no account has the index of its contract


def book_of(*balances_fen: int) -> OwnBook:
    """One account and contract per balance; even ones are party 2's, odd ones party 3's."""
    book = OwnBook()
    count = len(balances_fen)
    book.open_accounts(account_no_from_index(0), [account(place, 0) for place in range(SHIFT)])
    opened = [account(SHIFT + place, balance_fen) for place, balance_fen in enumerate(balances_fen)]
    book.open_accounts(account_no_from_index(SHIFT), opened)
    signed = [contract(SHIFT + place, 2 + place % 2) for place in range(count)]
    book.sign_contracts(contract_no_from_index(0), signed)
    return book


def money(book: OwnBook, index: int) -> tuple[int, int, int, int]:
    """Balance, frozen, bought and sold of one contract and its account."""
    balances_fen, *of_contracts = book.figures()
    frozen, bought, sold = (int(column[index]) if index < len(column) else 0 for column in of_contracts)
    return int(balances_fen[SHIFT + index]), frozen, bought, sold


def by_party(book: OwnBook) -> dict[int, tuple[int, int, int, int]]:
    """What the totals tell of each party."""
    return {entry.party: entry.amounts_fen for entry in book.totals()}


@pytest.mark.parametrize("others", [0, 3], ids=["alone", "beside others"])
def test_of_a_forced_card_debit_counts_what_was_posted(others: int) -> None:
    book, ok = book_of(1_000, 1_000), ReplyCode.ACCEPTED
    withdrawal = (RecordKind.WITHDRAWAL, 0, 700, 0, ok)
    records, outcomes = block(withdrawal, withdrawal, *[(RecordKind.FREEZE, 1, 5, 0, ok)] * others)
    records["way"][:2] = (Way.FORCED_CARD, Way.JUDICIAL)
    outcomes["remaining_fen"][0] = 250

    book.add(records, outcomes)
    assert money(book, 0) == (50, 0, 0, 0)

    for posted_fen in (-1, 701):
        outcomes["remaining_fen"][0] = posted_fen
        with pytest.raises(InvariantBroken, match="impossible amount"):
            book.add(records, outcomes)


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
    assert by_party(book) == {1: (0, 0, 0, 0), 2: (1_000, 30, 0, 0), 3: (2_000, 0, 0, 0)}


def test_the_columns_grow_with_the_contracts() -> None:
    book = book_of(*[1] * (FIRST_CAPACITY + 1))
    book.add(*block((RecordKind.FREEZE, FIRST_CAPACITY, 1, 0, ReplyCode.ACCEPTED)))

    assert [entry.amounts_fen[0] for entry in book.totals()] == [0, FIRST_CAPACITY // 2 + 1, FIRST_CAPACITY // 2]
    assert int(book.frozen_fen[FIRST_CAPACITY]) == 1


def test_money_on_a_contract_that_nobody_opened_breaks_a_complete_book() -> None:
    book = book_of(1_000)
    book.add(*block((RecordKind.FREEZE, 1, 1, 0, ReplyCode.ACCEPTED)))

    with pytest.raises(InvariantBroken, match="contract index 1 was never signed"):
        book.check_complete()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ((RecordKind.FREEZE, -1, 1, 0, ReplyCode.ACCEPTED), "money moved on index"),
        ((RecordKind.FREEZE, CONTRACTS_MAX, 1, 0, ReplyCode.ACCEPTED), "money moved on index"),
        ((RecordKind.FREEZE, 0, AMOUNT_FEN_MAX + 1, 0, ReplyCode.ACCEPTED), "amount"),
        ((RecordKind.FREEZE, 0, -1, 0, ReplyCode.ACCEPTED), "amount"),
        ((RecordKind.FILL_BUY, 0, 1, -1, ReplyCode.ACCEPTED), "release"),
        ((max(RecordKind) + 1, 0, 1, 0, ReplyCode.ACCEPTED), "kind"),
    ],
)
def test_an_impossible_accepted_record_breaks_the_book(line: Line, reason: str) -> None:
    with pytest.raises(InvariantBroken, match=reason):
        book_of(1_000).add(*block(line))


def test_money_on_an_account_that_nobody_opened_breaks_a_complete_book() -> None:
    book = book_of(1_000)
    book.add(*block((RecordKind.DEPOSIT, 1, 1, 0, ReplyCode.ACCEPTED)))

    with pytest.raises(InvariantBroken, match="account index 6 was never opened"):
        book.check_complete()


def test_accounts_and_contracts_come_about_once() -> None:
    book = book_of(1_000)

    with pytest.raises(InvariantBroken, match="opened twice"):
        book.open_accounts(account_no_from_index(SHIFT), [account(9, 1)])
    with pytest.raises(InvariantBroken, match="signed twice"):
        book.sign_contracts(contract_no_from_index(0), [contract(0, 2)])


def test_the_number_of_another_kind_is_none() -> None:
    book = book_of(1_000)

    with pytest.raises(InvariantBroken, match="outside their numbers"):
        book.open_accounts(contract_no_from_index(6), [account(9, 1)])
    with pytest.raises(InvariantBroken, match="outside their numbers"):
        book.sign_contracts(account_no_from_index(1), [contract(0, 2)])


def test_a_balance_goes_with_the_contract_of_its_account_and_to_the_bank_when_that_ends() -> None:
    book = book_of(1_000)
    assert by_party(book) == {1: (0, 0, 0, 0), 2: (1_000, 0, 0, 0)}

    book.end_contract(contract_no_from_index(0))
    assert by_party(book) == {1: (1_000, 0, 0, 0), 2: (0, 0, 0, 0)}

    book.sign_contracts(contract_no_from_index(1), [contract(SHIFT, 3)])
    assert by_party(book) == {1: (0, 0, 0, 0), 2: (0, 0, 0, 0), 3: (1_000, 0, 0, 0)}

    book.close_account(account_no_from_index(SHIFT))
    assert by_party(book) == {1: (1_000, 0, 0, 0), 2: (0, 0, 0, 0), 3: (0, 0, 0, 0)}


def test_a_replaced_card_leaves_what_was_begun_where_it_was() -> None:
    book = book_of(1_000)
    book.add(*block((RecordKind.FREEZE, 0, 300, 0, ReplyCode.ACCEPTED)))
    book.replace_card(contract_no_from_index(1), contract_no_from_index(0), account_no_from_index(0))
    book.add(
        *block(
            (RecordKind.DEPOSIT, -SHIFT, 50, 0, ReplyCode.ACCEPTED), (RecordKind.FREEZE, 1, 7, 0, ReplyCode.ACCEPTED)
        )
    )

    assert by_party(book) == {1: (0, 0, 0, 0), 2: (1_050, 307, 0, 0)}


@given(st.lists(st.integers(0, 2**16), min_size=1, max_size=60), st.randoms())
def test_a_card_that_was_replaced_again_and_again_is_of_its_first_contract_s_party(
    picks: list[int], order: random.Random
) -> None:
    """Each contract behind two signed ones replaces one before it, told in any order."""
    expected = [2, 3]
    tree = []
    for new, pick in enumerate(picks, start=2):
        tree.append((new, pick % new))
        expected.append(expected[pick % new])
    order.shuffle(tree)
    book = OwnBook()
    for new, old in tree:
        book.replace_card(contract_no_from_index(new), contract_no_from_index(old), account_no_from_index(new))
    book.sign_contracts(contract_no_from_index(0), [contract(0, 2), contract(1, 3)])

    for index in range(len(expected)):
        book.add(*block((RecordKind.FILL_SELL, index, 1 << index % 30, 0, ReplyCode.ACCEPTED)))
    sold = {entry.party: entry.amounts_fen[3] for entry in book.totals()}
    amounts = [(party, 1 << index % 30) for index, party in enumerate(expected)]
    assert sold == {party: sum(fen for of, fen in amounts if of == party) for party in (2, 3)}


def test_a_contract_cannot_replace_one_that_is_later() -> None:
    book = book_of(1_000)
    with pytest.raises(InvariantBroken, match="contract index 1 replaces 2, which is later"):
        book.replace_card(contract_no_from_index(1), contract_no_from_index(2), account_no_from_index(0))
    columns = book.arrays()
    columns["replaced"][0] = 1
    with pytest.raises(ValueError, match="replaces one that is later"):
        OwnBook.from_arrays(columns)


Step = Callable[[OwnBook], None]
STEPS: list[Step] = [
    lambda book: book.open_accounts(account_no_from_index(0), [account(0, 500), account(1, 70), account(2, 4)]),
    lambda book: book.sign_contracts(contract_no_from_index(0), [contract(0, 2)]),
    lambda book: book.add(*block((RecordKind.FREEZE, 0, 300, 0, ReplyCode.ACCEPTED))),
    lambda book: book.add(*block((RecordKind.RELEASE, 0, 300, 0, ReplyCode.ACCEPTED))),
    lambda book: book.replace_card(contract_no_from_index(1), contract_no_from_index(0), account_no_from_index(1)),
    lambda book: book.end_contract(contract_no_from_index(0)),
    lambda book: book.sign_contracts(contract_no_from_index(2), [contract(0, 3), contract(2, 3)]),
    lambda book: book.add(*block((RecordKind.DEPOSIT, 1 - SHIFT, 11, 0, ReplyCode.ACCEPTED))),
    lambda book: book.add(*block((RecordKind.FILL_SELL, 1, 9, 0, ReplyCode.ACCEPTED))),
    lambda book: book.close_account(account_no_from_index(2)),
]


@given(st.permutations(STEPS))
def test_the_book_comes_out_the_same_in_any_order(order: list[Step]) -> None:
    """What is live may overtake what is fed."""
    in_order, shuffled = OwnBook(), OwnBook()
    for step in STEPS:
        step(in_order)
    for step in order:
        step(shuffled)

    shuffled.check_complete()
    assert by_party(shuffled) == by_party(in_order) == {1: (4, 0, 0, 0), 2: (81, 0, 0, 9), 3: (500, 0, 0, 0)}


def test_a_checkpoint_gives_the_same_book() -> None:
    book = book_of(1_000, 2_000)
    book.add(*block((RecordKind.FREEZE, 1, 300, 0, ReplyCode.ACCEPTED)))

    book.end_contract(contract_no_from_index(0))
    book.replace_card(contract_no_from_index(2), contract_no_from_index(1), account_no_from_index(0))

    again = OwnBook.from_arrays(book.arrays())

    assert again.totals() == book.totals()
    again.check_complete()


lines = st.tuples(
    st.sampled_from([kind for kind in RecordKind if kind not in MOVING]),
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
    book = book_of(*[COLUMN_FEN_MAX] * 41)
    book.frozen_fen[:41] = COLUMN_FEN_MAX
    book.sold_unsettled_fen[0] = -7  # while the book is added up again amounts may be below zero

    assert by_party(book) == {
        1: (0, 0, 0, 0),
        2: (21 * COLUMN_FEN_MAX, 21 * COLUMN_FEN_MAX, 0, -7),
        3: (20 * COLUMN_FEN_MAX, 20 * COLUMN_FEN_MAX, 0, 0),
    }
    answer = TotalsAnswer(1, True, book.totals())
    assert decode_answer(encode(answer)) == answer


def test_totals_of_more_contracts_than_are_summed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.own_book.book.SUMMED_AT_ONCE", 7)
    book = OwnBook()
    book.open_accounts(account_no_from_index(0), [account(index, index) for index in range(100)])
    book.sign_contracts(contract_no_from_index(0), [contract(index, 2 + index // 5 % 3) for index in range(99, -1, -1)])

    expected = {party: sum(index for index in range(100) if 2 + index // 5 % 3 == party) for party in (2, 3, 4)}
    assert {entry.party: entry.amounts_fen[0] for entry in book.totals()} == expected


def test_orders_that_are_closed_and_contracts_that_are_corrected() -> None:
    """1,000 frozen, 600 of it bought and 400 given back; then 600 is corrected to 900 less 50 that is made good, and 70
    sold to 40 and 20 more that was spent.
    """
    book = OwnBook()
    book.open_accounts(account_no_from_index(0), [account(0, 5_000)])
    book.sign_contracts(contract_no_from_index(0), [contract(0, 2)])
    records = np.zeros(4, RECORD)
    records["contract_no"] = contract_no_from_index(0)
    records["kind"] = (RecordKind.FREEZE, RecordKind.FILL_SELL, RecordKind.CLOSE, RecordKind.CORRECT)
    records["amount_fen"] = (1_000, 70, 600, 900)
    records["release_fen"][2] = 400
    for name, fen in (("cleared_proceeds_fen", 40), ("made_good_buys_fen", 50), ("made_good_proceeds_fen", 20)):
        records[name][3] = fen
    records["has_bought_fen"][3], records["has_sold_fen"][3] = 600, 70

    book.add(records, np.zeros(4, OUTCOME))

    assert [entry.amounts_fen for entry in book.totals()] == [(5_000, 0, 850, 60)]
    several = records[3:].copy()
    several["has_bought_fen"], several["has_sold_fen"] = 850, 60
    several["made_good_proceeds_fen"] = AMOUNT_FEN_MAX + 1
    book.add(several, np.zeros(1, OUTCOME))
    assert [entry.amounts_fen for entry in book.totals()] == [(5_000, 0, 850, 40 + AMOUNT_FEN_MAX + 1)]
    further = ("cleared_proceeds_fen", "made_good_buys_fen", "made_good_proceeds_fen", "has_bought_fen", "has_sold_fen")
    for name in further:
        wrong = records[3:].copy()
        wrong[name] = -1
        with pytest.raises(InvariantBroken, match=name):
            book.add(wrong, np.zeros(1, OUTCOME))
