"""`yzt identity keygen | digest`, and what its options must be: without a bank."""

import stat
from pathlib import Path

import pytest

from config.cli import commands as cli
from config.cli.identity.persons import COLUMNS
from config.cli.load.csv_files import FileKind, read_pieces
from config.kit.exit_codes import ExitCode
from gateway.identity.holders import holder_digest
from gateway.identity.key_files import read_holder_key, read_unsealing
from protocol.messages.customers.accounts import AccountTerms
from protocol.particulars import Document, Person

WANG = Person(Document.RESIDENT_CARD, "11010519491231002X", "王小明")


def yzt(*words: object) -> int:
    return cli.main(["identity", *map(str, words)])


@pytest.fixture
def keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder with both secrets."""
    assert yzt("keygen", tmp_path) == ExitCode.OK
    capsys.readouterr()
    return tmp_path


def test_keygen_makes_a_key_pair_and_the_key_of_digests_once(keys: Path, capsys: pytest.CaptureFixture[str]) -> None:
    holder = (keys / "holder.key").read_bytes()

    assert yzt("keygen", keys, "--number", 2) == ExitCode.OK
    assert capsys.readouterr().out.split() == [
        str(keys / f"{what}-2{end}") for what in ("persons", "passwords") for end in (".pem", ".pub.pem")
    ]
    assert yzt("keygen", keys, "--number", 2) == ExitCode.CONFIG
    assert (keys / "holder.key").read_bytes() == holder
    assert read_unsealing(keys / "persons-1.pem") is not None
    assert {stat.S_IMODE(file.stat().st_mode) for file in keys.glob("*.key")} == {0o600}


def test_a_file_of_persons_becomes_one_of_accounts(keys: Path, capsys: pytest.CaptureFixture[str]) -> None:
    persons, accounts = keys / "persons.csv", keys / "accounts.csv"
    rows = [
        "6217000000000001,11,resident_card, 1101 0519 4912 31002x ,王小明,10_000",
        "6217000000000002,11,passport,P1,Li,5",
    ]
    persons.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n", "utf-8")

    assert yzt("digest", persons, "--holder-key", keys / "holder.key") == ExitCode.OK
    accounts.write_text(capsys.readouterr().out, "utf-8")

    (piece,) = read_pieces(accounts)
    holder = holder_digest(read_holder_key(keys / "holder.key"), WANG)
    assert (piece.kind, piece.items[0]) == (FileKind.ACCOUNTS, AccountTerms(6_217_000_000_000_001, 11, holder, 10_000))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,2,3", "3 columns, expected 6"),
        ("1,2,library_card,PLANTED,PLANTED,5", "document: none of"),
        ("1,2,passport,,PLANTED,5", "a person's name or number is out of its bounds"),
        (f"1,2,passport,{'PLANTED' * 9},PLANTED,5", "a person's name or number is out of its bounds"),
    ],
)
def test_a_wrong_person_is_told_by_line_without_a_word_of_him(
    keys: Path, row: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    persons = keys / "persons.csv"
    persons.write_text(f"{','.join(COLUMNS)}\n{row}\n")

    assert yzt("digest", persons, "--holder-key", keys / "holder.key") == ExitCode.DATA
    said = capsys.readouterr()
    assert f"{persons}:2: {reason}" in said.err
    assert "PLANTED" not in said.err + said.out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("keygen",), ExitCode.USAGE),
        (("keygen", "none"), ExitCode.USAGE),
        (("keygen", ".", "--number", "0"), ExitCode.USAGE),
        (("digest", "x.csv"), ExitCode.USAGE),
        (("digest", "--holder-key", "HOLDER"), ExitCode.USAGE),
        (("digest", "none.csv", "--holder-key", "HOLDER"), ExitCode.DATA),
        (("digest", "HOLDER", "--holder-key", "HOLDER"), ExitCode.DATA),
        (("once",), ExitCode.USAGE),
        (("once", "--holder-key", "none.key"), ExitCode.CONFIG),
        (("once", "--holder-key", "HOLDER"), ExitCode.USAGE),
        (("once", "--holder-key", "HOLDER", "--key", "none.pem", "--persons", "1=x"), ExitCode.CONFIG),
    ],
)
def test_what_is_wrong_with_a_command(
    keys: Path, words: tuple[str, ...], code: ExitCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(keys)

    assert yzt(*(str(keys / "holder.key") if word == "HOLDER" else word for word in words)) == code
