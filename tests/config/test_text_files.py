"""Rows of CSV files with the line on which each begins, as an editor counts them.

Belongs here: places. Never here: what the rows mean (each reader's own tests).
"""

from io import BytesIO

import pytest

from config.text_files import NotText, csv_rows


def test_a_row_has_the_line_on_which_it_begins() -> None:
    file = BytesIO(b'\xef\xbb\xbfa,b\r\n"over\r\ntwo",1\r\n\r\nlast,2')
    assert list(csv_rows(file)) == [(1, ["a", "b"]), (2, ["over\r\ntwo", "1"]), (4, []), (5, ["last", "2"])]


@pytest.mark.parametrize(
    ("file", "line_no", "reason"),
    [
        (b'a\n"b\nc\n', 2, "unexpected end of data"),
        (b'a\n"b\nc"d\n', 2, "',' expected after '\"'"),
        (b'"a\nb"\n\xd5\xc5\n', 3, "byte 1 of the line is not UTF-8, as in GBK"),
    ],
)
def test_a_fault_has_the_line_on_which_its_row_begins(file: bytes, line_no: int, reason: str) -> None:
    with pytest.raises(NotText, match=reason) as caught:
        list(csv_rows(BytesIO(file)))
    assert caught.value.line_no == line_no
