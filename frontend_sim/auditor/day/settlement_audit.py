"""A broker's settlements and credits as they were asked for and answered, against what an outsider expects.

Belongs here: the answer to each record of the day desk that settles or credits, and to the message that begins a day.
Never here: what they move (settling), what is owed (owing), anything of ledger, rules or gateway, as in `auditor`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from frontend_sim.auditor.accounts.audited_account import Waits
from frontend_sim.auditor.auditor import Auditor
from frontend_sim.auditor.day.broker_audit import BrokerAudit
from frontend_sim.auditor.day.clearing import OfContract
from frontend_sim.auditor.day.postings import CASH, OTHER_BANKS, former_customer
from frontend_sim.auditor.day.reconciling import DateAudit
from frontend_sim.auditor.day.settling import Named
from protocol.codes import ReplyCode
from protocol.records import (
    FREEZE_STATE_NONE,
    STATE_CREDITED,
    STATE_OWED,
    STATE_SET_OFF,
    OutcomeArray,
    RecordArray,
)
from protocol.trade_dates import trade_day
from protocol.vocabulary import AccountStatus, ContractStatus, RecordKind

NAMES = (
    *("kind", "trade_day", "contract_no", "amount_fen", "other_fen"),
    *("from_moved_fen", "settled_proceeds_fen", "settled_other_fen"),
)
MISMATCHES_KEPT_MAX = 20
Told = tuple[int, int, int]
"""Code, state, and what is told beside."""
NOT_DUE: Told = (ReplyCode.STEP_NOT_DUE, FREEZE_STATE_NONE, 0)
DIFFERS: Told = (ReplyCode.SETTLEMENT_DIFFERS, FREEZE_STATE_NONE, 0)


SERIALS_LEFT_OUT_MAX = 1_023


def refused_serial(serial: int, last_serial: int) -> ReplyCode | None:
    """How the savings desk's own number of a payment is refused; None when it is not."""
    if serial <= last_serial:
        return ReplyCode.SERIAL_USED
    return ReplyCode.SERIAL_TOO_FAR if serial - last_serial - 1 > SERIALS_LEFT_OUT_MAX else None


