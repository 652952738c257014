"""What has to have been earned for an event to be refused.

Belongs here: bringing a desk there, and what is then asked. Never here: assertions about the refusal.
"""

from protocol.acts.savings import SavingsInterestAct
from protocol.messages.customers.accounts import ChangeAccount
from protocol.trade_dates import trade_day
from protocol.vocabulary import AccountEvent, RecordKind, Right
from tests.bank_seats import SAVINGS_SEAT
from tests.ledger_core.control.day.test_due_times import DAY_S, NS_PER_S, opened
from tests.ledger_core.desk import MONDAY, TUESDAY, Desk, record
from tests.ledger_core.sealed import sealed
from tests.people import signed

PAT, QUI = 7, 8


def closed_early(desk: Desk) -> ChangeAccount:
    """7,200.00 stood on an account for two days, are taken, and the account is to be closed: 0.02 at 0.05 %."""
    office = sealed(desk, (PAT, Right.DAY), (QUI, Right.DAY))
    desk.now_ns = trade_day(MONDAY) * DAY_S * NS_PER_S
    desk.done(opened(TUESDAY))
    office.valid_until_s = desk.now_ns // NS_PER_S
    desk.done(signed(SavingsInterestAct(**office.by(PAT), last_day=0, rate_millionths=500), PAT, QUI))
    account_no = desk.open_account(720_000, 99)
    desk.now_ns += 2 * DAY_S * NS_PER_S
    desk.ask(SAVINGS_SEAT, record(RecordKind.WITHDRAWAL, account_no, 720_000))
    return ChangeAccount(account_no, AccountEvent.CLOSE)
