"""Text files that people made with whatever was at hand: read as UTF-8, or the place where they are not.

What belongs here: from bytes to text, line by line, and to the rows of a CSV file. What never may: what they mean.
"""

import codecs
import csv
from collections.abc import Iterator
from typing import IO

LINE_BYTES_MAX = 1 << 16
REMEDY = "save it as UTF-8 (in Excel: CSV UTF-8)"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class NotText(ValueError):
    """A file is no text in UTF-8. `line_no` from 1; the message is the reason without the place."""

    def __init__(self, line_no: int, reason: str) -> None:
        super().__init__(reason)
        self.line_no = line_no


def text_lines(stream: IO[bytes]) -> Iterator[str]:
    """The lines of a stream with their ends, a byte order mark left out. Raises: NotText, OSError."""
    line_no = 0
    while line := stream.readline(LINE_BYTES_MAX + 1):
        line_no += 1
        if len(line) > LINE_BYTES_MAX:
            raise NotText(line_no, f"a line longer than {LINE_BYTES_MAX} bytes")
        if line_no == 1:
            if line.startswith(_UTF_16):
                raise NotText(1, f"this is UTF-16: {REMEDY}")
            line = line.removeprefix(codecs.BOM_UTF8)
        if b"\0" in line:
            raise NotText(line_no, f"a zero byte, which no text has: {REMEDY}")
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError as error:
            guess = ", as in GBK" if _is_gbk(line) else ""
            raise NotText(line_no, f"byte {error.start + 1} of the line is not UTF-8{guess}: {REMEDY}") from None


def csv_rows(stream: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV file, each with the line on which it begins: a cell in quotes may go over several. An empty row
    has no cells. Raises: NotText, OSError.
    """
    reader = csv.reader(text_lines(stream), strict=True)
    while True:
        line_no = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise NotText(line_no, str(error)) from None
        if cells is None:
            return
        yield line_no, cells


def _is_gbk(line: bytes) -> bool:
    try:
        line.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return True
