"""What differs between a file and what the bank has already, field by field.

Belongs here: the comparison and its lines. Never here: where either side comes from.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol, cast

import msgspec

from config.cli.load.csv_files import ContractLine, FileKind, Item, Piece
from config.cli.load.fields import PRICE_PARTS
from config.cli.load.securities import Key, PriceLine, key_of
from protocol.messages.control import RegisterChannelSeat, RegisterKey, RegisterParty, RegisterSeat
from protocol.messages.customers.accounts import AccountTerms
from protocol.messages.orders.securities import SecurityVersion
from protocol.messages.outlets import OutletEntry

_PRICES = frozenset({"tick", "par", "low", "high", "accrued"})


class Known(Protocol):
    """What the bank has."""

    def party(self, number: int) -> RegisterParty | None: ...
    def seat(self, number: int) -> RegisterSeat | None: ...
    def channel_seat(self, number: int) -> RegisterChannelSeat | None: ...
    def key(self, party: int, key_id: int) -> RegisterKey | None: ...
    def outlets(self, numbers: list[int]) -> Mapping[int, OutletEntry]: ...
    def accounts(self, bank_account_nos: list[int]) -> Mapping[int, AccountTerms]: ...
    def securities(self, keys: list[Key]) -> Mapping[Key, SecurityVersion]: ...
    def prices(self, keys: list[Key]) -> Mapping[Key, PriceLine]: ...
    def contracts(self, bank_account_nos: list[int]) -> Mapping[int, ContractLine]: ...


def compared(known: Known, file: Path, piece: Piece) -> tuple[int, list[str]]:
    """How many of a piece's items are there already, and a line for each field that differs: file, line, what."""
    count, told = 0, list[str]()
    for line_no, item, there in zip(piece.lines, piece.items, _there(known, piece), strict=True):
        if there is not None:
            count += 1
            told += _fields(f"{file}:{line_no}: {_name(item)}", there, item)
    return count, told


def _there(known: Known, piece: Piece) -> Iterable[Item | None]:
    """What stands there in place of each item."""
    if piece.kind in (FileKind.ACCOUNTS, FileKind.CONTRACTS):
        numbers = [cast("AccountTerms | ContractLine", item).bank_account_no for item in piece.items]
        found = known.accounts(numbers) if piece.kind == FileKind.ACCOUNTS else known.contracts(numbers)
        return [found.get(number) for number in numbers]
    if piece.kind == FileKind.OUTLETS:
        numbers = [cast("OutletEntry", item).outlet for item in piece.items]
        outlets = known.outlets(numbers)
        return [outlets.get(number) for number in numbers]
    if piece.kind in (FileKind.SECURITIES, FileKind.PRICES):
        keys = [key_of(cast("SecurityVersion | PriceLine", item)) for item in piece.items]
        lines = known.securities(keys) if piece.kind == FileKind.SECURITIES else known.prices(keys)
        return [lines.get(key) for key in keys]
    item = piece.items[0]
    if isinstance(item, RegisterParty):
        return [known.party(item.party)]
    if isinstance(item, RegisterKey):
        return [known.key(item.party, item.key_id)]
    if isinstance(item, RegisterChannelSeat):
        return [known.channel_seat(item.seat)]
    return [known.seat(item.seat) if isinstance(item, RegisterSeat) else None]


def _name(item: Item) -> str:
    match item:
        case RegisterKey():
            return f"key {item.key_id} of party {item.party}"
        case RegisterSeat() | RegisterChannelSeat():
            return f"seat {item.seat}"
        case RegisterParty():
            return f"party {item.party}"
        case OutletEntry():
            return f"outlet {item.outlet}"
        case AccountTerms():
            return f"account {item.bank_account_no}"
        case ContractLine():
            return f"contract on account {item.bank_account_no}"
        case SecurityVersion() | PriceLine():
            return f"security {key_of(item)}"
    return type(item).__name__


def _fields(name: str, there: msgspec.Struct, wanted: msgspec.Struct) -> Iterable[str]:
    for field in there.__struct_fields__:
        has, wants = getattr(there, field), getattr(wanted, field)
        if has != wants and field in _PRICES:
            yield f"{name}: {field}_yuan is {_yuan(has)} in the bank, {_yuan(wants)} in the file"
        elif has != wants:
            yield f"{name}: {field} is {_spoken(has)} in the bank, {_spoken(wants)} in the file"


def _yuan(price: int) -> str:
    return f"{price // PRICE_PARTS}.{price % PRICE_PARTS:04}"


def _spoken(value: object) -> str:
    """As the files write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.hex() if isinstance(value, bytes) else repr(value) if isinstance(value, str) else str(value)
