"""Packed rows: whatever goes in comes out, and what comes out of the store damaged is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.journal.packing import FOLDED_ROWS, UNPACKED_ROWS, pack, unpack

COUNTS = st.one_of(
    st.integers(1, 40),
    st.sampled_from([FOLDED_ROWS - 1, FOLDED_ROWS, FOLDED_ROWS + 1, UNPACKED_ROWS, UNPACKED_ROWS + 1]),
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[bytes, int, int]:
    """Rows of which some bytes vary, sometimes in one row only; their width; their number."""
    row_bytes, count = draw(st.sampled_from([8, 16, 64])), draw(COUNTS)
    table = np.zeros((count, row_bytes), np.uint8)
    table[:] = np.frombuffer(draw(st.binary(min_size=row_bytes, max_size=row_bytes)), np.uint8)
    for place in draw(st.sets(st.integers(0, row_bytes - 1))):
        first = draw(st.integers(0, count - 1))
        table[first : first + draw(st.integers(1, count)), place] ^= draw(st.integers(1, 255))
    return table.tobytes(), row_bytes, count


@given(tables())
def test_whatever_is_packed_is_unpacked(table: tuple[bytes, int, int]) -> None:
    rows, row_bytes, count = table
    packed = pack(rows, row_bytes)
    assert packed is rows or (len(packed) < len(rows) and unpack(packed, row_bytes, count) == rows)


def test_a_packed_value_byte_by_byte() -> None:
    # Per row: byte 1 varies; bytes 8 and 9 vary together; byte 12 varies, so that 8 to 15 are 2 + 1 bytes, not 8.
    rows = b"".join(bytes([7, n, 0, 0, 0, 0, 0, 9]) + bytes([n, n, 5, 0, n, 0, 0, 0]) for n in range(1, 9))
    columns = bytes([3, 1, 1, 8, 2, 12, 1])
    values = bytes(range(1, 9)) + bytes(n for n in range(1, 9) for _ in range(2)) + bytes(range(1, 9))
    assert pack(rows, 16) == rows[:16] + columns + values


def test_rows_that_share_nothing_stay_as_they_are() -> None:
    rows = np.random.default_rng(1).bytes(64 * 600)
    assert pack(rows, 64) is rows


@pytest.mark.parametrize(
    ("packed", "fault"),
    [
        (b"", "no packed rows"),
        (bytes(16), "no packed rows"),
        (bytes(16) + b"\x01", "are not 600 packed rows"),
        (bytes(16) + b"\x01\x0f\x02" + bytes(1_200), "outside its row"),
        (bytes(16) + b"\x01\x00\x03" + bytes(1_800), "outside its row"),
        (bytes(16) + b"\x01\x00\x01" + bytes(599), "are not 600 packed rows"),
        (bytes(16) + b"\x01\x00\x01" + bytes(601), "are not 600 packed rows"),
    ],
)
def test_what_pack_never_makes_is_refused(packed: bytes, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        unpack(packed, 16, 600)
