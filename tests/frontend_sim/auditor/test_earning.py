"""The auditor reckons account by account what the core counts in columns: random days, the same points and amounts.

Belongs here: both beside each other over random histories. Never here: amounts worked on paper (tests.rules).
"""

import numpy as np
import pytest

from frontend_sim.auditor.accounts.earning import NEVER
from frontend_sim.auditor.auditor import Auditor
from frontend_sim.auditor.observations import ControlKind, Seen
from protocol.codes import ReplyCode
from protocol.messages.customers.accounts import ChangeAccount
from protocol.trade_dates import date_of_day, trade_day
from protocol.vocabulary import BANK_PARTY, AccountEvent, RecordKind, Role
from tests.bank_seats import DAY_SEAT, SAVINGS_SEAT, TELLER_SEAT
from tests.ledger_core.desk import MONDAY, Answer, same_after_all
from tests.ledger_core.savings.words import Counter, posting

ACCOUNTS, STEPS = 4, 120
ZERO = Seen(*[0] * len(Seen._fields))


class Both:
    """The core, and the auditor that is told of everything."""

    def __init__(self) -> None:
        self.counter, self.auditor = Counter(), Auditor()
        self.auditor.register_party(BANK_PARTY, Role.BANK, False)
        self.auditor.day_desks.add(DAY_SEAT)
        self.auditor.calendar.begin(self.counter.desk.now_ns)
        self.accounts = [self.counter.desk.open_account(0, place) for place in range(ACCOUNTS)]
        for account_no in self.accounts:
            self.auditor.open_account(account_no, 0)

    def told(self, seat: int, kind: int, account_no: int, amount_fen: int, answer: Answer) -> ReplyCode:
        """The auditor sees a request and its answer."""
        desk = self.counter.desk
        placed = ZERO._replace(
            sequence=desk.book.sequence,
            seat=seat,
            number=int(desk.book.next_number[seat]) - 1,
            trade_date=desk.book.trade_date,
            party=BANK_PARTY,
            decided_at_ns=desk.now_ns,
        )
        named = placed._replace(kind=kind, contract_no=account_no, amount_fen=amount_fen)
        one = named._replace(code=answer.code, state=answer.state, remaining_fen=answer.remaining_fen)
        self.auditor.judge([one])
        return answer.code

    def move(self, kind: RecordKind, account_no: int, amount_fen: int) -> None:
        answer = self.counter.moved(kind, account_no, amount_fen)
        self.told(SAVINGS_SEAT, kind, account_no, amount_fen, answer)

    def post(self, account_no: int, amount_fen: int) -> ReplyCode:
        (answer,) = self.counter.post(posting(account_no, amount_fen))
        return self.told(DAY_SEAT, RecordKind.INTEREST, account_no, amount_fen, answer)

    def event(self, account_no: int, event: AccountEvent) -> ReplyCode:
        answer = self.counter.desk.told(ChangeAccount(account_no, event), TELLER_SEAT)
        return self.told(TELLER_SEAT, ControlKind.ACCOUNT_EVENT, account_no, event, answer)

    def order(self, last_day: int, rate: int) -> None:
        if self.counter.order(last_day, rate) is ReplyCode.ACCEPTED:
            day = trade_day(last_day) if last_day else NEVER
            self.auditor.calendar.order(day, rate, self.counter.desk.now_ns)

    def earned(self) -> list[tuple[int, int]]:
        """As the auditor has it."""
        found = []
        for account_no in self.accounts:
            account = self.auditor.accounts[account_no]
            account.earning.reckon(account.balance_fen)
            found.append((account.earning.points, account.earning.due_fen))
        return found


@pytest.mark.parametrize("seed", range(6))
def test_points_and_interest_are_the_same_at_every_step(seed: int) -> None:
    rng, both = np.random.default_rng(seed), Both()
    day, seen = trade_day(MONDAY), set[ReplyCode]()
    for _ in range(STEPS):
        day += int(rng.choice([0, 0, 0, 1, 1, 3]))
        both.counter.at(date_of_day(day), int(rng.integers(0, 24)))
        account_no, choice = both.accounts[int(rng.integers(ACCOUNTS))], rng.random()
        row = account_no // 100
        if choice < 0.5:
            kind = RecordKind.DEPOSIT if rng.random() < 0.7 else RecordKind.WITHDRAWAL
            both.move(kind, account_no, int(rng.integers(1, 3_000_000)))
        elif choice < 0.65:
            last_day = int(rng.choice([0, day - 1, day, day + 2]))
            both.order(date_of_day(last_day) if last_day else 0, int(rng.choice([0, 500, 3_500, 99_999])))
        elif choice < 0.85:
            due_fen = max(1, int(both.counter.desk.book.savings.due_fen[row]) + int(rng.choice([0, 0, 1])))
            seen.add(both.post(account_no, due_fen))
        else:
            seen.add(both.event(account_no, AccountEvent.SETTLE_INTEREST if rng.random() < 0.6 else AccountEvent.CLOSE))
        both.counter.tick()
        both.auditor.calendar.see(both.counter.desk.now_ns)
        assert both.earned() == [both.counter.earned(each) for each in both.accounts]
    assert both.auditor.mismatches == []
    assert {ReplyCode.ACCEPTED, ReplyCode.STEP_NOT_DUE} <= seen
    balances = [both.auditor.accounts[each].balance_fen for each in both.accounts]
    assert balances == [both.counter.balance(each) for each in both.accounts]
    same_after_all(both.counter.desk)
