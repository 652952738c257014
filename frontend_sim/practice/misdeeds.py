"""What a bank can do wrong, or what befalls its line: each misdeed by its name, and when it happens.

Belongs here: the misdeeds that a partner's client must bear, and the plan that chooses among them. Never here: sockets
(bank), honest answers (ledger). A misdeed befalls one RECORDS or CONTROL frame, at the moment at which an honest bank
would decide it.
"""

import random
from collections.abc import Callable, Sequence
from typing import Protocol

from frontend_sim.practice.ledger import PracticeLedger
from frontend_sim.practice.link import PracticeLink
from protocol.codes import ReplyCode
from protocol.frame import Frame, make_unsigned_frame
from protocol.header import Header
from protocol.limits import REQUEST_NUMBER_MAX
from protocol.messages.session import NotApplied
from protocol.records import OUTCOME
from protocol.vocabulary import FrameKind

NEWER_OUTCOME = ReplyCode(799)
NEWER_REFUSAL = ReplyCode(299)
NEWER_END = ReplyCode(199)
DIGEST_AT = 48  # of the request, in the body of OUTCOMES
STATE_AT = 82  # of the first outcome, there
LONG_AGO = 19_991_231
SIGNATURE_AT = 96
BODY_AT = 160


class Bank(Protocol):
    """What a misdeed needs of the bank."""

    ledger: PracticeLedger
    retry_ns: int

    def now(self) -> int:
        """UTC nanoseconds."""
        ...

    def later(self, link: PracticeLink, act: Callable[[], None]) -> None:
        """Do it after a while, if the link still is."""
        ...

    def answer(self, link: PracticeLink, frame: Frame) -> None:
        """Answer honestly."""
        ...


Misdeed = Callable[[Bank, PracticeLink, Frame], bool]
"""Befalls one request frame. Returns: False to cut the link at once."""


