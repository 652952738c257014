"""Two days of two accounts, with every way of their money that the books tell apart.

Belongs here: what happens. Never here: what the books say of it.

In fen. ONE is opened with 1,000; 250 are deducted by an authority; 12,345 come in cash. OTHER is opened with 40; a card
debit of 100 takes the 40 and leaves 60 in suspense; 60 come in cash and are collected; 7 more are left in suspense; on
the next date 3 more. Three spare accounts are opened with 70,000 each, one between the two with 500.
"""

from protocol.vocabulary import RecordKind, Way
from tests.bank_seats import SAVINGS_SEAT
from tests.follower.journal_maker import NEXT_DATE, JournalMaker, account_no_of, record
from tests.follower.read_model.test_restraints import first_half

ONE = account_no_of(0)
OTHER = account_no_of(2)


def two_days() -> JournalMaker:
    """What stands above."""
    made = JournalMaker()
    first_half(made)
    made.block((SAVINGS_SEAT, record(RecordKind.DEPOSIT, 0, 12_345)))
    made.roll(NEXT_DATE)
    made.block((SAVINGS_SEAT, record(RecordKind.WITHDRAWAL, 2, 3, way=Way.FORCED_CARD)))
    return made
