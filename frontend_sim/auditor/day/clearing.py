"""What an outsider expects of a broker's clearing set: the answer to each line, and what the set has in all.

Belongs here: the rules of lines as docs/protocol.md has them, written as simply as possible, and the comparison with
what was answered. Never here: anything of ledger, rules or gateway, numpy arithmetic: as in `auditor`.
"""

from collections import Counter
from collections.abc import Collection, Container
from dataclasses import dataclass, field
from typing import NamedTuple

from frontend_sim.auditor.accounts.audited_account import Contract
from frontend_sim.auditor.accounts.freeze import FreezeKey
from frontend_sim.auditor.auditor import Auditor
from protocol.codes import ReplyCode
from protocol.messages.day.steps import SetTotals
from protocol.messages.fields import fen_from_sum
from protocol.records import FREEZE_STATE_NONE, STATE_LISTED, OutcomeArray, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import Fate, RecordKind

FEES = ("stamp_fen", "transfer_fen", "handling_fen", "regulatory_fen")
COLUMNS = (
    *("kind", "trade_day", "event", "contract_no", "amount_fen", "commission_fen", *FEES),
    *("order_date", "order_seat", "order_number", "reference"),
)
MISMATCHES_KEPT_MAX = 20
NAME_ORDER = (RecordKind.CLEAR_ORDER, RecordKind.CLEAR_BUY)
HAVE_REFERENCE = (RecordKind.CLEAR_SELL, RecordKind.CLEAR_DIVIDEND, RecordKind.CLEAR_REFUND)


class Sums(NamedTuple):
    """Of a set's lines that were taken: how many of each kind, turnover, all fees and tax, net. In fen."""

    counts: tuple[int, ...]
    turnover_fen: int
    fees_fen: int
    net_fen: int


def sums_of(totals: SetTotals) -> Sums:
    """What the bank tells of a set, added up likewise."""
    fees_fen = sum(fen_from_sum(fen) for fen in totals.fees)
    return Sums(tuple(totals.counts), fen_from_sum(totals.turnover), fees_fen, fen_from_sum(totals.net))


class ToldOrder(NamedTuple):
    """What the set says of an order."""

    frozen_fen: int
    released_fen: int
    fate: int


@dataclass(slots=True)
class OfContract:
    """What the set says of a contract's date, in all."""

    buys_fen: int = 0  # with what fees of sales took beyond their turnover
    proceeds_fen: int = 0
    excess_fen: int = 0  # of the buys, that
    listed_fen: int = 0  # of the buys, what names no order that is there
    other_fen: int = 0  # dividends less tax, and refunds


