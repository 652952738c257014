"""What a caller hands in, judged before anything is kept: type, range, layout. One line names the argument.

Belongs here: checks of arguments, and the copy of what the caller could change later. Never here: rules about money
(the bank decides them, and a refusal is a value), layouts.
A whole number may be of any integer type, numpy's too; never bool, float or text, which only look like one.
"""

import operator
from collections.abc import Sequence

import msgspec
import numpy as np

from ...errors import MisuseError, PeerViolation
from ...given_numbers import index_from_account_no
from ...limits import (
    ACT_BODY_BYTES_MAX,
    CONTROL_BODY_BYTES_MAX,
    QUERY_CONTRACTS_MAX,
    REQUEST_NUMBER_MAX,
    REQUESTS_PER_SEAT_DATE_MAX,
    SMALL_CONTROL_BODY_BYTES_MAX,
    TRADE_DATE_MAX,
    TRADE_DATE_MIN,
)
from ...messages.codec import decode_control
from ...messages.control import ControlMessage
from ...messages.day.steps import TellCorrections
from ...messages.persons import Act, ActSignature
from ...records import RECORD, RecordArray
from ...trade_dates import is_trade_date
from ...vocabulary import BANK_SEAT
from ..outcomes import Outcome, RequestKey

INT32_MAX = 2**31 - 1
INT64_MAX = 2**63 - 1
WORD_BYTES_MAX = 8  # `security` and `partner_ref`
KEY_FIELDS = len(RequestKey._fields)

_control_encoder = msgspec.msgpack.Encoder(enc_hook=operator.index)  # numpy's integers as whole numbers, nothing else


def whole_number(name: str, value: object, lowest: int, highest: int) -> int:
    """`value` as an int. Raises MisuseError unless it is a whole number within lowest to highest."""
    if isinstance(value, bool | np.bool_):
        raise MisuseError(f"{name} is a whole number, not {shown(value)}")
    try:
        number = operator.index(value)  # type: ignore[arg-type]  # whatever it is, it says so itself
    except Exception as error:
        raise MisuseError(f"{name} is a whole number, not {shown(value)}") from error
    if not lowest <= number <= highest:
        raise MisuseError(f"{name} is {shown(number)}, not within {lowest} to {highest}")
    return number


def account_number(value: object) -> int:
    """The number of a savings account. Raises MisuseError for anything else, also for a contract's number."""
    number = whole_number("account_no", value, 1, INT64_MAX)
    if index_from_account_no(number) < 0:
        raise MisuseError(f"account_no is {number}, whose check digits are not an account's")
    return number


def moment_ns(name: str, value: object) -> int:
    """UTC nanoseconds since 1970, 0 to 2^63 - 1. Raises MisuseError for anything else."""
    if type(value) is int and 0 <= value <= INT64_MAX:
        return value
    return whole_number(name, value, 0, INT64_MAX)


def short_bytes(name: str, value: object) -> bytes:
    """At most 8 bytes. Raises MisuseError for anything else, also for text."""
    if not isinstance(value, bytes | bytearray | memoryview | np.void):
        raise MisuseError(f"{name} is bytes, not {shown(value)}")
    try:
        data = value.tobytes() if isinstance(value, np.void) else bytes(value)
    except Exception as error:  # a memoryview that was released, a class of the caller's own
        raise MisuseError(f"{name} is bytes that cannot be read: {type(error).__name__}") from error
    if len(data) > WORD_BYTES_MAX:
        raise MisuseError(f"{name} has at most {WORD_BYTES_MAX} bytes, not {len(data)}")
    return data


def text(name: str, value: object, chars_max: int) -> str:
    """Text that can be encoded. Raises MisuseError for anything else."""
    if not isinstance(value, str):
        raise MisuseError(f"{name} is text, not {shown(value)}")
    value = str.__str__(value)  # also of a class of the caller's own
    if len(value) > chars_max:
        raise MisuseError(f"{name} has {len(value)} characters, at most {chars_max} are allowed")
    try:
        value.encode()
    except UnicodeError as error:
        raise MisuseError(f"{name} has a character that cannot be encoded") from error
    if "\0" in value:
        raise MisuseError(f"{name} has a zero character")
    return value


def target_key(target: object) -> tuple[int, int, int]:
    """Trade date, seat and number that a release or a fill names. Raises MisuseError for what names no request."""
    if not isinstance(target, tuple) and isinstance(target, Outcome):
        if target.number == 0:
            raise MisuseError("target is a request that was never given a number")
        target = target.key
    if not isinstance(target, tuple) or tuple.__len__(target) != KEY_FIELDS:
        raise MisuseError(f"target is an Outcome or a RequestKey, not {shown(target)}")
    trade_date, seat, number = target
    if type(trade_date) is type(seat) is type(number) is int and trade_date >= 0 and seat >= 0 and number >= 0:
        return trade_date, seat, number  # what is too large has no place in the record
    return (
        whole_number("trade date of target", trade_date, 0, INT32_MAX),
        whole_number("seat of target", seat, 0, INT32_MAX),
        whole_number("number of target", number, 0, INT64_MAX),
    )