@dataclass(slots=True)
class SettlementAudit:
    """One broker."""

    auditor: Auditor
    party: int
    broker: BrokerAudit = field(init=False)
    dates: dict[int, DateAudit] = field(default_factory=dict)
    """By trade day, once it is published."""
    rates: dict[int, int] = field(default_factory=dict)
    """Market rates by day, of all brokers."""
    last_customer_serial: int = 0
    judged_count: int = 0
    mismatches: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.broker = BrokerAudit(self.auditor.contracts_of(self.party))
        self.broker.standing.loan.rates = self.rates

    def publish(self, date: DateAudit, windows: list[tuple[int, int, int, int, int]], now_s: int) -> int:
        """What a day comes to is told. Returns: what the broker owes, below 0 the bank."""
        net_fen = date.told.sums().net_fen
        cases = date.made_good()
        self.dates[date.day] = date
        for case, amount_fen in cases.items():
            self.broker.make_good(date.day, case, amount_fen)
        self.broker.publish(date.day, net_fen, cases, windows, now_s)
        return net_fen

    def fund(self, amount_fen: int, serial: int, now_s: int) -> ReplyCode:
        """Money is brought: what that earns."""
        standing = self.broker.standing
        refused = refused_serial(serial, standing.last_serial)
        if refused:
            self.broker.due(now_s)
            return refused
        standing.last_serial = serial
        self.broker.fund(amount_fen, now_s)
        return ReplyCode.ACCEPTED

    def take_back(self, amount_fen: int, serial: int, now_s: int) -> ReplyCode:
        """What was brought by mistake goes: likewise."""
        if serial > self.broker.standing.last_serial:
            self.broker.due(now_s)
            return ReplyCode.FUND_UNKNOWN
        return ReplyCode.ACCEPTED if self.broker.take_back(amount_fen, now_s) else ReplyCode.CLEARING_HELD

    def pay_out(self, amount_fen: int, now_s: int) -> ReplyCode:
        """Two people let a broker have money of it: likewise."""
        return ReplyCode.ACCEPTED if self.broker.pay_out(amount_fen, now_s) else ReplyCode.CLEARING_HELD

    def pay_interest(self, rate: int, last_day: int, now_s: int) -> ReplyCode:
        """Two people let a broker have what its clearing account has earned: likewise."""
        may = self.broker.pay_interest(rate, trade_day(last_day), now_s)
        return ReplyCode.ACCEPTED if may else ReplyCode.STEP_NOT_DUE

    def pay_customer(self, number: int, amount_fen: int, serial: int, way: str) -> ReplyCode:
        """Two people let a customer have what is owed whose account is closed: likewise."""
        refused = refused_serial(serial, self.last_customer_serial)
        if refused:
            return refused
        books, owed = self.broker.standing.books, former_customer(number)
        if amount_fen > books.credit_fen(owed):
            return ReplyCode.AMOUNT_OVER_REMAINING
        self.last_customer_serial = serial
        books.post(owed, CASH if way == "CASH" else OTHER_BANKS, amount_fen)
        return ReplyCode.ACCEPTED

    def stop(self, sequence: int, now_s: int) -> ReplyCode:
        """Two people let a broker's customers order nothing for a while: likewise."""
        self.broker.due(now_s)
        if self.auditor.is_stopped(self.party) or self.party in self.auditor.terminated:
            return ReplyCode.STATUS_FORBIDS
        self.auditor.stop_broker(self.party, sequence, True)
        return ReplyCode.ACCEPTED

    def resume(self, sequence: int, now_s: int) -> ReplyCode:
        """They may again: likewise."""
        self.broker.due(now_s)
        if self.party in self.auditor.terminated or not self.auditor.is_stopped(self.party):
            return ReplyCode.STATUS_FORBIDS
        self.auditor.stop_broker(self.party, sequence, False)
        return ReplyCode.ACCEPTED

    def terminate(self, trade_date: int, case: int, sequence: int, now_s: int) -> ReplyCode:
        """They never may again, since something is unpaid for too long: likewise."""
        self.broker.due(now_s)
        if self.party in self.auditor.terminated:
            return ReplyCode.STATUS_FORBIDS
        code = self.broker.standing.ground(trade_day(trade_date), case, now_s)
        if code == ReplyCode.ACCEPTED:
            self.auditor.terminated.add(self.party)
            self.auditor.stop_broker(self.party, sequence, True)
        return code

    def pay(self, trade_date: int, now_s: int) -> ReplyCode:
        """The bank pays what it owes by a date: likewise."""
        day = trade_day(trade_date)
        if (day, 0) not in self.broker.standing.owed:
            self.broker.due(now_s)
            return ReplyCode.OBLIGATION_UNKNOWN
        return ReplyCode.ACCEPTED if self.broker.pay(day, now_s) else ReplyCode.STEP_NOT_DUE

    def begin(self, trade_date: int, now_s: int) -> int:
        """The settlement of a day begins. Returns: of how many contracts."""
        day = trade_day(trade_date)
        self.broker.contracts.update(self.auditor.contracts_of(self.party))
        found = {number for number in self.broker.contracts if any(self.named(number, day))}
        self.broker.begin(day, found, now_s)
        self._end_if_settled(day)
        return len(found)

    def named(self, number: int, day: int) -> Named:
        """What a contract's day is to move."""
        date, contract = self.dates[day], self.broker.contracts[number]
        says = date.told.of_contract.get(number, OfContract())
        return Named(*date.has(contract), says.other_fen)

    def settle_all(self, trade_date: int, now_s: int) -> int:
        """Nobody was heard: a day is settled whole, in any order. Returns: how many contracts."""
        day, count = trade_day(trade_date), self.begin(trade_date, now_s)
        for number in sorted(self.broker.customers.to_settle.get(day, ())):
            self._settle(number, day)
        return count

    def credit_all(self) -> int:
        """Likewise of all that is due. Returns: how many."""
        count = 0
        while day := self.broker.customers.next_due():
            for number in self.broker.customers.waiting(day):
                self.broker.credit(number, day)
                count += 1
        return count

    def judge(self, records: RecordArray, outcomes: OutcomeArray) -> None:
        """(n,) records that settle or credit this broker's contracts, in order, and what was answered to each."""
        columns = [records[name].tolist() for name in NAMES]
        answered = zip(*(outcomes[name].tolist() for name in ("code", "state", "remaining_fen")), strict=True)
        for values, told in zip(zip(*columns, strict=True), answered, strict=True):
            one = dict(zip(NAMES, values, strict=True))
            judge = self._on_settlement if one["kind"] == RecordKind.SETTLE else self._on_credit
            expected = judge(one)
            self.judged_count += 1
            if expected != told and len(self.mismatches) < MISMATCHES_KEPT_MAX:
                self.mismatches.append(f"day desk, {one}: answered {told}, expected {expected}")

    def _on_settlement(self, one: Mapping[str, int]) -> Told:
        number, day = one["contract_no"], one["trade_day"]
        if number not in self.broker.customers.to_settle.get(day, ()):
            return NOT_DUE
        named = self.named(number, day)
        says = (one["amount_fen"], one["from_moved_fen"], one["settled_proceeds_fen"], one["settled_other_fen"])
        contract = self.broker.contracts[number]
        has_ended = contract.status == ContractStatus.TERMINATED
        moved_fen = 0 if has_ended else contract.account.of(day).moved_drawn_fen
        names = (named.bought_fen - moved_fen, moved_fen, named.sold_fen, named.other_fen)
        if says != names or not self._is_told_so(number, day, named):
            return DIFFERS
        is_gated = self.broker.is_gated
        credited_fen = self._settle(number, day)
        is_owed = not is_gated and contract.account.status == AccountStatus.CLOSED
        state = STATE_SET_OFF if is_gated else STATE_OWED if is_owed else STATE_CREDITED
        return (ReplyCode.ACCEPTED, state, credited_fen)

    def _on_credit(self, one: Mapping[str, int]) -> Told:
        number, day = one["contract_no"], one["trade_day"]
        contract = self.broker.contracts.get(number)
        waits = contract.waits.get(day) if contract is not None else None
        if contract is None or waits is None or day != self.broker.customers.next_due():
            return NOT_DUE
        if Waits(one["amount_fen"], one["other_fen"]) != waits:
            return DIFFERS
        self.broker.credit(number, day)
        is_owed = contract.account.status == AccountStatus.CLOSED
        fen = waits.proceeds_fen + waits.other_fen
        return (ReplyCode.ACCEPTED, STATE_OWED, fen) if is_owed else (ReplyCode.ACCEPTED, FREEZE_STATE_NONE, 0)

    def _settle(self, number: int, day: int) -> int:
        date, contract = self.dates[day], self.broker.contracts[number]
        settled = self.broker.settle(number, day, self.named(number, day))
        contract.told_of.discard(date.told.trade_date)
        self._end_if_settled(day)
        return settled.credited_fen

    def _end_if_settled(self, day: int) -> None:
        """With the last of a day's contracts its set says nothing any more, also of whom it was all made good."""
        if day in self.broker.customers.to_settle:
            return
        for contract in self.broker.contracts.values():
            contract.told_of.discard(self.dates[day].told.trade_date)

    def _is_told_so(self, number: int, day: int, named: Named) -> bool:
        """Whether the set says what the bank has, less or plus what is made good."""
        date = self.dates[day]
        says, good = date.told.of_contract.get(number, OfContract()), date.corrected.get(number)
        good_fen = (good.good_buys_fen, good.good_proceeds_fen) if good is not None else (0, 0)
        return named[:2] == (says.buys_fen - good_fen[0], says.proceeds_fen + good_fen[1])


def between_of(audits: Mapping[int, SettlementAudit]) -> dict[int, int]:
    """3110 by outlet, debits less credits, of all brokers together."""
    sums: dict[int, int] = {}
    for audit in audits.values():
        for outlet, fen in audit.broker.customers.between_fen.items():
            sums[outlet] = sums.get(outlet, 0) + fen
    return sums
