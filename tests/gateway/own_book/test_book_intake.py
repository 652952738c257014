"""Each journal row goes into the book exactly once: live, repeated, fed, lost in the middle of a row.

Belongs here: `BookIntake` and its checkpoints, without sockets. Never here: arithmetic (test_book).
"""

import os
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from frontend_sim.practice.naive_ledger import outcomes_frame
from gateway.own_book import book_file
from gateway.own_book.book import OwnBook
from gateway.own_book.book_file import BookBase
from gateway.own_book.book_intake import SPANS_MAX, BookIntake, FeedBroken
from protocol.errors import InvariantBroken
from protocol.frame import Frame
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.messages.control import ConfirmRoll, OpenTradeDate
from protocol.messages.customers.accounts import (
    ChangeAccount,
    ChangeBroker,
    ChangeContract,
    OpenAccounts,
    ReplaceCard,
    SignContracts,
)
from protocol.messages.customers.pushes import ConfirmPush
from protocol.messages.gateway_link import BookFeed
from protocol.vocabulary import AccountEvent, ContractEvent, FrameKind
from tests.customers import account, contract
from tests.gateway.fake_ledger import (
    OPENED,
    SIGNED,
    SPARE_ACCOUNTS,
    TRADE_DATE,
    blank_request,
    feed_of,
    outcomes_of,
    row_of,
)
from tests.gateway.fake_ledger import control_request as control
from tests.gateway.partner import freezes
from tests.protocol import keys


def request(first_number: int, *amounts_fen: int, seat: int = keys.BROKER_SEAT) -> Frame:
    """A block of freezes on contract 0."""
    return blank_request(FrameKind.RECORDS, seat, first_number, len(amounts_fen), freezes(*amounts_fen))


def live(intake: BookIntake, sequence: int, *frames: Frame) -> None:
    """The outcome frames of one row arrive."""
    for frame in frames:
        intake.take_live(frame, outcomes_frame(frame.header, outcomes_of(frame).tobytes(), sequence, 1), sequence)
    intake.flush()


def fed(sequence: int, *frames: Frame) -> BookFeed:
    """The same row as the feed brings it."""
    return feed_of(sequence, row_of(*frames))


FIRST_ROW = control(1, OPENED), control(2, SIGNED)


def intake_at(sequence: int) -> BookIntake:
    """An intake whose book is complete: row 1 signed two contracts, the rows up to `sequence` logged seats on."""
    intake = BookIntake(lambda: BookBase(OwnBook(), 0))
    assert intake.prepare_registration() == 0
    intake.begin(sequence)
    intake.take_feed(fed(1, *FIRST_ROW))
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
    first = control(3, OpenAccounts([account(5, 70)]))
    logon = blank_request(FrameKind.NEGOTIATE, keys.BROKER_SEAT, 0, 0, b"a logon")
    second = control(4, OpenAccounts([account(6, 8)]))
    live(intake, 2, first)

    intake.prepare_registration()
    intake.begin(2)
    intake.take_feed(fed(2, first, logon, second))

    assert intake.complete
    assert intake.book.balance_fen[:8].tolist() == [0, 0, 0, 1_000, 500, 70, 8, 0]


def test_a_confirmed_roll_is_passed_over_live_and_fed() -> None:
    intake = intake_at(1)
    said = control(3, ConfirmRoll(TRADE_DATE, 1, 1, bytes(32)))
    before = intake.totals().parties

    live(intake, 2, said)
    assert intake.as_of_sequence == 2
    intake.prepare_registration()
    intake.begin(3)
    intake.take_feed(fed(2, said))
    intake.take_feed(fed(3, control(4, ConfirmRoll(TRADE_DATE, 1, 1, bytes(32)))))

    assert intake.complete
    assert intake.totals().parties == before
    assert intake.checkpoint is None


def test_a_fed_run_that_is_cut_is_refused() -> None:
    intake = intake_at(1)
    intake.prepare_registration()
    intake.begin(2)
    row = fed(2, *FIRST_ROW)
    for cut in (replace(row, outcomes=row.outcomes[:16]), replace(row, control=row.control[1:])):
        with pytest.raises(FeedBroken, match="do not fit each other"):
            intake.take_feed(cut)


