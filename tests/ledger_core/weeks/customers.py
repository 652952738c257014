"""What customers of one broker and the broker do while a date is traded: whatever the bank lets them.

Belongs here: orders, fills, releases, sales, movements of money, restraints, contracts that end and cards that are
replaced. Never here: sets and what follows them (lane), when something happens (walk).
"""

import random

from protocol.acts.restraints import DeductAct, LiftRestraintAct, RestrainAct
from protocol.codes import ReplyCode
from protocol.messages.customers.accounts import ChangeAccount, ChangeContract, SignContracts
from protocol.vocabulary import AccountEvent, ContractEvent, ContractStatus, RecordKind, Way
from tests.customers import contract
from tests.ledger_core.corrections.words import SEATS
from tests.ledger_core.desk import BROKER, fill_buy, fill_sell, freeze, record, release, status
from tests.ledger_core.weeks.bank import ACCEPTED, RAY, SUE, Bank, Order, Sale
from tests.people import signed

BEFORE_STOPPED = frozenset({ReplyCode.CONTRACT_TERMINATED, ReplyCode.CONTRACT_RUNS_OFF})
"""How an order is refused before it is asked whether its broker is stopped."""
FOR_WANT = frozenset(
    {
        ReplyCode.INSUFFICIENT_FUNDS,
        ReplyCode.FUNDS_FROZEN,
        ReplyCode.PROCEEDS_UNSETTLED,
        ReplyCode.AMOUNT_OVER_REMAINING,
    }
)
WAYS = {"order": 9, "fill": 6, "sell": 5, "withdraw": 3, "release": 2, "deposit": 2} | dict.fromkeys(
    ("restrain", "lift", "deduct", "force"), 1
)
"""What is done, and how often."""
COURT = {"authority": "西湖区法院", "document": "(2026)浙0106执12号"}


