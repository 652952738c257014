"""A sealed bank whose brokers owe and are owed: dates with due times, what is published by them, money that comes.

Belongs here: setting up and sending in one word each. Never here: assertions.

Days run by a clock in Shanghai. Tuesday 6 January 2026 is due on Wednesday, and so on; `at` tells the second.
"""

from collections.abc import Callable, Sequence

from ledger.core.state.day.obligations import Obligation, ObligationKey
from ledger.core.state.general_ledger import LedgerKey
from protocol.account_codes import AccountCode
from protocol.acts.clearing import AdvanceLimitAct, MarketRateAct, PayOutAct
from protocol.acts.table import AnyAct
from protocol.codes import ReplyCode
from protocol.messages.control import ControlMessage, OpenTradeDate
from protocol.messages.day.paying import Due, Fund, Pay
from protocol.messages.day.steps import Publish, Reconcile, SignOff
from protocol.records import RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import LaneState, ObligationState, Right
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.control.day.test_due_times import NS_PER_S, windows
from tests.ledger_core.corrections.people import decision, permission, staffed
from tests.ledger_core.corrections.words import SEATS, Both, correction
from tests.ledger_core.desk import BROKER, MONDAY, OTHER_BROKER, Answer, Desk, codes, fill_buy
from tests.ledger_core.lines.words import agree, buy, event, order, refund, send_whole
from tests.ledger_core.settling.words import settle, to_be_credited
from tests.people import signed

TED, UMA, VAL, WES = 7, 8, 9, 10  # two who may move money of clearing accounts, two who may move the day
FRIDAY = 20260109
ACCEPTED = ReplyCode.ACCEPTED
_MIDNIGHT_S = 16 * 3_600  # of Shanghai, in seconds of UTC


def at(date: int, hour: int, minute: int = 0, second: int = 0) -> int:
    """The second of a time of day in Shanghai."""
    return (trade_day(date) - 1) * 86_400 + _MIDNIGHT_S + hour * 3_600 + minute * 60 + second


