"""Sends master data as the bank and says what became of it; loading the same again is harmless.

Belongs here: the order of sending, what counts as already there. Never here: reading files (csv_files), processes
and keys (load).

Resuming: a party, seat or key that is refused because its number is taken counts as already there; so do contracts
whose numbers are given already, of which the rest of a chunk is then opened. They are recognised by number alone, and
whether they are what the file says is compared afterwards (comparing): nothing is ever changed by loading.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from frontend_sim.load.csv_files import DataFileError, Piece
from frontend_sim.market.order_seat import OutcomeLike
from protocol.codes import ReplyCode
from protocol.messages.control import (
    ContractTerms,
    ControlMessage,
    OpenContracts,
    RegisterKey,
    RegisterParty,
    RegisterSeat,
)
from protocol.messages.queries import BuyingPowerAnswer
from protocol.vocabulary import contract_no_from_index, index_from_contract_no

PROGRESS_EVERY_ROWS = 100_000
ALREADY: dict[type[ControlMessage], ReplyCode] = {
    RegisterParty: ReplyCode.PARTY_EXISTS,
    RegisterSeat: ReplyCode.SEAT_EXISTS,
    RegisterKey: ReplyCode.KEY_UNFIT,
}


class LoadingSeat(Protocol):
    """What loading needs of the bank's seat."""

    async def control(self, message: ControlMessage) -> OutcomeLike:
        """One control message, one number."""
        ...

    async def buying_power(self, contract_nos: list[int]) -> BuyingPowerAnswer:
        """Whether contracts exist, among other things."""
        ...


@dataclass(slots=True)
class Loader:
    """Counts what was loaded and what was there."""

    seat: LoadingSeat
    progress: Callable[[str], None]
    loaded: Counter[str] = field(default_factory=Counter)
    already: Counter[str] = field(default_factory=Counter)
    _next_report_rows: int = PROGRESS_EVERY_ROWS
    _new_parties: set[int] = field(default_factory=set)

    async def load(self, file: Path, pieces: Iterable[Piece]) -> None:
        """Send one file. Raises DataFileError naming file and lines when a message is refused."""
        for piece in pieces:
            message = piece.message
            what = type(message).__name__
            if isinstance(message, OpenContracts):
                opened = await self._open(file, piece, message)
                self.loaded[what] += opened
                self.already[what] += len(message.terms) - opened
            else:
                code = (await self.seat.control(message)).code
                if code != ReplyCode.ACCEPTED and not self._is_there(message, code):
                    raise _refused(file, piece, code)
                if isinstance(message, RegisterParty) and code == ReplyCode.ACCEPTED:
                    self._new_parties.add(message.party)
                (self.loaded if code == ReplyCode.ACCEPTED else self.already)[what] += 1
            self._report(file, piece.last_line)

    def _is_there(self, message: ControlMessage, code: int) -> bool:
        """A key that a party made just now does not take is unfit; only an older party may have it already."""
        if isinstance(message, RegisterKey) and message.party in self._new_parties:
            return False
        return code == ALREADY.get(type(message))

    async def _open(self, file: Path, piece: Piece, message: OpenContracts) -> int:
        """Returns: how many contracts were opened now."""
        code = (await self.seat.control(message)).code
        if code == ReplyCode.ACCEPTED:
            return len(message.terms)
        if code != ReplyCode.CONTRACT_NUMBER_NOT_NEXT:
            raise _refused(file, piece, code)
        first_index = index_from_contract_no(message.first_contract_no)
        known = await self._known_count(first_index, len(message.terms))
        rest: list[ContractTerms] = message.terms[known:]
        if known == 0:
            raise _refused(file, piece, code)
        if not rest:
            return 0
        code = (await self.seat.control(OpenContracts(contract_no_from_index(first_index + known), rest))).code
        if code != ReplyCode.ACCEPTED:
            raise _refused(file, piece, code)
        return len(rest)

    async def _known_count(self, first_index: int, count: int) -> int:
        """How many of `count` contracts from `first_index` exist; they were given without gaps, so halving finds it."""
        low, high = 0, count
        while low < high:
            middle = (low + high) // 2
            answer = await self.seat.buying_power([contract_no_from_index(first_index + middle)])
            if answer.contracts[0].code == ReplyCode.CONTRACT_UNKNOWN:
                high = middle
            else:
                low = middle + 1
        return low

    def _report(self, file: Path, line_no: int) -> None:
        rows = self.loaded.total() + self.already.total()
        if rows >= self._next_report_rows:
            self._next_report_rows = rows + PROGRESS_EVERY_ROWS
            self.progress(f"{file}: {line_no:,} lines")

    def summary(self) -> str:
        """What was loaded and what was there, in one line."""
        names = sorted({*self.loaded, *self.already})
        parts = [f"{name} {self.loaded[name]:,} loaded, {self.already[name]:,} already there" for name in names]
        return "; ".join(parts) or "nothing to load"


def _refused(file: Path, piece: Piece, code: int) -> DataFileError:
    lines = str(piece.first_line)
    if piece.last_line != piece.first_line:
        lines += f"-{piece.last_line}"
    return DataFileError(f"{file}:{lines}: refused by the bank: {ReplyCode(code).name}")