class Customers:
    """Of one broker. What they do is drawn from their own chance and from what they themselves have."""

    def __init__(self, bank: Bank, party: int, chance: random.Random) -> None:
        self.bank, self.party, self.chance, self.seat = bank, party, chance, SEATS[party]
        self.ended: list[int] = []  # contracts
        self.opened: list[tuple[int, int]] = []  # on a date, a contract
        self.closed: list[tuple[int, int]] = []
        for fen in (0, 50, 400, 5_000, 120):
            bank.open(party, fen)

    @property
    def _living(self) -> list[int]:
        return self.bank.contracts[self.party]

    def trade(self, date: int) -> None:
        """One thing, whichever."""
        way = self.chance.choices(list(WAYS), list(WAYS.values()))[0]
        getattr(self, f"_{way}")(self.chance.choice(self._living), date)

    def _order(self, no: int, date: int) -> None:
        power_fen, _ = self.bank.desk.buying_power(no)
        if not power_fen:
            return
        desk = self.bank.desk
        fen = self.chance.choice((power_fen, 1 + self.chance.randrange(power_fen)))
        target = (date, self.seat, int(desk.book.next_number[self.seat]))
        (told,) = desk.ask(self.seat, freeze(no, fen))
        assert told.code in (ACCEPTED, ReplyCode.CONTRACT_RUNS_OFF)
        if told.code == ACCEPTED:
            self.bank.orders.setdefault((self.party, date), []).append(Order(no, date, target, fen))
        self.bank.kept(told._replace(state=0, remaining_fen=0))  # it tells what was moved, where anything was
        (told,) = desk.ask(self.seat, freeze(no, power_fen + 1))
        assert told.code != ACCEPTED
        self.bank.kept(told)

    def _open_order(self, date: int) -> Order | None:
        """One of the date, or one that was held and that no set names yet."""
        held = [each for each in self.bank.waiting(self.party, date) if not each.named_on]
        orders = [each for each in self.bank.orders.get((self.party, date), ()) if each.remaining_fen] + held
        return self.chance.choice(orders) if orders else None

    def _fill(self, no: int, date: int) -> None:
        each = self._open_order(date)
        if self.party != BROKER or each is None:
            return
        fen = self.chance.choice((each.remaining_fen, 1 + self.chance.randrange(each.remaining_fen)))
        more_fen = self.chance.choice((0, each.remaining_fen - fen))
        (told,) = self.bank.desk.ask(self.seat, fill_buy(each.target, each.contract_no, fen, more_fen, on=date))
        assert told.code == ACCEPTED
        each.drawn_fen, each.released_fen = each.drawn_fen + fen, each.released_fen + more_fen
        self.bank.kept(told)

    def _release(self, no: int, date: int) -> None:
        each = self._open_order(date)
        if each is None:
            return
        fen = self.chance.choice((each.remaining_fen, 1 + self.chance.randrange(each.remaining_fen)))
        (told,) = self.bank.desk.ask(self.seat, release(each.target, each.contract_no, fen))
        assert told.code == ACCEPTED
        each.released_fen += fen
        self.bank.kept(told)

    def _sell(self, no: int, date: int) -> None:
        fen = self.chance.choice((7, 60, 300, 2_000))
        self.bank.sales.setdefault((self.party, date), []).append(Sale(no, fen))
        if self.party == BROKER:
            (told,) = self.bank.desk.ask(self.seat, fill_sell(no, fen, date))
            assert told.code == ACCEPTED
            self.bank.kept(told)

    def _withdraw(self, no: int, date: int) -> None:
        """All that may be, and a fen more is refused."""
        _, withdrawable_fen = self.bank.desk.buying_power(no)
        assert self._took(no, withdrawable_fen + 1, Way.CARD) in FOR_WANT
        if withdrawable_fen:
            fen = self.chance.choice((withdrawable_fen, 1 + self.chance.randrange(withdrawable_fen)))
            assert self._took(no, fen, Way.CARD) == ACCEPTED

    def _took(self, no: int, fen: int, way: Way, **fields: int) -> ReplyCode:
        asked = record(RecordKind.WITHDRAWAL, self.bank.desk.account(no), fen, way=way, **fields)
        return self.bank.at_savings(self.party, no, asked)

    def _force(self, no: int, date: int) -> None:
        """The card scheme has paid already: the account gives what it may, the rest is the bank's to collect."""
        assert self._took(no, self.chance.choice((3, 90)), Way.FORCED_CARD) == ACCEPTED

    def _deposit(self, no: int, date: int) -> None:
        asked = record(RecordKind.DEPOSIT, self.bank.desk.account(no), self.chance.choice((25, 200)))
        assert self.bank.at_savings(self.party, no, asked) == ACCEPTED

    def _restrain(self, no: int, date: int) -> None:
        bank = self.bank
        fen = self.chance.choice((20, 500))
        who = bank.house.office.by(RAY)
        act = RestrainAct(
            **who, account_no=bank.desk.account(no), amount_fen=fen, kind="JUDICIAL", holds_until_s=0, **COURT
        )
        told = bank.kept(bank.desk.told(signed(act, RAY, SUE)))
        assert told.code == ACCEPTED
        # Its number counts restraints of all brokers: only its place is the history's.
        bank.restraints.setdefault(no, []).append(told.remaining_fen)

    def _lift(self, no: int, date: int) -> None:
        if numbers := self.bank.restraints.get(no):
            number = self.chance.choice(numbers)
            act = LiftRestraintAct(**self.bank.house.office.by(RAY), restraint_no=number, amount_fen=15)
            self.bank.desk.told(signed(act, RAY, SUE))
            self.bank.kept(None)

    def _deduct(self, no: int, date: int) -> None:
        """Two people order a deduction, and it is taken as far as the restraint holds back so much."""
        bank = self.bank
        number = next(iter(bank.restraints.get(no, ())), 0)
        if bank.desk.book.restraints.by_number.get(number) is None:
            return
        account_no = bank.desk.account(no)
        act = DeductAct(**bank.house.office.by(RAY), account_no=account_no, restraint_no=number, amount_fen=10, **COURT)
        if bank.desk.control(signed(act, RAY, SUE)) == ACCEPTED:
            assert self._took(no, 10, Way.JUDICIAL, target_number=number) in (ACCEPTED, *FOR_WANT)

    def beyond(self) -> None:
        """Of a broker that is terminated nothing begins: no order, no contract; what waits may go back, and a contract
        of which nothing is open ends.
        """
        desk, no = self.bank.desk, self.chance.choice(self._living)
        (told,) = desk.ask(self.seat, freeze(no, 1))
        assert told.code in (ReplyCode.BROKER_STOPPED, *BEFORE_STOPPED)
        begins = SignContracts([contract(self.bank.accounts[self.party][0] // 100, self.party)])
        assert desk.control(begins) in (ReplyCode.BROKER_STOPPED, ReplyCode.ACCOUNT_CLOSED)
        self.bank.kept(None)
        self._release(no, desk.book.trade_date)
        if len(self._living) > 1 and desk.control(ChangeContract(no, ContractEvent.TERMINATE), self.seat) == ACCEPTED:
            self._living.remove(no)
            self.ended.append(no)
            self.bank.happened["ended behind a termination"] += 1
        self.bank.kept(None)

    def change_contracts(self, date: int) -> None:
        """In the morning: somebody's card is replaced, with whatever is open; somebody's contract ends, if it may."""
        bank, desk = self.bank, self.bank.desk
        over = [no for no in self._living if status(desk, no) == ContractStatus.TERMINATED]  # it has run off
        bank.contracts[self.party] = [no for no in self._living if no not in over]
        self.ended += over
        old = self.chance.choice(self._living)
        if self.chance.random() < 0.4 and status(desk, old) == ContractStatus.ACTIVE:
            new = bank.replaced(self.party, old)
            self.opened.append((date, new))
        no = self.chance.choice(self._living)
        ends = ChangeContract(no, ContractEvent.TERMINATE)
        may_end = len(self._living) > 2 and self.chance.random() < 0.5
        if may_end and desk.control(ends, self.seat) == ACCEPTED:
            self._living.remove(no)
            self.ended.append(no)
            self.closed.append((date, no))
            if self.chance.random() < 0.6:
                self._close_account(no)
        bank.kept(None)

    def _close_account(self, no: int) -> None:
        """Its customer takes all, and it is closed, unless a court or a card withholds something."""
        desk = self.bank.desk
        if desk.money(no)[0]:
            asked = record(RecordKind.WITHDRAWAL, desk.account(no), desk.money(no)[0], way=Way.CARD)
            self.bank.at_savings(self.party, no, asked)
        desk.control(ChangeAccount(desk.account(no), AccountEvent.CLOSE))
