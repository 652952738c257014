"""Each journal row goes into the book exactly once: live, repeated, fed, lost in the middle of a row.

Belongs here: `BookIntake` and its checkpoints, without sockets. Never here: arithmetic (test_book).
"""

import os
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from gateway.own_book import book_file
from gateway.own_book.book import Book
from gateway.own_book.book_file import BookBase
from gateway.own_book.book_intake import SPANS_MAX, BookIntake, FeedBroken
from protocol.errors import InvariantBroken
from protocol.frame import Frame
from protocol.messages.codec import encode
from protocol.messages.control import ControlMessage, OpenContracts, OpenTradeDate
from protocol.messages.gateway_link import BookFeed
from protocol.vocabulary import BANK_SEAT, FrameKind, contract_no_from_index
from tests.gateway.fake_ledger import OPENED, TRADE_DATE, blank_request, outcomes_frame, outcomes_of
from tests.gateway.partner import freezes
from tests.protocol import keys


def request(first_number: int, *amounts_fen: int, seat: int = keys.BROKER_SEAT) -> Frame:
    """A block of freezes on contract 0."""
    return blank_request(FrameKind.RECORDS, seat, first_number, len(amounts_fen), freezes(*amounts_fen))


def control(number: int, message: ControlMessage) -> Frame:
    """A control frame of the bank."""
    return blank_request(FrameKind.CONTROL, BANK_SEAT, number, 1, encode(message))


def live(intake: BookIntake, sequence: int, *frames: Frame) -> None:
    """The outcome frames of one row arrive."""
    for frame in frames:
        intake.take_live(frame, outcomes_frame(frame, outcomes_of(frame), sequence), sequence)
    intake.flush()


def fed(sequence: int, *frames: Frame) -> BookFeed:
    """The same row as the feed brings it."""
    is_control = frames[0].header.kind == FrameKind.CONTROL
    bodies = b"".join(frame.body for frame in frames)
    return BookFeed(
        sequence,
        TRADE_DATE,
        b"".join(frame.header_bytes + frame.signature for frame in frames),
        bodies if is_control else b"",
        b"" if is_control else bodies,
        b"".join(map(outcomes_of, frames)),
    )


def intake_at(sequence: int) -> BookIntake:
    """An intake whose book is complete: row 1 opened two contracts, the rows up to `sequence` logged seats on."""
    intake = BookIntake(lambda: BookBase(Book(), 0))
    assert intake.prepare_registration() == 0
    intake.begin(sequence)
    intake.take_feed(fed(1, control(1, OPENED)))
    for logon in range(2, sequence + 1):
        intake.take_feed(BookFeed(logon, TRADE_DATE, b"", b"", b"", b""))
    assert intake.complete
    return intake


def frozen_fen(intake: BookIntake) -> int:
    return int(intake.book.frozen_fen[0])


def test_a_live_row_counts_once_and_its_repeat_does_not() -> None:
    intake = intake_at(1)
    live(intake, 2, request(1, 100), request(1, 7, seat=12))
    live(intake, 3, request(2, 20))
    live(intake, 2, request(1, 100))
    live(intake, 3, request(2, 20))

    assert frozen_fen(intake) == 127
    assert intake.as_of_sequence == 3


def test_a_stored_answer_from_before_the_registration_never_counts() -> None:
    intake = intake_at(5)
    live(intake, 4, request(1, 100))

    assert frozen_fen(intake) == 0


def test_each_control_frame_of_a_fed_run_counts_once_and_logons_have_no_outcome() -> None:
    """Row 2 holds a logon between two openings, one of which was answered before the link was lost."""
    intake = intake_at(1)
    first = control(2, OpenContracts(contract_no_from_index(2), OPENED.terms[:1]))
    logon = blank_request(FrameKind.NEGOTIATE, keys.BROKER_SEAT, 0, 0, b"a logon")
    second = control(3, OpenContracts(contract_no_from_index(3), OPENED.terms[:1]))
    live(intake, 2, first)

    intake.prepare_registration()
    intake.begin(2)
    intake.take_feed(fed(2, first, logon, second))

    assert intake.complete
    assert intake.book.contracts_count == 4
    assert intake.book.balance_fen[:4].tolist() == [
        terms.balance_fen for terms in (*OPENED.terms, *OPENED.terms[:1] * 2)
    ]


