"""Sends master data as the bank and says what became of it; loading the same again is harmless.

Belongs here: the order of sending, what counts as already there. Never here: reading files (csv_files), processes
and keys (command).

Resuming: a party, seat or key that is refused because its number is taken counts as already there; so do accounts that
the bank's own numbers name already, and contracts on accounts that have or had one: a contract that has ended is not
signed again. Whether they are what the file says is compared afterwards (comparing): nothing is changed by loading. But
outlets are: that is how a bank gives one another name or moves it, so all of them are sent and count as loaded; so are
securities and prices, of which the bank makes nothing new where they say what stands.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Protocol, cast

import trio

from config.cli.load.csv_files import LINES_PER_PIECE, ContractLine, DataFileError, FileKind, Piece
from config.cli.load.lists import NO_LIST, Line, message_of, read_list
from config.cli.load.securities import PriceLine
from protocol.codes import ReplyCode
from protocol.limits import QUERY_CONTRACTS_MAX
from protocol.messages.control import ControlMessage, RegisterChannelSeat, RegisterKey, RegisterParty, RegisterSeat
from protocol.messages.customers.accounts import AccountTerms, ContractTerms, OpenAccounts, SignContracts
from protocol.messages.orders.securities import ResumeSecurity, SuspendSecurity
from protocol.messages.outlets import OutletEntry, RegisterOutlets
from protocol.messages.persons import RegisterPersons
from protocol.messages.queries import AccountAnswer, AccountFacts

PROGRESS_EVERY_LINES = 100_000
QUESTIONS_AT_ONCE = 8  # half of what a session may have open
ALREADY: dict[type[ControlMessage], ReplyCode] = {
    RegisterParty: ReplyCode.PARTY_EXISTS,
    RegisterSeat: ReplyCode.SEAT_EXISTS,
    RegisterChannelSeat: ReplyCode.SEAT_EXISTS,
    RegisterKey: ReplyCode.KEY_UNFIT,
    RegisterPersons: ReplyCode.KEY_UNFIT,  # its key is somebody's already
    SuspendSecurity: ReplyCode.STATUS_FORBIDS,
    ResumeSecurity: ReplyCode.STATUS_FORBIDS,
}


class CodeLike(Protocol):
    """An outcome, as far as it matters here."""

    @property
    def code(self) -> int:
        """0 when it was accepted."""
        ...

    @property
    def remaining_fen(self) -> int:
        """Of lines of a list: how many of it were told by now."""
        ...


class LoadingSeat(Protocol):
    """What loading needs of the bank's seat."""

    async def control(self, message: ControlMessage) -> CodeLike:
        """One control message, one number."""
        ...

    async def accounts(self, bank_account_nos: list[int]) -> AccountAnswer:
        """Our numbers of up to 64 accounts, and whether a contract is or was on each."""
        ...