def records_body(records: object, count_max: int = REQUESTS_PER_SEAT_DATE_MAX) -> bytes:
    """A copy of (n,) RECORD, 1 ≤ n ≤ count_max, without gaps: n × 64 bytes. Raises MisuseError for anything else."""
    if not isinstance(records, np.ndarray) or isinstance(records, np.ma.MaskedArray):
        raise MisuseError(f"records are a (n,) array of RECORD, not {shown(records)}")
    if records.dtype != RECORD:
        have = f"these have {records.itemsize} bytes each in another layout"
        raise MisuseError(f"records are a (n,) array of RECORD: {have} (numpy repacks what it concatenates)")
    if records.ndim != 1 or len(records) < 1:
        raise MisuseError(f"records are a (n,) array of RECORD with n ≥ 1, not of shape {records.shape}")
    if len(records) > count_max:
        raise MisuseError(f"{len(records)} records are handed in, at most {count_max} are allowed")
    return records.tobytes()


def records_of(body: bytes) -> RecordArray:
    """The (n,) RECORD view of what `records_body` copied."""
    return np.frombuffer(body, RECORD)


def control_body(message: object, seat: int) -> bytes:
    """The body of a control message of this seat. Raises MisuseError for what is none, or is out of its bounds.

    Which role a seat has is not told to it, so only the first one, which is of master data, may send a large one.
    """
    if not isinstance(message, ControlMessage):
        raise MisuseError(f"message is a control message, not {shown(message)}")
    name = type(message).__name__
    try:
        body = _control_encoder.encode(message)
        decode_control(body)  # a message is not judged when it is made
    except PeerViolation as violation:
        raise MisuseError(f"{name} is out of its bounds: {violation.__cause__ or violation.detail}") from violation
    except Exception as error:  # a field may be anything, and each kind of thing fails in its own way
        raise MisuseError(f"{name} cannot be encoded: {error}") from error
    small_max = ACT_BODY_BYTES_MAX if isinstance(message, Act | TellCorrections) else SMALL_CONTROL_BODY_BYTES_MAX
    bytes_max = CONTROL_BODY_BYTES_MAX if seat == BANK_SEAT else small_max
    if len(body) > bytes_max:
        raise MisuseError(f"{name} has {len(body)} bytes, at most {bytes_max} are allowed")
    return body


def act_of_people(text: object, signatures: object) -> Act:
    """The message of an act. Raises MisuseError for no text and signatures of one, within their bounds."""
    if not isinstance(text, bytes):
        raise MisuseError(f"text is the bytes that were signed, not {shown(text)}")
    if not isinstance(signatures, list | tuple) or not all(isinstance(each, ActSignature) for each in signatures):
        raise MisuseError(f"signatures is a list of ActSignature, not {shown(signatures)}")
    return Act(text, list(signatures))


def numbers_to_ask(name: str, contract_nos: object, highest: int = REQUEST_NUMBER_MAX) -> list[int]:
    """1 to 64 numbers of the argument `name`, in their order. Raises MisuseError for anything else."""
    is_list = isinstance(contract_nos, Sequence) and not isinstance(contract_nos, str | bytes | bytearray | memoryview)
    if isinstance(contract_nos, np.ndarray):
        is_list = contract_nos.ndim == 1
    if not is_list:
        raise MisuseError(f"{name} is a list of whole numbers, not {shown(contract_nos)}")
    try:
        count = len(contract_nos)  # type: ignore[arg-type]  # a sequence or an array, as just seen
    except Exception as error:
        raise MisuseError(f"{name} cannot be read: {type(error).__name__}") from error
    if not 1 <= count <= QUERY_CONTRACTS_MAX:
        raise MisuseError(f"{name} has {count} numbers, not 1 to {QUERY_CONTRACTS_MAX}")
    return [
        whole_number(f"a number of {name}", number, 1, highest)
        for number in contract_nos  # type: ignore[attr-defined]
    ]


def calendar_date(name: str, value: object) -> int:
    """A trade date, yyyymmdd. Raises MisuseError for what is no day of the calendar."""
    number = whole_number(name, value, TRADE_DATE_MIN, TRADE_DATE_MAX)
    if not is_trade_date(number):
        raise MisuseError(f"{name} is {number}, which is no day of the calendar")
    return number


def shown(value: object) -> str:
    """A short word for a value of a caller, whatever it is."""
    if isinstance(value, int) and not isinstance(value, bool):
        bits = int.bit_length(value)
        return int.__repr__(value) if bits <= 256 else f"a number of {bits} bits"
    if value is None or isinstance(value, bool | float):
        return str(value)
    return f"a value of type {type(value).__name__}"
