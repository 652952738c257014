"""Master data files: what each kind becomes, and one clear line for everything that is wrong."""

from pathlib import Path

import pytest

from config.cli.load.csv_files import (
    KEY_NEVER_ENDS_NS,
    LINES_PER_PIECE,
    ContractLine,
    DataFileError,
    FileKind,
    Piece,
    read_pieces,
)
from protocol.limits import ACCOUNTS_PER_CONTROL_MAX, CONTROL_BODY_BYTES_MAX, OUTLET_MAX
from protocol.messages.codec import encode
from protocol.messages.control import (
    ChangeMode,
    EndKey,
    RegisterChannelSeat,
    RegisterKey,
    RegisterParty,
    RegisterSeat,
    SetScheme,
)
from protocol.messages.customers.accounts import AccountTerms, ContractTerms
from protocol.messages.outlets import OutletEntry, RegisterOutlets
from protocol.vocabulary import ContractStatus, Mode, Role, Scheme, SeatRole, Suite
from tests.customers import holder_of, shares
from tests.fees import fees_set

PARTIES = "party,role,suite,name,proceeds_at_fill"
KEYS = "party,seat,key_id,public_key,not_before,not_after"
OUTLETS = "outlet,level,parent,name"
ACCOUNTS = "bank_account_no,outlet,holder,balance_fen"
CONTRACTS = "bank_account_no,party,shanghai,shenzhen,status"
KEY = "ab" * 32
HOLDER = holder_of(7).hex()


def pieces(folder: Path, *lines: str) -> list[Piece]:
    file = folder / "data.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return list(read_pieces(file))


def test_each_kind_is_told_by_its_header_row(tmp_path: Path) -> None:
    assert pieces(tmp_path, PARTIES, "2,broker,ed25519,华夏证券,yes") == [
        Piece(FileKind.PARTIES, [2], [RegisterParty(2, Role.BROKER, Suite.ED25519_SHA256, "华夏证券", True)])
    ]
    assert pieces(tmp_path, "party,mode", "2,transfer", "3,Freeze") == [
        Piece(FileKind.MODES, [2], [ChangeMode(2, Mode.TRANSFER)]),
        Piece(FileKind.MODES, [3], [ChangeMode(3, Mode.FREEZE)]),
    ]
    assert pieces(tmp_path, "party,scheme", "2,A", "3,b") == [
        Piece(FileKind.SCHEMES, [2], [SetScheme(2, Scheme.A)]),
        Piece(FileKind.SCHEMES, [3], [SetScheme(3, Scheme.B)]),
    ]
    assert pieces(tmp_path, KEYS, f"2,0,1,{KEY},1970-01-01T08:00:01+08:00,") == [
        Piece(FileKind.KEYS, [2], [RegisterKey(2, 1, bytes.fromhex(KEY), 1_000_000_000, KEY_NEVER_ENDS_NS, 0)])
    ]
    assert pieces(tmp_path, "party,ended_key_id", "2,1") == [Piece(FileKind.ENDED_KEYS, [2], [EndKey(2, 1)])]
    assert pieces(tmp_path, "seat,party,role", "21,2,broker", "", "22,2,broker") == [
        Piece(FileKind.SEATS, [2], [RegisterSeat(21, 2, SeatRole.BROKER)]),
        Piece(FileKind.SEATS, [4], [RegisterSeat(22, 2, SeatRole.BROKER)]),
    ]
    assert pieces(tmp_path, PARTIES, "7,channel,p256,手机银行,no") == [
        Piece(FileKind.PARTIES, [2], [RegisterParty(7, Role.CHANNEL, Suite.P256_SHA256, "手机银行", False)])
    ]
    assert pieces(tmp_path, "seat,party,channel,broker", "71,7,1,2") == [
        Piece(FileKind.CHANNEL_SEATS, [2], [RegisterChannelSeat(71, 7, 1, 2)])
    ]
    fees = "2,Shanghai,share,buy,20260106,1_800_000 0 0 0 500 0,,20000 0 0 0 0 0,,,"
    head = "party,market,product,side,first_date,commission,stamp,transfer,handling,regulatory,notice"
    assert pieces(tmp_path, head, fees, fees + "7") == [
        Piece(FileKind.FEES, [2], [fees_set(2, 20_260_106)]),
        Piece(FileKind.FEES, [3], [fees_set(2, 20_260_106, notice=7)]),
    ]
    assert pieces(tmp_path, OUTLETS, "1,branch,,甲分行", "", "10,Sub_Branch,1,东支行", "1_1,outlet,10,一所") == [
        Piece(
            FileKind.OUTLETS,
            [2, 4, 5],
            [OutletEntry(1, 1, 0, "甲分行"), OutletEntry(10, 2, 1, "东支行"), OutletEntry(11, 3, 10, "一所")],
        )
    ]
    assert pieces(tmp_path, ACCOUNTS, f"6227,11,{HOLDER},100", "", f"6228,12,{HOLDER.upper()},0") == [
        Piece(
            FileKind.ACCOUNTS,
            [2, 4],
            [AccountTerms(6227, 11, holder_of(7), 100), AccountTerms(6228, 12, holder_of(7), 0)],
        )
    ]
    assert pieces(tmp_path, CONTRACTS, "6227,2,a123456789,0123456789,active", "6228,3,,,suspended") == [
        Piece(
            FileKind.CONTRACTS,
            [2, 3],
            [
                ContractLine(6227, 2, "A123456789", "0123456789", ContractStatus.ACTIVE),
                ContractLine(6228, 3, "", "", ContractStatus.SUSPENDED),
            ],
        )
    ]


