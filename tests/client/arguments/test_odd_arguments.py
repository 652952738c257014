"""Values of classes of the caller's own, which fail when they are looked at: taken, or told as misuse, nothing else.

Belongs here: the checks of arguments by themselves. Never here: verbs, links.
"""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from protocol.client.verbs import arguments
from protocol.errors import MisuseError
from protocol.limits import SMALL_CONTROL_BODY_BYTES_MAX
from protocol.messages.control import RegisterKey, RegisterParty
from protocol.messages.customers.accounts import ChangeContract, OpenAccounts
from protocol.vocabulary import BANK_SEAT
from tests.customers import account


class OddNumber(int):
    """An integer of the caller's own that fails when it is asked."""

    def bit_length(self) -> int:
        raise RuntimeError("not now")


class OddText(str):
    """Text likewise."""

    __slots__ = ()

    def __len__(self) -> int:
        raise RuntimeError("not now")


class OddBytes(bytes):
    """Bytes likewise."""

    def __bytes__(self) -> bytes:
        raise RuntimeError("not now")


class OddTuple(tuple[int, ...]):
    """A sequence likewise."""

    __slots__ = ()

    def __len__(self) -> int:
        raise RuntimeError("not now")


def released() -> memoryview:
    """A view of nothing any more."""
    view = memoryview(b"reference")
    view.release()
    return view


ODD_VALUES = (
    OddNumber(5),
    OddNumber(2**80),
    OddText("word"),
    OddBytes(b"ref"),
    released(),
    memoryview(b"abcdefgh")[::2],
)
CHECKS: dict[str, Callable[[Any], object]] = {
    "whole_number": lambda value: arguments.whole_number("count", value, 6, 100),
    "moment_ns": lambda value: arguments.moment_ns("valid_until_ns", value),
    "short_bytes": lambda value: arguments.short_bytes("partner_ref", value),
    "text": lambda value: arguments.text("software", value, 64),
    "target_key": arguments.target_key,
    "records_body": arguments.records_body,
    "account_number": arguments.account_number,
    "a number to ask for": lambda value: arguments.numbers_to_ask("contract_nos", [value]),
    "numbers_to_ask": lambda value: arguments.numbers_to_ask("contract_nos", value),
    "calendar_date": lambda value: arguments.calendar_date("traded_on", value),
    "a control message": lambda value: arguments.control_body(value, 1),
    "its number": lambda value: arguments.control_body(ChangeContract(value, 1), 1),
    "its text": lambda value: arguments.control_body(RegisterParty(2, 2, 1, value, True), 1),
    "its bytes": lambda value: arguments.control_body(RegisterKey(2, 1, value, 0, 1, 0), 1),
}


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("place", range(len(ODD_VALUES)))
def test_a_value_that_fails_when_it_is_looked_at_is_taken_or_told_as_misuse(check: str, place: int) -> None:
    with contextlib.suppress(MisuseError):
        CHECKS[check](ODD_VALUES[place])


def test_control_that_the_bank_would_end_a_broker_for_is_not_taken() -> None:
    large = OpenAccounts([account(number, 10**10) for number in range(1, 30)])

    assert len(arguments.control_body(large, BANK_SEAT)) > SMALL_CONTROL_BODY_BYTES_MAX
    with pytest.raises(MisuseError, match=f"at most {SMALL_CONTROL_BODY_BYTES_MAX} are allowed"):
        arguments.control_body(large, 2)
    assert arguments.control_body(ChangeContract(195, 1), 2)
