"""A sealed bank with a calendar, whose clock a test puts to a day and an hour in Shanghai.

Belongs here: days, orders, records of interest. Never here: an opinion on what becomes of them.
"""

from ledger.core.savings.answers import interest_due
from protocol.acts.savings import SavingsInterestAct
from protocol.codes import ReplyCode
from protocol.given_numbers import CONTRACT_NUMBER_STEP
from protocol.messages.customers.interest import InterestQuery
from protocol.records import RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import RecordKind
from tests.bank_seats import DAY_SEAT, SAVINGS_SEAT
from tests.ledger_core.control.day.test_day_acts import House
from tests.ledger_core.control.day.test_due_times import DAY_S, NS_PER_S, opened
from tests.ledger_core.desk import MONDAY, TUESDAY, Answer, record

SHANGHAI_S = 8 * 3_600
IN_ORDER, BY_LANE = 0, 9  # further records of a frame, so that one or the other way decides
LISTED = 500  # 0.05 %, millionths


class Counter(House):
    """Days are counted from Monday on, and it is Monday noon."""

    def __init__(self) -> None:
        super().__init__()
        self.at(MONDAY, 12)
        self.desk.done(opened(TUESDAY))
        self.customers = self.desk.open_account(0, 90)  # whose deposits fill frames; the row begins to count

    def at(self, date: int, hour: int = 0, minute: int = 0) -> None:
        """It is so late on this day in Shanghai."""
        second = trade_day(date) * DAY_S - SHANGHAI_S + hour * 3_600 + minute * 60
        self.desk.now_ns = second * NS_PER_S

    def bring(self, account_no: int, amount_fen: int) -> None:
        """Cash comes to an account."""
        assert self.moved(RecordKind.DEPOSIT, account_no, amount_fen).code is ReplyCode.ACCEPTED

    def take(self, account_no: int, amount_fen: int) -> None:
        """Cash is taken."""
        assert self.moved(RecordKind.WITHDRAWAL, account_no, amount_fen).code is ReplyCode.ACCEPTED

    def moved(self, kind: RecordKind, account_no: int, amount_fen: int) -> Answer:
        """What a movement is told."""
        return self.desk.ask(SAVINGS_SEAT, record(kind, account_no, amount_fen))[0]

    def order(self, last_day: int, rate: int = LISTED) -> ReplyCode:
        """What the act of two earns."""
        return self.code(SavingsInterestAct, last_day=last_day, rate_millionths=rate)

    def tick(self) -> None:
        """Some row that moves nothing of the accounts looked at."""
        self.bring(self.customers, 1)

    def post(self, *interests: RecordArray, padding: int = IN_ORDER) -> list[Answer]:
        """What records of the day desk are told, in a frame with so many more that are refused."""
        others = [posting(self.customers, 7)] * padding
        return self.desk.ask(DAY_SEAT, *interests, *others)[: len(interests)]

    def earned(self, account_no: int) -> tuple[int, int]:
        """(points, due) of an account."""
        row = account_no // CONTRACT_NUMBER_STEP
        return int(self.desk.book.savings.points[row]), int(self.desk.book.savings.due_fen[row])

    def balance(self, account_no: int) -> int:
        return self.desk.money_of(account_no)[0]

    def due(self) -> list[tuple[int, int]]:
        """(account, amount) as a query tells them."""
        told = interest_due(self.desk.book, InterestQuery(0))
        assert not told.next_place
        return [(each.account_no, each.due_fen) for each in told.accounts]


def posting(account_no: int, amount_fen: int) -> RecordArray:
    """A record that posts interest."""
    return record(RecordKind.INTEREST, account_no, amount_fen)
