"""The bank's own reconciliation where its two books differ: found by contract, with both values.

The ledger's core and the gateway's own book as they are, the day desk between them; no process and no wire.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import trio
import trio.testing

from frontend_sim.practice.naive_ledger import outcomes_frame
from gateway.day.desk import MARKS_MAX, DayDesk
from gateway.day.drill_down import PAIRS_TOLD_MAX, RANGES_TOLD_MAX, what_differs
from gateway.day.lane_seen import StepRefused
from gateway.own_book.book import OwnBook
from gateway.own_book.book_file import BookBase
from gateway.own_book.book_intake import BookIntake
from gateway.own_book.marked import MarkedBook
from ledger.core.book_answers import BookAnswers
from protocol.client import Outcome
from protocol.frame import make_unsigned_frame
from protocol.given_numbers import contract_no_from_index
from protocol.header import unpack_header
from protocol.limits import RANGE_PAIRS
from protocol.messages.codec import decode_answer, decode_query, encode
from protocol.messages.control import ControlMessage
from protocol.messages.day.marked import OutletsAnswer, OutletsQuery, PairsQuery, RangesQuery
from protocol.messages.day.steps import SignOff
from protocol.messages.gateway_link import BookFeed
from protocol.messages.queries import AnswerMessage, QueryMessage, TotalsAnswer, TotalsQuery
from protocol.session.told_values import check_answer
from protocol.vocabulary import BANK_PARTY
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.desk import MONDAY, SEAT, Desk, fill_buy

HEADER_BYTES = 96
OWN_BOOK = 4


@dataclass
class TwoBooks:
    """The day desk's seat at a bank of two books: what is told of them goes through the codec and its checks."""

    desk: Desk
    intake: BookIntake = field(default_factory=lambda: BookIntake(lambda: BookBase(OwnBook(), 0)))
    marked_behind: int = 0  # so many marks the gateway is restarted behind
    said: list[str] = field(default_factory=list)
    trade_date: int = MONDAY

    def __post_init__(self) -> None:
        self.register()

    def register(self) -> None:
        """The gateway's link is made: everything so far is fed."""
        known = self.intake.prepare_registration()
        self.intake.begin(self.desk.book.sequence)
        for row in self.desk.rows[known:]:
            parts = (row.headers, row.control, row.records, row.outcomes)
            fed = parts if row.headers else (b"", b"", b"", b"")
            self.intake.take_feed(BookFeed(row.sequence, row.trade_date, *fed))

    async def control(self, message: ControlMessage) -> Outcome:
        """Decided by the ledger, and passed by the gateway on its way back."""
        told, row = self.desk.told(message), self.desk.rows[-1]
        header = unpack_header(row.headers[:HEADER_BYTES])
        request = make_unsigned_frame(header, row.control)
        self.intake.take_live(request, outcomes_frame(header, row.outcomes, row.sequence, 1), row.sequence)
        if self.marked_behind:
            self.marked_behind -= 1
            self.intake.marked = MarkedBook()
        return Outcome(
            told.code, header.first_number, MONDAY, row.sequence, 1, told.remaining_fen, told.state, DAY_SEAT
        )

    async def totals(self, source: int) -> AnswerMessage:
        return self._ask(TotalsQuery(source))

    async def marked_ranges(self, source: int, first: int = 0) -> AnswerMessage:
        return self._ask(RangesQuery(source, first))

    async def marked_pairs(self, source: int, first: int = 0) -> AnswerMessage:
        return self._ask(PairsQuery(source, first))

    async def outlets_apart(self) -> AnswerMessage:
        return self._ask(OutletsQuery())

    def _ask(self, query: QueryMessage) -> AnswerMessage:
        asked: Any = decode_query(encode(query))
        of_book = getattr(asked, "source", 0) == OWN_BOOK
        told = self.intake.marked.answer(asked) if of_book else BookAnswers(self.desk.book).answer(BANK_PARTY, asked)
        return check_answer(asked, decode_answer(encode(told)))

    def agree(self) -> str:
        """What the step ends with; nothing when the books agree."""
        desk = DayDesk(self, self.said.append)  # type: ignore[arg-type]
        try:
            trio.run(desk.agree, MONDAY, clock=trio.testing.MockClock(autojump_threshold=0))
        except StepRefused as refused:
            return str(refused)
        return ""


def two_books() -> tuple[TwoBooks, list[int]]:
    """Two customers; of 1,000 the second one has 300 frozen and 200 spent. The date is signed off."""
    desk = Desk()
    customers = [desk.open(50), desk.open(1_000)]
    order = desk.freeze(customers[1], 500)
    desk.ask(SEAT, fill_buy(order, customers[1], 200))
    desk.done(SignOff(MONDAY))
    return TwoBooks(desk), customers


def test_books_that_agree_are_marked_once() -> None:
    books, _ = two_books()
    before = books.desk.book.sequence

    assert books.agree() == ""

    assert books.said == [f"the bank's books agree as of row {before + 1:,}"]
    assert books.desk.book.marked.pairs is None