def _busy(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
    """NOT_APPLIED BUSY."""
    link.session.refuse_busy(frame, ReplyCode.BUSY, bank.retry_ns, bank.now())
    return True


def _draining(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
    """NOT_APPLIED DRAINING, then TERMINATE STOPPING."""
    link.session.refuse_busy(frame, ReplyCode.DRAINING, bank.retry_ns, bank.now())
    link.session.terminate(ReplyCode.STOPPING, "practice", bank.now())
    link.ends_when_sent = True
    return True


def _ending(code: ReplyCode) -> Misdeed:
    def end(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
        link.session.terminate(code, "practice", bank.now())
        link.ends_when_sent = True
        return True

    end.__doc__ = f"TERMINATE {code.name}; the frame is not decided."
    return end


def _late_not_applied(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
    """NOT_APPLIED BUSY, told long after the SEQUENCE_GAP of the frames behind it."""
    bank.later(link, lambda: link.session.refuse_busy(frame, ReplyCode.BUSY, bank.retry_ns, bank.now()))
    return True


def _not_applied_after_outcomes(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
    """OUTCOMES, and behind them NOT_APPLIED BUSY for the same number."""
    bank.answer(link, frame)
    header = frame.header
    number = header.first_number
    refusal = NotApplied(int(ReplyCode.BUSY), number, number, bank.retry_ns)
    link.put(link.said(FrameKind.NOT_APPLIED, refusal, header, header.trade_date))
    return True


def _replay(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
    """NOT_APPLIED BUSY, and the same bytes once more."""
    link.collect()
    _busy(bank, link, frame)
    recording = link.session.data_to_send()
    link.put(recording)
    link.put(recording)
    return True


def _replay_outcomes(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
    """OUTCOMES, and the same bytes once more."""
    recording = _outcomes(bank, link, frame)
    link.put(recording)
    link.put(recording)
    return True


def _wrong_digest(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
    """OUTCOMES, rightly signed, that name the digest of another request."""

    def of_another(header: Header, body: bytearray) -> Header:
        body[DIGEST_AT] ^= 1
        return header

    return _answer_untruly(bank, link, frame, of_another)


def _wrong_count(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
    """OUTCOMES, rightly signed, with one outcome too many."""

    def one_more(header: Header, body: bytearray) -> Header:
        body += bytes(OUTCOME.itemsize)
        return header._replace(record_count=header.record_count + 1)

    return _answer_untruly(bank, link, frame, one_more)


def _impossible_outcome(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
    """OUTCOMES, rightly signed, of a freeze in state -5."""

    def impossible(header: Header, body: bytearray) -> Header:
        body[STATE_AT : STATE_AT + 2] = (-5).to_bytes(2, "little", signed=True)
        return header

    return _answer_untruly(bank, link, frame, impossible)


def _answer_untruly(
    bank: Bank, link: PracticeLink, frame: Frame, change: Callable[[Header, bytearray], Header]
) -> bool:
    """OUTCOMES, changed and then rightly signed: `change` gives the header. A refusal is said honestly."""
    answer = bank.ledger.take(frame, bank.now())
    if not isinstance(answer, Frame):
        return _say_honestly(bank, link, frame)
    body = bytearray(answer.body)
    header = change(answer.header, body)
    link.put(link.signed(make_unsigned_frame(header, bytes(body))))
    return True


def _untrue_gap(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
    """NOT_APPLIED SEQUENCE_GAP for the very number that it tells to be next."""
    number = frame.header.first_number
    return _refuse_untruly(link, frame, ReplyCode.SEQUENCE_GAP, number, frame.header.trade_date)


def _untrue_date(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
    """NOT_APPLIED WRONG_TRADE_DATE that tells a date of long ago to be open."""
    return _refuse_untruly(link, frame, ReplyCode.WRONG_TRADE_DATE, 1, LONG_AGO)


def _no_date(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
    """NOT_APPLIED WRONG_TRADE_DATE that tells a date that is none."""
    return _refuse_untruly(link, frame, ReplyCode.WRONG_TRADE_DATE, 1, 2**31 - 1)


def _huge_number(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
    """NOT_APPLIED WRONG_TRADE_DATE of the next year, with a number next behind which there are none."""
    return _refuse_untruly(
        link, frame, ReplyCode.WRONG_TRADE_DATE, REQUEST_NUMBER_MAX, frame.header.trade_date + 10_000
    )


def _refuse_untruly(link: PracticeLink, frame: Frame, code: ReplyCode, next_number: int, trade_date: int) -> bool:
    refusal = NotApplied(int(code), frame.header.first_number, next_number, 0)
    link.put(link.said(FrameKind.NOT_APPLIED, refusal, frame.header, trade_date))
    return True


def _flipping(place: int, what: str) -> Misdeed:
    def flip(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
        data = _outcomes(bank, link, frame)
        if len(data) > place:
            data[place] ^= 1
        link.put(data)
        return True

    flip.__doc__ = f"OUTCOMES with one bit of {what} flipped on the way."
    return flip


def _garbage(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
    """The frame is decided, and bytes come that are no frame."""
    bank.ledger.take(frame, bank.now())
    link.put(bytes(range(256)))
    return True


def _silence(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
    """The frame is decided, and the link says nothing any more, heartbeats neither."""
    bank.ledger.take(frame, bank.now())
    link.is_silent = True
    return True


def _slow(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
    """The frame is answered after a while; heartbeats go on."""
    bank.later(link, lambda: bank.answer(link, frame))
    return True


def _cut(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
    """The frame is decided, and the link breaks before the answer."""
    bank.ledger.take(frame, bank.now())
    return False


def _lost(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
    """The link breaks before the frame is decided."""
    return False


def _half_frame(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
    """The link breaks in the middle of the OUTCOMES."""
    data = _outcomes(bank, link, frame)
    link.last_words(data[: len(data) // 2])
    return True


def _roll(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
    """The trade date rolls just before the frame is decided."""
    bank.ledger.roll()
    bank.answer(link, frame)
    return True


def _unknown_outcome(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
    """OUTCOMES with a code that is in no list yet."""
    answer = bank.ledger.take(frame, bank.now(), NEWER_OUTCOME)
    if not isinstance(answer, Frame):
        return _say_honestly(bank, link, frame)
    link.put(link.signed(answer))
    return True


def _unknown_refusal(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
    """NOT_APPLIED with a code that is in no list yet."""
    link.session.refuse_busy(frame, NEWER_REFUSAL, bank.retry_ns, bank.now())
    return True


def _outcomes(bank: Bank, link: PracticeLink, frame: Frame) -> bytearray:
    """The honest answer as bytes; what is not OUTCOMES is said at once, and nothing is returned."""
    answer = bank.ledger.take(frame, bank.now())
    if isinstance(answer, Frame):
        return link.signed(answer)
    _say_honestly(bank, link, frame)
    return bytearray()


def _say_honestly(bank: Bank, link: PracticeLink, frame: Frame) -> bool:
    bank.answer(link, frame)
    return True


MISDEEDS: dict[str, Misdeed] = {
    "busy": _busy,
    "draining": _draining,
    "stopping": _ending(ReplyCode.STOPPING),
    "superseded": _ending(ReplyCode.SESSION_SUPERSEDED),
    "late-not-applied": _late_not_applied,
    "not-applied-after-outcomes": _not_applied_after_outcomes,
    "replay": _replay,
    "replay-outcomes": _replay_outcomes,
    "wrong-digest": _wrong_digest,
    "wrong-count": _wrong_count,
    "impossible-outcome": _impossible_outcome,
    "untrue-gap": _untrue_gap,
    "untrue-date": _untrue_date,
    "no-date": _no_date,
    "huge-number": _huge_number,
    "wrong-signature": _flipping(SIGNATURE_AT, "the signature"),
    "wrong-body": _flipping(BODY_AT, "the body"),
    "garbage": _garbage,
    "silence": _silence,
    "slow": _slow,
    "cut": _cut,
    "lost": _lost,
    "half-frame": _half_frame,
    "roll": _roll,
    "unknown-outcome": _unknown_outcome,
    "unknown-refusal": _unknown_refusal,
    "unknown-end": _ending(NEWER_END),
}


def meaning(name: str) -> str:
    """What a misdeed does, in one line."""
    return (MISDEEDS[name].__doc__ or "").split("\n")[0]


class Plan:
    """Which request frame is befallen by what: every `every`-th, at most `times` of them (0: without end).

    Each misdeed comes once in a round; the order within a round is drawn from `seed`.
    """

    def __init__(self, names: Sequence[str], every: int = 1, times: int = 0, seed: int = 0) -> None:
        """`names`: of MISDEEDS, at least one."""
        self._names = list(names)
        self._every = every
        self._left = times or -1
        self._random = random.Random(seed)
        self._frames = 0
        self._round: list[str] = []

    def next_misdeed(self) -> str | None:
        """The name of what befalls the request frame that has just come; None: it is answered honestly."""
        self._frames += 1
        if self._frames % self._every or not self._left:
            return None
        self._left -= 1
        if not self._round:
            self._round = self._random.sample(self._names, len(self._names))
        return self._round.pop()
