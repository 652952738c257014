"""The bytes of binary COPY, written out for one order and one fill, and how places spread over records."""

import numpy as np

from ledger.follower.copy_rows import (
    CHUNK_ROWS_MAX,
    MOVEMENT_COPY,
    ORDER_COPY,
    RecordColumns,
    chunks_of,
    column_names,
    movement_rows,
    order_rows,
    place_records,
)
from protocol.records import OUTCOME, RECORD

ORDER_BYTES = """
    000d
    00000008 0000000000000007
    00000008 00000000000000c3
    00000008 00000000000f4914
    00000008 00000000000186a0
    00000008 0000000000000005
    00000008 00000000000003e9
    00000004 0135282d
    00000004 0000000b
    00000004 000003e8
    00000002 0000
    00000002 0001
    00000008 3630303030300000
    00000008 0102030405060708
"""
FILL_BYTES = """
    0010
    00000008 0000000000000008
    00000008 0000000000000007
    00000008 00000000000000c3
    00000008 0000000000061584
    00000008 00000000000007d4
    00000008 0000000000061328
    00000008 0000000000092bbc
    00000008 0000000000000005
    00000008 00000000000003e9
    00000004 0135282d
    00000004 0000000b
    00000004 0135282d
    00000004 0000000b
    00000002 0003
    00000002 0000
    00000008 ffffffffffffffff
"""


def two_records() -> RecordColumns:
    """Numbers 7 and 8 of seat 11: a freeze of 10,017.16 yuan, and a fill that charges 3,987.24 and releases 20.04."""
    records, outcomes = np.zeros(2, RECORD), np.zeros(2, OUTCOME)
    records["kind"] = (1, 3)
    records["market"][0] = 1
    records["contract_no"] = 195
    records["amount_fen"] = (1_001_748, 398_724)
    records["price"][0] = 100_000
    records["quantity"][0] = 1_000
    records["security"][0] = b"600000"
    records["release_fen"][1] = 2_004
    records["turnover_fen"][1] = 398_120
    records["target_date"][1] = 20_260_909
    records["target_seat"][1] = 11
    records["target_number"][1] = 7
    records["partner_ref"] = (bytes(range(1, 9)), b"\xff" * 8)
    outcomes["remaining_fen"] = (1_001_748, 601_020)
    places = place_records(np.array([[7], [11], [20_260_909], [5], [1_001]]), np.array([2]))
    return RecordColumns(records, outcomes, places)


def test_an_order_is_these_bytes() -> None:
    assert order_rows(two_records(), np.array([0])).tobytes() == bytes.fromhex(ORDER_BYTES)


def test_a_fill_is_these_bytes() -> None:
    assert movement_rows(two_records(), np.array([1])).tobytes() == bytes.fromhex(FILL_BYTES)


def test_columns_are_named_in_the_order_of_the_bytes() -> None:
    assert column_names(ORDER_COPY)[:3] == ["number", "contract_no", "amount_fen"]
    assert len(column_names(ORDER_COPY)) == 13
    assert len(column_names(MOVEMENT_COPY)) == 16


def test_each_record_gets_its_own_number_and_its_frames_place() -> None:
    frames = np.array([[100, 5], [11, 12], [20_260_105, 20_260_105], [1, 2], [1_000, 2_000]])

    places = place_records(frames, np.array([3, 2]))

    assert places.tolist() == [
        [100, 101, 102, 5, 6],
        [11, 11, 11, 12, 12],
        [20_260_105] * 5,
        [1, 1, 1, 2, 2],
        [1_000, 1_000, 1_000, 2_000, 2_000],
    ]


def test_chunks_are_bounded_and_keep_the_order() -> None:
    pieces = list(chunks_of(np.arange(CHUNK_ROWS_MAX + 1)))

    assert [len(piece) for piece in pieces] == [CHUNK_ROWS_MAX, 1]
    assert pieces[1].tolist() == [CHUNK_ROWS_MAX]
    assert list(chunks_of(np.arange(0))) == []
