"""What an outsider expects to move of a broker's date by its complete clearing set: orders closed, proceeds booked,
contracts corrected, and all of it taken back once two people have withdrawn the set.

Belongs here: the rules of what moves as docs/protocol.md has them (17.7, 17.8), written as simply as possible, and the
comparison with what was answered. Never here: anything of ledger, rules or gateway, as in `auditor`; what differs
(comparing), the lines of the set (clearing).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from frontend_sim.auditor.accounts.audited_account import Account, Contract
from frontend_sim.auditor.accounts.freeze import FreezeKey
from frontend_sim.auditor.day.clearing import OfContract, SetAudit
from frontend_sim.auditor.day.comparing import Compared, Moved
from frontend_sim.auditor.orders.through_bank import ThroughBank
from protocol.codes import ReplyCode
from protocol.records import (
    FREEZE_STATE_CLOSED,
    FREEZE_STATE_NONE,
    STATE_NUMBER_GIVEN,
    OutcomeArray,
    RecordArray,
)
from protocol.vocabulary import ContractStatus, RecordKind

NAMES = (
    *("kind", "trade_day", "contract_no", "amount_fen", "release_fen", "target_date", "target_seat", "target_number"),
    *("act_number", "cleared_proceeds_fen", "made_good_buys_fen", "made_good_proceeds_fen"),
    *("has_bought_fen", "has_sold_fen", "excess_fen"),
)
NAMED = (
    *("amount_fen", "cleared_proceeds_fen", "has_bought_fen", "has_sold_fen"),
    *("made_good_buys_fen", "made_good_proceeds_fen"),
)
"""Of a record that corrects or takes back: where both columns go, what they are, what is made good or stays."""
MISMATCHES_KEPT_MAX = 20
Told = tuple[int, int, int]
"""Code, state, and what is told beside."""
DONE: Told = (ReplyCode.ACCEPTED, FREEZE_STATE_NONE, 0)


class Permitted(NamedTuple):
    """What two people have signed of one contract."""

    buys_fen: int
    proceeds_fen: int
    rejected_fen: int
    rise_max_fen: int
    made_good_max_fen: int


class Tolerance(NamedTuple):
    """What needs nobody's act: of a contract, and of all contracts of a date together."""

    contract_fen: int = 0
    date_fen: int = 0


NO_TOLERANCE = Tolerance()