def test_a_fed_run_that_is_cut_is_refused() -> None:
    intake = intake_at(1)
    intake.prepare_registration()
    intake.begin(2)
    row = fed(2, control(2, OPENED), control(3, OPENED))
    for cut in (replace(row, outcomes=row.outcomes[:16]), replace(row, control=row.control[1:])):
        with pytest.raises(FeedBroken, match="do not fit each other"):
            intake.take_feed(cut)


def test_live_rows_count_while_the_feed_is_still_under_way() -> None:
    intake = BookIntake(lambda: BookBase(Book(), 0))
    intake.prepare_registration()
    intake.begin(2)
    live(intake, 3, request(2, 20))
    assert intake.feed_rows_missing == 2

    intake.take_feed(fed(1, control(1, OPENED)))
    intake.take_feed(fed(2, request(1, 100)))

    assert intake.complete
    assert frozen_fen(intake) == 120


def test_a_link_lost_in_the_middle_of_a_row_is_taken_up_there() -> None:
    intake = intake_at(1)
    one, two, three = request(1, 100), request(1, 20, seat=12), request(2, 3)
    live(intake, 2, one)
    live(intake, 3, three)  # row 3 also holds `two`, whose answer is lost with the link

    assert intake.prepare_registration() == 2
    intake.begin(4)
    intake.take_feed(fed(3, two, three))
    intake.take_feed(fed(4, request(3, 4_000)))

    assert intake.complete
    assert frozen_fen(intake) == 4_123


def test_a_link_lost_during_the_feed_steps_over_what_was_counted_live() -> None:
    intake = BookIntake(lambda: BookBase(Book(), 0))
    intake.prepare_registration()
    intake.begin(2)
    intake.take_feed(fed(1, control(1, OPENED)))
    live(intake, 3, request(2, 20))
    live(intake, 4, request(3, 300))

    assert intake.prepare_registration() == 1
    intake.begin(5)
    live(intake, 6, request(5, 50_000))
    rows = [request(1, 1), request(2, 20), request(3, 300), request(4, 4_000)]
    for sequence, row in enumerate(rows, 2):
        intake.take_feed(fed(sequence, row))

    assert intake.complete
    assert frozen_fen(intake) == 54_321


def test_rows_out_of_order_make_the_book_start_over() -> None:
    intake = intake_at(1)
    live(intake, 3, request(1, 100))

    with pytest.raises(FeedBroken, match="row 2 was answered after row 3"):
        live(intake, 2, request(1, 20, seat=12))
    assert not intake.complete
    assert intake.prepare_registration() == 0

    intake.begin(3)
    for sequence, row in enumerate((control(1, OPENED), request(1, 20, seat=12), request(1, 100)), 1):
        intake.take_feed(fed(sequence, row))
    assert frozen_fen(intake) == 120


def test_a_feed_with_a_hole_or_a_wrong_length_is_broken() -> None:
    intake = BookIntake(lambda: BookBase(Book(), 0))
    intake.prepare_registration()
    intake.begin(2)

    with pytest.raises(FeedBroken, match="feed row 2 came where 1 was due"):
        intake.take_feed(fed(2, request(1, 100)))
    with pytest.raises(FeedBroken, match="do not fit"):
        intake.take_feed(BookFeed(1, TRADE_DATE, bytes(159), b"", b"", b""))
    with pytest.raises(FeedBroken, match="do not fit"):
        intake.take_feed(BookFeed(1, TRADE_DATE, bytes(160), b"", bytes(128), bytes(16)))


