"""Lists of corrections as CSV files: written and read again; one line of what is wrong, with file and row."""

from pathlib import Path

import pytest

from config.cli.acts.writing import Header, written
from config.cli.day.lists import LINE_COLUMNS, read_list, said_of, write_list
from config.kit.exit_codes import ExitCode, ProcessFault
from protocol.limits import AMOUNT_FEN_MAX, CORRECTIONS_PER_LIST_MAX
from protocol.messages.day.steps import ListedCorrection, list_digest

LINES = [ListedCorrection(195, 70_000, 0, 100, 30_000, 40_000), ListedCorrection(292, 5, 6, 0, 1, 0)]
HEAD = ",".join(LINE_COLUMNS)
GOOD = "195,1,0,0,1,0"


def test_a_list_is_read_as_it_was_written_and_replaces_nothing(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    write_list(file, LINES)

    assert file.read_text("utf-8") == f"{HEAD}\n195,70000,0,100,30000,40000\n292,5,6,0,1,0\n"
    assert read_list(file) == LINES
    wanted = "2 contracts: bought may rise by 300.01, brokers may bear 400.00, 1.00 of buys are rejected"
    assert said_of(LINES) == wanted
    with pytest.raises(ProcessFault, match="File exists"):
        write_list(file, LINES)


def test_a_list_that_a_spreadsheet_has_saved_is_the_same_list(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(b"\xef\xbb\xbf" + f"{HEAD}\r\n195,70000,0,100,30000,40000\r\n292,5,6,0,1,0\r\n\r\n".encode())
    assert read_list(file) == LINES
    file.write_bytes(f"{HEAD}\n张三,1,0,0,1,0".encode("gbk"))
    with pytest.raises(ProcessFault, match=r":2: byte 1 of the line is not UTF-8, as in GBK: save it as UTF-8"):
        read_list(file)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", ":1: the first row is contract_no,"),
        (f"{HEAD},more\n{GOOD}", ":1: the first row is contract_no,"),
        (HEAD, ": a list has at least one contract"),
        (f"{HEAD}\n{GOOD},0", ":2: 7 fields, expected 6"),
        (f"{HEAD}\n195,1,0,0,-1,0", ":2: rise_max_fen: '-1' is no whole number"),
        (f"{HEAD}\n0195,1,0,0,1,0", ":2: contract_no: '0195' is no whole number"),
        (f"{HEAD}\n195,1.0,0,0,1,0", ":2: cleared_buys_fen: '1.0' is no whole number"),
        (f"{HEAD}\n195,{'9' * 5_000},0,0,1,0", ":2: cleared_buys_fen: '999"),
        (f"{HEAD}\n195,{AMOUNT_FEN_MAX + 1},0,0,1,0", ":2: a number is out of its bounds"),
        (f"{HEAD}\n195,1,0,2,1,0", ":2: more is rejected than was cleared"),
        (f"{HEAD}\n{GOOD}\n{GOOD}", ":3: contracts rise, and each is there once"),
        (f'{HEAD}\n"195,1,0,0,1,0', ":2: unexpected end of data"),
        (f"{HEAD}\n195\x00,1,0,0,1,0", ":2: a zero byte, which no text has: save it as UTF-8"),
        (f'{HEAD}\n"195\n",1,0,0,1,0', ":2: contract_no: '195\\\\n' is no whole number"),
        (f"{HEAD}\n\n{GOOD}\n{GOOD}", ":4: contracts rise, and each is there once"),
        ("\n".join([HEAD, *[GOOD] * (CORRECTIONS_PER_LIST_MAX + 1)]), ":4098: a list has at most 4,096 contracts"),
        (HEAD + "\n" * (1 << 20), ":8193: a list has at most 4,096 contracts"),
    ],
)
def test_what_is_no_list_is_said_in_a_line(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "list.csv"
    file.write_text(text, "utf-8")

    with pytest.raises(ProcessFault) as caught:
        read_list(file)

    assert caught.value.exit_code == ExitCode.DATA
    assert f"{file}{says}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_cannot_be_read_is_said_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(b"\xff\xfe")
    for file, says in ((tmp_path / "list.csv", "this is UTF-16"), (tmp_path / "none.csv", "No such file")):
        with pytest.raises(ProcessFault, match=says):
            read_list(file)


def test_the_act_of_a_list_is_written_from_its_file(tmp_path: Path) -> None:
    file, header = tmp_path / "list.csv", Header(11, "0123456789abcdef", "因业务需要", 7, 1_790_000_000, None)
    write_list(file, LINES)
    words = [f"list={file}", "party=2", "trade_date=20260105", "set_number=1", "last_date=20260105"]

    text = written("correct_list", header, words)[1]

    assert f'"count":2,"digest":"{list_digest(LINES).hex()}"' in text
    with pytest.raises(ProcessFault, match=r"count=… is missing"):
        written("correct_list", header, words[1:])
