"""Master data files: what each kind becomes, and one clear line for everything that is wrong."""

from pathlib import Path

import pytest

from frontend_sim.load.csv_files import KEY_NEVER_ENDS_NS, DataFileError, Piece, read_pieces
from protocol.limits import CONTRACTS_PER_CONTROL_MAX
from protocol.messages.control import (
    ContractTerms,
    EndKey,
    OpenContracts,
    RegisterKey,
    RegisterParty,
    RegisterSeat,
)
from protocol.vocabulary import ContractStatus, Role, SeatRole, Suite, contract_no_from_index

PARTIES = "party,role,suite,name,proceeds_at_fill"
KEYS = "party,seat,key_id,public_key,not_before,not_after"
CONTRACTS = "contract_no,account_no,party,status,balance_fen"
KEY = "ab" * 32


def pieces(folder: Path, *lines: str) -> list[Piece]:
    file = folder / "data.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return list(read_pieces(file))


def test_each_kind_is_told_by_its_header_row(tmp_path: Path) -> None:
    assert pieces(tmp_path, PARTIES, "2,broker,ed25519,华夏证券,yes") == [
        Piece(2, 2, RegisterParty(2, Role.BROKER, Suite.ED25519_SHA256, "华夏证券", True))
    ]
    assert pieces(tmp_path, KEYS, f"2,0,1,{KEY},1970-01-01T08:00:01+08:00,") == [
        Piece(2, 2, RegisterKey(2, 1, bytes.fromhex(KEY), 1_000_000_000, KEY_NEVER_ENDS_NS, 0))
    ]
    assert pieces(tmp_path, "party,ended_key_id", "2,1") == [Piece(2, 2, EndKey(2, 1))]
    assert pieces(tmp_path, "seat,party,role", "21,2,broker", "", "22,2,broker") == [
        Piece(2, 2, RegisterSeat(21, 2, SeatRole.BROKER)),
        Piece(4, 4, RegisterSeat(22, 2, SeatRole.BROKER)),
    ]
    assert pieces(tmp_path, CONTRACTS, "98,6227,2,active,100", "195,6228,3,suspended,0") == [
        Piece(
            2,
            3,
            OpenContracts(
                98,
                [
                    ContractTerms(6227, 2, ContractStatus.ACTIVE, 100),
                    ContractTerms(6228, 3, ContractStatus.SUSPENDED, 0),
                ],
            ),
        )
    ]


def test_contracts_come_in_chunks_that_follow_each_other(tmp_path: Path) -> None:
    count = CONTRACTS_PER_CONTROL_MAX + 3
    lines = [f"{contract_no_from_index(index)},{index + 1},2,active,5" for index in range(count)]
    first, second = pieces(tmp_path, CONTRACTS, *lines)
    assert isinstance(first.message, OpenContracts)
    assert isinstance(second.message, OpenContracts)
    assert len(first.message.terms) == CONTRACTS_PER_CONTROL_MAX
    assert len(second.message.terms) == 3
    assert second.message.first_contract_no == contract_no_from_index(CONTRACTS_PER_CONTROL_MAX)
    assert (second.first_line, second.last_line) == (CONTRACTS_PER_CONTROL_MAX + 2, count + 1)


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (["colour,size"], ":1: header row 'colour,size' is none of: party,role"),
        ([PARTIES, "2,broker,ed25519,A"], ":2: 4 fields, expected 5"),
        ([PARTIES, "two,broker,ed25519,A,yes"], ":2: party: 'two' is no whole number"),
        ([PARTIES, "2000,broker,ed25519,A,yes"], ":2: party: Expected `int` <= 1024"),
        ([PARTIES, "2,dealer,ed25519,A,yes"], ":2: role: 'dealer' is none of broker, bank"),
        ([PARTIES, "2,broker,rsa,A,yes"], ":2: suite: 'rsa' is none of ed25519, p256"),
        ([PARTIES, "2,broker,p256,,yes"], ":2: name: Expected `str` of length >= 1"),
        ([PARTIES, "2,broker,p256,A,perhaps"], ":2: proceeds_at_fill: 'perhaps' is none of yes, no"),
        ([KEYS, "2,0,1,xyz,,"], ":2: public_key: not hexadecimal"),
        ([KEYS, "2,0,1,abcd,,"], ":2: public_key: 2 bytes, expected 32 (Ed25519) or 65 (P-256)"),
        ([KEYS, f"2,0,1,{KEY},tomorrow,"], ":2: not_before: 'tomorrow' is no time such as"),
        ([KEYS, f"2,0,1,{KEY},2026-01-05T09:00:00,"], ":2: not_before: '2026-01-05T09:00:00' names no time zone"),
        ([KEYS, f"2,0,1,{KEY},2026-01-05T09:00Z,2026-01-05T09:00Z"], ":2: not_after is not later than not_before"),
        ([CONTRACTS, "99,1,2,active,5"], ":2: contract_no 99: check digits do not fit"),
        ([CONTRACTS, "98,1,2,active,5", "292,2,2,active,5"], ":3: contract_no 292 does not follow, expected 195"),
        ([CONTRACTS, "98,0,2,active,5"], ":2: account_no: Expected `int` >= 1"),
        ([CONTRACTS, "98,1,2,active,-5"], ":2: balance_fen: '-5' is no whole number"),
        ([CONTRACTS, "98,1,2,active,9.50"], ":2: balance_fen: '9.50' is no whole number"),
        ([CONTRACTS, "98,1,2,closed,5"], ":2: status: 'closed' is none of pre_assigned, active"),
        ([CONTRACTS, '98,1,2,active,"5'], ":2: unexpected end of data"),
        (["contract_no,restrained_fen", "98,1"], ":1: header row 'contract_no,restrained_fen' is none of: "),
        (["seat,party,role", "21,2,day_desk"], ":2: role: a seat of party 2 is no day_desk"),
        (["seat,party,role", "21,1,broker"], ":2: role: a seat of party 1 is no broker"),
        (["seat,party,role", "21,1,clerk"], ":2: role: 'clerk' is none of broker, channel, savings_desk"),
        ([KEYS, f"1,0,1,{KEY},,"], ":2: seat: 0, but a key of the bank is one seat's"),
    ],
)
def test_a_fault_is_one_line_with_file_line_and_reason(tmp_path: Path, lines: list[str], fault: str) -> None:
    with pytest.raises(DataFileError) as caught:
        pieces(tmp_path, *lines)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'data.csv'}{fault}")
    assert "\n" not in message


def test_a_fault_keeps_its_whole_chunk_back(tmp_path: Path) -> None:
    file = tmp_path / "data.csv"
    file.write_text(f"{CONTRACTS}\n98,1,2,active,5\n195,2,2,active,x\n", encoding="utf-8")
    given: list[Piece] = []
    with pytest.raises(DataFileError):
        given.extend(read_pieces(file))
    assert given == []


def test_a_file_that_is_not_text_or_not_there_is_said_so(tmp_path: Path) -> None:
    binary = tmp_path / "binary.csv"
    binary.write_bytes(b"party,role\xff\xfe")
    with pytest.raises(DataFileError, match="is not UTF-8"):
        list(read_pieces(binary))
    with pytest.raises(DataFileError, match="No such file"):
        list(read_pieces(tmp_path / "absent.csv"))
