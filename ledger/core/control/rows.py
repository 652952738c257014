"""One control row: a run of CONTROL and NEGOTIATE frames, decided one after the other, or applied as they were decided.

Belongs here: which frames may share a row, what must be true before any of them is decided, what is kept of each.
Never here: what a control message earns and does (judge), block rows (engine), turns (ledger.order_path.groups).

What changes who may sign, who sits where, which date is open or unsettled, and every act, which may do any of that,
stands alone in its row: so every frame of a
row was signed, seated and numbered by what stood before the row, and a row belongs to one date. A mark does too: its
row is where two books are compared, and nothing else is in it.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ledger.core.control.acts import decided_second
from ledger.core.control.day.catch_up import catch_up
from ledger.core.control.judge import Sender, judge, take_effect, to_catch_up
from ledger.core.frames import Frames, advance, check_next, check_seats, time_after
from ledger.core.roles import CONTROL_RIGHTS, may_send_control
from ledger.core.rows.closing_heads import closing_heads
from ledger.core.rows.half_acted import HalfActed
from ledger.core.rows.row import Row
from ledger.core.rules_version import ALIKE_SINCE
from ledger.core.savings.days import count_days
from ledger.core.state.book import Book
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken, MisuseError, PeerViolation
from protocol.header import PrefixArray
from protocol.limits import SESSION_VERSION_STEP_MAX
from protocol.messages.base import Message, tag_of
from protocol.messages.codec import decode_control, decode_kept, decode_session
from protocol.messages.control import (
    ControlMessage,
    EndKey,
    EndSettlement,
    OpenTradeDate,
    RegisterChannelSeat,
    RegisterKey,
    RegisterParty,
    RegisterSeat,
)
from protocol.messages.customers.accounts import ChangeAccount
from protocol.messages.day.paying import Due, Fund, Pay
from protocol.messages.day.steps import BeginSettle, Mark, Publish
from protocol.messages.feeds import Notice, Object
from protocol.messages.persons import Act, RegisterPersons
from protocol.messages.session import Negotiate
from protocol.records import FREEZE_STATE_NONE, OUTCOME, STATE_NUMBER_GIVEN
from protocol.vocabulary import BANK_PARTY, AccountEvent, FrameKind
from rules.request import Decision

ControlBody = ControlMessage | Negotiate | None
"""What a frame of a control row says; None: a CONTROL body that is no control message."""

ALONE: tuple[type[Message], ...] = (
    *(RegisterParty, RegisterKey, EndKey, RegisterSeat, RegisterChannelSeat),
    *(OpenTradeDate, EndSettlement, Mark),
    *(RegisterPersons, Act),
)
_ALONE_TAGS = {
    int(role): frozenset(kind.__struct_config__.tag for kind in ALONE if kind in rights)
    for role, rights in CONTROL_RIGHTS.items()
}
"""By the role of a seat: what it may not send is refused and changes nothing, and shares a row."""
_TIMED_TAGS = frozenset(
    kind.__struct_config__.tag
    for kind in (
        *(RegisterKey, RegisterPersons, Act),
        *(Notice, Object, Publish, OpenTradeDate, BeginSettle, Fund, Due, Pay),
    )
)
_CHANGE_ACCOUNT = ChangeAccount.__struct_config__.tag
_TIMED_EVENTS = frozenset({AccountEvent.CLOSE, AccountEvent.SETTLE_INTEREST})  # what was earned hangs on the day


class NotJudged(Exception):
    """Frame `place` of a run broke what judges it; the frames before it are the row, with these `outcomes`."""

    def __init__(self, place: int, outcomes: bytes, error: Exception) -> None:
        super().__init__(f"frame {place}: {error!r}")
        self.place = place
        self.outcomes = outcomes
        self.error = error


def stands_alone(role: int, body: bytes) -> bool:
    """Whether a CONTROL frame with this body of a seat of this role must have a row of its own, told by its tag without
    decoding it.
    """
    return tag_of(body) in _ALONE_TAGS.get(role, ())


def may_depend_on_time(body: bytes) -> bool:
    """Whether what a CONTROL body earns or does may depend on what time it is: RegisterKey, when keys have to give way,
    people's keys and acts, what is due by a date that is published, what a broker may still say of it, what an account
    has earned that is to be closed. A loss report waits for no clock.
    """
    tag = tag_of(body)
    return tag in _TIMED_TAGS or (tag == _CHANGE_ACCOUNT and body[-1] in _TIMED_EVENTS)


def closes_date(role: int, body: bytes) -> bool:
    """Whether a CONTROL frame with this body is an OpenTradeDate, of a seat whose role may send it."""
    return stands_alone(role, body) and tag_of(body) == OpenTradeDate.__struct_config__.tag


def _is_alone(role: int, message: ControlBody) -> bool:
    if message is None or isinstance(message, Negotiate):
        return False
    return isinstance(message, ALONE) and may_send_control(role, message)


def message_of(kind: int, body: bytes) -> ControlBody:
    """The message in the body of a CONTROL or NEGOTIATE frame. Raises MisuseError when a NEGOTIATE has none."""
    try:
        if kind == FrameKind.CONTROL:
            return decode_control(body)
        message = decode_session(body)
    except PeerViolation as violation:
        if kind == FrameKind.CONTROL:
            return None
        raise MisuseError("a NEGOTIATE without its message") from violation
    if not isinstance(message, Negotiate):
        raise MisuseError("a NEGOTIATE with another message")
    return message


def stored_messages(row: Row) -> list[ControlBody]:
    """The message in each frame of a well-formed control row. What was accepted is read in any form: the canonical one
    is a rule for what comes, not for what was kept.

    Raises InvariantBroken when a frame that took effect has no message of its kind.
    """
    codes = iter(np.frombuffer(row.outcomes, OUTCOME)["code"].tolist())
    messages: list[ControlBody] = []
    for place, (kind, body) in enumerate(zip(row.prefixes()["kind"].tolist(), row.control_bodies(), strict=True)):
        if kind == FrameKind.CONTROL and next(codes) != ReplyCode.ACCEPTED:
            messages.append(message_of(kind, body))
            continue
        message = _kept(row, place, body)
        if isinstance(message, Negotiate) != (kind == FrameKind.NEGOTIATE):
            raise InvariantBroken(f"row {row.sequence}, frame {place}: what was accepted is a message of another kind")
        messages.append(message)
    return messages


class Told(NamedTuple):
    """A control message that took effect, who sent it, and the number that the bank gave for it."""

    party: int
    seat: int  # 0: the genesis
    message: ControlMessage
    given_no: int  # of the first account or contract that came about, or of the set or restraint; 0 for none
    number: int  # of the request within its seat and trade date; 0: the genesis


def accepted_messages(row: Row) -> Iterator[ControlMessage]:
    """The control messages of a well-formed row that took effect, in order; that of the genesis row too.

    Raises InvariantBroken when one that took effect is no message.
    """
    return (told.message for told in accepted_frames(row))


def accepted_frames(row: Row) -> Iterator[Told]:
    """As `accepted_messages`, each with who sent it and what was given."""
    if row.records:
        return
    if not row.headers:
        yield Told(BANK_PARTY, 0, genesis_message(row), 0, 0)
        return
    outcomes = np.frombuffer(row.outcomes, OUTCOME)
    answers = zip(outcomes["code"].tolist(), outcomes["remaining_fen"].tolist(), strict=True)
    prefixes = row.prefixes()
    senders = zip(*(prefixes[name].tolist() for name in ("sender", "seat", "first_number")), strict=True)
    for (party, seat, number), message in zip(senders, stored_messages(row), strict=True):
        if isinstance(message, Negotiate):
            continue
        code, given_no = next(answers)
        if message is not None and code == ReplyCode.ACCEPTED:
            yield Told(party, seat, message, given_no, number)


def genesis_message(row: Row) -> ControlMessage:
    """The message of a row without frames. Raises InvariantBroken when it is none."""
    message = _kept(row, 0, row.control)
    if isinstance(message, Negotiate):
        raise InvariantBroken(f"row {row.sequence} has no frame, and its message is none")
    return message


def _kept(row: Row, place: int, body: bytes) -> ControlMessage | Negotiate:
    try:
        return decode_kept(body)
    except PeerViolation as violation:
        what = f"frame {place}" if row.headers else "the genesis"
        raise InvariantBroken(f"row {row.sequence}, {what}: what was accepted is no control message") from violation


def decide_control(book: Book, prefixes: PrefixArray, messages: Sequence[ControlBody], decided_at_ns: int) -> bytes:
    """Decide and apply one control row: (f,) CONTROL and NEGOTIATE frames that are each next at their seat, in order,
    with the message of each. Returns the outcomes, 16 bytes for each CONTROL frame.

    Raises MisuseError, with nothing changed, for frames that are not next, come from a foreign seat, do not grow the
    session version, or may not share a row. Raises HalfActed when one did not act to its end; NotJudged when an
    exception that nobody foresaw kept a frame from being judged: those before it are decided, it and those behind it
    have changed nothing.
    """
    _check(book, prefixes, messages, decided_at_ns)
    ordered_at_ns = time_after(book.ordered_at_ns, decided_at_ns)
    told: list[Decision] = []
    sequence = book.sequence + 1
    book.feeds.begin_row(sequence, decided_at_ns)
    book.obligations.begin_row()
    book.clearing_accounts.begin_row()
    book.orders.securities.begin_row()
    for place, (sender, seat, version, key_id, message) in enumerate(_facts(prefixes, messages)):
        code, who, acted = ReplyCode.ACCEPTED, Sender(sender, seat, key_id), 0
        book.clearing_accounts.frame = place
        try:
            if not isinstance(message, Negotiate):
                parties = to_catch_up(book, who, message, decided_at_ns)
                acted = _caught_up(book, parties, decided_at_ns, prefixes)
                code = judge(book, who, message, decided_at_ns)
        except HalfActed:
            raise
        except Exception as error:
            if acted:  # the book is not what it was
                raise HalfActed(sequence, prefixes.tobytes(), error) from error
            raise NotJudged(place, _outcomes_of(told), error) from error
        try:
            count_days(book, decided_at_ns)
            _number(book, prefixes[place : place + 1], sequence, ordered_at_ns)
            if isinstance(message, Negotiate):
                book.session_version[seat] = version
                continue
            made_no = take_effect(book, who, message, code, decided_at_ns) if message is not None else 0
            made_no = acted if isinstance(message, Due) else made_no
            told.append(_told(code, made_no))
        except InvariantBroken:
            raise
        except Exception as error:
            raise HalfActed(sequence, prefixes.tobytes(), error) from error
    return _outcomes_of(told)


def _caught_up(book: Book, parties: Sequence[int], decided_at_ns: int, prefixes: PrefixArray) -> int:
    """Let the due times of these brokers act that are over. Returns how many did.

    Raises HalfActed: unlike judging, this changes the book.
    """
    try:
        return sum(catch_up(book, party, decided_second(decided_at_ns)) for party in parties)
    except InvariantBroken:
        raise
    except Exception as error:
        raise HalfActed(book.sequence + 1, prefixes.tobytes(), error) from error


def _told(code: int, made_no: int) -> Decision:
    """The outcome of a control frame, with the number that was given by it, or none: 0."""
    return (code, STATE_NUMBER_GIVEN, made_no) if made_no else (code, FREEZE_STATE_NONE, 0)


def _outcomes_of(told: Sequence[Decision]) -> bytes:
    outcomes = np.zeros(len(told), OUTCOME)
    for name, column in zip(("code", "state", "remaining_fen"), zip(*told, strict=True), strict=False):
        outcomes[name] = column
    return outcomes.tobytes()


def heads_closed(book: Book, trade_date: int) -> bytes:
    """What a row of `trade_date` keeps that `book` has just taken in: the heads of the date if it closed it."""
    return closing_heads(book) if book.trade_date != trade_date else b""


def apply_control_row(book: Book, row: Row) -> None:
    """Apply a stored control row that is well-formed and of the open date.

    Raises MisuseError or InvariantBroken when it does not fit the book, or these rules decide it otherwise.
    """
    prefixes = row.prefixes()
    messages = stored_messages(row)
    outcomes = np.frombuffer(row.outcomes, OUTCOME)
    if outcomes["reserved"].any():
        raise InvariantBroken("the outcome of a control frame tells more than a code and a number")
    _check(book, prefixes, messages, row.decided_at_ns)
    count_days(book, row.decided_at_ns)
    _number(book, prefixes, row.sequence, row.ordered_at_ns)
    book.feeds.begin_row(row.sequence, row.decided_at_ns)
    book.obligations.begin_row()
    book.clearing_accounts.begin_row()
    book.orders.securities.begin_row()
    stored = iter(outcomes[["code", "state", "remaining_fen"]].tolist())
    for place, (sender, seat, version, key_id, message) in enumerate(_facts(prefixes, messages)):
        book.clearing_accounts.frame = place
        if isinstance(message, Negotiate):
            book.session_version[seat] = version
            continue
        outcome = next(stored)
        code, who = ReplyCode(outcome[0]), Sender(sender, seat, key_id)
        # Rules of an earlier version may have said otherwise; what they accepted has its effect all the same.
        parties = to_catch_up(book, who, message, row.decided_at_ns)
        acted = sum(catch_up(book, party, decided_second(row.decided_at_ns)) for party in parties)
        judged = judge(book, who, message, row.decided_at_ns, is_replay=True)
        if row.rules_version >= ALIKE_SINCE and code not in (judged, ReplyCode.ACT_NOT_SIGNED):
            raise InvariantBroken(f"frame {place}: code {code} is not what these rules decide")
        made_no = take_effect(book, who, message, code, row.decided_at_ns) if message is not None else 0
        made_no = acted if isinstance(message, Due) else made_no
        if outcome != _told(code, made_no):
            raise InvariantBroken(f"frame {place}: what it tells is not what came about")
    if row.closing_heads != heads_closed(book, row.trade_date):
        raise InvariantBroken("what it keeps are not the heads of the seats when the date was closed")


def judge_version(in_force: int, wanted: int) -> ReplyCode:
    """What a NEGOTIATE for a session version earns: it must grow, and cannot use up what is left in one step."""
    fits = in_force < wanted <= in_force + SESSION_VERSION_STEP_MAX
    return ReplyCode.ACCEPTED if fits else ReplyCode.SESSION_VERSION_NOT_GROWING


def _check(book: Book, prefixes: PrefixArray, messages: Sequence[ControlBody], decided_at_ns: int) -> None:
    frames = Frames.of(prefixes)
    check_seats(book, frames, decided_at_ns)
    is_control = prefixes["kind"] == FrameKind.CONTROL
    numbered = int(np.count_nonzero(is_control))
    if numbered:
        check_next(book, Frames.of(prefixes[is_control]), numbered, decided_at_ns)
    if len(messages) > 1 and any(isinstance(message, ALONE) for message in messages):
        roles = book.seat_role[prefixes["seat"]].tolist()
        if any(_is_alone(role, it) for it, role in zip(messages, roles, strict=True)):
            raise MisuseError("a control message that must be alone shares its row")
    versions: dict[int, int] = {}
    for _sender, seat, version, _key_id, message in _facts(prefixes, messages):
        if isinstance(message, Negotiate):
            if judge_version(versions.get(seat, int(book.session_version[seat])), version) != ReplyCode.ACCEPTED:
                raise MisuseError("a logon whose session version does not grow")
            versions[seat] = version


def _number(book: Book, prefixes: PrefixArray, sequence: int, ordered_at_ns: int) -> None:
    """The numbers are used and the row is the book's last. They take no page of the request table: control must find
    room when that is full. They are used before the effects: a roll closes the date that they belong to.
    """
    is_control = prefixes["kind"] == FrameKind.CONTROL
    if is_control.any():
        numbered = Frames.of(prefixes[is_control])
        advance(book, numbered, ordered_at_ns, [sequence] * len(numbered.seat))
    book.sequence, book.ordered_at_ns = sequence, ordered_at_ns


def _facts(prefixes: PrefixArray, messages: Sequence[ControlBody]) -> Iterator[tuple[int, int, int, int, ControlBody]]:
    """Sender, seat, session version, key id and message of each frame."""
    columns = [prefixes[name].tolist() for name in ("sender", "seat", "session_version", "key_id")]
    return zip(*columns, messages, strict=True)
