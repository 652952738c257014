"""The auditor, who follows a ledger through the close of its dates: complete sets, orders closed, contracts corrected.

Belongs here: what an outsider expects once a date's set is complete, from docs/day.md, in plain numbers. Never here:
anything of ledger or rules, arithmetic in columns.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from frontend_sim.auditor.audited_account import Contract, Freeze, FreezeKey, Verdict
from frontend_sim.auditor.auditor import Auditor
from frontend_sim.auditor.observations import Seen
from frontend_sim.auditor.withheld_rules import DEDUCTED
from protocol.codes import ReplyCode
from protocol.records import STATE_DEDUCTIBLE, STATE_NUMBER_GIVEN, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import Fate, RecordKind

FEES = ("commission_fen", "stamp_fen", "transfer_fen", "handling_fen", "regulatory_fen")
NAMES = (
    *("amount_fen", "cleared_proceeds_fen", "has_bought_fen", "has_sold_fen"),
    *("made_good_buys_fen", "made_good_proceeds_fen"),
)
"""What a record that corrects names, in both columns."""
FILLS = (RecordKind.FILL_BUY, RecordKind.FILL_SELL)


@dataclass
class SetSeen:
    """A complete set: what it says of orders and of contracts."""

    cleared_fen: dict[FreezeKey, int] = field(default_factory=dict)
    fates: dict[FreezeKey, int] = field(default_factory=dict)
    buys_fen: dict[int, int] = field(default_factory=dict)  # by contract, with what fees of sales took beyond them
    excess_fen: dict[int, int] = field(default_factory=dict)
    proceeds_fen: dict[int, int] = field(default_factory=dict)

    def take(self, lines: RecordArray) -> None:
        """Lines that were taken."""
        for line in lines:
            kind, contract_no, amount_fen = int(line["kind"]), int(line["contract_no"]), int(line["amount_fen"])
            key = (int(line["order_date"]), int(line["order_seat"]), int(line["order_number"]))
            if kind == RecordKind.CLEAR_ORDER:
                self.fates[key] = int(line["fate"])
            if kind not in (RecordKind.CLEAR_BUY, RecordKind.CLEAR_SELL):
                continue
            fees_fen = sum(int(line[name]) for name in FEES)
            if kind == RecordKind.CLEAR_BUY:
                self.cleared_fen[key] = amount_fen + fees_fen
                _add(self.buys_fen, contract_no, amount_fen + fees_fen)
                continue
            over_fen = max(0, fees_fen - amount_fen)
            _add(self.proceeds_fen, contract_no, max(0, amount_fen - fees_fen))
            _add(self.excess_fen, contract_no, over_fen)
            _add(self.buys_fen, contract_no, over_fen)


class Moved(NamedTuple):
    """Bought and sold of a contract's date."""

    bought_fen: int = 0
    sold_fen: int = 0


