"""What is refused about restraints: one word each.

Belongs here: bringing a desk there, and what is then asked. Never here: assertions about the refusal.
"""

from protocol.given_numbers import account_no_from_index
from protocol.limits import RESTRAINTS_PER_ACCOUNT_MAX
from protocol.messages.customers.accounts import ChangeAccount
from protocol.messages.customers.restraints import Restrain
from protocol.records import RecordArray
from protocol.vocabulary import AccountEvent, RecordKind, Way
from tests.customers import restraint
from tests.ledger_core.desk import Desk, record

SPARE = account_no_from_index(0)  # without a contract


def deducted(account_no: int) -> RecordArray:
    """By a restraint that there is not."""
    return record(RecordKind.WITHDRAWAL, account_no, 1, way=Way.JUDICIAL, restraint_no=1)


def one_more(desk: Desk) -> Restrain:
    """On an account that has as many as may be."""
    for _ in range(RESTRAINTS_PER_ACCOUNT_MAX):
        desk.done(restraint(SPARE, 1))
    return restraint(SPARE, 1)


def over() -> Restrain:
    """Until a second of 1970."""
    return restraint(SPARE, 1, until_s=1)


def close_restrained(desk: Desk) -> ChangeAccount:
    """The end of an account on which something is restrained."""
    desk.done(restraint(SPARE, 7))
    return ChangeAccount(SPARE, AccountEvent.CLOSE)
