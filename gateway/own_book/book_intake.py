"""What goes into the book, and that each journal row goes in exactly once.

Belongs here: which outcome counts, the feed of past rows, when the book is complete, when a checkpoint is due.
Never here: arithmetic (book), files (book_file), sockets.

The argument. Let R be the sequence that the ledger named when this link was registered.

1. A row above R was decided on this link, from frames that this gateway forwarded; each of its frames is answered
   here once, and perhaps again if it is repeated. A row at or below R comes by the feed, or was in the book before.
   So an outcome frame at or below R is never counted.
2. All answers of one seat leave the ledger in order, and numbers are used up without gaps. So above R the first
   answer to a frame has a number (trade date, first number) above all numbers of the seat counted before, and the
   answer to a repeat has one that is not. A mark per seat tells them apart.
3. Rows leave the ledger whole and in order. So when the link is lost, every row below the highest counted one is
   in the book wholly; only of that highest row some frames may be missing. Their keys are kept (`counted_of_top`).
4. On the next registration the feed begins below that row, and what was counted is stepped over: rows strictly
   inside a span counted live, and the kept frames of its highest row. Nothing else is.

If 3 does not hold, the ledger broke its promise: the book starts over from its last checkpoint and the feed.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from gateway.own_book.book import OwnBook
from gateway.own_book.book_file import BookBase, Checkpoint
from gateway.own_book.marked import MarkedBook
from gateway.own_book.papers import Place
from gateway.own_book.told import Frames
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.frame import Frame
from protocol.header import PREFIX, PrefixArray
from protocol.limits import FRAME_RECORDS_MAX, OUTCOME_BYTES, OUTCOMES_PREAMBLE_BYTES, PREFIX_BYTES, RECORD_BYTES
from protocol.messages.codec import decode_control, decode_kept
from protocol.messages.control import ControlMessage, EndSettlement, OpenTradeDate
from protocol.messages.customers.accounts import (
    ChangeAccount,
    ChangeBroker,
    ChangeContract,
    ContractTerms,
    OpenAccounts,
    ReplaceCard,
    SignContracts,
)
from protocol.messages.customers.pushes import ConfirmPush
from protocol.messages.day.steps import Mark
from protocol.messages.gateway_link import BookFeed
from protocol.messages.orders.fees import SetFees
from protocol.messages.orders.securities import RegisterSecurities, SetPrices
from protocol.messages.persons import Act
from protocol.messages.queries import TotalsAnswer
from protocol.messages.session import Negotiate
from protocol.records import OUTCOME, RECORD, records_at
from protocol.vocabulary import AccountEvent, ContractEvent, FrameKind

SPANS_MAX = 64  # losses of the link during one rebuild; one more and the book starts over
STARTS_OVER_MAX = 5  # of one process, because of exceptions that nobody foresaw; the next one ends it
_NUMBER_BITS = 32  # a request number of one date is far below 2^32, so date and number order as one integer

GATHER_RECORDS_MAX = FRAME_RECORDS_MAX  # of live frames not yet in the book: half a megabyte
GATHER_FRAMES_MAX = 256
_LOG = logging.getLogger(__name__)


class FeedBroken(Exception):
    """The ledger's feed or answers are not in the order that it promises; the link is to be made anew."""


class BookLost(FeedBroken):
    """An exception that nobody foresaw came while the book was being fed: nobody knows what it holds, and it has begun
    anew. Over a new link the ledger feeds it again.
    """


class BookUnusable(Exception):
    """The book was lost more than STARTS_OVER_MAX times: the process has to end."""


@dataclass(slots=True)
class LiveSpan:
    """Rows counted from live outcomes: all strictly between `after` and `through`, and some frames of `through`."""

    after: int
    through: int
    counted_of_top: set[tuple[int, int]] = field(default_factory=set)  # (seat, first number)


