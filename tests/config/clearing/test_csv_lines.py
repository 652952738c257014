"""Files of clearing sets: what is read of them, what is written, and every fault in one line.

Belongs here: files and records. Never here: what the bank would refuse (test_command).
"""

import io
from pathlib import Path

import pytest

from config.cli.clearing.csv_lines import FIELD_CHARS_MAX, HEADER, read_set, write_set
from config.kit.exit_codes import ExitCode, ProcessFault
from frontend_sim.market.example_set import example_set
from protocol.client import RequestKey, buy_line, contract_line, dividend_line, order_line, refund_line, sell_line
from protocol.records import RECORD
from protocol.vocabulary import ClearedEvent, Fate, Market
from tests.config.clearing.files import DATE, order, row, sell, written

TARGET = {"order_date": DATE, "order_seat": 21, "order_number": 7}
FEES = {"stamp_fen": 1, "transfer_fen": 2, "handling_fen": 3, "regulatory_fen": 4}
NAMED = RequestKey(DATE, 21, 7)


def test_each_kind_of_line_is_read_as_the_sdk_makes_it(tmp_path: Path) -> None:
    traded = {"market": "XSHE", "quantity": "1_000", "turnover_fen": 9, "commission_fen": 8, **FEES}
    referring = {"security": "600000", "contract_no": 98}
    file = written(
        tmp_path,
        row(kind="order", contract_no=98, fate="Held", quantity=5, frozen_fen=70, released_fen=20, **TARGET),
        row(kind="BUY", contract_no=98, **traded, **TARGET),
        row(kind="sell", reference=1, **referring, **traded),
        "",
        row(kind="dividend", reference=2, **referring, gross_fen=12, tax_fen=1),
        row(kind="refund", reference=3, **referring, amount_fen=6, market="none"),
        row(kind="contract", contract_no=195, event="closed"),
    )
    fees = {**FEES, "turnover_fen": 9, "commission_fen": 8, "market": int(Market.XSHE), "quantity": 1_000}

    read = read_set(file, DATE)

    assert read.bad == []
    assert read.line_nos == [2, 3, 4, 6, 7, 8]
    assert [line.tobytes() for line in read.lines] == [
        order_line(NAMED, 98, Fate.HELD, on=DATE, frozen_fen=70, released_fen=20, cancelled=5),
        buy_line(NAMED, 98, on=DATE, **fees),
        sell_line(1, 98, on=DATE, security=b"600000", **fees),
        dividend_line(2, 98, on=DATE, gross_fen=12, tax_fen=1, security=b"600000"),
        refund_line(3, 98, on=DATE, amount_fen=6, security=b"600000"),
        contract_line(195, ClearedEvent.CLOSED, on=DATE),
    ]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    lines = example_set(DATE, 300, 7)
    stream = io.StringIO()
    write_set(stream, lines)
    file = tmp_path / "set.csv"
    file.write_text(stream.getvalue(), "utf-8")

    read = read_set(file, DATE)

    assert len(lines) > 300
    assert read.lines.tobytes() == lines.tobytes()
    assert read.line_nos == list(range(2, len(lines) + 2))


def test_a_file_without_lines_is_a_set_that_is_empty(tmp_path: Path) -> None:
    read = read_set(written(tmp_path), DATE)

    assert (read.lines.shape, read.lines.dtype, read.bad) == ((0,), RECORD, [])


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row(kind="bond", contract_no=98), "kind: 'bond' is none of order, buy, sell, dividend, refund, contract"),
        (order(1) + ",", f"{len(HEADER) + 1} fields, expected {len(HEADER)}"),
        (order(1, contract_no=""), "contract_no: empty"),
        (order(1, fate="lost"), "fate: 'lost' is none of filled, partly, cancelled, refused, held"),
        (order(1, frozen_fen="12.50"), "frozen_fen: '12.50' is no whole number"),
        (order(1, frozen_fen="-1"), "frozen_fen: '-1' is no whole number"),
        (order(1, turnover_fen="5"), "turnover_fen: a line of kind order has none"),
        (order(""), "order_number: empty"),  # type: ignore[arg-type]
        (order(1, frozen_fen="9" * 39), "frozen_fen"),
        (sell(1, market="NYSE"), "market: 'NYSE' is none of none, xshg, xshe"),
        (sell(1, security="123456789"), "security: '123456789' has more than 8 bytes"),
        (sell(0), "reference"),
        (sell(1, stamp_fen=2**31), "stamp_fen"),
        (row(kind="contract", contract_no=98, event="born"), "event: 'born' is none of opened, closed"),
        (order(1, frozen_fen="9" * (FIELD_CHARS_MAX + 1)), f"a field longer than {FIELD_CHARS_MAX} characters"),
    ],
)
def test_a_row_that_is_no_line_is_one_fault_and_the_others_are_read(tmp_path: Path, bad: str, reason: str) -> None:
    read = read_set(written(tmp_path, sell(1), bad, order(5)), DATE)

    assert read.line_nos == [2, 4]
    assert [fault.line_no for fault in read.bad] == [3]
    assert read.bad[0].reason.startswith(reason)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", ":1: the header row is not kind,"),
        (b"kind,contract_no\n", ":1: the header row is not kind,"),
        (",".join(HEADER).encode() + b'\n"order\n', ":2: unexpected end of data"),
        (",".join(HEADER).encode() + b"\n\xff\n", ":2: byte 1 of the line is not UTF-8"),
    ],
)
def test_what_is_no_such_file_is_one_line(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "set.csv"
    file.write_bytes(content)

    with pytest.raises(ProcessFault) as raised:
        read_set(file, DATE)

    assert str(raised.value).startswith(f"{file}{reason}")
    assert raised.value.exit_code == ExitCode.DATA


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ProcessFault, match=r"none\.csv: No such file or directory$"):
        read_set(tmp_path / "none.csv", DATE)