@dataclass(slots=True)
class DatedAuditor(Auditor):
    """Feed it as the auditor, and with sets and the day desk's records."""

    sets: dict[tuple[int, int], SetSeen] = field(default_factory=dict)  # complete ones, by party and trade date
    moved: dict[tuple[int, int], Moved] = field(default_factory=dict)  # by contract and trade day
    by_set: dict[tuple[int, int], Moved] = field(default_factory=dict)  # of it, what its set brought beside closing
    rejected_fen: dict[int, int] = field(default_factory=dict)  # by the number of the act

    def verdict(self, one: Seen) -> Verdict:
        """As the auditor's, but of a date whose set is complete."""
        told = Auditor.verdict(self, one)
        if one.kind == RecordKind.WITHDRAWAL and one.way in DEDUCTED:
            return self._of_deduction(one, told)
        if told.code != ReplyCode.ACCEPTED:
            return told
        if one.kind in FILLS and self._is_told_too_late(one):
            return Verdict(ReplyCode.LISTED, 0, 0)
        if one.kind == RecordKind.RELEASE:
            key = (one.target_date, one.target_seat, one.target_number)
            found = self.sets.get((one.party, one.target_date))
            freeze = self.contracts[one.contract_no].freezes[key]
            if found is not None and one.amount_fen > freeze.remaining_fen - _due_fen(found, key, freeze):
                return Verdict(ReplyCode.AMOUNT_OVER_REMAINING, 0, 0)
        return told

    def _is_told_too_late(self, one: Seen) -> bool:
        """Whether a fill is of a date with a complete set, or of an order that such a set ends."""
        if any(party == one.party and trade_day(date) == one.trade_day for party, date in self.sets):
            return True
        found = self.sets.get((one.party, one.target_date))
        key = (one.target_date, one.target_seat, one.target_number)
        return one.kind == RecordKind.FILL_BUY and found is not None and found.fates.get(key) != Fate.HELD

    def apply(self, one: Seen, sign: int = 1) -> None:
        """As the auditor, by trade day too."""
        Auditor.apply(self, one, sign)
        if one.kind in FILLS:
            bought_fen = sign * one.amount_fen if one.kind == RecordKind.FILL_BUY else 0
            sold_fen = sign * one.amount_fen if one.kind == RecordKind.FILL_SELL else 0
            self._move(one.contract_no, one.trade_day, bought_fen, sold_fen)

    def close_out(self, record: RecordArray, told: Verdict) -> None:
        """A record of the day desk that was accepted: what it names is what it must, and moves."""
        kind, contract_no, day = int(record["kind"]), int(record["contract_no"]), int(record["trade_day"])
        contract = self.contracts[contract_no]
        if kind == RecordKind.REVERT:
            self._take_back(record, contract)
            return
        found = next(
            each for (party, date), each in self.sets.items() if party == contract.party and trade_day(date) == day
        )
        if kind == RecordKind.CLOSE:
            self._close(record, found, contract)
        elif kind == RecordKind.PROCEEDS:
            self._book(record, found, contract)
        else:
            self._correct(record, found, contract, told)
        contract.account.withheld.remember()
        contract.account.withheld.fell(contract.account.spent_fen)
        contract.account.withheld.forget()

    def _close(self, record: RecordArray, found: SetSeen, contract: Contract) -> None:
        key = (int(record["target_date"]), int(record["target_seat"]), int(record["target_number"]))
        freeze = contract.freezes[key]
        drawn_fen = _due_fen(found, key, freeze)
        self._expect(
            record,
            "closed",
            (int(record["amount_fen"]), int(record["release_fen"])),
            (drawn_fen, freeze.remaining_fen - drawn_fen),
        )
        assert found.fates.get(key) != Fate.HELD
        contract.account.frozen_fen -= freeze.remaining_fen
        freeze.drawn_fen, freeze.released_fen = (
            freeze.drawn_fen + drawn_fen,
            freeze.amount_fen - freeze.drawn_fen - drawn_fen,
        )
        self._pay(contract, record, drawn_fen, 0)

    def _book(self, record: RecordArray, found: SetSeen, contract: Contract) -> None:
        contract_no, day = int(record["contract_no"]), int(record["trade_day"])
        sold_fen = found.proceeds_fen.get(contract_no, 0)
        there_fen = min(self._paid_fen(contract, contract_no, day), contract.account.buying_power_fen) + sold_fen
        bought_fen = min(found.excess_fen.get(contract_no, 0), max(0, there_fen))
        self._expect(record, "booked", (int(record["amount_fen"]), int(record["excess_fen"])), (sold_fen, bought_fen))
        self._pay(contract, record, bought_fen, sold_fen)

    def _correct(self, record: RecordArray, found: SetSeen, contract: Contract, told: Verdict) -> None:
        contract_no, day = int(record["contract_no"]), int(record["trade_day"])
        has = self.moved.get((contract_no, day), Moved())
        buys_fen, proceeds_fen = found.buys_fen.get(contract_no, 0), found.proceeds_fen.get(contract_no, 0)
        takes_fen = buys_fen - min(buys_fen, self.rejected_fen.get(int(record["act_number"]), 0))
        freed_fen = max(0, has.bought_fen - takes_fen) + max(0, proceeds_fen - has.sold_fen)
        paid_fen = self._paid_fen(contract, contract_no, day) + freed_fen
        power_fen = contract.account.buying_power_fen + freed_fen
        falls_fen = min(max(0, has.sold_fen - proceeds_fen), max(0, paid_fen))
        rises_fen = min(max(0, takes_fen - has.bought_fen), max(0, min(paid_fen, power_fen) - falls_fen))
        bought_fen = min(has.bought_fen, takes_fen) + rises_fen
        sold_fen = max(has.sold_fen, proceeds_fen) - falls_fen
        good_fen = (buys_fen - bought_fen, sold_fen - proceeds_fen)
        self._expect(
            record, "corrected", tuple(int(record[name]) for name in NAMES), (buys_fen, proceeds_fen, *has, *good_fen)
        )
        self._expect(record, "case", (told.state,), (STATE_NUMBER_GIVEN if any(good_fen) else 0,))
        self._pay(contract, record, bought_fen - has.bought_fen, sold_fen - has.sold_fen)

    def _take_back(self, record: RecordArray, contract: Contract) -> None:
        """All that the set brought goes, where nobody is short of money."""
        key = (int(record["contract_no"]), int(record["trade_day"]))
        has, brought = self.moved.get(key, Moved()), self.by_set.pop(key, Moved())
        back = (has.bought_fen - brought.bought_fen, has.sold_fen - brought.sold_fen)
        self._expect(record, "taken back", tuple(int(record[name]) for name in NAMES), (*back, *has, 0, 0))
        self._pay(contract, record, -brought.bought_fen, -brought.sold_fen)
        self.by_set.pop(key)
        contract.account.withheld.fell(contract.account.spent_fen)

    def _pay(self, contract: Contract, record: RecordArray, bought_fen: int, sold_fen: int) -> None:
        contract.account.bought_fen += bought_fen
        contract.account.sold_fen += sold_fen
        key = (int(record["contract_no"]), int(record["trade_day"]))
        self._move(*key, bought_fen, sold_fen)
        if int(record["kind"]) != RecordKind.CLOSE:
            had = self.by_set.get(key, Moved())
            self.by_set[key] = Moved(had.bought_fen + bought_fen, had.sold_fen + sold_fen)

    def _move(self, contract_no: int, day: int, bought_fen: int, sold_fen: int) -> None:
        had = self.moved.get((contract_no, day), Moved())
        self.moved[contract_no, day] = Moved(had.bought_fen + bought_fen, had.sold_fen + sold_fen)

    def _paid_fen(self, contract: Contract, contract_no: int, since: int) -> int:
        """The least that is there for any day from `since` on, by what came up to it."""
        there_fen, found = contract.account.balance_fen, list[int]()
        for day in sorted(self.unsettled_days):
            moved = self.moved.get((contract_no, day), Moved())
            there_fen += moved.sold_fen - moved.bought_fen
            there_fen -= sum(each.remaining_fen for key, each in contract.freezes.items() if trade_day(key[0]) == day)
            found += [there_fen] if day >= since else []
        return min(found)

    def _of_deduction(self, one: Seen, told: Verdict) -> Verdict:
        """A deduction too takes nothing that came later than what it would leave unpaid."""
        if told.code not in (ReplyCode.ACCEPTED, ReplyCode.AMOUNT_OVER_REMAINING):
            return told
        account = self.accounts[one.contract_no]
        contract_no = next(number for number, each in self.contracts.items() if each.account is account)
        held_fen = account.withheld.held_by(one.target_number, account.balance_fen, account.spent_fen)
        most_fen = min(held_fen, self._paid_fen(self.contracts[contract_no], contract_no, min(self.unsettled_days)))
        if one.amount_fen <= most_fen:
            return Verdict(ReplyCode.ACCEPTED, 0, 0)
        return Verdict(ReplyCode.AMOUNT_OVER_REMAINING, STATE_DEDUCTIBLE, max(0, most_fen))

    def _expect(self, record: RecordArray, what: str, told: tuple[int, ...], expected: tuple[int, ...]) -> None:
        self.judged_count += 1
        if told != expected:
            self.mismatch_count += 1
            self.mismatches.append(f"{what} of contract {record['contract_no']}: {told}, expected {expected}")


def _due_fen(found: SetSeen, key: FreezeKey, freeze: Freeze) -> int:
    return min(freeze.remaining_fen, max(0, found.cleared_fen.get(key, 0) - freeze.drawn_fen))


def _add(sums_fen: dict[int, int], contract_no: int, fen: int) -> None:
    sums_fen[contract_no] = sums_fen.get(contract_no, 0) + fen
