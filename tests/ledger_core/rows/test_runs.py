"""Rows applied several at a time: which go together, and that a row that does not fit is named."""

from dataclasses import replace

import pytest

from ledger.core import engine
from ledger.core.rows.row import Row
from ledger.core.rows.runs import RUN_RECORDS_MAX, RUN_ROWS_MAX, apply_run, runs
from ledger.core.rows.state_check import state_check
from ledger.core.state.book import Book
from protocol.errors import InvariantBroken
from protocol.limits import STATE_CHECK_BYTES
from protocol.messages.customers.accounts import ChangeContract
from protocol.vocabulary import ContractEvent
from tests.ledger_core.desk import SEAT, SECOND_SEAT, SMALL, Desk, Frame, freeze, joined

FIRST = 12  # sequence of the first row after those that set the desk up


def desk_of_rows() -> Desk:
    """Three small block rows, a control row, and a block row, behind the rows that set the desk up."""
    desk = Desk()
    contract_no, other_no = desk.open(1_000), desk.open(1_000)
    assert desk.book.sequence == FIRST - 1
    desk.send(Frame(SEAT, joined(freeze(contract_no, 600), freeze(contract_no, 600))))
    desk.send(Frame(SEAT, freeze(contract_no, 400)), Frame(SECOND_SEAT, freeze(other_no, 7)))
    desk.send(Frame(SECOND_SEAT, freeze(other_no, 8)))
    desk.done(ChangeContract(contract_no, ContractEvent.SUSPEND))
    desk.send(Frame(SEAT, freeze(contract_no, 1)))
    return desk


def book_before(desk: Desk, sequence: int) -> Book:
    """The book that the rows below `sequence` make."""
    book = Book.empty(SMALL)
    for row in desk.rows[: sequence - 1]:
        engine.apply_row(book, row)
    return book


def cuts(rows: list[Row]) -> list[list[int]]:
    return [[row.sequence for row in run] for run in runs(rows)]


def of_records(row: Row, count: int) -> Row:
    return replace(row, records=bytes(64 * count))


def test_block_rows_go_together_and_control_alone() -> None:
    rows = desk_of_rows().rows[FIRST - 1 :]

    assert cuts(rows) == [[12, 13, 14], [15], [16]]
    assert cuts([]) == []


def test_a_row_with_a_state_check_ends_its_run() -> None:
    first, second, third, *_ = desk_of_rows().rows[FIRST - 1 :]

    assert cuts([first, replace(second, state_check=bytes(STATE_CHECK_BYTES)), third]) == [[12, 13], [14]]


def test_rows_of_many_records_are_not_joined() -> None:
    small, large, third, *_ = desk_of_rows().rows[FIRST - 1 :]

    assert cuts([small, of_records(large, RUN_RECORDS_MAX - 2), third]) == [[12, 13], [14]]
    assert cuts([small, of_records(large, RUN_RECORDS_MAX - 1), third]) == [[12], [13, 14]]
    assert cuts([of_records(small, RUN_RECORDS_MAX + 1), large, third]) == [[12], [13, 14]]


def test_a_run_has_a_bounded_number_of_rows() -> None:
    row = desk_of_rows().rows[FIRST - 1]

    assert [len(run) for run in runs([row] * (2 * RUN_ROWS_MAX + 1))] == [RUN_ROWS_MAX, RUN_ROWS_MAX, 1]


def test_the_book_tells_the_row_of_each_request() -> None:
    desk = desk_of_rows()
    book = book_before(desk, FIRST)

    for run in runs(desk.rows[FIRST - 1 :]):
        apply_run(book, run)

    placed = {(SEAT, 1): 12, (SEAT, 2): 12, (SEAT, 3): 13, (SEAT, 4): 16, (SECOND_SEAT, 1): 13, (SECOND_SEAT, 2): 14}
    assert {key: engine.row_holding(book, book.trade_date, *key) for key in placed} == placed
    assert (book.sequence, book.ordered_at_ns) == (desk.book.sequence, desk.book.ordered_at_ns)


def test_the_state_is_compared_after_the_row_that_names_a_slice() -> None:
    desk = desk_of_rows()
    first, second = desk.rows[FIRST - 1 : FIRST + 1]
    after = book_before(desk, FIRST + 2)
    checked = replace(second, state_check=state_check(after, 1))
    assert apply_run(book_before(desk, FIRST), [first, checked])
    assert not apply_run(book_before(desk, FIRST), [first, second])

    with pytest.raises(InvariantBroken, match="row 13: state slice 1 comes out different"):
        apply_run(book_before(desk, FIRST), [first, replace(checked, state_check=checked.state_check[:8] + bytes(32))])


NO_FIT = "row 13 does not fit the book"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda rows: [rows[0], rows[2]], "row 14 after row 12"),
        (lambda rows: [rows[0], replace(rows[0], sequence=13, ordered_at_ns=rows[1].ordered_at_ns), rows[2]], NO_FIT),
        (
            lambda rows: [rows[0], replace(rows[1], outcomes=rows[1].outcomes[16:]), rows[2]],
            "row 13: not one outcome for each",
        ),
        (
            lambda rows: [
                replace(rows[0], records=rows[0].records[64:], outcomes=rows[0].outcomes[16:]),
                replace(rows[1], records=rows[1].records + bytes(64), outcomes=rows[1].outcomes + bytes(16)),
            ],
            "row 12: the headers do not describe the records",
        ),
    ],
)
def test_a_row_that_does_not_fit_is_named(spoil: object, said: str) -> None:
    desk = desk_of_rows()
    assert callable(spoil)

    with pytest.raises(InvariantBroken, match=said):
        apply_run(book_before(desk, FIRST), spoil(desk.rows[FIRST - 1 : FIRST + 2]))


def test_books_that_come_out_wrong_are_told_with_the_rows() -> None:
    """Two accepted outcomes where one was refused: more is frozen than there is."""
    desk = desk_of_rows()
    rows = desk.rows[FIRST - 1 : FIRST + 2]
    accepted = replace(rows[0], outcomes=rows[0].outcomes[:16] * 2)

    with pytest.raises(InvariantBroken, match=r"rows 12 to 14: .*balance − frozen"):
        apply_run(book_before(desk, FIRST), [accepted, *rows[1:]])
