"""The auditor, who follows a ledger through the close of its dates: sets, what was decided and permitted, orders
closed, contracts corrected, proceeds booked, all of it taken back.

Belongs here: which of the auditor's opinions is asked about what, what is told too late for a complete set. Never here:
anything of ledger or rules, the auditor's own arithmetic (frontend_sim.auditor).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from frontend_sim.auditor.accounts.audited_account import Verdict
from frontend_sim.auditor.accounts.freeze import target_of
from frontend_sim.auditor.auditor import Auditor
from frontend_sim.auditor.day.allotted import HeldOrders, are_ended, bound_fen
from frontend_sim.auditor.day.clearing import SetAudit
from frontend_sim.auditor.day.comparing import SUMS
from frontend_sim.auditor.day.owing import Window, days_known
from frontend_sim.auditor.day.reconciling import DateAudit, Permitted, Tolerance
from frontend_sim.auditor.day.settlement_audit import SettlementAudit
from frontend_sim.auditor.observations import Seen
from protocol.acts.clearing import PayCustomerAct
from protocol.codes import ReplyCode
from protocol.records import OutcomeArray, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import DifferenceClass, RecordKind, Role

NS_PER_S = 1_000_000_000
FILLS = (RecordKind.FILL_BUY, RecordKind.FILL_SELL)
SETTLING = (RecordKind.SETTLE, RecordKind.CREDIT)
Lane = tuple[int, int]
"""Party and trade date."""


@dataclass(slots=True)
class DatedAuditor(Auditor):
    """Feed it as the auditor, and with sets, what people decide of them, and the day desk's records."""

    open_sets: dict[int, SetAudit] = field(default_factory=dict)  # by seat
    dates: dict[Lane, DateAudit] = field(default_factory=dict)  # by its last complete set
    permits: dict[tuple[int, int], Permitted] = field(default_factory=dict)  # by act and contract
    tolerances: dict[int, Tolerance] = field(default_factory=dict)  # by party
    taken_back: list[Mapping[str, int]] = field(default_factory=list)
    """What each reversal named."""
    windows: dict[int, list[Window]] = field(default_factory=dict)  # by trade date
    of_brokers: dict[int, SettlementAudit] = field(default_factory=dict)  # by party
    rates: dict[int, int] = field(default_factory=dict)  # by day

    def verdict(self, one: Seen) -> Verdict:
        """As the auditor's, but of a date whose set is complete."""
        told = Auditor.verdict(self, one)
        if told.code != ReplyCode.ACCEPTED:
            return told
        if one.kind in FILLS and self._is_told_too_late(one):
            return Verdict(ReplyCode.LISTED, 0, 0)
        if one.kind == RecordKind.RELEASE:
            key = target_of(one)
            freeze = self.contracts[one.contract_no].freezes[key]
            if one.amount_fen > freeze.remaining_fen - bound_fen(self._complete, one.party, key, freeze):
                return Verdict(ReplyCode.AMOUNT_OVER_REMAINING, 0, 0)
        return told

    @property
    def _complete(self) -> list[SetAudit]:
        """Sets that are, and count."""
        return [date.told for date in self.dates.values() if date.counts]

    def _counting(self) -> list[SetAudit]:
        return [*self.open_sets.values(), *self._complete]

    def is_settled(self, lane: Lane) -> bool:
        """Whether a broker's customers of a date are."""
        party, day = lane[0], trade_day(lane[1])
        return day not in self.unsettled_days or day in self.broker(party).broker.customers.settled_days

    def is_broker(self, party: int) -> bool:
        """Whether a party is one."""
        return party in self.members and self.members[party].role == Role.BROKER

    def _is_told_too_late(self, one: Seen) -> bool:
        """Whether a fill is of a date with a complete set, or of an order that such a set ends."""
        if any((told.party, trade_day(told.trade_date)) == (one.party, one.trade_day) for told in self._complete):
            return True
        return one.kind == RecordKind.FILL_BUY and are_ended(self._complete, one.party, target_of(one))

    def announce(self, seat: int, lane: Lane) -> None:
        """A set is open at a seat."""
        self.open_sets[seat] = SetAudit(self, *lane, waiting=HeldOrders(lane, self._counting, self.is_settled))

    def take_lines(self, seat: int, lines: RecordArray, outcomes: OutcomeArray) -> None:
        """Lines of a seat, each of them judged; without an open set none may be taken."""
        told = self.open_sets.get(seat)
        if told is None:
            self._expect("lines without a set", (outcomes["code"] == ReplyCode.ACCEPTED).sum().tolist(), 0)
            return
        told.judge(lines, outcomes)
        self.mismatches += told.mismatches
        told.mismatches.clear()

    def complete(self, told: SetAudit) -> None:
        """A set is complete."""
        lane = (told.party, told.trade_date)
        before, tolerance = self.dates.get(lane), self.tolerances.get(told.party, Tolerance())
        date = before.followed_by(told) if before is not None else DateAudit(told, permits=self.permits)
        date.tolerance, self.dates[lane] = tolerance, date

    def withdraw(self, lane: Lane, act_number: int = 0) -> None:
        """Its set counts no more, be it complete or not."""
        for seat, told in list(self.open_sets.items()):
            if (told.party, told.trade_date) == lane:
                told.forget()
                del self.open_sets[seat]
                return
        self.dates[lane].withdraw(act_number)

    def tolerate(self, party: int, tolerance: Tolerance) -> None:
        """From now on so much needs nobody's act."""
        self.tolerances[party] = tolerance
        for (of, _), date in self.dates.items():
            if of == party:
                date.tolerance = tolerance

    def decide(self, lane: Lane, difference_class: str, count: int, digest: str) -> None:
        """Two people have signed so many differences, with this digest of their list: the very ones that there are."""
        expected = self.dates[lane].to_sign(DifferenceClass[difference_class])
        self._expect(f"decided of {lane} {difference_class}", (count, digest), expected)

    def broker(self, party: int) -> SettlementAudit:
        """How a broker stands, from the first word of it on."""
        if party not in self.of_brokers:
            self.of_brokers[party] = SettlementAudit(self, party, rates=self.rates)
        return self.of_brokers[party]

    def publish(self, lane: Lane, now_s: int) -> None:
        """What is owed is told: no contract's sums are apart."""
        party, trade_date = lane
        apart = [each for each in self.dates[lane].differences() if each.compared_field in SUMS]
        self._expect(f"sums of {lane}", apart, [])
        later = [self.windows[date] for date in sorted(self.windows) if date > trade_date]
        days = days_known(self.windows.get(trade_date, []), later)
        self.broker(party).publish(self.dates[lane], days, now_s)

    def open_next(self, trade_date: int, windows: list[Window], decided_at_ns: int) -> None:
        """Another date is opened: what is over by then acts, of every broker."""
        self.roll(trade_date, decided_at_ns)
        for audit in self.of_brokers.values():
            audit.broker.roll(decided_at_ns // NS_PER_S)
        self.windows[trade_date] = windows

    def pay_customer(self, act: PayCustomerAct) -> ReplyCode:
        """Two people have what stands for a contract paid: what that earns."""
        contract = self.contracts.get(act.contract_no)
        if contract is None:
            return ReplyCode.CONTRACT_UNKNOWN
        return self.broker(contract.party).pay_customer(act.contract_no, act.amount_fen, act.desk_serial, act.way)

    def answered(self, what: str, told: int, expected: int) -> None:
        """A control message about money between bank and broker, and what it earned."""
        self._expect(what, ReplyCode(told).name, ReplyCode(expected).name)

    def begin_settling(self, lane: Lane, now_s: int, told: int) -> None:
        """A date's customers are settled from now on: so many are told to be."""
        self._expect(f"to settle of {lane}", told, self.broker(lane[0]).begin(lane[1], now_s))

    def close_out(self, records: RecordArray, outcomes: OutcomeArray) -> None:
        """Records of the day desk that were accepted."""
        for place in range(len(records)):
            one, told = records[place : place + 1], outcomes[place : place + 1]
            party, day = self.contracts[int(one["contract_no"][0])].party, int(one["trade_day"][0])
            if one["kind"][0] in SETTLING:
                audit = self.broker(party)
                audit.judge(one, told)
                self.judged_count += 1
                self.mismatches += audit.mismatches
                audit.mismatches.clear()
                continue
            date = next(each for (of, _), each in self.dates.items() if of == party and each.day == day)
            date.judge(one, told)
            self.judged_count += 1
            self.mismatches += date.mismatches
            date.mismatches.clear()
            if one["kind"][0] == RecordKind.REVERT:
                self.taken_back.append({name: int(one[name][0]) for name in ("made_good_buys_fen", "has_sold_fen")})

    def _expect(self, what: str, told: object, expected: object) -> None:
        self.judged_count += 1
        if told != expected:
            self.mismatch_count += 1
            self.mismatches.append(f"{what}: {told}, expected {expected}")