class House:
    """The bank, from Monday on, which is settled and has no due times."""

    def __init__(self, desk: Desk | None = None) -> None:
        self.desk = desk or Desk()
        self.office = staffed(self.desk)
        for person in (TED, UMA):
            self.desk.done(self.office.hired(person, Right.CLEARING))
        for person in (VAL, WES):
            self.desk.done(self.office.hired(person, Right.DAY))
        self._serial = 0
        self._reference = 0

    def now(self, second: int, tenths: int = 0) -> None:
        """It is this second, and so many tenths of it."""
        self.desk.now_ns = second * NS_PER_S + tenths * (NS_PER_S // 10)

    def open(self, date: int, *days: int) -> None:
        """The open date is signed off and agreed on, and a later one opened; `days`: on which something may be due."""
        desk = self.desk
        if desk.book.trade_date != MONDAY:
            if not desk.book.phase:
                desk.done(SignOff(desk.book.trade_date))
            if not desk.book.unsettled.agreed[desk.book.unsettled.open_slot]:
                agree(desk, desk.book.trade_date)
        before = desk.book.trade_date
        desk.done(OpenTradeDate(date, windows(date, *days)))
        if before == MONDAY:
            desk.settle(MONDAY)

    def net(self, date: int, owed_fen: int, party: int = BROKER) -> int:
        """A broker's open date ends, and is published: it owes so much by it, below 0: is owed. Its customer."""
        desk, seat = self.desk, SEATS[party]
        ann = desk.open(max(0, -owed_fen), party)
        lines: list[RecordArray] = [event(ann, on=date)]
        if owed_fen < 0:
            target = desk.freeze(ann, -owed_fen, seat)
            desk.ask(seat, fill_buy(target, ann, -owed_fen))
            lines += [order(target, ann, -owed_fen, on=date), buy(target, ann, -owed_fen, on=date)]
        elif owed_fen:
            self._reference += 1
            lines.append(refund(self._reference, ann, owed_fen, on=date))
        desk.done(SignOff(date))
        self._publish(date, party, lines)
        return ann

    def net_with_case(self, date: int, case_fen: int) -> int:
        """The set of an open date has a buy that nobody ordered: its broker makes it good, and is owed as much.
        Returns: the contract in whose name it is.
        """
        desk = self.desk
        self.office.valid_until_s = desk.now_ns // NS_PER_S + 60
        ann = desk.open(0)
        desk.done(SignOff(date))
        lines = [event(ann, on=date), buy((date, SEATS[BROKER], 90), ann, case_fen, on=date)]
        agree(desk, date)
        send_whole(desk, *lines, on=date)
        desk.done(Reconcile(date, BROKER, 0))
        both = Both(case_fen, 0, 0, 0, case_fen)
        act = desk.told(permission(self.office, desk, BROKER, ann, both, on=date)).remaining_fen
        assert codes(desk.ask(DAY_SEAT, correction(ann, both, act, date))) == [ACCEPTED]
        desk.done(Reconcile(date, BROKER, 0))
        desk.done(decision(self.office, desk, BROKER, "MISSING_HERE", on=date))
        self._credit(BROKER)
        desk.done(Publish(date, BROKER))
        return ann

    def _publish(self, date: int, party: int, lines: Sequence[RecordArray]) -> None:
        desk = self.desk
        agree(desk, date)
        send_whole(desk, *lines, on=date, seat=SEATS[party])
        desk.done(Reconcile(date, party, 0))
        self._credit(party)
        desk.done(Publish(date, party))

    def _credit(self, party: int) -> None:
        """What is due to customers is credited: nothing is published before."""
        self.due(party)
        while due := to_be_credited(self.desk, party):
            self.desk.ask(DAY_SEAT, *due)

    def settled(self, date: int) -> None:
        """The next date is open, and the customers of this one are settled; the other broker traded nothing on it."""
        if self.desk.book.clearing.lane(date, OTHER_BROKER).state < LaneState.PUBLISHED:
            self._publish(date, OTHER_BROKER, [])
        for party in (BROKER, OTHER_BROKER):
            settle(self.desk, date, party)
        self.open(date + 1)
        self.desk.settle(date)

    def fund(self, amount_fen: int, party: int = BROKER) -> Answer:
        """The savings desk books what a broker has brought."""
        self._serial += 1
        return self.desk.told(Fund(party, amount_fen, self._serial))

    def due(self, party: int = BROKER) -> int:
        """How many due times act."""
        answer = self.desk.told(Due(party))
        assert answer.code == ACCEPTED
        return answer.remaining_fen

    def pay(self, date: int, party: int = BROKER) -> ReplyCode:
        return self.code(Pay(date, party))

    def code(self, message: ControlMessage) -> ReplyCode:
        return self.desk.control(message)

    def act(self, form: Callable[..., AnyAct], /, **fields: object) -> ReplyCode:
        """What an act of two earns now who may move money of clearing accounts."""
        return self.act_of((TED, UMA), form, **fields)

    def act_of(self, by: tuple[int, int], form: Callable[..., AnyAct], /, **fields: object) -> ReplyCode:
        """The same of these two."""
        self.office.valid_until_s = self.desk.now_ns // NS_PER_S + 60
        return self.desk.control(signed(form(**self.office.by(by[0]), **fields), *by), DAY_SEAT)

    def pay_out(self, amount_fen: int, party: int = BROKER) -> ReplyCode:
        return self.act(PayOutAct, party=party, amount_fen=amount_fen)

    def lends(self, limit_fen: int, rate_date: int, rate_millionths: int = 24_000) -> None:
        """The market has a rate from a day on, by which the broker may be lent so much."""
        if not self.desk.book.clearing_accounts.rates:
            assert self.act(MarketRateAct, day=rate_date, rate_millionths=rate_millionths) == ACCEPTED
        assert self.act(AdvanceLimitAct, party=BROKER, limit_fen=limit_fen) == ACCEPTED

    def owed(self, date: int, case: int = 0, party: int = BROKER) -> Obligation:
        return self.desk.book.obligations.entries[ObligationKey(party, date, case)]

    def stands(self, date: int, case: int = 0) -> tuple[ObligationState, int, int, int]:
        """State, unpaid, paid and advanced of what the broker owes."""
        each = self.owed(date, case)
        return ObligationState(each.state), each.unpaid_fen, each.paid_fen, each.advanced_fen

    def there(self, party: int = BROKER) -> int:
        """What is on the clearing account."""
        return -self.book(AccountCode.CLEARING_ACCOUNT, party)

    def book(self, code: AccountCode, party: int = 0, date: int = 0, case: int = 0) -> int:
        """Debits less credits of one balance."""
        return self.desk.book.general_ledger.balances_fen.get(LedgerKey(int(code), party, date, case), 0)
