"""The bytes of binary COPY, written out for one run of two records; what is a run, a piece, a chunk; what is NULL."""

import numpy as np
import pytest

from ledger.follower.projection.copying.blocks import Column
from ledger.follower.projection.copying.rows import CHUNK_ROWS_MAX, chunks_of
from ledger.follower.projection.request_blocks import CHUNK_RECORDS, COLUMNS, PIECE_RECORDS, RequestRuns
from protocol.records import OUTCOME, RECORD, STATE_LISTED, RecordArray
from protocol.vocabulary import RecordKind
from tests.follower.journal_maker import OTHER_SEAT, SEAT, JournalMaker, freezes, joined

A_FREEZE_AND_A_FILL = """
    0018
    00000004 0135282d
    00000004 0000000b
    00000008 0000000000000007
    00000004 00000002
    00000008 0000000000000005
    00000008 00000000000003e9
    ffffffff
    00000002 01 03
    ffffffff
    00000002 c3 c3
    00000008 000f4914 00061584
    00000008 000f4914 00092bbc
    00000002 01 00
    00000008 000186a0 00000000
    00000004 03e8 0000
    00000004 0000 07d4
    00000008 00000000 00061328
    00000008 00000000 0135282d
    00000002 00 0b
    00000002 00 07
    00000010 3630303030300000 0000000000000000
    00000010 0102030405060708 ffffffffffffffff
    ffffffff
    ffffffff
"""
TWO_ORDERS_OF_A_SET = """
    0018
    00000004 0135282d
    00000004 0000000b
    00000008 0000000000000007
    00000004 00000002
    00000008 0000000000000005
    00000008 00000000000003e9
    00000002 0007
    ffffffff
    00000004 0000 014c
    00000002 c3 c3
    00000004 1d4c 0005
    00000002 00 00
    00000002 02 05
    ffffffff
    00000010 0000000000000003 fffffffffffffffb
    00000002 09 00
    ffffffff
    ffffffff
    ffffffff
    00000010 0000000b 01352895 0000000c 00000000
    ffffffff
    00000010 4d00000000000000 0000000000000000
    00000004 4fea 0000
    00000002 01 00
"""
"""A line whose order is not there, released 9; and a malformed one."""


def two_records() -> RequestRuns:
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
    return RequestRuns(records, outcomes, np.array([[20_260_909], [11], [7], [2], [5], [1_001]]))


def two_lines() -> RequestRuns:
    """Numbers 7 and 8 of seat 11: CLEAR_ORDER of order 77 of seat 11, which is listed; one with a negative quantity."""
    records, outcomes = np.zeros(2, RECORD), np.zeros(2, OUTCOME)
    records["kind"], records["fate"], records["contract_no"] = RecordKind.CLEAR_ORDER, (2, 5), 195
    records["trade_day"], records["quantity"] = (20_458, 0), (3, -5)
    records["amount_fen"], records["release_fen"] = (7_500, 5), (9, 0)
    records["order_date"], records["order_seat"], records["order_number"] = (20_261_013, 0), (11, 12), (77, 0)
    outcomes["code"], outcomes["state"] = (0, 332), (STATE_LISTED, 0)
    return RequestRuns(records, outcomes, np.array([[20_260_909], [11], [7], [2], [5], [1_001]]))


def numbered(seat_no: int, count: int) -> RecordArray:
    """Freezes whose quantity names the seat and whose amount counts from 1."""
    made = freezes([0] * count, 1)
    made["quantity"] = seat_no
    made["amount_fen"] = np.arange(1, count + 1)
    return made


def runs_of(made: JournalMaker) -> RequestRuns:
    """The runs of all block rows."""
    return RequestRuns.of([row for row in made.rows if row.records])


def test_a_run_of_two_kinds_is_these_bytes() -> None:
    assert b"".join(two_records().chunks()) == bytes.fromhex(A_FREEZE_AND_A_FILL)


def test_a_run_of_lines_is_these_bytes() -> None:
    assert b"".join(two_lines().chunks()) == bytes.fromhex(TWO_ORDERS_OF_A_SET)


def test_a_line_among_others_has_columns_of_its_own() -> None:
    fill, line = two_records(), two_lines()
    fill.records["trade_day"][1] = 20_458  # of a fill, which is kept nowhere
    mixed = RequestRuns(
        joined([fill.records, line.records]),
        np.concatenate([fill.outcomes, line.outcomes]),
        np.array([[1], [11], [1], [4], [2], [1]]),
    )

    sent = b"".join(mixed.chunks())

    assert sent.endswith(bytes.fromhex("00000008 0000 0000 4fea 0000 00000004 00 00 01 00"))
    quantities = "00000020 00000000000003e8 0000000000000000 0000000000000003 fffffffffffffffb"
    assert bytes.fromhex(quantities) in sent


