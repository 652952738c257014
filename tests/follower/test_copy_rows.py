"""The bytes of binary COPY, written out for one run of two records; which frames make a run; what is NULL."""

import numpy as np

from ledger.follower.copy_arrays import NULL, Cuts, array_fields, bytes_fields
from ledger.follower.copy_rows import CHUNK_ROWS_MAX, CONTRACT_COPY, chunks_of, column_names
from ledger.follower.request_blocks import CHUNK_RECORDS, COLUMNS, RequestRuns
from protocol.records import OUTCOME, RECORD, RecordArray
from protocol.vocabulary import RecordKind
from tests.follower.journal_maker import OTHER_SEAT, SEAT, JournalMaker, freezes, joined

A_FREEZE_AND_A_FILL = """
    0016
    00000004 0135282d
    00000004 0000000b
    00000008 0000000000000007
    00000004 00000002
    00000008 0000000000000005
    00000008 00000000000003e9
    ffffffff
    00000020 00000001 00000000 00000015 00000002 00000001 00000002 0001 00000002 0003
    ffffffff
    0000002c 00000001 00000000 00000014 00000002 00000001
        00000008 00000000000000c3 00000008 00000000000000c3
    0000002c 00000001 00000000 00000014 00000002 00000001
        00000008 00000000000f4914 00000008 0000000000061584
    0000002c 00000001 00000000 00000014 00000002 00000001
        00000008 00000000000f4914 00000008 0000000000092bbc
    0000002c 00000001 00000000 00000014 00000002 00000001
        00000008 00000000000186a0 00000008 0000000000000000
    00000024 00000001 00000000 00000017 00000002 00000001 00000004 000003e8 00000004 00000000
    00000020 00000001 00000000 00000015 00000002 00000001 00000002 0001 00000002 0000
    0000002c 00000001 00000000 00000014 00000002 00000001
        00000008 0000000000000000 00000008 00000000000007d4
    0000002c 00000001 00000000 00000014 00000002 00000001
        00000008 0000000000000000 00000008 0000000000061328
    00000024 00000001 00000000 00000017 00000002 00000001 00000004 00000000 00000004 0135282d
    00000024 00000001 00000000 00000017 00000002 00000001 00000004 00000000 00000004 0000000b
    0000002c 00000001 00000000 00000014 00000002 00000001
        00000008 0000000000000000 00000008 0000000000000007
    00000010 3630303030300000 0000000000000000
    00000010 0102030405060708 ffffffffffffffff
"""


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


def test_columns_are_named_in_the_order_of_the_bytes() -> None:
    assert (len(COLUMNS), COLUMNS[0], COLUMNS[6], COLUMNS[21]) == (22, "trade_date", "kind", "partner_refs")
    assert column_names(CONTRACT_COPY) == ["contract_no", "account_no", "as_of_sequence", "party", "status"]


def test_what_is_zero_in_a_whole_run_is_null_there_and_only_there() -> None:
    cuts, column = Cuts.of(np.array([2, 1, 1])), np.array([0, 0, 5, 0])

    fields = array_fields(cuts, column, 4, cuts.any_set(column))

    five = "0000001c 00000001 00000000 00000017 00000001 00000001 00000004 00000005"
    assert fields == [NULL, bytes.fromhex(five), NULL]
    assert bytes_fields(cuts, column, cuts.any_set(column)) == [NULL, bytes.fromhex("00000008 0500000000000000"), NULL]


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


def test_chunks_are_bounded_and_hold_whole_runs() -> None:
    made = JournalMaker()
    made.open_bank([2**39])
    half = numbered(SEAT, CHUNK_RECORDS // 8)
    made.block(*[(SEAT, half)] * 9)
    for _ in range(9):
        made.block((SEAT, half))
    runs = runs_of(made)

    pieces = list(runs.chunks())

    assert runs.places[3].tolist() == [9 * len(half)] + [len(half)] * 9
    assert [piece.count(bytes.fromhex("0016 00000004")) for piece in pieces] == [1, 8, 1]


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
    assert sent.count((100_000).to_bytes(8, "big")) == 2  # the limit price, and what the release has in its place
