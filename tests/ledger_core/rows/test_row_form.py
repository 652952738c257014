"""What a row's headers are told when one field of one of them is not as in a request to the bank."""

from dataclasses import replace

import numpy as np
import pytest

from ledger.core.rows.row import Row
from ledger.core.rows.row_form import form_fault
from protocol.limits import REQUEST_NUMBER_MAX
from protocol.vocabulary import BANK_PARTY, Direction
from tests.ledger_core.desk import SEAT, SECOND_SEAT, Desk, Frame, freeze

NO_REQUEST = "a header is no request to the bank"
UNKNOWN_SUITE = "a header of an unknown suite"
BELOW_ZERO = "a header with a number below 0"
NO_NUMBER = "a header with a number that no request has"


def two_frames() -> Row:
    """A row of two frames with a record each."""
    desk = Desk()
    contract = desk.open(100_00)
    desk.send(Frame(SEAT, freeze(contract, 1_00)), Frame(SECOND_SEAT, freeze(contract, 2_00)))
    return desk.rows[-1]


def with_field(row: Row, place: int, name: str, value: object) -> Row:
    """The row with one field of the header at `place` changed."""
    prefixes = row.prefixes().copy()
    prefixes[name][place] = value
    return replace(row, headers=prefixes.tobytes())


def test_a_row_as_it_was_made_has_no_fault() -> None:
    assert form_fault(two_frames()) is None


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("magic", b"YZT2", NO_REQUEST),
        ("version", 2, NO_REQUEST),
        ("direction", Direction.TO_PARTNER, NO_REQUEST),
        ("direction", -1, NO_REQUEST),
        ("recipient", BANK_PARTY + 1, NO_REQUEST),
        ("suite", 0, UNKNOWN_SUITE),
        ("suite", 3, UNKNOWN_SUITE),
        ("sender", -1, BELOW_ZERO),
        ("seat", -1, BELOW_ZERO),
        ("session_version", -1, BELOW_ZERO),
        ("key_id", -1, BELOW_ZERO),
        ("first_number", -1, BELOW_ZERO),
        ("record_count", -1, BELOW_ZERO),
        ("body_bytes", -1, BELOW_ZERO),
        ("sent_at_ns", -1, BELOW_ZERO),
        ("valid_until_ns", np.iinfo(np.int64).min, BELOW_ZERO),
        ("first_number", 0, NO_NUMBER),
        ("first_number", REQUEST_NUMBER_MAX + 1, NO_NUMBER),
    ],
)
def test_one_field_of_one_header_is_enough(name: str, value: object, fault: str, place: int) -> None:
    assert form_fault(with_field(two_frames(), place, name, value)) == fault
