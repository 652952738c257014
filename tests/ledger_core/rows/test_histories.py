"""Random histories over several trade dates, with settlements, against a model that adds up record by record.

Belongs here: that ring, table, totals, carried freezes and the contracts of an account one after another come out as
plain addition says, also from a snapshot and by replay. Never here: single rules (test_unsettled, test_accounts).
"""

import numpy as np
import pytest

from ledger.core import engine
from ledger.core.invariants import check_book
from ledger.core.state.forms.arrays import from_arrays, to_arrays
from protocol.codes import ReplyCode
from protocol.given_numbers import CONTRACT_NUMBER_STEP, account_no_from_index, contract_no_from_index
from protocol.messages.control import ControlMessage
from protocol.messages.customers.accounts import ChangeAccount, ChangeBroker, ChangeContract, ReplaceCard, SignContracts
from protocol.messages.customers.restraints import ExtendRestraint, LiftRestraint, Restrain
from protocol.records import RecordArray
from protocol.trade_dates import date_of_day, trade_day
from protocol.vocabulary import AccountEvent, ContractEvent, ContractStatus, RecordKind, Way
from tests.bank_seats import SAVINGS_SEAT
from tests.customers import contract, restraint
from tests.follower import naive
from tests.ledger_core.desk import (
    BROKER,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SECOND_SEAT,
    SPARE_ACCOUNTS,
    Desk,
    Frame,
    Target,
    joined,
    record,
)
from tests.ledger_core.test_lane_and_law import assert_same_books

CONTRACTS = 5  # that trade; what they bought and sold keeps them from ending
IDLE = 4  # of each holder, that only freeze and release: so they end, and others begin on their accounts
HOLDERS = (1, 2)  # of whom everybody has several accounts
SIGNED_AS = [ContractStatus.PRE_ASSIGNED, ContractStatus.PRE_ASSIGNED, ContractStatus.ACTIVE, ContractStatus.SUSPENDED]
STEPS = 130
WAYS = (Way.CASH, Way.CARD, Way.JUDICIAL, Way.JUDICIAL, Way.FORCED_CARD, Way.CARD_COLLECTED)
DAY_S = 86_400