@dataclass(slots=True)
class DateAudit(Compared):
    """One broker's date, by one complete set of it."""

    permits: Mapping[tuple[int, int], Permitted] = field(default_factory=dict)
    """By the number of the act and the contract."""
    tolerance: Tolerance = NO_TOLERANCE
    judged_count: int = 0
    mismatches: list[str] = field(default_factory=list)
    left: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By contract what the set has brought to bought and to sold, beside closing, and is not taken back."""
    _tolerated_fen: int = 0
    _cases: dict[int, int] = field(default_factory=dict)  # by contract: the one that it opened
    counts: bool = True
    """Whether the set does."""
    _withdrawn_by: int = 0  # the number of the act

    def __post_init__(self) -> None:
        Compared.__post_init__(self)
        self._tell_orders()

    def judge(self, records: RecordArray, outcomes: OutcomeArray) -> None:
        """(n,) records of the day desk about the date, in order, and what was answered to each."""
        columns = [records[name].tolist() for name in NAMES]
        answered = zip(*(outcomes[name].tolist() for name in ("code", "state", "remaining_fen")), strict=True)
        judge_on: Mapping[int, Callable[[Contract, Mapping[str, int]], Told]] = {
            RecordKind.CLOSE: self._on_closing,
            RecordKind.CORRECT: self._on_correction,
            RecordKind.PROCEEDS: self._on_proceeds,
            RecordKind.REVERT: self._on_reversal,
        }
        for values, told in zip(zip(*columns, strict=True), answered, strict=True):
            one = dict(zip(NAMES, values, strict=True))
            contract = self._contracts().get(one["contract_no"])
            unknown = (ReplyCode.CONTRACT_UNKNOWN, FREEZE_STATE_NONE, 0)
            expected = judge_on[one["kind"]](contract, one) if contract is not None else unknown
            self.judged_count += 1
            if expected != told and len(self.mismatches) < MISMATCHES_KEPT_MAX:
                self.mismatches.append(f"day desk, {one}: answered {told}, expected {expected}")

    def withdraw(self, act_number: int = 0) -> None:
        """The set counts no more: its broker has withdrawn it, or an act of two people has."""
        self.counts, self._withdrawn_by = False, act_number
        self._tell_orders()
        self.told.forget(self.left)

    def made_good(self) -> dict[int, int]:
        """What the broker makes good, by the number of the case."""
        of = {case: self.corrected[number] for number, case in self._cases.items()}
        return {case: moved.good_buys_fen + moved.good_proceeds_fen for case, moved in of.items()}

    def followed_by(self, told: SetAudit) -> "DateAudit":
        """The date by its next set: what closing released stays none of the broker's."""
        return DateAudit(told, permits=self.permits, tolerance=self.tolerance, _closed_fen=dict(self._closed_fen))

    def _on_closing(self, contract: Contract, one: Mapping[str, int]) -> Told:
        key = (one["target_date"], one["target_seat"], one["target_number"])
        freeze = contract.freezes.get(key)
        if freeze is None or not (freeze.remaining_fen or self._orders.is_open(key)):
            code = ReplyCode.FREEZE_UNKNOWN if freeze is None else ReplyCode.FREEZE_CLOSED
            return _refused(code)
        drawn_fen, released_fen = self._draws(key, freeze)
        if one["trade_day"] != self.day or drawn_fen + released_fen != freeze.remaining_fen:
            return _refused(ReplyCode.STEP_NOT_DUE)
        if (one["amount_fen"], one["release_fen"]) != (drawn_fen, released_fen):
            return _refused(ReplyCode.SETTLEMENT_DIFFERS)
        self._end(contract, key, drawn_fen, released_fen)
        return (ReplyCode.ACCEPTED, FREEZE_STATE_CLOSED, 0)

    def close_orders(self) -> int:
        """What is owed is published: each order that is left open is ended as the set says. Returns: how many."""
        found = [(key, number, self._draws(key, freeze)) for key, number, freeze in self._freezes()]
        open_ones = [(key, number, draws) for key, number, draws in found if any(draws) or self._orders.is_open(key)]
        for key, number, draws in open_ones:
            self._end(self.told.auditor.contracts[number], key, *draws)
        return len(open_ones)

    def _end(self, contract: Contract, key: FreezeKey, drawn_fen: int, released_fen: int) -> None:
        contract.draw(key, drawn_fen, released_fen, self.day)
        self._orders.close(key)
        self._closed_fen[key] = released_fen
        contract.account.move(self.day, bought_fen=drawn_fen)
        contract.account.withheld.fell(contract.account.spent_fen)

    @property
    def _orders(self) -> ThroughBank:
        return self.told.auditor.through_bank

    def _tell_orders(self) -> None:
        """While the set is complete no report moves an order of the date."""
        self._orders.complete_set(self.told.party, self.told.trade_date, is_complete=self.counts)

    def _on_proceeds(self, contract: Contract, one: Mapping[str, int]) -> Told:
        """What comes with the set, less what an earlier one has left; the cost of sales as far as there is money."""
        number, account = one["contract_no"], contract.account
        says = self.told.of_contract.get(number, OfContract())
        proceeds_fen = says.proceeds_fen - self.has(contract)[1]
        is_due = not self._at_fill(contract) and (proceeds_fen > 0 or (proceeds_fen == 0 and says.excess_fen > 0))
        if one["trade_day"] != self.day or not is_due or number in self.corrected or number in self.booked:
            return _refused(ReplyCode.STEP_NOT_DUE)
        there_fen = min(self._paid_fen(account), account.buying_power_fen) + proceeds_fen
        excess_fen = min(says.excess_fen, max(0, there_fen))
        if (one["amount_fen"], one["excess_fen"]) != (proceeds_fen, excess_fen):
            return _refused(ReplyCode.SETTLEMENT_DIFFERS)
        self._bring(number, contract, excess_fen, proceeds_fen)
        self.booked.add(number)
        return DONE

    def _on_correction(self, contract: Contract, one: Mapping[str, int]) -> Told:
        number, says = one["contract_no"], self.told.of_contract.get(one["contract_no"], OfContract())
        is_open = any(any(self._draws(key, each)) for key, each in contract.freezes.items())
        if one["trade_day"] != self.day or number in self.corrected or is_open:
            return _refused(ReplyCode.STEP_NOT_DUE)
        permit = self.permits.get((one["act_number"], number))
        if one["act_number"] and permit is None:
            return _refused(ReplyCode.ACT_NEEDED)
        has = self.has(contract)
        takes_fen = says.buys_fen - min(permit.rejected_fen if permit is not None else 0, says.buys_fen)
        moved = self._moved(contract, takes_fen, says.proceeds_fen)
        moved = moved._replace(good_buys_fen=says.buys_fen - moved.bought_fen)  # what is rejected too
        if [one[name] for name in NAMED] != [says.buys_fen, says.proceeds_fen, *has, *moved[2:]]:
            return _refused(ReplyCode.SETTLEMENT_DIFFERS)
        changes_fen = (moved.bought_fen - has[0], moved.sold_fen - has[1])
        good_fen = moved.good_buys_fen + moved.good_proceeds_fen
        at_fill = self.told.auditor.members[self.told.party].proceeds_at_fill
        if not self._may(permit, says, at_fill, changes_fen, good_fen):
            return _refused(ReplyCode.ACT_NEEDED)
        self._bring(number, contract, *changes_fen)
        self.corrected[number] = moved
        self.told.is_booked.add(number)
        if not good_fen:
            return DONE
        self._cases[number] = self.told.auditor.next_case(self.told.party)
        return (ReplyCode.ACCEPTED, STATE_NUMBER_GIVEN, self._cases[number])

    def _on_reversal(self, contract: Contract, one: Mapping[str, int]) -> Told:
        """Both columns go to what they would be without the set; what cannot go stays, and is nobody's."""
        number = one["contract_no"]
        if not self._withdrawn_by or one["trade_day"] != self.day or number not in self.left:
            return _refused(ReplyCode.STEP_NOT_DUE)
        if one["act_number"] != self._withdrawn_by:
            return _refused(ReplyCode.ACT_NEEDED)
        has, brought_fen = self.has(contract), self.left[number]
        goes_fen = (has[0] - brought_fen[0], has[1] - brought_fen[1])
        moved = self._moved(contract, *goes_fen)
        if [one[name] for name in NAMED] != [*goes_fen, *has, *moved[2:]]:
            return _refused(ReplyCode.SETTLEMENT_DIFFERS)
        self._move(contract, moved.bought_fen - has[0], moved.sold_fen - has[1])
        del self.left[number]
        contract.told_of.discard(self.told.trade_date)
        case = self._cases.pop(number, 0)
        return (ReplyCode.ACCEPTED, STATE_NUMBER_GIVEN, case) if case else DONE

    def _may(
        self, permit: Permitted | None, says: OfContract, at_fill: bool, changes_fen: tuple[int, int], good_fen: int
    ) -> bool:
        """Whether two people have signed for it, or it needs nobody; what is tolerated is used up."""
        rise_fen, sold_fen = changes_fen
        if permit is not None:
            is_same = (permit.buys_fen, permit.proceeds_fen) == (says.buys_fen, says.proceeds_fen)
            return is_same and rise_fen <= permit.rise_max_fen and good_fen <= permit.made_good_max_fen
        differs_fen = max(0, -rise_fen) + (abs(sold_fen) if at_fill else max(0, -sold_fen))
        so_far_fen = self._tolerated_fen + differs_fen
        if good_fen or rise_fen > says.excess_fen:
            return False
        if differs_fen and (differs_fen > self.tolerance.contract_fen or so_far_fen > self.tolerance.date_fen):
            return False
        self._tolerated_fen = so_far_fen
        return True

    def _moved(self, contract: Contract, takes_fen: int, proceeds_fen: int) -> Moved:
        """The three steps of 17.8 towards so much bought and sold: nobody is overdrawn, and nothing is taken for which
        there is no money, or for which only later dates have brought some.
        """
        bought_fen, sold_fen = self.has(contract)
        if contract.status == ContractStatus.TERMINATED:  # nothing was open when it ended
            return Moved(0, proceeds_fen, takes_fen, 0)
        account = contract.account
        freed_fen = max(0, bought_fen - takes_fen) + max(0, proceeds_fen - sold_fen)
        paid_fen, power_fen = self._paid_fen(account) + freed_fen, account.buying_power_fen + freed_fen
        bought_fen, sold_fen = min(bought_fen, takes_fen), max(sold_fen, proceeds_fen)
        falls_fen = min(max(0, paid_fen), sold_fen - proceeds_fen)
        bought_fen += min(takes_fen - bought_fen, max(0, min(paid_fen, power_fen) - falls_fen))
        sold_fen -= falls_fen
        return Moved(bought_fen, sold_fen, takes_fen - bought_fen, sold_fen - proceeds_fen)

    def _paid_fen(self, account: Account) -> int:
        return account.paid_fen(self.told.auditor.unsettled_days, self.day)

    def _bring(self, number: int, contract: Contract, bought_fen: int, sold_fen: int) -> None:
        had = self.left.get(number, (0, 0))
        self.left[number] = (had[0] + bought_fen, had[1] + sold_fen)
        contract.told_of.add(self.told.trade_date)
        self._move(contract, bought_fen, sold_fen)

    def _move(self, contract: Contract, bought_fen: int, sold_fen: int) -> None:
        if contract.status == ContractStatus.TERMINATED:
            apart = contract.sold_apart_fen
            apart[self.day] = apart.get(self.day, 0) + sold_fen
            return
        contract.account.move(self.day, bought_fen=bought_fen, sold_fen=sold_fen)
        contract.account.give_back(self.day)
        contract.account.withheld.fell(contract.account.spent_fen)


def _refused(code: ReplyCode) -> Told:
    return (code, FREEZE_STATE_NONE, 0)
