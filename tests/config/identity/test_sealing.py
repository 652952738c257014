"""`yzt identity seal`: what a teller signs of a customer, from a file and a keypad to the desk that opens it."""

import os
from pathlib import Path

import pytest

from config.cli import commands as cli
from config.cli.acts.writing import Header, written
from config.cli.identity.sealing import COLUMNS
from config.kit.exit_codes import ExitCode
from gateway.identity.key_files import read_unsealing
from protocol.acts.customers import SignAtCounterAct
from protocol.particulars import Document, Person, binding_of, password_from_bytes, person_from_bytes

HEADER = ",".join(COLUMNS)
ROW = "4,17,2,20260105,6217000000000001,A123456789,,resident_card,11010519491231002X,王小明"
PASSWORD = "planted-pw"


@pytest.fixture
def counter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder with the identity desk's keys."""
    assert cli.main(["identity", "keygen", str(tmp_path)]) == ExitCode.OK
    capsys.readouterr()
    return tmp_path


def seal(folder: Path, text: str, password: str = PASSWORD, persons: str = "1=persons-1.pub.pem") -> int:
    """What the command returns for a file, with the password from a keypad."""
    file = folder / "customer.csv"
    file.write_text(text, "utf-8")
    reading, writing = os.pipe()
    os.write(writing, f"{password}\n".encode())
    os.close(writing)
    number, _, name = persons.partition("=")
    keys = ["--persons", f"{number}={folder / name}", "--passwords", f"3={folder / 'passwords-1.pub.pem'}"]
    try:
        return cli.main(["identity", "seal", str(file), *keys, "--password-fd", str(reading)])
    finally:
        os.close(reading)


def test_what_a_customer_shows_becomes_words_of_one_act(counter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert seal(counter, f"{HEADER}\n{ROW}\n") == ExitCode.OK
    words = capsys.readouterr().out.split()

    header = Header(4, "0" * 16, "柜台签约", 17, 1_800_000_000, None)
    act, text = written("sign_contract_at_counter", header, ["account_no=99", *words])

    assert isinstance(act, SignAtCounterAct)
    assert (act.party, act.shanghai, act.shenzhen, act.person_key_id, act.password_key_id) == (
        2,
        "A123456789",
        "",
        1,
        3,
    )
    bound = binding_of(2, 20_260_105, act.push_serial, 6_217_000_000_000_001, act.securities_accounts, 0)
    person = read_unsealing(counter / "persons-1.pem").opened(bytes.fromhex(act.sealed_person))
    password = read_unsealing(counter / "passwords-1.pem").opened(bytes.fromhex(act.sealed_password))
    assert person is not None
    assert password is not None
    assert person_from_bytes(bound, person) == Person(Document.RESIDENT_CARD, "11010519491231002X", "王小明")
    assert password_from_bytes(bound, password) == PASSWORD
    assert PASSWORD not in text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (ROW, "the header row is author,serial,"),
        (f"{HEADER}\n{ROW}\n{ROW}", "and one row follows"),
        (f"{HEADER}\n{ROW.replace('4,17', '0,17')}", ":2: author: no number from 1 to 65535"),
        (f"{HEADER}\n{ROW.replace('20260105', '20260230')}", ":2: trade_date: no date such as 20260105"),
        (f"{HEADER}\n{ROW.replace('resident_card', 'library_card')}", ":2: document: none of"),
        (f"{HEADER}\n{ROW.replace('王小明', '')}", ":2: particulars: a field is out of its bounds"),
    ],
)
def test_what_cannot_be_sealed_is_told_without_a_word_of_the_customer(
    counter: Path, capsys: pytest.CaptureFixture[str], text: str, reason: str
) -> None:
    assert seal(counter, text) == ExitCode.DATA
    said = capsys.readouterr()
    assert reason in said.err
    assert said.out == ""
    assert not [word for word in ("王小明", "11010519491231002X", PASSWORD) if word in said.err]


def test_a_card_password_has_a_length_and_a_key_is_named(counter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"{HEADER}\n{ROW}"
    assert seal(counter, text, password="") == ExitCode.DATA
    assert "a card password has 1 to 12 characters" in capsys.readouterr().err
    assert seal(counter, text, persons="persons-1.pub.pem") == ExitCode.USAGE
    assert cli.main(["identity", "seal"]) == ExitCode.USAGE
