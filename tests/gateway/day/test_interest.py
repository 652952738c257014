"""The day desk posts what savings accounts have earned, over the core itself: killed anywhere, the same."""

from collections.abc import Callable
from typing import Any

import pytest
import trio

from gateway.day.interest import Posted, is_interest_due, post_interest
from gateway.day.lane_seen import StepRefused
from protocol import limits
from protocol.acts.savings import SavingsInterestAct
from protocol.codes import ReplyCode
from protocol.messages.control import OpenTradeDate
from protocol.messages.customers.interest import InterestAnswer
from protocol.vocabulary import Right
from tests.gateway.day.bank_by_clock import Bank, Killed, at
from tests.ledger_core.control.day.test_due_times import NS_PER_S, windows
from tests.ledger_core.desk import MONDAY, TUESDAY, WEDNESDAY, same_after_all
from tests.ledger_core.sealed import sealed
from tests.people import signed

PAT, QUI = 7, 8


def bank_with_three() -> tuple[Bank, list[int]]:
    """On Wednesday at 09:00 interest is ordered for Tuesday at 0.05 %: 72,000.00, 7,200.00 and 99.00 stood on accounts
    on Monday and Tuesday: 0.20, 0.02 and nothing.
    """
    bank = Bank()
    desk = bank.desk
    office = sealed(desk, (PAT, Right.DAY), (QUI, Right.DAY))
    desk.now_ns = at(MONDAY, "12:00") * NS_PER_S
    desk.done(OpenTradeDate(TUESDAY, windows(TUESDAY)))
    accounts = [desk.open_account(fen, 50 + place) for place, fen in enumerate((7_200_000, 720_000, 9_900))]
    bank.now_s = at(WEDNESDAY, "09:00")
    desk.now_ns = bank.now_s * NS_PER_S
    office.valid_until_s = bank.now_s
    act = SavingsInterestAct(**office.by(PAT), last_day=TUESDAY, rate_millionths=500)
    desk.done(signed(act, PAT, QUI))
    return bank, accounts


def posted(bank: Bank, told: Callable[[str], None] = lambda _line: None) -> Posted:
    """What the step does over the bank's seat."""
    seat: Any = bank
    return trio.run(post_interest, seat, told)


def is_due(bank: Bank) -> bool:
    seat: Any = bank
    return trio.run(is_interest_due, seat)


def balances(bank: Bank, accounts: list[int]) -> list[int]:
    return [bank.desk.money_of(account_no)[0] for account_no in accounts]


AFTER = [7_200_020, 720_002, 9_900]


def test_all_that_is_due_is_posted_and_nothing_twice() -> None:
    bank, accounts = bank_with_three()
    told: list[str] = []

    assert is_due(bank)
    assert posted(bank, told.append) == Posted(2, 22, 0)

    assert balances(bank, accounts) == AFTER
    assert (bank.sent, told) == (["2 INTEREST {0}"], ["interest of 2 accounts is posted"])
    assert not is_due(bank)
    assert posted(bank, told.append) == Posted(0, 0, 0)
    same_after_all(bank.desk)


@pytest.mark.parametrize("dies_at", [1, 2])
def test_a_desk_that_is_killed_between_two_pages_is_started_again(
    dies_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.core.savings.answers.QUERY_INTEREST_MAX", 1)
    bank, accounts = bank_with_three()
    bank.dies_at = dies_at
    with pytest.raises(Killed):
        posted(bank)

    again = posted(bank)

    assert again.accounts == 2 - dies_at
    assert balances(bank, accounts) == AFTER
    same_after_all(bank.desk)


def test_the_clock_posts_it_once_it_is_due_and_asks_now_and_then() -> None:
    bank, accounts = bank_with_three()
    assert bank.day is not None
    trio.run(bank.day.round)
    assert "2 INTEREST {0}" in bank.sent
    assert balances(bank, accounts) == AFTER
    assert bank.figures.taken["interest"] == 1
    bank.elapsed_s = 60.0
    trio.run(bank.day.round)
    assert bank.figures.taken["interest"] == 1


def test_an_account_that_can_hold_no_more_keeps_its_interest_due() -> None:
    bank, accounts = bank_with_three()
    row = accounts[0] // 100
    bank.desk.book.balance_fen[row] = limits.COLUMN_FEN_MAX - 19
    bank.desk.book.owned_fen_bound = limits.COLUMN_FEN_MAX
    assert posted(bank) == Posted(1, 2, 1)
    assert int(bank.desk.book.savings.due_fen[row]) == 20


@pytest.mark.parametrize("code", [ReplyCode.SETTLEMENT_DIFFERS, ReplyCode.ACCOUNT_CLOSED])
def test_what_changes_meanwhile_is_asked_again_and_other_refusals_end_it(
    code: ReplyCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank, accounts = bank_with_three()

    async def refused(seat: Bank, answer: InterestAnswer) -> list[ReplyCode]:
        return [code] * len(answer.accounts)

    monkeypatch.setattr("gateway.day.interest._send", refused)
    with pytest.raises(StepRefused, match="amounts change" if code is ReplyCode.SETTLEMENT_DIFFERS else code.name):
        posted(bank)
    assert balances(bank, accounts)[0] == 7_200_000
