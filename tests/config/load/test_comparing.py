"""What differs between a file and what is there is told field by field, with file and line.

Belongs here: the comparison with a bank that a test makes up. Never here: the database (tests/e2e/day/test_load_again).
"""

from pathlib import Path

from config.cli.load.comparing import compared
from config.cli.load.csv_files import ContractLine, FileKind, Item, Piece
from config.cli.load.securities import Key, PriceLine, key_of
from protocol.messages.control import EndKey, RegisterChannelSeat, RegisterKey, RegisterParty, RegisterSeat
from protocol.messages.customers.accounts import AccountTerms
from protocol.messages.orders.securities import SecurityVersion
from protocol.messages.outlets import OutletEntry
from protocol.vocabulary import SeatRole
from tests.securities import share

FILE = Path("some.csv")
MONDAY, TUESDAY = 20_260_105, 20_260_106


class Bank:
    """A bank with one party, one seat, one key, two outlets, two accounts and a contract."""

    def party(self, number: int) -> RegisterParty | None:
        return RegisterParty(2, 2, 1, "Huaxia", True) if number == 2 else None

    def seat(self, number: int) -> RegisterSeat | None:
        return RegisterSeat(21, 2, SeatRole.BROKER) if number == 21 else None

    def channel_seat(self, number: int) -> RegisterChannelSeat | None:
        return RegisterChannelSeat(71, 7, 1, 2) if number == 71 else None

    def key(self, party: int, key_id: int) -> RegisterKey | None:
        return RegisterKey(2, 1, bytes(32), 0, 9, 0) if (party, key_id) == (2, 1) else None

    def outlets(self, numbers: list[int]) -> dict[int, OutletEntry]:
        found = {1: OutletEntry(1, 1, 0, "甲分行"), 10: OutletEntry(10, 2, 1, "东支行")}
        return {number: found[number] for number in numbers if number in found}

    def accounts(self, bank_account_nos: list[int]) -> dict[int, AccountTerms]:
        found = {number: AccountTerms(number, 11, bytes(16), 1_000) for number in (600, 601)}
        return {number: found[number] for number in bank_account_nos if number in found}

    def securities(self, keys: list[Key]) -> dict[Key, SecurityVersion]:
        version = share(MONDAY)
        return {key_of(version): version} if key_of(version) in keys else {}

    def prices(self, keys: list[Key]) -> dict[Key, PriceLine]:
        line = PriceLine(1, "600000", MONDAY, 90_000, 110_000, 0)
        return {key_of(line): line} if key_of(line) in keys else {}

    def contracts(self, bank_account_nos: list[int]) -> dict[int, ContractLine]:
        return {600: ContractLine(600, 2, "A1", "", 2)} if 600 in bank_account_nos else {}


def told(kind: FileKind, *items: Item) -> tuple[int, list[str]]:
    """What is said of items of lines 5, 7 and so on."""
    return compared(Bank(), FILE, Piece(kind, [5 + 2 * place for place in range(len(items))], list(items)))


def test_what_is_the_same_or_new_is_no_difference() -> None:
    assert told(FileKind.PARTIES, RegisterParty(2, 2, 1, "Huaxia", True)) == (1, [])
    assert told(FileKind.PARTIES, RegisterParty(3, 2, 1, "Nanfang", True)) == (0, [])
    assert told(FileKind.SEATS, RegisterSeat(21, 2, SeatRole.BROKER)) == (1, [])
    assert told(FileKind.SEATS, RegisterSeat(22, 2, SeatRole.BROKER)) == (0, [])
    assert told(FileKind.CHANNEL_SEATS, RegisterChannelSeat(71, 7, 1, 2)) == (1, [])
    assert told(FileKind.CHANNEL_SEATS, RegisterChannelSeat(72, 7, 1, 2)) == (0, [])
    assert told(FileKind.KEYS, RegisterKey(2, 1, bytes(32), 0, 9, 0)) == (1, [])
    assert told(FileKind.KEYS, RegisterKey(2, 2, bytes(32), 0, 9, 0)) == (0, [])
    assert told(FileKind.ENDED_KEYS, EndKey(2, 1)) == (0, [])
    assert told(FileKind.OUTLETS, OutletEntry(11, 3, 10, "一所"), OutletEntry(1, 1, 0, "甲分行")) == (1, [])
    assert told(FileKind.CONTRACTS, ContractLine(600, 2, "A1", "", 2), ContractLine(601, 2, "", "", 2)) == (1, [])


