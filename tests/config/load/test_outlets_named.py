"""Outlets that accounts name and nobody registers: one line of warning, with the first place and the count."""

from pathlib import Path

import pytest

from config.cli.load.csv_files import FileKind, Piece
from config.cli.load.outlets_named import OutletsNamed
from protocol.messages.customers.accounts import AccountTerms
from protocol.messages.outlets import OutletEntry

ACCOUNTS, OUTLETS, MORE = Path("accounts.csv"), Path("outlets.csv"), Path("more.csv")


def accounts(*outlets: int) -> Piece:
    """Lines 2 and on, each of an account at an outlet."""
    terms = [AccountTerms(1 + place, outlet, bytes(16), 0) for place, outlet in enumerate(outlets)]
    return Piece(FileKind.ACCOUNTS, [2 + place for place in range(len(outlets))], list(terms))


REGISTERED = Piece(FileKind.OUTLETS, [2, 3], [OutletEntry(11, 3, 10, "一所"), OutletEntry(12, 3, 10, "二所")])


@pytest.mark.parametrize("is_first", [True, False])
def test_what_the_files_register_is_not_missing_in_whatever_order_they_come(is_first: bool) -> None:
    named = OutletsNamed()
    files = [(OUTLETS, REGISTERED), (ACCOUNTS, accounts(11, 12, 13)), (MORE, accounts(12, 14, 13, 13))]
    for file, piece in files if is_first else reversed(files):
        assert list(named.watched(file, [piece])) == [piece]

    assert named.in_no_file() == {13, 14}
    first = "accounts.csv:4: warning: outlet 13" if is_first else "more.csv:3: warning: outlet 14"
    neither = "is registered neither in these files nor in the bank"
    assert named.warning({13, 14}, asked=True) == f"{first} {neither} (4 such lines)"


def test_what_the_bank_has_is_not_named() -> None:
    named = OutletsNamed()
    list(named.watched(ACCOUNTS, [accounts(21, 22, 22)]))

    assert named.warning({22}, asked=True).startswith("accounts.csv:3: warning: outlet 22 is registered neither ")
    assert named.warning({21}, asked=False) == (
        "accounts.csv:2: warning: outlet 21 is registered not in these files; the bank cannot be asked (1 such line)"
    )
    assert named.warning(set(), asked=True) == ""
