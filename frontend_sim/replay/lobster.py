"""Recorded order flow: a CSV in the columns of the LOBSTER message format, line by line.

Columns, no header: time (seconds after midnight, decimals allowed), type, order id, size, price × 10,000, direction
(1 buy, −1 sell). Types: 1 new order, 2 partial cancel, 3 delete, 4 execution of a visible order, 5 execution of a
hidden order, 6 cross trade, 7 trading halt.

Belongs here: reading and checking a line. Never here: what is done about it (flow).
"""

from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

from config.kit.exit_codes import ExitCode, ProcessFault
from config.text_files import NotText, text_lines

FIELDS = 6
LINE_CHARS_MAX = 200
ORDER_ID_MAX = 2**62
SIZE_MAX = 2**31 - 1
PRICE_MAX = 2**40
SECONDS_OF_DAY = 86_400
NS_DIGITS = 9
NS_PER_SECOND = 1_000_000_000


class FlowFileError(ProcessFault):
    """A line cannot be used: file, line number and reason in one line of text."""

    def __init__(self, message: str) -> None:
        """Takes that line; the code is always ExitCode.DATA."""
        super().__init__(message, ExitCode.DATA)


class MessageType(IntEnum):
    """What a line of the recorded flow says."""

    NEW = 1
    PARTIAL_CANCEL = 2
    DELETE = 3
    EXECUTION = 4
    HIDDEN_EXECUTION = 5
    CROSS = 6
    HALT = 7


class FlowMessage(NamedTuple):
    """One line. Price in 1/10,000 of the currency unit, size in shares."""

    line_no: int
    time_ns: int  # after midnight
    type: MessageType
    order_id: int
    size: int
    price: int
    is_buy: bool


def read_flow(file: Path) -> Iterator[FlowMessage]:
    """The messages of a file, in its order. Raises FlowFileError at the first line that cannot be used."""
    try:
        with file.open("rb") as stream:
            for line_no, line in enumerate(text_lines(stream), start=1):
                if len(line) > LINE_CHARS_MAX:
                    raise FlowFileError(f"{file}:{line_no}: longer than {LINE_CHARS_MAX} characters")
                if line.strip():
                    yield parse_line(str(file), line_no, line)
    except OSError as error:
        raise FlowFileError(f"{file}: {error.strerror}") from None
    except NotText as error:
        raise FlowFileError(f"{file}:{error.line_no}: {error}") from None


def parse_line(name: str, line_no: int, line: str) -> FlowMessage:
    """One line as a message. Raises FlowFileError naming `name`, the line and the reason."""
    fields = [field.strip() for field in line.split(",")]
    try:
        if len(fields) != FIELDS:
            raise ValueError(f"{len(fields)} fields, expected {FIELDS}")
        time_ns = _time_ns(fields[0])
        type_no, order_id, size, price, direction = map(_whole, fields[1:])
        message_type = _message_type(type_no)
        if message_type is not MessageType.HALT:  # a halt carries −1 and 0 where others carry figures
            _check("order id", order_id, 0, ORDER_ID_MAX)
            _check("size", size, 1, SIZE_MAX)
            _check("price", price, 1, PRICE_MAX)
        if direction not in (1, -1):
            raise ValueError(f"direction is {direction}, expected 1 or -1")
    except ValueError as error:
        raise FlowFileError(f"{name}:{line_no}: {error}") from None
    return FlowMessage(line_no, time_ns, message_type, order_id, size, price, direction == 1)


def _whole(text: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"{text!r} is no whole number")
    return int(text)


def _time_ns(text: str) -> int:
    seconds, _, fraction = text.partition(".")
    if not all(part.isascii() and part.isdigit() for part in (seconds, fraction or "0")):
        raise ValueError(f"time {text!r} is no number of seconds")
    if int(seconds) >= SECONDS_OF_DAY:
        raise ValueError(f"time {text!r} is not within a day")
    return int(seconds) * NS_PER_SECOND + int(fraction[:NS_DIGITS].ljust(NS_DIGITS, "0"))


def _message_type(number: int) -> MessageType:
    if number not in set(MessageType):
        raise ValueError(f"type {number} is none of 1 to 7")
    return MessageType(number)


def _check(what: str, value: int, lowest: int, highest: int) -> None:
    if not lowest <= value <= highest:
        raise ValueError(f"{what} {value} is not within {lowest} to {highest}")