@dataclass(slots=True)
class Loader:
    """Counts what was loaded and what was there."""

    seat: LoadingSeat
    progress: Callable[[str], None]
    loaded: Counter[FileKind] = field(default_factory=Counter)
    already: Counter[FileKind] = field(default_factory=Counter)
    _next_report: int = PROGRESS_EVERY_LINES
    _new_parties: set[int] = field(default_factory=set)

    async def load(self, file: Path, pieces: Iterable[Piece]) -> None:
        """Send one file. Raises DataFileError naming file and line when something is refused."""
        for piece in pieces:
            match piece.kind:
                case FileKind.OUTLETS:
                    await self._put(file, piece)
                case FileKind.ACCOUNTS:
                    await self._open(file, piece)
                case FileKind.CONTRACTS:
                    await self._sign(file, piece)
                case FileKind.SECURITIES | FileKind.PRICES:
                    await self._list(file, piece)
                case _:
                    await self._register(file, piece)
            self._report(file, piece.lines[-1])

    async def tell(self, file: Path, act: int) -> None:
        """Tell a file as the list that an act permits, from where it stands on. Raises DataFileError naming file and
        lines when some are refused."""
        listed = read_list(file)
        size, first = LINES_PER_PIECE[listed.kind], 0
        while first < len(listed.items):
            end = min(first + size, len(listed.items))
            told = await self.seat.control(listed.piece(act, first, end))
            is_further = first < told.remaining_fen <= len(listed.items)
            if told.code not in (ReplyCode.ACCEPTED, ReplyCode.ACT_REPEATED) or not is_further:
                where = f"{file}:{listed.lines[first]} to {listed.lines[end - 1]}"
                raise DataFileError(f"{where}: refused by the bank: {ReplyCode(told.code).name}")
            counts = self.loaded if told.code == ReplyCode.ACCEPTED else self.already
            counts[listed.kind] += told.remaining_fen - first
            first = told.remaining_fen

    async def _register(self, file: Path, piece: Piece) -> None:
        message = cast("ControlMessage", piece.items[0])
        code = (await self.seat.control(message)).code
        if code != ReplyCode.ACCEPTED and not self._is_there(message, code):
            raise _refused(file, piece.lines[0], code)
        if isinstance(message, RegisterParty) and code == ReplyCode.ACCEPTED:
            self._new_parties.add(message.party)
        (self.loaded if code == ReplyCode.ACCEPTED else self.already)[piece.kind] += 1

    def _is_there(self, message: ControlMessage, code: int) -> bool:
        """A key that a party made just now does not take is unfit; only an older party may have it already."""
        if isinstance(message, RegisterKey) and message.party in self._new_parties:
            return False
        return code == ALREADY.get(type(message))

    async def _put(self, file: Path, piece: Piece) -> None:
        entries = cast("list[OutletEntry]", piece.items)
        await self._send(file, piece, range(len(entries)), lambda part: RegisterOutlets(entries[part]))

    async def _list(self, file: Path, piece: Piece) -> None:
        """Versions, or limits, of no list: those of one date in a message."""
        items = cast("list[Line]", piece.items)
        for _date, places in groupby(range(len(items)), lambda place: _date_of(items[place])):
            own = list(places)
            message_of_part = partial(_message_of_part, [items[place] for place in own])
            await self._send(file, piece, own, message_of_part)

    async def _open(self, file: Path, piece: Piece) -> None:
        terms = cast("list[AccountTerms]", piece.items)
        if (await self.seat.control(OpenAccounts(terms))).code == ReplyCode.ACCEPTED:
            self.loaded[piece.kind] += len(terms)
            return
        facts = await self._facts([each.bank_account_no for each in terms])
        new = [place for place, fact in enumerate(facts) if fact.code == ReplyCode.ACCOUNT_UNKNOWN]
        self.already[piece.kind] += len(terms) - len(new)
        rest = [terms[place] for place in new]
        await self._send(file, piece, new, lambda part: OpenAccounts(rest[part]))

    async def _sign(self, file: Path, piece: Piece) -> None:
        asked = cast("list[ContractLine]", piece.items)
        facts = await self._facts([each.bank_account_no for each in asked])
        for line_no, fact in zip(piece.lines, facts, strict=True):
            if fact.code != ReplyCode.ACCEPTED:
                reason = f"bank_account_no: {fact.bank_account_no} is no account yet; load accounts first"
                raise DataFileError(f"{file}:{line_no}: {reason}")
        new = [place for place, fact in enumerate(facts) if fact.contract_status == 0]
        self.already[piece.kind] += len(asked) - len(new)
        terms: list[ContractTerms] = [asked[place].terms(facts[place].account_no) for place in new]
        await self._send(file, piece, new, lambda part: SignContracts(terms[part]))

    async def _send(
        self, file: Path, piece: Piece, places: Sequence[int], message_of: Callable[[slice], ControlMessage]
    ) -> None:
        """Send what stands at these places of a piece at once. What is refused is halved until it is one line: all in
        front of it is loaded, and it is named."""
        waiting = [slice(0, len(places))] if places else []
        while waiting:
            part = waiting.pop()
            code = (await self.seat.control(message_of(part))).code
            count = part.stop - part.start
            if code == ReplyCode.ACCEPTED:
                self.loaded[piece.kind] += count
            elif count == 1:
                raise _refused(file, piece.lines[places[part.start]], code)
            else:
                middle = part.start + count // 2
                waiting += [slice(middle, part.stop), slice(part.start, middle)]

    async def _facts(self, bank_account_nos: list[int]) -> list[AccountFacts]:
        """What the bank knows of each, in their order."""
        step = QUERY_CONTRACTS_MAX
        questions = [bank_account_nos[first : first + step] for first in range(0, len(bank_account_nos), step)]
        answers: dict[int, list[AccountFacts]] = {}

        async def ask(place: int) -> None:
            answers[place] = (await self.seat.accounts(questions[place])).accounts

        for first in range(0, len(questions), QUESTIONS_AT_ONCE):
            async with trio.open_nursery() as nursery:
                for place in range(first, min(first + QUESTIONS_AT_ONCE, len(questions))):
                    nursery.start_soon(ask, place)
        return [fact for place in range(len(questions)) for fact in answers[place]]

    def _report(self, file: Path, line_no: int) -> None:
        count = self.loaded.total() + self.already.total()
        if count >= self._next_report:
            self._next_report = count + PROGRESS_EVERY_LINES
            self.progress(f"{file}: {line_no:,} lines")

    def summary(self) -> str:
        """What was loaded and what was there, in one line."""
        kinds = [kind for kind in FileKind if kind in self.loaded or kind in self.already]
        parts = [
            f"{name_of(kind)} {self.loaded[kind]:,} loaded, {self.already[kind]:,} already there" for kind in kinds
        ]
        return "; ".join(parts) or "nothing to load"


def _date_of(line: Line) -> int:
    """Lines of one date may share a message; versions say theirs themselves."""
    return line.trade_date if isinstance(line, PriceLine) else 0


def _message_of_part(items: list[Line], part: slice) -> ControlMessage:
    return message_of(items[part], NO_LIST)


def name_of(kind: FileKind) -> str:
    """As people read it."""
    return kind.name.lower().replace("_", " ")


def _refused(file: Path, line_no: int, code: int) -> DataFileError:
    by_act = "; the bank is sealed: see `yzt act`" if code == ReplyCode.ACT_NEEDED else ""
    return DataFileError(f"{file}:{line_no}: refused by the bank: {ReplyCode(code).name}{by_act}")
