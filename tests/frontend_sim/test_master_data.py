"""Loading: what is sent, what counts as already there, and where a refusal is."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trio

from frontend_sim.load.csv_files import DataFileError, Piece
from frontend_sim.load.master_data import Loader
from protocol.codes import ReplyCode
from protocol.messages.control import (
    ContractTerms,
    ControlMessage,
    OpenContracts,
    RegisterKey,
    RegisterParty,
    RegisterSeat,
)
from protocol.messages.queries import BuyingPowerAnswer, ContractMoney
from protocol.vocabulary import SeatRole, contract_no_from_index, index_from_contract_no
from tests.frontend_sim.memory_seat import TODAY, MemoryOutcome

FILE = Path("data.csv")
PARTY = RegisterParty(2, 2, 1, "A", True)
KEY = RegisterKey(2, 1, bytes(32), 0, 1, 0)


@dataclass
class MemoryBank:
    """A bank that knows numbers only."""

    contracts: int = 0
    taken: set[str] = field(default_factory=set)
    refuses: dict[type[ControlMessage], ReplyCode] = field(default_factory=dict)
    questions: int = 0

    async def control(self, message: ControlMessage) -> MemoryOutcome:
        return MemoryOutcome(self._code(message), 1, TODAY, 1, 1, 0, 0)

    async def buying_power(self, contract_nos: list[int]) -> BuyingPowerAnswer:
        self.questions += 1
        known = [index_from_contract_no(number) < self.contracts for number in contract_nos]
        codes = [ReplyCode.ACCEPTED if one else ReplyCode.CONTRACT_UNKNOWN for one in known]
        return BuyingPowerAnswer(
            1, [ContractMoney(no, int(code), 0, 0, 0) for no, code in zip(contract_nos, codes, strict=True)]
        )

    def _code(self, message: ControlMessage) -> ReplyCode:
        if type(message) in self.refuses:
            return self.refuses[type(message)]
        if isinstance(message, OpenContracts):
            if index_from_contract_no(message.first_contract_no) != self.contracts:
                return ReplyCode.CONTRACT_NUMBER_NOT_NEXT
            self.contracts += len(message.terms)
        return ReplyCode.ACCEPTED


def contracts(first_index: int, count: int) -> Piece:
    terms = [ContractTerms(1 + first_index + place, 2, 2, 5) for place in range(count)]
    return Piece(2, 1 + count, OpenContracts(contract_no_from_index(first_index), terms))


def load(bank: MemoryBank, *pieces: Piece) -> Loader:
    loader = Loader(bank, lambda line: None)
    trio.run(loader.load, FILE, list(pieces))
    return loader


def test_a_first_load_loads_everything() -> None:
    loader = load(MemoryBank(), Piece(2, 2, PARTY), contracts(0, 100))
    assert loader.summary() == ("OpenContracts 100 loaded, 0 already there; RegisterParty 1 loaded, 0 already there")


def test_loading_again_is_harmless() -> None:
    taken: dict[type[ControlMessage], ReplyCode] = {
        RegisterParty: ReplyCode.PARTY_EXISTS,
        RegisterKey: ReplyCode.KEY_UNFIT,
        RegisterSeat: ReplyCode.SEAT_EXISTS,
    }
    bank = MemoryBank(contracts=100, refuses=taken)
    parties = [Piece(2, 2, PARTY), Piece(2, 2, KEY), Piece(2, 2, RegisterSeat(21, 2, SeatRole.BROKER))]
    loader = load(bank, *parties, contracts(0, 100))
    assert loader.loaded.total() == 0
    assert loader.already == {"RegisterParty": 1, "RegisterKey": 1, "RegisterSeat": 1, "OpenContracts": 100}


@pytest.mark.parametrize("there", [1, 37, 99])
def test_a_chunk_that_is_there_in_part_is_completed(there: int) -> None:
    bank = MemoryBank(contracts=there)
    loader = load(bank, contracts(0, 100))
    assert bank.contracts == 100
    assert loader.loaded["OpenContracts"] == 100 - there
    assert bank.questions <= 7


def test_a_gap_before_a_chunk_is_refused_with_its_lines() -> None:
    with pytest.raises(DataFileError, match=r"data\.csv:2-11: refused by the bank: CONTRACT_NUMBER_NOT_NEXT"):
        load(MemoryBank(contracts=5), contracts(10, 10))


def test_a_refused_chunk_is_named_by_its_lines() -> None:
    bank = MemoryBank(refuses={OpenContracts: ReplyCode.ACCOUNT_HAS_CONTRACT})
    with pytest.raises(DataFileError, match=r"data\.csv:2-4: refused by the bank: ACCOUNT_HAS_CONTRACT"):
        load(bank, contracts(0, 3))


def test_a_key_that_a_new_party_does_not_take_is_unfit() -> None:
    bank = MemoryBank(refuses={RegisterKey: ReplyCode.KEY_UNFIT})
    with pytest.raises(DataFileError, match=r"data\.csv:3: refused by the bank: KEY_UNFIT"):
        load(bank, Piece(2, 2, PARTY), Piece(3, 3, KEY))