def test_columns_are_named_in_the_order_of_the_bytes() -> None:
    assert (len(COLUMNS), COLUMNS[0], COLUMNS[6], COLUMNS[21]) == (24, "trade_date", "kind", "partner_refs")
    assert COLUMNS[22:] == ["trade_days", "listed"]


@pytest.mark.parametrize(
    ("values", "stored"),
    [
        ([0, 255], "00 ff"),
        ([0, 256], "0000 0100"),
        ([1, 2**16], "00000001 00010000"),
        ([0, 2**32 - 1], "00000000 ffffffff"),
        ([0, 2**32], "0000000000000000 0000000100000000"),
        ([-1, 5], "ffffffffffffffff 0000000000000005"),
        ([0, 0], None),
    ],
)
def test_numbers_are_as_wide_as_the_largest_needs(values: list[int], stored: str | None) -> None:
    column = Column.of(np.array(values))

    assert (column.items.tobytes() if column else None) == (bytes.fromhex(stored) if stored else None)


def test_zeros_may_be_kept() -> None:
    kept = Column.of(np.zeros(2, np.int64), or_none=False)

    assert kept is not None
    assert (kept.item_bytes, kept.items.tobytes()) == (1, bytes(2))


def test_frames_of_a_seat_in_one_row_make_one_run() -> None:
    made = JournalMaker()
    made.open_bank([1_000_000])
    small, large = numbered(SEAT, 3), numbered(OTHER_SEAT, 4)
    made.block((SEAT, small[:1]), (OTHER_SEAT, large[:2]), (SEAT, small[1:]), (OTHER_SEAT, large[2:]))
    made.block((SEAT, numbered(SEAT, 1)))

    runs = runs_of(made)

    assert runs.places[1:4].tolist() == [[SEAT, OTHER_SEAT, SEAT], [1, 1, 4], [3, 4, 1]]
    assert runs.records["quantity"].tolist() == [SEAT] * 3 + [OTHER_SEAT] * 4 + [SEAT]
    assert runs.records["amount_fen"].tolist() == [1, 2, 3, 1, 2, 3, 4, 1]


def test_frames_that_cannot_be_joined_stay_in_order() -> None:
    made = JournalMaker()
    made.open_bank([1_000_000])
    made.block((OTHER_SEAT, numbered(OTHER_SEAT, 2)), (SEAT, numbered(SEAT, 1)))

    runs = runs_of(made)

    assert runs.places[1].tolist() == [OTHER_SEAT, SEAT]
    assert runs.records["quantity"].tolist() == [OTHER_SEAT] * 2 + [SEAT]


def placed(sent: bytes) -> list[tuple[int, int]]:
    """First number and number of records of each row in COPY data of freezes."""
    opening = bytes.fromhex("0018 00000004")
    found = []
    while sent:
        assert sent.startswith(opening)
        found.append((int.from_bytes(sent[22:30], "big"), int.from_bytes(sent[34:38], "big")))
        sent = sent[sent.find(opening, 1) :] if opening in sent[1:] else b""
    return found


def test_runs_are_cut_into_pieces_and_chunks_hold_whole_pieces() -> None:
    made = JournalMaker()
    made.open_bank([2**39])
    made.block((SEAT, numbered(SEAT, CHUNK_RECORDS)))
    made.block((SEAT, numbered(SEAT, PIECE_RECORDS + 1)), (OTHER_SEAT, numbered(OTHER_SEAT, 1)))
    pieces = CHUNK_RECORDS // PIECE_RECORDS

    chunks = [placed(chunk) for chunk in runs_of(made).chunks()]

    assert chunks == [
        [(1 + PIECE_RECORDS * place, PIECE_RECORDS) for place in range(pieces)],
        [(CHUNK_RECORDS + PIECE_RECORDS + 1, 1), (1, 1), (CHUNK_RECORDS + 1, PIECE_RECORDS)],
    ]


def test_contracts_go_in_bounded_pieces() -> None:
    pieces = list(chunks_of(np.arange(CHUNK_ROWS_MAX + 1)))

    assert [len(piece) for piece in pieces] == [CHUNK_ROWS_MAX, 1]
    assert pieces[1].tolist() == [CHUNK_ROWS_MAX]
    assert list(chunks_of(np.arange(0))) == []


def test_a_field_of_the_other_kind_says_nothing() -> None:
    release = freezes([0], 5)
    release["kind"] = RecordKind.RELEASE
    runs = RequestRuns(
        joined([freezes([0], 5), release]), np.zeros(2, OUTCOME), np.array([[1], [11], [1], [2], [1], [1]])
    )

    sent = b"".join(runs.chunks())

    assert sent.count(b"600000") == 1
    assert sent.count(bytes.fromhex("00000008 000186a0 00000000")) == 1  # the limit price; a release has none
