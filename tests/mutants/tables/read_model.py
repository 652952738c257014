"""Mutants of the read model: what the follower makes of the close of a date, and of entries of the books.

Belongs here: single wrong lines, each with what it plants; their tests need a database. Never here: mutants of what
decides (the other tables).
"""

from tests.mutants.mutant import Row, of_file

CORRECTIONS = "tests/follower/read_model/day/test_corrections.py"
DUE_TIMES = "tests/follower/read_model/day/test_due_times.py"
WORKLIST = "tests/follower/read_model/day/test_worklist.py"
BOOKS = "tests/follower/read_model/books/test_books.py"
STATEMENT = f"{BOOKS}::test_a_statement_has_every_entry_of_its_account_with_the_balance_after_it"
BESIDE = f"{CORRECTIONS}::test_a_case_is_taken_back_while_the_set_of_another_broker_is_complete"
GOES = f"{WORKLIST}::test_a_case_that_is_taken_back_goes_with_its_set"
RESUMED = f"{DUE_TIMES}::test_a_lane_that_is_resumed_in_another_batch_is_published_as_before"

_ITEMS: list[Row] = [
    (
        "a reversal is read as a correction",
        "(IS_CORRECTION & ~TAKES_BACK)[records",
        "IS_CORRECTION[records",
        "the case that goes is opened once more, and the follower ends",
        BESIDE,
    ),
    (
        "a case that is taken back stays an item",
        """(outcomes["remaining_fen"] > 0)""",
        """(outcomes["remaining_fen"] < 0)""",
        "people look into what nobody owes",
        GOES,
    ),
]
_LANES: list[Row] = [
    (
        "a resumed lane lacks its row of publishing",
        "COALESCE($12, known.published_sequence)",
        "$12",
        "the follower ends at a lane that people resume",
        RESUMED,
    ),
    (
        "a resumed lane lacks its time of publishing",
        "COALESCE($13, known.published_at_ns)",
        "$13",
        "the follower ends at a lane that people resume",
        RESUMED,
    ),
    (
        "a resumed lane lacks its row of reconciliation",
        "COALESCE($10, known.reconciled_sequence)",
        "$10",
        "nobody sees any more when a published date agreed",
        RESUMED,
    ),
]
_OPENINGS: list[Row] = [
    (
        "accounts begin with what another was opened with",
        "*by, balances_fen)",
        "*by, balances_fen[::-1])",
        "a statement begins with the money of somebody else",
        STATEMENT,
    ),
    (
        "an opening by the number that was given",
        "told.seat, told.number,",
        "told.seat, told.given_no,",
        "a statement names a request that nobody sent",
        STATEMENT,
    ),
]

OF_READ_MODEL = [
    *of_file("ledger/follower/projection/day/differences.py", _ITEMS),
    *of_file("ledger/follower/projection/day/lane_tables.py", _LANES),
    *of_file("ledger/follower/projection/customers/openings.py", _OPENINGS),
]
