"""Two customers of one broker whose Tuesday is traded, in one word each.

Belongs here: setting up, settling and crediting. Never here: assertions.
"""

from typing import NamedTuple

from protocol.account_codes import AccountCode
from protocol.codes import ReplyCode
from protocol.messages.control import ChangeMode
from protocol.records import RecordArray
from protocol.vocabulary import Mode
from tests.bank_seats import DAY_SEAT, SAVINGS_SEAT
from tests.ledger_core.desk import BROKER, TUESDAY, Answer, Desk, code_of, withdrawal
from tests.ledger_core.paying.bank import House, at
from tests.ledger_core.settling.words import published, settle, to_be_credited


class Two(NamedTuple):
    """A bank with two customers of a broker; Tuesday is traded."""

    house: House
    ann: int
    bob: int

    @property
    def desk(self) -> Desk:
        """That which asks the core."""
        return self.house.desk

    def bob_asks(self, fen: int = 1) -> ReplyCode:
        """What Bob is told who would withdraw something."""
        return code_of(self.desk, SAVINGS_SEAT, withdrawal(self.bob, fen))

    def suspense(self, date: int = TUESDAY) -> int:
        """What stands on 2410."""
        return -self.house.book(AccountCode.SETTLEMENT, BROKER, date)

    def credit(self) -> list[Answer]:
        """All that is due, as the day desk is told."""
        due = to_be_credited(self.desk)
        return self.desk.ask(DAY_SEAT, *due) if due else []


def two(mode: Mode = Mode.FREEZE, ann_fen: int = 20_000, bob_fen: int = 0) -> Two:
    """Both have contracts since Monday, and this."""
    desk = Desk()
    desk.done(ChangeMode(BROKER, mode))
    house = House(desk)
    ann, bob = desk.open(ann_fen), desk.open(bob_fen)
    house.open(TUESDAY)
    house.now(at(TUESDAY, 10))
    return Two(house, ann, bob)


def settled(b: Two, *lines: RecordArray, date: int = TUESDAY) -> list[Answer]:
    """The date is published in its evening and settled; what each settlement is told, by contract."""
    b.house.now(at(date, 20))
    published(b.desk, *lines, on=date)
    told = settle(b.desk, date)
    b.house.open(date + 1)
    return told
