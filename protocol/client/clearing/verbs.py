"""The verbs of a seat about a date's clearing set: sending it, where it stands, what differs, what is due by it.

Belongs here: checking what a caller asks for. Never here: how a set is sent (sending), what the bank makes of it.
"""

from abc import abstractmethod
from collections.abc import Coroutine

from ...limits import PARTIES_MAX
from ...messages.queries import (
    DifferenceAnswer,
    DifferenceQuery,
    ProceedsAnswer,
    ProceedsQuery,
    SetAnswer,
    SetQuery,
)
from ...records import RecordArray
from ..line.calls import KnownDigests
from ..outcomes import BlockOutcome
from ..verbs.arguments import calendar_date, whole_number
from .sending import HearsCount, SentSet, SetSender, send_set


class ClearingVerbs(SetSender):
    """What a seat does about clearing sets; each verb is to be awaited."""

    def clearing_set(self, trade_date: int, party: int = 0) -> Coroutine[object, object, SetAnswer]:
        """Ask where a date of one's own stands, and what its clearing set has. To be awaited.

        `party`: of whom the bank asks; a broker asks of itself, whatever it names. Raises MisuseError at once for no
        day of the calendar (yyyymmdd), or no party (0 to 1,024).
        """
        date, of = calendar_date("trade_date", trade_date), whole_number("party", party, 0, PARTIES_MAX)
        return self._ask(SetQuery(date, of), SetAnswer)

    def differences(
        self, trade_date: int, party: int = 0, first: int = 0
    ) -> Coroutine[object, object, DifferenceAnswer]:
        """Ask for differences between a date's clearing set and what the bank has, from place `first` on.

        To be awaited. Raises MisuseError at once as `clearing_set`, and for no place.
        """
        date, of = calendar_date("trade_date", trade_date), whole_number("party", party, 0, PARTIES_MAX)
        return self._ask(DifferenceQuery(date, of, whole_number("first", first, 0, 2**40)), DifferenceAnswer)

    def send_clearing_set(
        self, trade_date: int, declared_s: int, lines: RecordArray, told: HearsCount | None = None, party: int = 0
    ) -> Coroutine[object, object, SentSet]:
        """Announce, send and complete a clearing set, see `sending.send_set`. To be awaited."""
        return send_set(self, self._block, trade_date, declared_s, lines, told, party)

    def proceeds_due(
        self, trade_date: int, party: int = 0, first: int = 0
    ) -> Coroutine[object, object, ProceedsAnswer]:
        """Ask which contracts have proceeds due by a reconciled set, from place `first` on. As `differences`."""
        date, of = calendar_date("trade_date", trade_date), whole_number("party", party, 0, PARTIES_MAX)
        return self._ask(ProceedsQuery(date, of, whole_number("first", first, 0, 2**40)), ProceedsAnswer)

    @abstractmethod
    async def _block(self, body: bytes, valid_until_ns: int, known: KnownDigests | None = None) -> BlockOutcome:
        """Send records, and wait for what becomes of them."""