@dataclass(slots=True)
class SetAudit:
    """One set of a party, read line by line."""

    auditor: Auditor
    party: int
    trade_date: int
    waiting: Container[FreezeKey] = ()
    """Orders of earlier dates, settled since, that wait for their allotment and that no other set names."""
    allotted: set[FreezeKey] = field(default_factory=set)
    """Those of them that this set names: it has them from then on."""
    judged_count: int = 0
    mismatch_count: int = 0
    mismatches: list[str] = field(default_factory=list)
    _told: set[tuple[int, ...]] = field(default_factory=set)
    _last_reference: int = 0
    _counts: Counter[int] = field(default_factory=Counter)
    _turnover_fen: int = 0
    _fees_fen: int = 0
    _net_fen: int = 0
    orders: dict[FreezeKey, ToldOrder] = field(default_factory=dict)
    cleared_fen: dict[FreezeKey, int] = field(default_factory=dict)
    """What was bought by an order, with fees."""
    of_contract: dict[int, OfContract] = field(default_factory=dict)
    events: set[tuple[int, int]] = field(default_factory=set)
    """Contract and event."""
    is_booked: set[int] = field(default_factory=set)
    """Contracts whose proceeds came by a correction."""

    def judge(self, lines: RecordArray, outcomes: OutcomeArray) -> None:
        """(n,) lines of the open set in order, and what was answered to each."""
        columns = [lines[name].tolist() for name in COLUMNS]
        answered = zip(outcomes["code"].tolist(), outcomes["state"].tolist(), strict=True)
        for line, told in zip(zip(*columns, strict=True), answered, strict=True):
            expected = self._expected(*line)
            self.judged_count += 1
            if expected != told:
                self._report(line, told, expected)
            if expected[0] == ReplyCode.ACCEPTED:
                self._take(*line)

    def has(self, contract: Contract, order: FreezeKey) -> bool:
        """Whether an order of a contract is the set's to decide about."""
        return order in contract.freezes and self.decides(order)

    def decides(self, order: FreezeKey) -> bool:
        """Whether it would be, of whatever contract: it is of the set's date, or waited and is named."""
        return order[0] == self.trade_date or order in self.allotted

    def _may_name(self, contract: Contract, order: FreezeKey) -> bool:
        """Whether it is now, or becomes so by a line that names it."""
        freeze = contract.freezes.get(order)
        if freeze is None:
            return False
        return self.decides(order) or (freeze.remaining_fen > 0 and order in self.waiting)

    def ends(self, order: FreezeKey) -> bool:
        """Whether an order is closed with the date: its own, or one that waited and is named, unless it is held."""
        told = self.orders.get(order)
        return self.decides(order) and not (told is not None and told.fate == Fate.HELD)

    def forget(self, but: Collection[int] = ()) -> None:
        """The set counts no more: it brings no contract money, but those of which something is to be taken back."""
        for number in self.of_contract.keys() - set(but):
            self.auditor.contracts[number].told_of.discard(self.trade_date)

    def sums(self) -> Sums:
        """Of what should have been taken."""
        counts = tuple(self._counts[kind] for kind in range(RecordKind.CLEAR_ORDER, RecordKind.CLEAR_CONTRACT + 1))
        return Sums(counts, self._turnover_fen, self._fees_fen, self._net_fen)

    def _expected(self, *line: int) -> tuple[int, int]:
        """Code and state; amounts are in range, and form is right: the simulated brokers write no other lines."""
        kind, day, told, contract_no = line[:4]
        order, reference = (line[10], line[11], line[12]), line[13]
        contract = self.auditor.contracts.get(contract_no)
        if contract is None or contract.party != self.party:
            return (ReplyCode.CONTRACT_UNKNOWN, FREEZE_STATE_NONE)
        if day != trade_day(self.trade_date):
            return (ReplyCode.SET_NOT_OPEN, FREEZE_STATE_NONE)
        if kind in HAVE_REFERENCE:
            is_new = reference > self._last_reference
            return (ReplyCode.ACCEPTED if is_new else ReplyCode.LINE_DOUBLED, FREEZE_STATE_NONE)
        name = (kind, *order) if kind in NAME_ORDER else (kind, contract_no, told)
        if name in self._told:
            return (ReplyCode.LINE_DOUBLED, FREEZE_STATE_NONE)
        is_there = kind not in NAME_ORDER or self._may_name(contract, order)
        return (ReplyCode.ACCEPTED, FREEZE_STATE_NONE if is_there else STATE_LISTED)

    def _take(self, *line: int) -> None:
        kind, told, contract_no = line[0], line[2], line[3]
        self._counts[kind] += 1
        if kind in HAVE_REFERENCE:
            self._last_reference = line[13]
        else:
            self._told.add((kind, *line[10:13]) if kind in NAME_ORDER else (kind, contract_no, told))
        order = (line[10], line[11], line[12])
        if kind in NAME_ORDER and order[0] != self.trade_date:
            contract = self.auditor.contracts[contract_no]
            self.allotted |= {order} if self._may_name(contract, order) else set()
        if kind == RecordKind.CLEAR_ORDER:
            self.orders[order] = ToldOrder(line[4], line[5], told)
        if kind == RecordKind.CLEAR_CONTRACT:
            self.events.add((contract_no, told))
        if kind in (RecordKind.CLEAR_ORDER, RecordKind.CLEAR_CONTRACT):
            return
        amount_fen = line[4]
        fees_fen = line[5] if kind != RecordKind.CLEAR_REFUND else 0
        if kind in (RecordKind.CLEAR_BUY, RecordKind.CLEAR_SELL):
            fees_fen += sum(line[6:10])
        self._turnover_fen += amount_fen
        self._fees_fen += fees_fen
        self._net_fen += -amount_fen - fees_fen if kind == RecordKind.CLEAR_BUY else amount_fen - fees_fen
        if kind == RecordKind.CLEAR_BUY or amount_fen != fees_fen:
            self.auditor.contracts[contract_no].told_of.add(self.trade_date)
        says = self.of_contract.setdefault(contract_no, OfContract())
        if kind == RecordKind.CLEAR_SELL:
            says.proceeds_fen += max(0, amount_fen - fees_fen)
            says.excess_fen += max(0, fees_fen - amount_fen)
            says.buys_fen += max(0, fees_fen - amount_fen)
        elif kind != RecordKind.CLEAR_BUY:
            says.other_fen += amount_fen - fees_fen
        else:
            self.cleared_fen[order] = amount_fen + fees_fen
            says.buys_fen += amount_fen + fees_fen
            is_there = self.has(self.auditor.contracts[contract_no], order)
            says.listed_fen += 0 if is_there else amount_fen + fees_fen

    def book_proceeds(self) -> None:
        """What comes to customers by this set, of a broker whose sales do not count at the fill."""
        for contract_no, says in self.of_contract.items():
            if contract_no not in self.is_booked and (says.proceeds_fen or says.excess_fen):
                account = self.auditor.contracts[contract_no].account
                account.move(trade_day(self.trade_date), sold_fen=says.proceeds_fen)
                excess_fen = min(says.excess_fen, max(0, account.buying_power_fen))
                account.move(trade_day(self.trade_date), bought_fen=excess_fen)

    def _report(self, line: tuple[int, ...], told: tuple[int, int], expected: tuple[int, int]) -> None:
        self.mismatch_count += 1
        if len(self.mismatches) < MISMATCHES_KEPT_MAX:
            spoken = [f"{ReplyCode(code).name} (state {state})" for code, state in (told, expected)]
            self.mismatches.append(
                f"set of broker {self.party}, kind {line[0]}, contract {line[3]}: answered {spoken[0]}, "
                f"expected {spoken[1]}"
            )