class BookIntake:
    """Feeds one book. Not usable across threads."""

    def __init__(self, restore: Callable[[], BookBase]) -> None:
        """`restore` gives the base to begin from, at once and whenever the book must start over."""
        self._restore = restore
        self.checkpoint: Checkpoint | None = None  # due; the owner writes it and sets None
        self.marked = MarkedBook()  # as of the last one that came live
        self.times_lost = 0
        self.is_lost = False  # since the last registration: what comes live has no place yet
        self._start_over()

    def _start_over(self) -> None:
        base = self._restore()
        self._book = base.book
        self._fed = base.sequence  # every row up to here is in the book
        self._spans: list[LiveSpan] = []
        self._live = LiveSpan(base.sequence, base.sequence)
        self._marks: dict[int, int] = {}
        self._registered = False
        self._bodies: list[bytes] = []
        self._outcomes: list[bytes] = []
        self._frames = Frames.none()
        self._gathered_records = 0

    @property
    def book(self) -> OwnBook:
        """The book with everything in it that was gathered."""
        self.flush()
        return self._book

    @property
    def complete(self) -> bool:
        """Whether every row up to `as_of_sequence` is in the book."""
        return self._registered and self._fed >= self._live.after

    def totals(self) -> TotalsAnswer:
        """The sums of each party. Raises BookLost, InvariantBroken."""
        with self.watched(()):
            return TotalsAnswer(self.as_of_sequence, self.complete, self.book.totals())

    @property
    def as_of_sequence(self) -> int:
        """The highest row that is in the book or on its way into it."""
        return max(self._fed, self._live.through)

    @property
    def feed_rows_missing(self) -> int:
        """Rows that the feed still owes."""
        return max(0, self._live.after - self._fed)

    @contextmanager
    def watched(self, foreseen: tuple[type[Exception], ...]) -> Iterator[None]:
        """For whatever touches the book: an exception that nobody foresaw loses it. Raises BookLost then, and the
        link is to be made anew; `foreseen` ones and InvariantBroken pass.
        """
        try:
            yield
        except Exception as error:
            if isinstance(error, (*foreseen, InvariantBroken, FeedBroken)):
                raise
            self.times_lost += 1
            what = f"book: it begins anew for the {self.times_lost}. time, near row {self.as_of_sequence}: {error!r}"
            _LOG.exception(what)
            self.checkpoint = None
            self._start_over()
            self.is_lost = True
            raise BookLost(what) from error

    def prepare_registration(self) -> int:
        """Closes what was counted live. Returns the sequence above which the ledger is to feed.

        Raises BookUnusable when the book was lost too often: it would be with what is fed.
        """
        if self.times_lost > STARTS_OVER_MAX:
            raise BookUnusable(f"book: an exception that nobody foresaw came {self.times_lost} times while it was fed")
        with self.watched(()):
            self.flush()
        if self.complete:
            self._fed = max(self._live.after, self._live.through - 1)
        if self._live.through > self._live.after:
            self._spans.append(self._live)
        self._live = LiveSpan(self._live.through, self._live.through)
        self._registered = False
        if len(self._spans) > SPANS_MAX:
            self._start_over()
        return self._fed

    def begin(self, registered_sequence: int) -> None:
        """The link is registered: rows up to `registered_sequence` come by the feed, later ones live.

        Raises InvariantBroken when the ledger is behind what this book was told.
        """
        if registered_sequence < self.as_of_sequence:
            raise InvariantBroken(
                f"book: the ledger is at {registered_sequence}, the book has rows up to {self.as_of_sequence}"
            )
        self._live = LiveSpan(registered_sequence, registered_sequence)
        self._marks.clear()
        self._registered = True
        self.is_lost = False
        self._step_over_counted()

    def _step_over_counted(self) -> None:
        self._spans = [span for span in self._spans if span.through > self._fed]
        if self.complete:
            self._book.check_complete()

    def take_live(self, request: Frame, answer: Frame, sequence: int) -> ControlMessage | None:
        """One outcome frame with the request frame that it answers. Call `flush_if_full` after a batch of these.

        Returns a control message that this outcome accepted for the first time on this link, else None.
        Raises FeedBroken when the ledger's order does not hold; the book has then started over.
        """
        header = request.header
        self._check_kept()
        if not self._counts(header.seat, header.trade_date, header.first_number, header.record_count, sequence):
            return None
        if header.kind == FrameKind.RECORDS:
            self._bodies.append(request.body)
            self._frames.add(header.trade_date, header.seat, header.first_number, header.record_count, sequence)
            self._gathered_records += header.record_count
            self._outcomes.append(answer.body)
            return None
        outcome = np.frombuffer(answer.body, OUTCOME, offset=OUTCOMES_PREAMBLE_BYTES)[0]
        if int(outcome["code"]) != ReplyCode.ACCEPTED:
            return None
        self.flush()
        message = decode_control(request.body)
        place = Place(sequence, len(self._live.counted_of_top))
        self._apply_control(message, int(outcome["remaining_fen"]), place, is_last=self.complete)
        if isinstance(message, OpenTradeDate) and self.complete:
            self._make_checkpoint(message.trade_date, sequence)
        if isinstance(message, Mark):
            # It stands alone in its row, and every row before it has been passed: the book is exactly there.
            self.marked = MarkedBook.of(self._book, sequence, self.complete, message.deep)
        return message

    def _counts(self, seat: int, trade_date: int, first_number: int, count: int, sequence: int) -> bool:
        live = self._live
        if sequence <= live.after:
            return False
        key = trade_date << _NUMBER_BITS | first_number
        if key < self._marks.get(seat, 0):
            return False
        if sequence != live.through:
            if sequence < live.through:
                through = live.through
                self._start_over()
                raise FeedBroken(f"row {sequence} was answered after row {through}")
            live.through = sequence
            live.counted_of_top.clear()
        live.counted_of_top.add((seat, first_number))
        self._marks[seat] = key + count
        return True

    def flush_if_full(self) -> None:
        """Adds up when enough is gathered: a pass costs the same for one small frame as for hundreds."""
        if self._gathered_records >= GATHER_RECORDS_MAX or len(self._bodies) >= GATHER_FRAMES_MAX:
            self.flush()

    def flush(self) -> None:
        """Adds up what `take_live` has gathered: one pass for all its frames."""
        if not self._bodies:
            return
        self._gathered_records = 0
        if len(self._bodies) == 1:
            records = np.frombuffer(self._bodies[0], RECORD)
            outcomes = np.frombuffer(self._outcomes[0], OUTCOME, offset=OUTCOMES_PREAMBLE_BYTES)
        else:
            records = np.frombuffer(b"".join(self._bodies), RECORD)
            parts = [memoryview(body)[OUTCOMES_PREAMBLE_BYTES:] for body in self._outcomes]
            outcomes = np.frombuffer(b"".join(parts), OUTCOME)
        frames = self._frames._replace(overtake=not self.complete)
        self._bodies.clear()
        self._outcomes.clear()
        self._frames = Frames.none()
        self._book.add(records, outcomes, frames)
        if self.complete:
            self._book.check_complete()

    def take_feed(self, row: BookFeed) -> None:
        """One row of the past, in order. Raises FeedBroken when it is not the next, or its parts do not fit."""
        self._check_kept()
        if row.sequence != self._fed + 1 or row.sequence > self._live.after:
            raise FeedBroken(f"feed row {row.sequence} came where {self._fed + 1} was due")
        self._check_extent(row)
        counted: set[tuple[int, int]] = set()
        wholly = False
        for span in self._spans:
            wholly = wholly or span.after < row.sequence < span.through
            if row.sequence == span.through:
                counted = span.counted_of_top
        if not wholly:
            self._add_row(row, counted)
        self._fed = row.sequence
        self._step_over_counted()

    def _check_kept(self) -> None:
        if self.is_lost:
            raise BookLost("book: it begins anew over another link")

    def _check_extent(self, row: BookFeed) -> None:
        if len(row.headers) % PREFIX_BYTES or len(row.records) // RECORD_BYTES * OUTCOME_BYTES != (
            len(row.outcomes) if row.records else 0
        ):
            raise FeedBroken(f"feed row {row.sequence}: headers, records and outcomes do not fit each other")
        if row.headers and not row.records:
            prefixes = np.frombuffer(row.headers, PREFIX)
            controls = int(np.count_nonzero(prefixes["kind"] == FrameKind.CONTROL))
            lengths = (int(prefixes["body_bytes"].sum(dtype=np.int64)), controls * OUTCOME_BYTES)
            if lengths != (len(row.control), len(row.outcomes)):
                raise FeedBroken(f"feed row {row.sequence}: headers, control bodies and outcomes do not fit each other")

    def _add_row(self, row: BookFeed, counted: set[tuple[int, int]]) -> None:
        prefixes = np.frombuffer(row.headers, PREFIX)
        seats, numbers = prefixes["seat"].tolist(), prefixes["first_number"].tolist()
        if row.records:
            records, outcomes = np.frombuffer(row.records, RECORD), np.frombuffer(row.outcomes, OUTCOME)
            if counted:
                wanted = np.array([key not in counted for key in zip(seats, numbers, strict=True)], bool)
                at = np.flatnonzero(np.repeat(wanted, prefixes["record_count"]))
                records, outcomes, prefixes = records_at(records, at), outcomes[at], prefixes[wanted]
            self._book.add(records, outcomes, Frames.of_row(prefixes, row.sequence))
            return
        self._add_control_row(row, prefixes, counted)

    def _add_control_row(self, row: BookFeed, prefixes: PrefixArray, counted: set[tuple[int, int]]) -> None:
        """A run of CONTROL and NEGOTIATE frames with the body of each; only CONTROL frames have an outcome."""
        outcomes = iter(np.frombuffer(row.outcomes, OUTCOME)[["code", "remaining_fen"]].tolist())
        fields = (prefixes[name].tolist() for name in ("kind", "seat", "first_number", "body_bytes"))
        end = 0
        for frame, (kind, seat, number, body_bytes) in enumerate(zip(*fields, strict=True), 1):
            body = row.control[end : end + body_bytes]
            end += body_bytes
            if kind != FrameKind.CONTROL:
                continue
            code, told_no = next(outcomes)
            if code != ReplyCode.ACCEPTED or (seat, number) in counted:
                continue
            message = decode_kept(body)
            self._apply_control(message, told_no, Place(row.sequence, frame), is_last=False)
            nothing_live = not self._spans and self._live.through == self._live.after
            if isinstance(message, OpenTradeDate) and nothing_live:
                self._make_checkpoint(message.trade_date, row.sequence)

    def _apply_control(self, message: ControlMessage | Negotiate, told_no: int, place: Place, *, is_last: bool) -> None:
        """`told_no`: the number that its outcome told, of the first account or contract that came about by it.
        `is_last`: all that stands in front of its row is in the book.
        """
        match message:
            case SetFees() | RegisterSecurities() | SetPrices() | EndSettlement() | Act():
                self._book.orders.hear(message, place, is_last=is_last)
                if is_last and isinstance(message, Act):  # no record may come any more before somebody asks
                    self._book.check_complete()
            case OpenAccounts(accounts):
                self._book.open_accounts(told_no, accounts)
            case SignContracts(contracts):
                self._book.sign_contracts(told_no, contracts)
            case ReplaceCard(contract_no, account_no):
                self._book.replace_card(told_no, contract_no, account_no)
            case ChangeBroker(contract_no, terms):
                self._book.end_contract(contract_no)
                self._book.sign_contracts(told_no, [terms])
            case ConfirmPush() if told_no:
                for contract_no in message.ends:
                    self._book.end_contract(contract_no)
                self._book.sign_contracts(told_no, [ContractTerms(message.account_no, message.party, [], 0)])
            case ChangeContract(contract_no, ContractEvent.TERMINATE):
                self._book.end_contract(contract_no)
            case ChangeAccount(account_no, AccountEvent.CLOSE):
                self._book.close_account(account_no)
            case _:
                pass

    def _make_checkpoint(self, trade_date: int, sequence: int) -> None:
        self._book.check_complete()
        self._book.orders.forget(trade_date)
        self.checkpoint = Checkpoint(trade_date, sequence, self._book.arrays())
