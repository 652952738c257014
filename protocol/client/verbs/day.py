"""What the bank's day desk asks of brokers' dates, from corrections to credits, and of interest of savings accounts.

Belongs here: one verb per question. Never here: links and sessions (seat), what is sent (clearing, records).
"""

from abc import ABC, abstractmethod
from collections.abc import Coroutine
from typing import TypeVar

from ...limits import AMOUNT_FEN_MAX, PARTIES_MAX
from ...messages.customers.interest import InterestAnswer, InterestQuery
from ...messages.day.corrections import (
    ClosingsAnswer,
    ClosingsQuery,
    CorrectionAnswer,
    CorrectionQuery,
    RevertsAnswer,
    RevertsQuery,
)
from ...messages.day.settling import CreditsAnswer, CreditsQuery, SettlementsAnswer, SettlementsQuery
from ...messages.queries import AnswerMessage, QueryMessage
from .arguments import calendar_date, whole_number

A = TypeVar("A", bound=AnswerMessage)


class DayVerbs(ABC):
    """Questions of the bank's seats."""

    @abstractmethod
    def _ask_as_bank(self, query: QueryMessage, kind: type[A]) -> Coroutine[object, object, A]:
        """Raises MisuseError at once for a seat of a broker."""
        ...

    def correction(
        self, trade_date: int, party: int, contract_no: int = 0, first: int = 0, rejected_fen: int = 0
    ) -> Coroutine[object, object, CorrectionAnswer]:
        """What a correction of a contract's date would be now, 0: of the next one that needs it, from index `first` on.

        To be awaited. Raises MisuseError at once as `totals` and `clearing_set`, for no number, place or amount.
        """
        date, of, place = self._place(trade_date, party, first)
        contract = whole_number("contract_no", contract_no, 0, 2**62)
        rejected = whole_number("rejected_fen", rejected_fen, 0, AMOUNT_FEN_MAX)
        return self._ask_as_bank(CorrectionQuery(date, of, place, contract, rejected), CorrectionAnswer)

    def reverts(self, trade_date: int, party: int, first: int = 0) -> Coroutine[object, object, RevertsAnswer]:
        """What is to be taken back of a date whose set two people have withdrawn, from place `first` on.

        To be awaited. Raises MisuseError at once as `totals` and `clearing_set`, and for no place.
        """
        return self._ask_as_bank(RevertsQuery(*self._place(trade_date, party, first)), RevertsAnswer)

    def closings(self, trade_date: int, party: int, first: int = 0) -> Coroutine[object, object, ClosingsAnswer]:
        """Which orders of a published date are to be ended, from place `first` on. As `reverts`."""
        return self._ask_as_bank(ClosingsQuery(*self._place(trade_date, party, first)), ClosingsAnswer)

    def settlements(self, trade_date: int, party: int, first: int = 0) -> Coroutine[object, object, SettlementsAnswer]:
        """Which contracts of a date are to be settled, from place `first` on. As `reverts`."""
        return self._ask_as_bank(SettlementsQuery(*self._place(trade_date, party, first)), SettlementsAnswer)

    def interest_due(self, first: int = 0) -> Coroutine[object, object, InterestAnswer]:
        """To which savings accounts interest is due, from place `first` on. As `reverts`."""
        return self._ask_as_bank(InterestQuery(whole_number("first", first, 0, 2**40)), InterestAnswer)

    def due_credits(self, party: int, first: int = 0) -> Coroutine[object, object, CreditsAnswer]:
        """What is due to customers of a broker, of its oldest date with anything due, from place `first` on.

        To be awaited. Raises MisuseError at once as `totals`, and for no party or place.
        """
        of, place = whole_number("party", party, 0, PARTIES_MAX), whole_number("first", first, 0, 2**40)
        return self._ask_as_bank(CreditsQuery(of, place), CreditsAnswer)

    @staticmethod
    def _place(trade_date: int, party: int, first: int) -> tuple[int, int, int]:
        date, of = calendar_date("trade_date", trade_date), whole_number("party", party, 0, PARTIES_MAX)
        return date, of, whole_number("first", first, 0, 2**40)
