"""Loading: what is sent, what counts as already there, and where a refusal is."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trio

from config.cli.load.csv_files import ContractLine, DataFileError, FileKind, Item, Piece
from config.cli.load.sending import Loader
from protocol.codes import ReplyCode
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.limits import QUERY_CONTRACTS_MAX
from protocol.messages.control import ControlMessage, RegisterKey, RegisterParty, RegisterSeat
from protocol.messages.customers.accounts import AccountTerms, OpenAccounts, SignContracts
from protocol.messages.outlets import OutletEntry, RegisterOutlets
from protocol.messages.queries import AccountAnswer, AccountFacts
from protocol.vocabulary import AccountStatus, ContractStatus, SeatRole
from tests.customers import account
from tests.frontend_sim.memory_seat import TODAY, MemoryOutcome

FILE = Path("data.csv")
PARTY = RegisterParty(2, 2, 1, "A", True)
KEY = RegisterKey(2, 1, bytes(32), 0, 1, 0)
SEAT = RegisterSeat(21, 2, SeatRole.BROKER)
POOR_PARTY = 9


@dataclass
class MemoryBank:
    """A bank that knows numbers only. It refuses a contract of `POOR_PARTY` and an outlet whose parent is not there."""

    accounts_known: dict[int, int] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)  # of the last contract on each account, by its number
    refuses: dict[type[ControlMessage], ReplyCode] = field(default_factory=dict)
    outlets: dict[int, OutletEntry] = field(default_factory=dict)
    questions: int = 0

    async def control(self, message: ControlMessage) -> MemoryOutcome:
        return MemoryOutcome(self._code(message), 1, TODAY, 1, 1, 0, 0)

    async def accounts(self, bank_account_nos: list[int]) -> AccountAnswer:
        assert len(bank_account_nos) <= QUERY_CONTRACTS_MAX
        self.questions += 1
        return AccountAnswer(1, [self._facts(number) for number in bank_account_nos])

    def _facts(self, number: int) -> AccountFacts:
        account_no = self.accounts_known.get(number)
        if account_no is None:
            return AccountFacts(number, ReplyCode.ACCOUNT_UNKNOWN, 0, 0, 0, 0)
        status = self.statuses.get(account_no, 0)
        contract_no = contract_no_from_index(5) if status not in (0, ContractStatus.TERMINATED) else 0
        return AccountFacts(number, ReplyCode.ACCEPTED, account_no, AccountStatus.OPEN, contract_no, status)

    def _code(self, message: ControlMessage) -> ReplyCode:
        if type(message) in self.refuses:
            return self.refuses[type(message)]
        if isinstance(message, RegisterOutlets):
            return self._register(message.outlets)
        if isinstance(message, OpenAccounts):
            return self._open([terms.bank_account_no for terms in message.accounts])
        if isinstance(message, SignContracts):
            if any(terms.party == POOR_PARTY for terms in message.contracts):
                return ReplyCode.PARTY_UNKNOWN
            if any(terms.account_no in self.statuses for terms in message.contracts):
                return ReplyCode.ACCOUNT_HAS_CONTRACT
            self.statuses.update({terms.account_no: terms.status for terms in message.contracts})
        return ReplyCode.ACCEPTED

    def _register(self, entries: list[OutletEntry]) -> ReplyCode:
        after = dict(self.outlets)
        for entry in entries:
            if entry.parent and entry.parent not in after:
                return ReplyCode.OUTLET_PARENT_UNKNOWN
            after[entry.outlet] = entry
        self.outlets = after
        return ReplyCode.ACCEPTED

    def _open(self, numbers: list[int]) -> ReplyCode:
        if any(number in self.accounts_known for number in numbers):
            return ReplyCode.ACCOUNT_EXISTS
        first = len(self.accounts_known)
        self.accounts_known.update({number: account_no_from_index(first + i) for i, number in enumerate(numbers)})
        return ReplyCode.ACCEPTED


def piece_of(kind: FileKind, *items: Item) -> Piece:
    return Piece(kind, list(range(2, 2 + len(items))), list(items))


def opened(first: int, count: int) -> Piece:
    return piece_of(FileKind.ACCOUNTS, *(account(first + place, 5) for place in range(count)))


def signed(first: int, count: int, **parties: int) -> Piece:
    """Contracts on the same accounts; `at_N` names the party of the one at a place."""
    numbers = [account(first + place, 5).bank_account_no for place in range(count)]
    lines = [ContractLine(no, parties.get(f"at_{place}", 2), "", "", 2) for place, no in enumerate(numbers)]
    return piece_of(FileKind.CONTRACTS, *lines)


def load(bank: MemoryBank, *pieces: Piece) -> Loader:
    loader = Loader(bank, lambda line: None)
    trio.run(loader.load, FILE, list(pieces))
    return loader


def test_a_first_load_loads_everything() -> None:
    bank = MemoryBank()
    loader = load(bank, piece_of(FileKind.PARTIES, PARTY), opened(0, 100), signed(0, 100))
    assert loader.summary() == (
        "parties 1 loaded, 0 already there; accounts 100 loaded, 0 already there; contracts 100 loaded, 0 already there"
    )
    assert set(bank.statuses) == {account_no_from_index(row) for row in range(100)}


def test_loading_again_is_harmless() -> None:
    bank = MemoryBank()
    files = (opened(0, 100), signed(0, 100))
    load(bank, *files)
    bank.refuses = {
        RegisterParty: ReplyCode.PARTY_EXISTS,
        RegisterKey: ReplyCode.KEY_UNFIT,
        RegisterSeat: ReplyCode.SEAT_EXISTS,
    }
    registers = (
        piece_of(FileKind.PARTIES, PARTY),
        piece_of(FileKind.KEYS, KEY),
        piece_of(FileKind.SEATS, SEAT),
    )
    loader = load(bank, *registers, *files)
    assert loader.loaded.total() == 0
    assert [loader.already[kind] for kind in (FileKind.PARTIES, FileKind.KEYS, FileKind.SEATS)] == [1, 1, 1]
    assert (loader.already[FileKind.ACCOUNTS], loader.already[FileKind.CONTRACTS]) == (100, 100)


@pytest.mark.parametrize("there", [1, 37, 99])
def test_a_piece_that_is_there_in_part_is_completed(there: int) -> None:
    bank = MemoryBank()
    load(bank, opened(0, there), signed(0, there))
    loader = load(bank, opened(0, 100), signed(0, 100))
    assert (len(bank.accounts_known), len(bank.statuses)) == (100, 100)
    assert [loader.loaded[kind] for kind in (FileKind.ACCOUNTS, FileKind.CONTRACTS)] == [100 - there, 100 - there]


def test_a_contract_that_has_ended_is_not_signed_again_by_loading_its_line_again() -> None:
    bank = MemoryBank()
    load(bank, opened(0, 3), signed(0, 3))
    bank.statuses[account_no_from_index(1)] = ContractStatus.TERMINATED
    loader = load(bank, signed(0, 3))
    assert loader.already[FileKind.CONTRACTS] == 3
    assert bank.statuses[account_no_from_index(1)] == ContractStatus.TERMINATED


def test_a_contract_on_an_account_that_is_not_there_is_named_by_its_line() -> None:
    bank = MemoryBank()
    load(bank, opened(0, 3))
    unknown = account(3, 5).bank_account_no
    with pytest.raises(DataFileError, match=rf"^data\.csv:5: bank_account_no: {unknown} is no account yet"):
        load(bank, signed(0, 4))
    assert bank.statuses == {}


@pytest.mark.parametrize("place", [0, 1, 63, 99])
def test_a_refused_line_is_found_and_all_in_front_of_it_is_loaded(place: int) -> None:
    bank = MemoryBank()
    load(bank, opened(0, 100))
    loader = Loader(bank, lambda line: None)
    with pytest.raises(DataFileError, match=rf"^data\.csv:{2 + place}: refused by the bank: PARTY_UNKNOWN$"):
        trio.run(loader.load, FILE, [signed(0, 100, **{f"at_{place}": POOR_PARTY})])
    assert len(bank.statuses) == loader.loaded[FileKind.CONTRACTS] == place


def outlets(count: int, orphan: int = -1) -> Piece:
    """A branch, a sub-branch and outlets under it; the one at place `orphan` stands under nobody's."""
    lines = [OutletEntry(1, 1, 0, "甲分行"), OutletEntry(2, 2, 1, "东支行")]
    lines += [OutletEntry(10 + place, 3, 2, "一所") for place in range(count - 2)]
    if orphan >= 0:
        lines[orphan] = OutletEntry(lines[orphan].outlet, 3, 9_999, "孤儿")
    return piece_of(FileKind.OUTLETS, *lines)