def test_each_field_that_differs_is_a_line_with_its_place() -> None:
    assert told(FileKind.PARTIES, RegisterParty(2, 2, 1, "Huatai", False))[1] == [
        "some.csv:5: party 2: name is 'Huaxia' in the bank, 'Huatai' in the file",
        "some.csv:5: party 2: proceeds_at_fill is yes in the bank, no in the file",
    ]
    assert told(FileKind.SEATS, RegisterSeat(21, 3, SeatRole.BROKER))[1] == [
        "some.csv:5: seat 21: party is 2 in the bank, 3 in the file"
    ]
    assert told(FileKind.CHANNEL_SEATS, RegisterChannelSeat(71, 7, 1, 3))[1] == [
        "some.csv:5: seat 71: broker is 2 in the bank, 3 in the file"
    ]
    assert told(FileKind.KEYS, RegisterKey(2, 1, bytes(32), 0, 8, 0))[1] == [
        "some.csv:5: key 1 of party 2: not_after_ns is 9 in the bank, 8 in the file"
    ]


def test_outlets_are_compared_one_by_one_as_far_as_they_are_there() -> None:
    entries = OutletEntry(10, 2, 2, "西支行"), OutletEntry(12, 3, 10, "二所"), OutletEntry(1, 2, 0, "甲分行")
    assert told(FileKind.OUTLETS, *entries) == (
        2,
        [
            "some.csv:5: outlet 10: parent is 1 in the bank, 2 in the file",
            "some.csv:5: outlet 10: name is '东支行' in the bank, '西支行' in the file",
            "some.csv:9: outlet 1: level is 1 in the bank, 2 in the file",
        ],
    )


def test_accounts_and_contracts_are_compared_one_by_one_as_far_as_they_are_there() -> None:
    first, other = AccountTerms(600, 11, bytes(16), 1_000), AccountTerms(601, 12, bytes(16), 5)
    assert told(FileKind.ACCOUNTS, first, other, AccountTerms(602, 11, bytes(16), 1_000)) == (
        2,
        [
            "some.csv:7: account 601: outlet is 11 in the bank, 12 in the file",
            "some.csv:7: account 601: balance_fen is 1000 in the bank, 5 in the file",
        ],
    )
    assert told(FileKind.CONTRACTS, ContractLine(600, 3, "A2", "", 2)) == (
        1,
        [
            "some.csv:5: contract on account 600: party is 2 in the bank, 3 in the file",
            "some.csv:5: contract on account 600: shanghai is 'A1' in the bank, 'A2' in the file",
        ],
    )


def test_securities_and_prices_are_told_apart_by_their_date_and_prices_are_said_in_yuan() -> None:
    assert told(FileKind.SECURITIES, share(MONDAY), share(TUESDAY, tick=10)) == (1, [])
    assert told(FileKind.SECURITIES, share(TUESDAY), share(MONDAY, tick=10)) == (
        1,
        ["some.csv:7: security 600000 of 20260105: tick_yuan is 0.0100 in the bank, 0.0010 in the file"],
    )
    assert told(FileKind.PRICES, PriceLine(1, "600000", MONDAY, 90_000, 110_500, 0)) == (
        1,
        ["some.csv:5: security 600000 of 20260105: high_yuan is 11.0000 in the bank, 11.0500 in the file"],
    )
    assert told(FileKind.PRICES, PriceLine(1, "600000", TUESDAY, 1, 1, 0)) == (0, [])
