"""What differs between a file and what is there is told field by field, with file and line.

Belongs here: the comparison with a bank that a test makes up. Never here: the database (tests/e2e/test_load_again).
"""

from pathlib import Path

from frontend_sim.load.comparing import compared
from frontend_sim.load.csv_files import Piece
from protocol.messages.control import (
    ContractTerms,
    OpenContracts,
    RegisterKey,
    RegisterParty,
    RegisterSeat,
    SetRestraint,
)
from protocol.vocabulary import SeatRole, contract_no_from_index

FILE = Path("some.csv")


class Bank:
    """A bank with one party, one seat, one key and two contracts."""

    def party(self, number: int) -> RegisterParty | None:
        return RegisterParty(2, 2, 1, "Huaxia", True) if number == 2 else None

    def seat(self, number: int) -> RegisterSeat | None:
        return RegisterSeat(21, 2, SeatRole.BROKER) if number == 21 else None

    def key(self, party: int, key_id: int) -> RegisterKey | None:
        return RegisterKey(2, 1, bytes(32), 0, 9, 0) if (party, key_id) == (2, 1) else None

    def contracts(self, first_no: int, count: int) -> list[ContractTerms]:
        return [ContractTerms(600, 2, 2, 1_000), ContractTerms(601, 2, 2, 1_000)][:count]


def told(message: object) -> tuple[int, list[str]]:
    """What is said of a message of lines 5 and following."""
    return compared(Bank(), FILE, Piece(5, 6, message))  # type: ignore[arg-type]


def test_what_is_the_same_or_new_is_no_difference() -> None:
    assert told(RegisterParty(2, 2, 1, "Huaxia", True)) == (1, [])
    assert told(RegisterParty(3, 2, 1, "Nanfang", True)) == (0, [])
    assert told(RegisterSeat(21, 2, SeatRole.BROKER)) == (1, [])
    assert told(RegisterSeat(22, 2, SeatRole.BROKER)) == (0, [])
    assert told(RegisterKey(2, 1, bytes(32), 0, 9, 0)) == (1, [])
    assert told(RegisterKey(2, 2, bytes(32), 0, 9, 0)) == (0, [])
    assert told(SetRestraint(98, 1)) == (0, [])


def test_each_field_that_differs_is_a_line_with_its_place() -> None:
    assert told(RegisterParty(2, 2, 1, "Huatai", False))[1] == [
        "some.csv:5: party 2: name is 'Huaxia' in the bank, 'Huatai' in the file",
        "some.csv:5: party 2: proceeds_at_fill is yes in the bank, no in the file",
    ]
    assert told(RegisterSeat(21, 3, SeatRole.BROKER))[1] == [
        "some.csv:5: seat 21: party is 2 in the bank, 3 in the file"
    ]
    assert told(RegisterKey(2, 1, bytes(32), 0, 8, 0))[1] == [
        "some.csv:5: key 1 of party 2: not_after_ns is 9 in the bank, 8 in the file"
    ]


def test_contracts_are_compared_one_by_one_as_far_as_they_are_there() -> None:
    terms = [ContractTerms(600, 2, 2, 1_000), ContractTerms(609, 2, 2, 5), ContractTerms(602, 2, 2, 1_000)]
    assert told(OpenContracts(contract_no_from_index(0), terms)) == (
        2,
        [
            "some.csv:6: contract 195: account_no is 601 in the bank, 609 in the file",
            "some.csv:6: contract 195: balance_fen is 1000 in the bank, 5 in the file",
        ],
    )