def test_live_rows_count_while_the_feed_is_still_under_way() -> None:
    intake = BookIntake(lambda: BookBase(OwnBook(), 0))
    intake.prepare_registration()
    intake.begin(2)
    live(intake, 3, request(2, 20))
    assert intake.feed_rows_missing == 2

    intake.take_feed(fed(1, *FIRST_ROW))
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
    intake = BookIntake(lambda: BookBase(OwnBook(), 0))
    intake.prepare_registration()
    intake.begin(2)
    intake.take_feed(fed(1, *FIRST_ROW))
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
    intake.take_feed(fed(1, *FIRST_ROW))
    for sequence, row in enumerate((request(1, 20, seat=12), request(1, 100)), 2):
        intake.take_feed(fed(sequence, row))
    assert frozen_fen(intake) == 120


def test_a_feed_with_a_hole_or_a_wrong_length_is_broken() -> None:
    intake = BookIntake(lambda: BookBase(OwnBook(), 0))
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
    intake = BookIntake(lambda: BookBase(OwnBook(), 0))
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
    intake.take_feed(fed(1, *FIRST_ROW))
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
    frame = control(3, OPENED)
    refused = (360).to_bytes(2, "little") + bytes(14)
    before = intake.totals().parties

    assert intake.take_live(frame, outcomes_frame(frame.header, refused, 2, 1), 2) is None
    assert intake.totals().parties == before


ON = contract_no_from_index(0)
LIFE = [
    control(3, OpenAccounts([account(5, 70), account(6, 9)])),
    control(4, SignContracts([contract(5, keys.OTHER_BROKER)])),
    control(5, ChangeContract(ON, ContractEvent.SUSPEND)),
    control(6, ReplaceCard(ON, account_no_from_index(6))),
    control(7, ChangeContract(ON, ContractEvent.TERMINATE)),
    control(8, ChangeAccount(account_no_from_index(4), AccountEvent.REPORT_LOSS)),
    control(9, ChangeAccount(account_no_from_index(5), AccountEvent.CLOSE)),
    control(10, OpenAccounts([account(7, 30)])),
    control(11, ConfirmPush(1, keys.BROKER, account_no_from_index(7), [contract_no_from_index(3)], 0, 1)),
]
"""Contract 2 is signed on account 5 and ends with it, contract 0 goes on as contract 3 on account 6; that ends for the
pushed contract 4 on account 7."""
AT_THE_END = {1: 1_079, keys.BROKER: 30, keys.OTHER_BROKER: 500}


def balances(intake: BookIntake) -> dict[int, int]:
    return {entry.party: entry.amounts_fen[0] for entry in intake.totals().parties}


@pytest.mark.parametrize("fed_rows", range(len(LIFE) + 1))
def test_control_counts_alike_live_and_fed_and_when_it_overtakes_the_feed(fed_rows: int) -> None:
    """The first rows come by the feed, behind the later ones, which are live."""
    intake = BookIntake(lambda: BookBase(OwnBook(), 0))
    intake.prepare_registration()
    intake.begin(1 + fed_rows)
    live_rows = list(enumerate(LIFE, 2))[fed_rows:]
    for sequence, frame in live_rows:
        live(intake, sequence, frame)
    intake.take_feed(fed(1, *FIRST_ROW))
    for sequence, frame in list(enumerate(LIFE, 2))[:fed_rows]:
        intake.take_feed(fed(sequence, frame))

    assert intake.complete
    assert balances(intake) == AT_THE_END


def test_a_changed_broker_takes_the_balance_over() -> None:
    intake = intake_at(1)
    frame = control(3, ChangeBroker(ON, contract(SPARE_ACCOUNTS, keys.OTHER_BROKER)))
    given = bytes((0, 0, 3, 0, 0, 0, 0, 0)) + contract_no_from_index(2).to_bytes(8, "little")

    intake.take_live(frame, outcomes_frame(frame.header, given, 2, 1), 2)

    assert balances(intake) == {1: 0, keys.BROKER: 0, keys.OTHER_BROKER: 1_500}


def test_a_push_that_came_to_nothing_changes_nothing() -> None:
    """It is booked as impossible, and no number is told: nothing that it names has come about."""
    intake = intake_at(1)
    before = balances(intake)
    frame = control(3, ConfirmPush(1, keys.OTHER_BROKER, account_no_from_index(SPARE_ACCOUNTS), [ON], 0, 1))

    intake.take_live(frame, outcomes_frame(frame.header, bytes(16), 2, 1), 2)

    assert balances(intake) == before