def test_a_contract_line_becomes_terms_once_the_account_has_a_number() -> None:
    line = ContractLine(6227, 2, "A123456789", "0123456789", ContractStatus.ACTIVE)
    assert line.terms(293) == ContractTerms(293, 2, shares("A123456789", "0123456789"), ContractStatus.ACTIVE)
    assert ContractLine(6227, 2, "", "", ContractStatus.ACTIVE).terms(2) == ContractTerms(2, 2, [], 2)


def test_accounts_come_in_pieces_as_large_as_one_message(tmp_path: Path) -> None:
    count = ACCOUNTS_PER_CONTROL_MAX + 3
    lines = [f"{1 + index},11,{HOLDER},5" for index in range(count)]
    first, second = pieces(tmp_path, ACCOUNTS, *lines)
    assert (len(first.items), len(second.items)) == (ACCOUNTS_PER_CONTROL_MAX, 3)
    assert second.lines == [ACCOUNTS_PER_CONTROL_MAX + 2, ACCOUNTS_PER_CONTROL_MAX + 3, ACCOUNTS_PER_CONTROL_MAX + 4]


def test_a_piece_of_outlets_fits_a_message_however_long_their_names_are(tmp_path: Path) -> None:
    name = "\U0001f3e6" * 64  # four bytes each
    first = LINES_PER_PIECE[FileKind.OUTLETS]
    lines = [f"{OUTLET_MAX - place},outlet,{OUTLET_MAX - first - 9},{name}" for place in range(first + 1)]
    whole, rest = pieces(tmp_path, OUTLETS, *lines)
    entries = [item for item in whole.items if isinstance(item, OutletEntry)]
    assert (len(entries), len(rest.items)) == (first, 1)
    assert len(encode(RegisterOutlets(entries))) <= CONTROL_BODY_BYTES_MAX


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (["colour,size"], ":1: header row 'colour,size' is none of: party,role"),
        ([PARTIES, "2,broker,ed25519,A"], ":2: 4 fields, expected 5"),
        ([PARTIES, "two,broker,ed25519,A,yes"], ":2: party: 'two' is no whole number"),
        ([PARTIES, "2000,broker,ed25519,A,yes"], ":2: party: Expected `int` <= 1024"),
        ([PARTIES, "2,dealer,ed25519,A,yes"], ":2: role: 'dealer' is none of broker, channel, bank"),
        ([PARTIES, "2,broker,rsa,A,yes"], ":2: suite: 'rsa' is none of ed25519, p256"),
        ([PARTIES, "2,broker,p256,,yes"], ":2: name: Expected `str` of length >= 1"),
        ([PARTIES, "2,broker,p256,A,perhaps"], ":2: proceeds_at_fill: 'perhaps' is none of yes, no"),
        ([KEYS, "2,0,1,xyz,,"], ":2: public_key: not hexadecimal"),
        ([KEYS, "2,0,1,abcd,,"], ":2: public_key: 2 bytes, expected 32 (Ed25519) or 65 (P-256)"),
        ([KEYS, f"2,0,1,{KEY},tomorrow,"], ":2: not_before: 'tomorrow' is no time such as"),
        ([KEYS, f"2,0,1,{KEY},2026-01-05T09:00:00,"], ":2: not_before: '2026-01-05T09:00:00' names no time zone"),
        ([KEYS, f"2,0,1,{KEY},2026-01-05T09:00Z,2026-01-05T09:00Z"], ":2: not_after is not later than not_before"),
        ([OUTLETS, "1,head,,甲"], ":2: level: 'head' is none of branch, sub_branch, outlet"),
        ([OUTLETS, "1,branch,2,甲"], ":2: parent: '2', but 1 stands under nothing"),
        ([OUTLETS, "1,Sub_branch,,甲"], ":2: parent: '', but 1 stands under one branch"),
        ([OUTLETS, "1,outlet,0,甲"], ":2: parent: '0', but 1 stands under one sub_branch"),
        ([OUTLETS, "1,outlet,1,甲"], ":2: parent: '1', but 1 stands under one sub_branch"),
        ([OUTLETS, "1,outlet,x,甲"], ":2: parent: 'x' is no whole number"),
        ([OUTLETS, "0,branch,,甲"], ":2: outlet: Expected `int` >= 1"),
        ([OUTLETS, "1048576,branch,,甲"], ":2: outlet: Expected `int` <= 1048575"),
        ([OUTLETS, "1,branch,,"], ":2: name: Expected `str` of length >= 1"),
        ([OUTLETS, f"1,branch,,{'甲' * 65}"], ":2: name: Expected `str` of length <= 64"),
        ([OUTLETS, "1,branch,,甲\u200b"], ":2: name: '甲\\u200b' has a sign that cannot be printed"),
        ([OUTLETS, "1,branch,,甲", "1,branch,,乙"], ":3: outlet: 1 stands in line 2 already"),
        ([ACCOUNTS, f"0,11,{HOLDER},5"], ":2: bank_account_no: Expected `int` >= 1"),
        ([ACCOUNTS, f"{10**18},11,{HOLDER},5"], ":2: bank_account_no: Expected `int` <= 999999999999999999"),
        ([ACCOUNTS, f"1,0,{HOLDER},5"], ":2: outlet: Expected `int` >= 1"),
        ([ACCOUNTS, "1,11,somebody,5"], ":2: holder: not hexadecimal"),
        ([ACCOUNTS, "1,11,abcd,5"], ":2: holder: 2 bytes, expected 16 of a keyed digest"),
        ([ACCOUNTS, f"1,11,{HOLDER},-5"], ":2: balance_fen: '-5' is no whole number"),
        ([ACCOUNTS, f"1,11,{HOLDER},9.50"], ":2: balance_fen: '9.50' is no whole number"),
        ([ACCOUNTS, f'1,11,{HOLDER},"5'], ":2: unexpected end of data"),
        ([ACCOUNTS, f"1,11,{HOLDER},5", f"1,11,{HOLDER},5"], ":3: bank_account_no: 1 stands in line 2 already"),
        ([CONTRACTS, "0,2,,,active"], ":2: bank_account_no: Expected `int` >= 1"),
        ([CONTRACTS, "1,2000,,,active"], ":2: party: Expected `int` <= 1024"),
        ([CONTRACTS, "1,2,A1234567890,,active"], ":2: shanghai: Expected `str` matching regex"),
        ([CONTRACTS, "1,2,,0 1,active"], ":2: shenzhen: Expected `str` matching regex"),
        ([CONTRACTS, "1,2,,,closed"], ":2: status: 'closed' is none of pre_assigned, active, suspended"),
        ([CONTRACTS, "1,2,,,terminated"], ":2: status: 'terminated' is none of pre_assigned, active, suspended"),
        ([CONTRACTS, "1,2,,,active", "1,3,,,active"], ":3: bank_account_no: 1 stands in line 2 already"),
        (["account_no,restrained_fen", "2,1"], ":1: header row 'account_no,restrained_fen' is none of: "),
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


def test_a_fault_keeps_its_whole_piece_back(tmp_path: Path) -> None:
    file = tmp_path / "data.csv"
    file.write_text(f"{ACCOUNTS}\n1,11,{HOLDER},5\n2,11,{HOLDER},x\n", encoding="utf-8")
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