def test_outlets_are_registered_and_registered_again() -> None:
    bank = MemoryBank()
    assert load(bank, outlets(100)).summary() == "outlets 100 loaded, 0 already there"
    before = dict(bank.outlets)
    assert load(bank, outlets(100)).loaded[FileKind.OUTLETS] == 100
    assert bank.outlets == before
    load(bank, piece_of(FileKind.OUTLETS, OutletEntry(10, 3, 2, "改名")))
    assert bank.outlets == before | {10: OutletEntry(10, 3, 2, "改名")}


@pytest.mark.parametrize("place", [0, 2, 63, 99])
def test_an_outlet_under_nobody_is_found_and_all_in_front_of_it_are_registered(place: int) -> None:
    bank = MemoryBank()
    with pytest.raises(DataFileError, match=rf"^data\.csv:{2 + place}: refused by the bank: OUTLET_PARENT_UNKNOWN$"):
        load(bank, outlets(100, orphan=place))
    assert len(bank.outlets) == place


def test_accounts_that_are_refused_for_another_reason_are_named_by_the_first_line() -> None:
    bank = MemoryBank(refuses={OpenAccounts: ReplyCode.MASTER_DATA_FULL})
    with pytest.raises(DataFileError, match=r"^data\.csv:2: refused by the bank: MASTER_DATA_FULL$"):
        load(bank, piece_of(FileKind.ACCOUNTS, AccountTerms(1, 1, bytes(16), 0), AccountTerms(2, 1, bytes(16), 0)))


def test_a_key_that_a_new_party_does_not_take_is_unfit() -> None:
    bank = MemoryBank(refuses={RegisterKey: ReplyCode.KEY_UNFIT})
    with pytest.raises(DataFileError, match=r"data\.csv:2: refused by the bank: KEY_UNFIT"):
        load(bank, piece_of(FileKind.PARTIES, PARTY), piece_of(FileKind.KEYS, KEY))
