"""The general ledger beside the accounts: what each movement posts, and that the two always agree per outlet."""

from collections.abc import Callable

import numpy as np
import pytest
from msgspec.structs import replace

from ledger.core.invariants import check_book
from ledger.core.state.forms.arrays import from_arrays, to_arrays
from ledger.core.state.general_ledger import GeneralLedger, LedgerKey
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.given_numbers import CONTRACT_NUMBER_STEP, account_no_from_index
from protocol.limits import COLUMN_FEN_MAX
from protocol.messages.customers.accounts import OpenAccounts
from protocol.records import RecordArray
from protocol.vocabulary import AccountCode, Way
from rules.entries import OPENING
from tests.bank_seats import SAVINGS_SEAT
from tests.customers import account
from tests.ledger_core.desk import SEAT, Desk, Frame, deposit, fill_buy, fill_sell, freeze, joined, record, withdrawal

FIRST, SECOND = 7, 8  # outlets
CASH, OTHER_BANKS, CARD = AccountCode.CASH, AccountCode.OTHER_BANKS, AccountCode.CARD_CLEARING
Books = dict[tuple[int, int], int]
Movement = Callable[[int, int], RecordArray]


def by(way: int, records: RecordArray) -> RecordArray:
    moved = records.copy()
    moved["way"] = way
    return moved


def books(desk: Desk) -> Books:
    """Balances by code and outlet, without those of the outlet where the desk keeps its spare accounts."""
    spare = int(desk.book.outlet[0])
    found = {(key.code, key.item): fen for key, fen in desk.book.general_ledger.balances_fen.items()}
    assert {(key.party, key.trade_date) for key in desk.book.general_ledger.keys} == {(0, 0)}
    return {key: fen for key, fen in found.items() if key != (AccountCode.SAVINGS, spare)}


def two_outlets() -> tuple[Desk, int, int]:
    """A bank with a customer of 1,000 at the first outlet and one of 500 at the second, and their contracts."""
    desk = Desk()
    terms = [replace(account(40, 1_000), outlet=FIRST), replace(account(41, 500), outlet=SECOND)]
    first = desk.told(OpenAccounts(terms)).remaining_fen
    return desk, desk.sign(first), desk.sign(account_no_from_index(first // CONTRACT_NUMBER_STEP + 1))


def test_opening_balances_are_brought_in_by_cash() -> None:
    desk, _, _ = two_outlets()

    brought_fen = 1_500 + int(desk.book.balance_fen[: desk.book.accounts_count - 2].sum())
    savings = {(AccountCode.SAVINGS, FIRST): -1_000, (AccountCode.SAVINGS, SECOND): -500}
    assert books(desk) == {(CASH, 0): brought_fen, **savings}


@pytest.mark.parametrize("padding", [0, 20], ids=["law", "lane"])
def test_each_way_has_its_account(padding: int) -> None:
    """First outlet: 1,000 + 30 + 200 + 7 − 5 = 1,232. Second: 500 − 40 + 11 − 300 = 171. A refusal posts nothing."""
    desk, ann, bob = two_outlets()
    cash_fen = books(desk)[CASH, 0]
    asked = [
        by(Way.CASH, of_account(desk, deposit, ann, 30)),
        by(Way.CARD, of_account(desk, deposit, ann, 200)),
        by(Way.TRANSFER, of_account(desk, deposit, ann, 7)),
        by(Way.CARD, of_account(desk, withdrawal, ann, 5)),
        by(Way.CASH, of_account(desk, withdrawal, bob, 40)),
        by(Way.CARD, of_account(desk, deposit, bob, 11)),
        by(Way.TRANSFER, of_account(desk, withdrawal, bob, 300)),
        by(Way.TRANSFER, of_account(desk, withdrawal, bob, 172)),
        by(max(Way) + 1, of_account(desk, deposit, bob, 1)),
        by(-1, of_account(desk, deposit, bob, 1)),
    ]
    frames = [Frame(SAVINGS_SEAT, joined(*asked))]
    if padding:
        frames.append(Frame(SEAT, joined(*[record(0, ann, 0)] * padding)))

    codes = [answer.code for answer in desk.send(*frames)][: len(asked)]

    assert codes == [ReplyCode.ACCEPTED] * 7 + [ReplyCode.INSUFFICIENT_FUNDS] + [ReplyCode.REQUEST_MALFORMED] * 2
    assert books(desk) == {
        (CASH, 0): cash_fen + 30 - 40,
        (OTHER_BANKS, 0): 7 - 300,
        (CARD, 0): 200 - 5 + 11,
        (AccountCode.SAVINGS, FIRST): -1_232,
        (AccountCode.SAVINGS, SECOND): -171,
    }
    check_book(desk.book)


def of_account(desk: Desk, movement: Movement, contract_no: int, amount_fen: int) -> RecordArray:
    """A movement of the account of a contract that was opened in a way of the test's own."""
    made = movement(contract_no, amount_fen)
    made["account_no"] = desk.account(contract_no)
    return made


def test_what_is_frozen_and_traded_posts_nothing() -> None:
    desk, ann, _ = two_outlets()
    before = books(desk)
    order = desk.freeze(ann, 300)

    desk.ask(SEAT, fill_buy(order, ann, 100, 50), fill_sell(ann, 70), freeze(ann, 1))

    assert books(desk) == before


def test_a_snapshot_keeps_the_general_ledger_however_large() -> None:
    ledger = GeneralLedger()
    for outlet in (5, 3, 2**20 - 1):
        for _ in range(300):
            ledger.post(OPENING, outlet, COLUMN_FEN_MAX)
    keys, halves = ledger.to_arrays()

    assert GeneralLedger.from_arrays(keys, halves) == ledger
    assert ledger.keys == sorted(ledger.balances_fen)
    assert ledger.savings_fen(3) == 300 * COLUMN_FEN_MAX
    with pytest.raises(InvariantBroken):
        GeneralLedger.from_arrays(keys, halves[1:])

    desk, ann, _ = two_outlets()
    before = books(desk)
    desk.book = from_arrays({name: np.array(array) for name, array in to_arrays(desk.book).items()})
    assert books(desk) == before
    desk.send(Frame(SAVINGS_SEAT, of_account(desk, deposit, ann, 1)))
    assert books(desk)[AccountCode.SAVINGS, FIRST] == -1_001


@pytest.mark.parametrize(
    ("key", "what"),
    [
        (LedgerKey(AccountCode.SAVINGS, item=FIRST), "Σ of the general ledger"),
        (LedgerKey(CASH), "Σ of the general ledger"),
    ],
)
def test_a_fen_too_much_is_found(key: LedgerKey, what: str) -> None:
    desk, _, _ = two_outlets()
    desk.book.general_ledger.balances_fen[key] += 1

    with pytest.raises(InvariantBroken, match=what):
        check_book(desk.book)


def test_money_of_one_outlet_in_the_books_of_another_is_found() -> None:
    desk, _, _ = two_outlets()
    balances_fen = desk.book.general_ledger.balances_fen
    balances_fen[LedgerKey(AccountCode.SAVINGS, item=FIRST)] -= 1
    balances_fen[LedgerKey(AccountCode.SAVINGS, item=SECOND)] += 1

    with pytest.raises(InvariantBroken, match="an outlet's accounts against the general ledger"):
        check_book(desk.book)
    balances_fen.clear()
    with pytest.raises(InvariantBroken, match="an outlet's accounts against the general ledger"):
        check_book(desk.book)
