"""Several seats of one party behind one set of verbs, for a broker's program that has more than one line to the bank.

Belongs here: opening the seats together, what is known of all of them. Never here: which seat takes a call
(seat_turns), how a seat stays connected (seat).
"""

from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Self

import trio

from ..codes import ReplyCode
from ..errors import MisuseError
from ..messages.orders.signing_on import BoxKey, PasswordAnswer
from .clock import Clock
from .errors import SessionEnded
from .line.seat_turns import SeatTurns
from .outcomes import Outcome, Recovered
from .seat import Seat
from .settings import CALL_FRAMES_IN_FLIGHT_MAX, SeatSettings, checked_settings
from .verbs.arguments import shown
from .verbs.single import AwaitedVerbs


class SeatPool(AwaitedVerbs):
    """Single calls of all callers go as one frame with the seat whose turn it is; a seat without a link is passed over.

    Calls that are awaited one after the other are decided in that order. Calls made side by side have no order among
    them: they may travel on two lines. A release or fill may name a freeze that another seat of the pool made. Blocks,
    control messages and questions go through one of `seats`; single calls made there join those of the pool. Customers
    of a channel sign on, change passwords and sign off through the first seat that has a session: the seats of such a
    pool are of one channel and one broker.
    """

    def __init__(self, seats: Sequence[Seat], turns: SeatTurns) -> None:
        """Use `open`."""
        self._turns = turns
        self._seats = tuple(seats)

    @classmethod
    @asynccontextmanager
    @trio.lowlevel.enable_ki_protection
    async def open(
        cls,
        settings: Sequence[SeatSettings],
        call_frames_max: int = CALL_FRAMES_IN_FLIGHT_MAX,
        clock: Clock | None = None,
    ) -> AsyncIterator[Self]:
        """Open every seat, one after the other. `call_frames_max`: frames of single calls under way together, over all
        seats, 1 to CALL_FRAMES_MAX.

        Raises what `Seat.open` raises, when one of them cannot be opened, and OutboxError later when the disk of one
        fails; MisuseError for no seat, seats of two parties, a seat named twice.
        """
        if not isinstance(settings, Sequence):
            raise MisuseError(f"a pool has a list of settings, not {shown(settings)}")
        settings = [checked_settings(each) for each in settings]
        if len({each.party for each in settings}) != 1 or len({each.seat for each in settings}) != len(settings):
            raise MisuseError("a pool has one or more different seats of one party")
        turns = SeatTurns(call_frames_max)
        async with AsyncExitStack() as stack:
            seats = [await stack.enter_async_context(Seat.open(each, clock, turns)) for each in settings]
            try:
                yield cls(seats, turns)
            finally:  # before the seats close one by one: what is pending must not go with one that closes next
                turns.end(SessionEnded(ReplyCode.FINISHED, "the pool was closed"))

    def _open_date(self) -> int:
        return max(seat.trade_date for seat in self._seats)

    def sign_on(
        self, contract_no: int, password: str, key: BoxKey | None = None
    ) -> Coroutine[object, object, PasswordAnswer]:
        """As `Seat.sign_on`."""
        return self._a_seat().sign_on(contract_no, password, key)

    def change_password(
        self, contract_no: int, password: str, new_password: str, key: BoxKey | None = None
    ) -> Coroutine[object, object, PasswordAnswer]:
        """As `Seat.change_password`."""
        return self._a_seat().change_password(contract_no, password, new_password, key)

    def sign_off(self, contract_no: int) -> Coroutine[object, object, Outcome]:
        """As `Seat.sign_off`."""
        return self._a_seat().sign_off(contract_no)

    def _a_seat(self) -> Seat:
        """One whose session has not ended for good; the first where all have, which says so."""
        return next((seat for seat in self._seats if seat.ended is None), self._seats[0])

    @property
    def seats(self) -> tuple[Seat, ...]:
        """The seats, in the order of their settings. One whose session ended for good (`ended`) takes no calls."""
        return self._seats

    @property
    def recovered(self) -> list[Recovered]:
        """Outcomes that no caller waited for, seat by seat."""
        return [outcome for seat in self._seats for outcome in seat.recovered]