class History:
    """A desk, what was frozen, and every code that was answered."""

    def __init__(self, seed: int) -> None:
        self.rng, self.desk = np.random.default_rng(seed), Desk()
        for _ in range(CONTRACTS):
            self.desk.open(5_000)
        accounts = [self.desk.open_account(5_000, holder) for holder in HOLDERS for _ in range(IDLE)]
        for account_no in accounts[::2]:
            self.desk.sign(account_no, int(self.rng.choice([BROKER, OTHER_BROKER])))
        self.freezes: list[tuple[Target, int, int]] = []
        self.codes: set[int] = set()
        self.done: set[tuple[type, int]] = set()
        """Messages that were accepted, with their event."""

    def step(self) -> None:
        """A block, a roll if there is a slot, a settlement if a date is in turn, or something about a contract."""
        rng, desk, ring = self.rng, self.desk, self.desk.book.unsettled
        choice = rng.random()
        if choice < 0.1 and not ring.is_full():
            day = trade_day(desk.book.trade_date) + int(rng.integers(1, 4))
            desk.now_ns = day * DAY_S * 10**9 + 1
            desk.roll(date_of_day(day))
        elif choice < 0.2 and ring.date_in_turn():
            desk.settle(ring.date_in_turn())
        elif choice < 0.7:
            self._control()
        else:
            self._block(int(rng.choice([SEAT, SEAT, SECOND_SEAT, OTHER_SEAT])), int(rng.integers(1, 30)))

    def _control(self) -> None:
        message = self._message()
        code = self.desk.control(message)
        self.codes.add(code)
        if code == ReplyCode.ACCEPTED:
            self.done.add((type(message), getattr(message, "event", 0)))

    def _message(self) -> ControlMessage:
        """Something about a contract that does not trade, or about an account."""
        rng, book = self.rng, self.desk.book
        contract_no = contract_no_from_index(int(rng.integers(CONTRACTS, book.contracts_count)))
        account_no = account_no_from_index(int(rng.integers(SPARE_ACCOUNTS + CONTRACTS, book.accounts_count)))
        party, status = int(rng.choice([BROKER, OTHER_BROKER])), int(rng.choice(SIGNED_AS))
        its_row = int(book.account_of_contract[contract_no // CONTRACT_NUMBER_STEP])
        messages: list[ControlMessage] = [
            SignContracts([contract(account_no // CONTRACT_NUMBER_STEP, party, status)]),
            ChangeBroker(contract_no, contract(its_row, party, status)),
            ReplaceCard(contract_no, account_no),
            ChangeContract(contract_no, int(rng.choice(list(ContractEvent)))),
            ChangeAccount(account_no, int(rng.choice([1, 2, 2, 3]))),
            self._restraining(account_no),
        ]
        return messages[int(rng.integers(len(messages)))]

    def _restraining(self, account_no: int) -> Restrain | LiftRestraint | ExtendRestraint:
        """A restraint until tomorrow, or until it is lifted; or some of one is lifted, or all; or it is extended."""
        rng, book = self.rng, self.desk.book
        today_s = trade_day(book.trade_date) * DAY_S
        if rng.random() < 0.6:
            until_s = int(rng.choice([0, today_s, today_s + 2 * DAY_S]))
            return restraint(account_no, int(rng.choice([1, 300])), int(rng.choice([1, 1, 2])), until_s)
        number, amount_fen = 1, 1
        if book.restraints.by_number:
            one = book.restraints.ordered()[int(rng.integers(len(book.restraints.by_number)))]
            number, amount_fen = one.number, one.amount_fen
        dated = [each.number for each in book.restraints.ordered() if each.holds_until_s]
        if dated and rng.random() < 0.5:
            return ExtendRestraint(int(rng.choice(dated)), today_s + 3 * DAY_S)
        return LiftRestraint(number, int(rng.choice([1, amount_fen])))

    def _block(self, seat: int, count: int) -> None:
        """Orders of one seat between two frames of the savings desk."""
        date, first = self.desk.book.trade_date, int(self.desk.book.next_number[seat])
        orders = [self._order() for _ in range(count)]
        before, after = ([self._movement() for _ in range(int(self.rng.integers(1, 4)))] for _ in range(2))
        frames = [
            Frame(SAVINGS_SEAT, joined(*before)),
            Frame(seat, joined(*orders)),
            Frame(SAVINGS_SEAT, joined(*after)),
        ]
        answers = self.desk.send(*frames)
        self.codes |= {answer.code for answer in answers}
        for place, (asked, answer) in enumerate(zip(orders, answers[len(before) :], strict=False)):
            if asked["kind"][0] == RecordKind.FREEZE and answer.code == ReplyCode.ACCEPTED:
                frozen = (int(asked["contract_no"][0]), int(asked["amount_fen"][0]))
                self.freezes.append(((date, seat, first + place), *frozen))

    def _movement(self) -> RecordArray:
        """A deposit, or a withdrawal of some of the money or of all."""
        kind = int(self.rng.choice([RecordKind.DEPOSIT, RecordKind.WITHDRAWAL]))
        account_no = account_no_from_index(int(self.rng.integers(self.desk.book.accounts_count)))
        everything = max(self.desk.money_of(account_no)[0], 1)
        amount_fen, way = int(self.rng.choice([1, 70, everything])), int(self.rng.choice(WAYS))
        if kind == RecordKind.DEPOSIT:
            return record(kind, account_no, amount_fen)
        if way != Way.JUDICIAL:
            return record(kind, account_no, amount_fen, way=way)
        return self._deduction(account_no, amount_fen)

    def _deduction(self, account_no: int, amount_fen: int) -> RecordArray:
        """By some restraint, or by none of this account."""
        restraints = self.desk.book.restraints.ordered()
        number = 1
        if restraints and self.rng.random() < 0.9:
            one = restraints[int(self.rng.integers(len(restraints)))]
            number, account_no = one.number, account_no_from_index(one.account)
            amount_fen = min(amount_fen, one.amount_fen)
        return record(RecordKind.WITHDRAWAL, account_no, amount_fen, way=Way.JUDICIAL, restraint_no=number)

    def _order(self) -> RecordArray:
        """A freeze, or a fill or release of one of the last of them, executed today or some days ago."""
        rng = self.rng
        kind = int(rng.choice([1, 1, 1, 2, 2, 3, 3, 4])) if self.freezes else RecordKind.FREEZE
        trades = rng.random() < 0.7
        among = (
            (0, CONTRACTS) if trades or kind == RecordKind.FILL_SELL else (CONTRACTS, self.desk.book.contracts_count)
        )
        contract_no, amount_fen = contract_no_from_index(int(rng.integers(*among))), int(rng.integers(1, 50))
        fields: dict[str, int] = {}
        if kind in (RecordKind.RELEASE, RecordKind.FILL_BUY):
            target, contract_no, frozen_fen = self.freezes[-1 - int(rng.integers(min(40, len(self.freezes))))]
            fields = dict(zip(("target_date", "target_seat", "target_number"), target, strict=True))
            if contract_no >= contract_no_from_index(CONTRACTS):
                kind, amount_fen = RecordKind.RELEASE, frozen_fen
        if kind in (RecordKind.FILL_BUY, RecordKind.FILL_SELL):
            fields["trade_day"] = trade_day(self.desk.book.trade_date) - int(rng.choice([0, 0, 0, 1, 2, 3, 6]))
        return record(kind, contract_no, amount_fen, **fields)


def assert_as_expected(desk: Desk) -> naive.Expectation:
    """The book holds what plain addition over its rows says, which is returned."""
    expected = naive.expect(desk.rows)
    customers, book = expected.customers, desk.book
    in_ring: dict[tuple[int, int], list[int]] = {}
    for row, (account_no, account) in enumerate(customers.accounts.items()):
        assert desk.money_of(account_no) == (account.balance, account.frozen, account.bought, account.sold)
        restrained = sum(one.left for one in customers.restraints.values() if one.account_no == account_no)
        assert restrained == account.restrained
        assert (book.restrained_fen[row], book.account_status(row)) == (account.restrained, account.status)
        last = contract_no_from_index(book.last_contract(row)) if book.last_contract(row) >= 0 else None
        assert last == account.last
        if last is not None:
            for date, amounts in desk.unsettled(last).items():
                in_ring[trade_day(date), last] = list(amounts)
    unpaid = {
        (trade_day(date), contract_no_from_index(index)): [bought, sold] for date, index, bought, sold in desk.unpaid()
    }
    settled = {trade_day(date) for date in expected.settled}
    assert in_ring | unpaid == expected.unsettled
    assert {day for day, _ in unpaid} <= settled
    assert not {day for day, _ in in_ring} & settled
    told = [customers.told(one) for one in customers.contracts.values()]
    assert book.contract_statuses().tolist() == told
    assert book.ended_on[: len(told)].tolist() == [one.ended_on for one in customers.contracts.values()]
    totals = {one.party: list(one.amounts_fen) for one in engine.totals(book)}
    assert totals == customers.totals()
    restraints = {one.number: (one.amount_fen, one.senior_fen) for one in book.restraints.ordered()}
    assert restraints == {number: (one.left, one.senior) for number, one in customers.restraints.items() if one.left}
    return expected


@pytest.mark.parametrize("seed", range(8))
def test_histories_come_out_as_plain_addition_says(seed: int) -> None:
    history = History(seed)
    desk = history.desk

    for place in range(STEPS):
        history.step()
        if place % 20 == 10:
            desk.book = from_arrays({name: array.copy() for name, array in to_arrays(desk.book).items()})
        check_book(desk.book)

    expected = assert_as_expected(desk)
    assert_same_books(desk.book, desk.replayed())
    assert {ReplyCode.ACCEPTED, ReplyCode.LISTED} <= history.codes
    assert len(expected.settled) > 1
    signed = [one.account_no for one in expected.customers.contracts.values()]
    assert len(signed) > len(set(signed))  # an account with one contract after another


def test_the_histories_reach_what_may_happen_to_a_contract() -> None:
    """The generator above would prove little if most of its messages were refused."""
    histories = [History(seed) for seed in range(8)]
    for history in histories:
        for _ in range(STEPS):
            history.step()

    done = {one for history in histories for one in history.done}
    assert done >= {
        (SignContracts, 0),
        (ChangeBroker, 0),
        (ReplaceCard, 0),
        (Restrain, 0),
        (LiftRestraint, 0),
        (ExtendRestraint, 0),
    }
    assert done >= {(ChangeContract, event) for event in ContractEvent}
    without_calendar = set(AccountEvent) - {AccountEvent.SETTLE_INTEREST}  # nothing is earned
    assert done >= {(ChangeAccount, event) for event in without_calendar}
    seen = {ReplyCode(code) for history in histories for code in history.codes}
    assert seen >= {
        *(ReplyCode.ITEMS_OPEN, ReplyCode.BALANCE_LEFT, ReplyCode.ACCOUNT_HAS_CONTRACT, ReplyCode.HOLDER_DIFFERS),
        *(ReplyCode.ACCOUNT_CLOSED, ReplyCode.STATUS_FORBIDS, ReplyCode.CONTRACT_RUNS_OFF),
        *(ReplyCode.CONTRACT_TERMINATED, ReplyCode.ACCOUNT_LOSS_REPORTED),
    }
    assert any(ended_by_itself(history.desk) for history in histories)


def ended_by_itself(desk: Desk) -> bool:
    """Whether a contract has run off to its end, so that its account still counts for its party."""
    customers = naive.expect(desk.rows).customers
    last = [account.last for account in customers.accounts.values() if account.last is not None]
    return any(customers.contracts[number].status == ContractStatus.TERMINATED for number in last)