def test_what_the_gateway_lost_of_a_contract_is_told_with_both_values() -> None:
    books, customers = two_books()
    index = customers[1] // 100
    books.intake.book.frozen_fen[index] -= 10
    books.intake.book.sold_unsettled_fen[index] += 3

    ended = books.agree()

    assert "the bank's books differ: frozen of party 2: 300 in the ledger, 290 in the gateway's book" in ended
    assert books.said[-2:] == [
        f"frozen of contract {customers[1]}: 300 in the ledger, 290 in the gateway's book",
        f"sold of contract {customers[1]}: 0 in the ledger, 3 in the gateway's book",
    ]


def test_a_balance_is_told_by_its_account_and_what_one_contract_lacks_another_has() -> None:
    """Totals by party are the same but for a fen: the pairs say what happened."""
    books, customers = two_books()
    own, account = books.intake.book, int(books.desk.book.account_of_contract[customers[0] // 100])
    own.balance_fen[account] += 1
    own.frozen_fen[customers[0] // 100] += 300
    own.frozen_fen[customers[1] // 100] -= 300

    books.agree()

    account_no = books.desk.account(customers[0])
    assert books.said[-3:] == [
        f"frozen of contract {customers[0]}: 0 in the ledger, 300 in the gateway's book",
        f"frozen of contract {customers[1]}: 300 in the ledger, 0 in the gateway's book",
        f"balance of account {account_no}: 50 in the ledger, 51 in the gateway's book",
    ]


def test_an_outlet_apart_from_the_general_ledger_is_told() -> None:
    books, customers = two_books()
    account = int(books.desk.book.account_of_contract[customers[0] // 100])
    for balances in (books.desk.book.balance_fen, books.intake.book.balance_fen):
        balances[account] += 1

    assert "its accounts have" in books.agree()

    outlet = int(books.desk.book.outlet[account])
    assert books.said == [f"outlet {outlet}: its accounts have 1051 together, the general ledger 1050"]


@pytest.mark.parametrize("times", [2, 3 * MARKS_MAX])
def test_a_gateway_that_was_started_since_is_marked_again(times: int) -> None:
    books, customers = two_books()
    books.intake.book.frozen_fen[customers[1] // 100] -= 10
    books.marked_behind = times

    ended = books.agree()

    if times > MARKS_MAX:
        assert ended == f"the gateway's book has no totals as of a mark after {MARKS_MAX} of them"
    else:
        assert books.said[-1] == f"frozen of contract {customers[1]}: 300 in the ledger, 290 in the gateway's book"


@dataclass
class TwoOwnBooks:
    """Both sides are books of the same code, large and in memory."""

    ledger: MarkedBook
    own: MarkedBook

    async def totals(self, source: int) -> AnswerMessage:
        return TotalsAnswer(7, True, [])

    async def outlets_apart(self) -> AnswerMessage:
        return OutletsAnswer(7, True, [])

    async def marked_ranges(self, source: int, first: int = 0) -> AnswerMessage:
        return self._of(source).answer(RangesQuery(source, first))

    async def marked_pairs(self, source: int, first: int = 0) -> AnswerMessage:
        return self._of(source).answer(PairsQuery(source, first))

    def _of(self, source: int) -> MarkedBook:
        return self.own if source == OWN_BOOK else self.ledger


def large(pairs: int, change: Callable[[np.ndarray[Any, np.dtype[np.int64]]], None]) -> list[str]:
    """What differs when (pairs,) frozen amounts of one side are changed."""
    nothing, frozen = np.zeros(pairs, np.int64), np.zeros(pairs, np.int64)
    change(frozen)
    totals = TotalsAnswer(7, True, [])
    books = TwoOwnBooks(
        MarkedBook(totals, (nothing, nothing, nothing, nothing)),
        MarkedBook(totals, (nothing, frozen, nothing, nothing)),
    )

    return trio.run(what_differs, books, 7)  # type: ignore[arg-type]


def test_one_of_many_ranges_is_found_by_its_digest() -> None:
    pair = 5 * RANGE_PAIRS + 4_321

    def change(frozen: np.ndarray[Any, np.dtype[np.int64]]) -> None:
        frozen[pair] = 8

    assert large(6 * RANGE_PAIRS - 100, change) == [
        f"frozen of contract {contract_no_from_index(pair)}: 0 in the ledger, 8 in the gateway's book"
    ]


def test_what_is_told_is_bounded() -> None:
    def everywhere(frozen: np.ndarray[Any, np.dtype[np.int64]]) -> None:
        frozen[:] = 1

    def in_each_range(frozen: np.ndarray[Any, np.dtype[np.int64]]) -> None:
        frozen[::RANGE_PAIRS] = 1

    assert large(2 * RANGE_PAIRS, everywhere)[PAIRS_TOLD_MAX:] == [f"and more: {PAIRS_TOLD_MAX} are told"]
    lines = large((RANGES_TOLD_MAX + 2) * RANGE_PAIRS, in_each_range)
    assert lines[RANGES_TOLD_MAX:] == ["and in 2 more ranges of 8,192 contracts"]


def test_unlike_lengths_are_compared_as_nothing_where_one_ends() -> None:
    books = [MarkedBook(TotalsAnswer(7, True, []), (np.zeros(n, np.int64),) * 4) for n in (3, RANGE_PAIRS)]
    digests = [book.answer(RangesQuery(OWN_BOOK, 0)) for book in books]
    assert digests[0] == digests[1]
