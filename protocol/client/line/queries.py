"""Questions under way: they consume no number and may be asked again, so a new link simply repeats them.

Belongs here: correlation ids, the bound of questions under way, waking who asked. Never here: requests (calls).
"""

from collections import deque

import trio

from ...limits import QUERIES_IN_FLIGHT_MAX
from ...messages.codec import decode_answer, encode
from ...messages.queries import AnswerMessage, QueryMessage
from ...session.partner import PartnerSession
from ...session.told_codes import check_answer_codes
from ...session.told_values import check_answer
from ..errors import SessionEnded
from ..forks import Origin
from .waits import Bell


class _Question:
    __slots__ = ("answer", "body", "correlation_id", "error", "event", "query")

    def __init__(self, correlation_id: int, query: QueryMessage) -> None:
        self.correlation_id = correlation_id
        self.query = query
        self.body = encode(query)
        self.event = trio.Event()
        self.answer: AnswerMessage | None = None
        self.error: SessionEnded | None = None


class Queries:
    """The questions of one seat. More than QUERIES_IN_FLIGHT_MAX askers wait for their turn."""

    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self._places = trio.Semaphore(QUERIES_IN_FLIGHT_MAX)
        self._open: dict[int, _Question] = {}
        self._to_send: deque[_Question] = deque()
        self._last_id = 0
        self._ended: SessionEnded | None = None
        self._origin = Origin()

    @trio.lowlevel.enable_ki_protection
    async def ask(self, query: QueryMessage) -> AnswerMessage:
        """Ask and wait for the answer, over as many links as it takes.

        Raises SessionEnded. On cancellation the answer is ignored.
        """
        self._origin.check_task()
        async with self._places:
            if self._ended is not None:
                raise SessionEnded(self._ended.code, self._ended.detail)
            self._last_id += 1
            question = _Question(self._last_id, query)
            self._open[question.correlation_id] = question
            self._to_send.append(question)
            self._bell.ring()
            try:
                await question.event.wait()
            finally:
                self._open.pop(question.correlation_id, None)
        if question.answer is None:
            raise question.error or AssertionError("woken without an answer")
        return question.answer

    def link_up(self) -> None:
        """A new link: everything open is asked again."""
        self._to_send = deque(self._open.values())

    def feed(self, session: PartnerSession, now_ns: int) -> None:
        """Queue what is to be asked. The session is established."""
        while self._to_send:
            question = self._to_send.popleft()
            if question.correlation_id in self._open:
                session.send_query(question.correlation_id, question.body, now_ns)

    def answered(self, correlation_id: int, body: bytes) -> None:
        """ANSWER came. One that nobody waits for any more is ignored.

        Raises PeerViolation when it cannot be read, or is none to the question, which is asked again on the next link.
        """
        question = self._open.get(correlation_id)
        if question is not None:
            question.answer = check_answer(question.query, check_answer_codes(decode_answer(body)))
            question.event.set()

    def end(self, error: SessionEnded) -> None:
        """No session will come."""
        self._ended = error
        for question in self._open.values():
            question.error = SessionEnded(error.code, error.detail)
            question.event.set()
