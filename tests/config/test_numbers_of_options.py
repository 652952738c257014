"""Options that are numbers: what no bank can mean is one line, with what stands there and both bounds, before anything
is asked or written.

Belongs here: bounds. Never here: what a command does with a number.
"""

import argparse
from collections.abc import Callable

import pytest

from config.cli.acts import command as acts
from config.cli.acts.writing import Header, written
from config.cli.books import command as books
from config.cli.clearing import command as clearing
from config.cli.clearing.declared import declared_second
from config.cli.day import command as day
from config.cli.day import worklist
from config.cli.identity import command as identity
from config.cli.options import CONTRACT
from config.kit.exit_codes import ExitCode, ProcessFault
from config.schema import Config, load
from protocol.given_numbers import contract_no_from_index
from protocol.limits import CONTRACTS_MAX

Main = Callable[[list[str], Config], int]
SEND = ["send", "x.csv", "--date", "20260105"]
WRITE = ["write", "void", "x.json", "--reason", "r", "--author"]


@pytest.mark.parametrize(
    ("main", "words", "says"),
    [
        (day.main, ["status", "--party", "-1"], "--party: '-1' is no whole number from 1 to 1024"),
        (day.main, ["status", "--party", "1025"], "--party: '1025' is no whole number from 1 to 1024"),
        (day.main, ["status", "--party", "x"], "--party: 'x' is no whole number from 1 to 1024"),
        (day.main, ["status", "--party", "９"], "--party: '９' is no whole number from 1 to 1024"),
        (day.main, ["status", "--party", "9" * 9_999], "--party: '9999"),
        (day.main, ["status", "--party", ""], "--party: '' is no whole number from 1 to 1024"),
        (day.main, ["status", "--seat", "0"], "--seat: '0' is no whole number from 1 to 1024"),
        (day.main, ["status", "--key-id", str(2**31)], "--key-id: '2147483648' is no whole number from 1 to"),
        (day.main, ["correct", "--contract", "-1"], "--contract: '-1' is no whole number from 1 to"),
        (day.main, ["correct", "--contract", "98", "--rejected", "-5"], "--rejected: '-5' is no whole number from 0"),
        (day.main, ["correct", "--contract", "98", "--act", "0"], "--act: '0' is no whole number from 1"),
        (day.main, ["defer", "--author", "65536"], "--author: '65536' is no whole number from 1 to 65535"),
        (day.main, ["defer", "--valid", "0"], "--valid: '0' is no whole number from 1 to 86400"),
        (day.main, ["defer", "--serial", "-1"], "--serial: '-1' is no whole number from 1"),
        (
            lambda words, config: worklist.main(words, config),
            ["--party", "0"],
            "--party: '0' is no whole number from 1",
        ),
        (books.main, ["statement", "0"], "ACCOUNT: '0' is no whole number from 1 to"),
        (books.main, ["trial", "--outlet", "-1"], "--outlet: '-1' is no whole number from 1 to 1048575"),
        (clearing.main, [*SEND, "--seat", "-1"], "--seat: '-1' is no whole number from 1 to 1024"),
        (clearing.main, [*SEND, "--party", "99999"], "--party: '99999' is no whole number from 1 to 1024"),
        (clearing.main, [*SEND, "--key-id", "0"], "--key-id: '0' is no whole number from 1"),
        (clearing.main, [*SEND, "--port", "65536"], "--port: '65536' is no whole number from 1 to 65535"),
        (identity.main, ["once", "--seat", "0"], "--seat: '0' is no whole number from 1 to 1024"),
        (acts.main, [*WRITE, "0"], "--author: '0' is no whole number from 1 to 65535"),
        (acts.main, [*WRITE, "1", "--valid", "86401"], "--valid: '86401' is no whole number from 1 to 86400"),
        (acts.main, ["countersign", "x", "--key", "k", "--person", "0"], "--person: '0' is no whole number from 1"),
        (acts.main, ["send", "x", "--key", "k", "--port", "0"], "--port: '0' is no whole number from 1 to 65535"),
    ],
)
def test_a_number_outside_its_bounds_is_one_line(main: Main, words: list[str], says: str) -> None:
    with pytest.raises(ProcessFault) as caught:
        main(words, load(None))
    assert caught.value.exit_code == ExitCode.USAGE
    assert says in str(caught.value)
    assert (len(str(caught.value)) < 200, "\n" in str(caught.value)) == (True, False)


def test_data_are_declared_up_to_now() -> None:
    """20:00:00 in Shanghai is 12:00:00 UTC, 1,767,614,400 seconds after 1970 began."""
    at_s = 1_767_614_400
    assert declared_second("x", "2026-01-05T20:00:00+08:00", at_s) == at_s
    assert declared_second("x", "0001-01-01T00:00:00+14:00", at_s) == 0
    with pytest.raises(ProcessFault) as caught:
        declared_second("x", "2026-01-05T20:00:01+08:00", at_s)
    assert caught.value.exit_code == ExitCode.USAGE
    both = "--declared is 2026-01-05T20:00:01+08:00, later than now, 2026-01-05T12:00:00+00:00"
    assert both in str(caught.value)


def test_a_field_of_an_act_is_said_once() -> None:
    header = Header(author=1, bank="00" * 8, reason="r", serial=1, valid_until_s=60, evidence=None)
    with pytest.raises(ProcessFault, match="stop_broker: party=… stands there twice") as caught:
        written("stop_broker", header, ["party=2", "party=3"])
    assert caught.value.exit_code == ExitCode.USAGE


def test_the_last_contract_has_the_check_digits_of_the_vocabulary() -> None:
    last = contract_no_from_index(CONTRACTS_MAX - 1)

    assert CONTRACT(str(last)) == last
    with pytest.raises(argparse.ArgumentTypeError):
        CONTRACT(str(last + 1))
