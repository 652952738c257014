"""The bank that is asked for what it refuses: customers in every state, one of them with an open and a closed freeze.

Belongs here: how the bank stands before a question. Never here: questions and codes (test_every_refusal, test_ranks).
"""

from typing import NamedTuple

from protocol.limits import COLUMN_FEN_MAX
from protocol.messages.customers.accounts import ChangeAccount, ChangeContract, ReplaceCard
from protocol.vocabulary import AccountEvent, ContractEvent, ContractStatus
from tests.ledger_core.desk import OTHER_BROKER, SEAT, SPARE_ACCOUNTS, Desk, account_of, fill_sell, release


class Bank(NamedTuple):
    """The book that every row of the table starts from."""

    desk: Desk
    ann: int  # balance 1,000; frozen 300; sold 50, so buying power 750 and withdrawable 700
    rich: int  # balance at the limit of a column, less 100
    foreign: int
    suspended: int
    lost: int
    pre_assigned: int
    ended: int
    closed: int  # and its account with it
    runs_off: int
    open_freeze: tuple[int, int, int]  # of ann: 300, all of it remaining
    closed_freeze: tuple[int, int, int]  # of ann: 10, released


def bank() -> Bank:
    desk = Desk()
    ann, rich = desk.open(1_000), desk.open(COLUMN_FEN_MAX - 100)
    foreign = desk.open(1_000, OTHER_BROKER)
    suspended = desk.open(1_000, status=ContractStatus.SUSPENDED)
    lost = desk.open(1_000, status=ContractStatus.LOSS_REPORTED)
    pre_assigned = desk.open(1_000, status=ContractStatus.PRE_ASSIGNED)
    ended = desk.open(1_000)
    desk.done(ChangeContract(ended, ContractEvent.TERMINATE))
    closed = desk.open(0)
    desk.done(close(closed))
    runs_off = desk.open(1_000)
    desk.done(ReplaceCard(runs_off, desk.open_account(0, holder=SPARE_ACCOUNTS + 8)))
    open_freeze, closed_freeze = desk.freeze(ann, 300), desk.freeze(ann, 10)
    desk.ask(SEAT, release(closed_freeze, ann, 10), fill_sell(ann, 50))
    return Bank(
        desk, ann, rich, foreign, suspended, lost, pre_assigned, ended, closed, runs_off, open_freeze, closed_freeze
    )


def close(contract_no: int) -> ChangeAccount:
    return ChangeAccount(account_of(contract_no), AccountEvent.CLOSE)
