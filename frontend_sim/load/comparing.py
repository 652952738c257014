"""What differs between a file and what the bank has already, field by field.

Belongs here: the comparison and its lines. Never here: where either side comes from.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import msgspec

from frontend_sim.load.csv_files import Piece
from protocol.messages.control import (
    ContractTerms,
    ControlMessage,
    OpenContracts,
    RegisterKey,
    RegisterParty,
    RegisterSeat,
)
from protocol.vocabulary import contract_no_from_index, index_from_contract_no


class Known(Protocol):
    """What the bank has."""

    def party(self, number: int) -> RegisterParty | None: ...
    def seat(self, number: int) -> RegisterSeat | None: ...
    def key(self, party: int, key_id: int) -> RegisterKey | None: ...
    def contracts(self, first_no: int, count: int) -> list[ContractTerms]: ...


def compared(known: Known, file: Path, piece: Piece) -> tuple[int, list[str]]:
    """How many of a piece's items are there already, and a line for each field that differs: file, line, what."""
    message, place = piece.message, f"{file}:{piece.first_line}"
    if isinstance(message, OpenContracts):
        found = known.contracts(message.first_contract_no, len(message.terms))
        first = index_from_contract_no(message.first_contract_no)
        lines: list[str] = []
        for offset, (there, wanted) in enumerate(zip(found, message.terms, strict=False)):
            name = f"{file}:{piece.first_line + offset}: contract {contract_no_from_index(first + offset)}"
            lines += _fields(name, there, wanted)
        return len(found), lines
    there_now = _there(known, message)
    if there_now is None:
        return 0, []
    return 1, list(_fields(f"{place}: {_name(message)}", there_now, message))


def _there(known: Known, message: ControlMessage) -> ControlMessage | None:
    if isinstance(message, RegisterParty):
        return known.party(message.party)
    if isinstance(message, RegisterKey):
        return known.key(message.party, message.key_id)
    if isinstance(message, RegisterSeat):
        return known.seat(message.seat)
    return None


def _name(message: ControlMessage) -> str:
    if isinstance(message, RegisterKey):
        return f"key {message.key_id} of party {message.party}"
    if isinstance(message, RegisterSeat):
        return f"seat {message.seat}"
    return f"party {message.party}" if isinstance(message, RegisterParty) else type(message).__name__


def _fields(name: str, there: msgspec.Struct, wanted: msgspec.Struct) -> Iterable[str]:
    for field in there.__struct_fields__:
        has, wants = getattr(there, field), getattr(wanted, field)
        if has != wants:
            yield f"{name}: {field} is {_spoken(has)} in the bank, {_spoken(wants)} in the file"


def _spoken(value: object) -> str:
    """As the files write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.hex() if isinstance(value, bytes) else repr(value) if isinstance(value, str) else str(value)