def test_a_ledger_behind_the_book_is_not_believed() -> None:
    intake = intake_at(1)
    live(intake, 2, request(1, 100))
    intake.prepare_registration()

    with pytest.raises(InvariantBroken, match="the ledger is at 1, the book has rows up to 2"):
        intake.begin(1)


def test_too_many_losses_during_one_rebuild_start_it_over() -> None:
    intake = BookIntake(lambda: BookBase(Book(), 0))
    intake.prepare_registration()
    intake.begin(1)
    for sequence in range(2, 2 + SPANS_MAX + 1):
        live(intake, sequence, request(sequence, 1))
        intake.prepare_registration()
        intake.begin(sequence)

    assert frozen_fen(intake) == 0
    assert intake.feed_rows_missing == SPANS_MAX + 2


def test_a_roll_of_the_trade_date_makes_a_checkpoint_that_a_restart_begins_from(tmp_path: Path) -> None:
    restore = partial(book_file.load, tmp_path)
    intake = BookIntake(restore)
    intake.prepare_registration()
    intake.begin(1)
    intake.take_feed(fed(1, control(1, OPENED)))
    live(intake, 2, request(1, 100))
    live(intake, 3, control(2, OpenTradeDate(TRADE_DATE + 1)))
    live(intake, 4, request(2, 20))
    assert intake.checkpoint is not None
    assert (intake.checkpoint.trade_date, intake.checkpoint.sequence) == (TRADE_DATE + 1, 3)
    book_file.save(tmp_path, intake.checkpoint)

    restarted = BookIntake(restore)
    assert restarted.prepare_registration() == 3
    restarted.begin(4)
    restarted.take_feed(fed(4, request(2, 20)))

    assert restarted.complete
    assert restarted.book.totals() == intake.book.totals()
    assert frozen_fen(restarted) == 120


def test_a_checkpoint_of_a_later_layout_is_passed_over_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    intake = intake_at(1)
    live(intake, 2, control(2, OpenTradeDate(TRADE_DATE + 1)))
    assert intake.checkpoint is not None
    with monkeypatch.context() as later:
        later.setattr(book_file, "BOOK_LAYOUT", 2)
        book_file.save(tmp_path, intake.checkpoint)

    assert book_file.load(tmp_path).sequence == 0
    (said,) = caplog.messages
    assert said.startswith(f"{tmp_path}/book-{TRADE_DATE + 1}.npz: not a checkpoint")
    assert said.endswith("layout 2, this program knows 1")


def test_a_damaged_checkpoint_is_passed_over_and_old_ones_are_removed(tmp_path: Path) -> None:
    intake = intake_at(1)
    for number, trade_date in enumerate((20_260_922, 20_260_923, 20_260_924), 2):
        live(intake, number, control(number, OpenTradeDate(trade_date)))
        assert intake.checkpoint is not None
        book_file.save(tmp_path, intake.checkpoint)
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == ["book-20260923.npz", "book-20260924.npz"]

    (tmp_path / "book-20260924.npz").write_bytes(b"PK\x03\x04 no archive")

    assert book_file.load(tmp_path).sequence == 3
    (tmp_path / "book-20260924.npz").unlink()
    os.mkfifo(tmp_path / "book-20260924.npz")
    assert book_file.load(tmp_path).sequence == 3

    os.mkfifo(tmp_path / "book-20260924.npz.new")
    assert intake.checkpoint is not None
    book_file.save(tmp_path, intake.checkpoint)
    assert book_file.load(tmp_path).sequence == 4


def test_refused_control_changes_nothing() -> None:
    intake = intake_at(1)
    frame = control(2, OPENED)
    refused = (360).to_bytes(2, "little") + bytes(14)

    assert intake.take_live(frame, outcomes_frame(frame, refused, 2), 2) is None
    assert intake.book.contracts_count == 2
