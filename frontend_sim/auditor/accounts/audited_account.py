"""Savings accounts and the contracts on them, as the auditor keeps them.

Belongs here: the figures of one account, the states of both, what an accepted request does to them, what keeps either
from ending. Never here: whether a request is accepted (auditor).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from frontend_sim.auditor.accounts.earning import Earning
from frontend_sim.auditor.accounts.freeze import Freeze, FreezeKey, target_of
from frontend_sim.auditor.accounts.withheld import Restraint, Withheld
from frontend_sim.auditor.observations import ControlKind, Seen
from protocol.codes import ReplyCode
from protocol.records import STATE_MOVED
from protocol.trade_dates import trade_day
from protocol.vocabulary import (
    AccountEvent,
    AccountStatus,
    ContractEvent,
    ContractStatus,
    RecordKind,
    Way,
)


class Verdict(NamedTuple):
    """Code, state of the freeze concerned, and what remains of it in fen."""

    code: int
    state: int
    remaining_fen: int


class Waits(NamedTuple):
    """What a settled day has not yet credited, because its broker owes: of sales, and of dividends and refunds."""

    proceeds_fen: int = 0
    other_fen: int = 0

    @property
    def all_fen(self) -> int:
        """Both."""
        return self.proceeds_fen + self.other_fen

    def less(self, credited: "Waits") -> "Waits":
        """What is left."""
        return Waits(self.proceeds_fen - credited.proceeds_fen, self.other_fen - credited.other_fen)


@dataclass(slots=True)
class OfDay:
    """What one trade day has frozen, by its own orders, bought and sold."""

    frozen_fen: int = 0
    bought_fen: int = 0
    sold_fen: int = 0
    moved_fen: int = 0
    """Of frozen."""
    moved_drawn_fen: int = 0
    """Of bought."""

    @property
    def brought_fen(self) -> int:
        """What it has brought beyond what it takes of the account; may be below 0. What is moved is there no more."""
        return self.sold_fen - self.bought_fen - self.frozen_fen + self.moved_fen + self.moved_drawn_fen


@dataclass(slots=True)
class Account:
    """All figures in fen. What is frozen, bought and sold is its contract's."""

    balance_fen: int
    outlet: int = 0
    """Which keeps it."""
    status: AccountStatus = AccountStatus.OPEN
    frozen_fen: int = 0
    bought_fen: int = 0
    sold_fen: int = 0
    days: dict[int, OfDay] = field(default_factory=dict)
    """The last three by trade day, which add up to them."""
    withheld: Withheld = field(default_factory=Withheld)
    earning: Earning = field(default_factory=Earning)
    contract: "Contract | None" = None
    """The last one signed on it, until a message ends that: what the account counts for."""

    def move(self, day: int, frozen_fen: int = 0, bought_fen: int = 0, sold_fen: int = 0) -> None:
        """A trade day has so much more frozen, bought and sold."""
        of_day = self.days.setdefault(day, OfDay())
        of_day.frozen_fen += frozen_fen
        of_day.bought_fen += bought_fen
        of_day.sold_fen += sold_fen
        self.frozen_fen += frozen_fen
        self.bought_fen += bought_fen
        self.sold_fen += sold_fen

    def move_out(self, day: int, moved_fen: int, drawn_on: int = 0, drawn_fen: int = 0) -> None:
        """The orders of a day have so much more moved, below 0 less; what was drawn of it is of the day `drawn_on`."""
        self.earning.reckon(self.stands_fen)
        self.days.setdefault(day, OfDay()).moved_fen += moved_fen
        if drawn_fen:
            self.days.setdefault(drawn_on, OfDay()).moved_drawn_fen += drawn_fen

    def give_back(self, day: int) -> None:
        """No more of what was bought on a day is moved money than is bought."""
        self.earning.reckon(self.stands_fen)
        of_day = self.of(day)
        of_day.moved_drawn_fen = min(of_day.moved_drawn_fen, of_day.bought_fen)

    def post(self, amount_fen: int) -> None:
        """So much is credited, below 0 debited."""
        self.earning.reckon(self.stands_fen)
        self.balance_fen += amount_fen

    def settle(self, day: int, bought_fen: int, moved_fen: int) -> None:
        """What was bought on a day is debited, of which so much had been moved."""
        self.post(-bought_fen)
        self.move(day, bought_fen=-bought_fen)
        self.of(day).moved_drawn_fen -= moved_fen

    @property
    def moved_fen(self) -> int:
        """What of it stands in the bank's account for orders 委托划转资金."""
        return sum(each.moved_fen + each.moved_drawn_fen for each in self.days.values())

    @property
    def stands_fen(self) -> int:
        """What of it stands in savings deposits: this earns interest."""
        return self.balance_fen - self.moved_fen

    def of(self, day: int) -> OfDay:
        """What there is of a trade day, to look at."""
        return self.days.get(day, OfDay())

    def paid_fen(self, unsettled_days: Iterable[int], since: int = 0) -> int:
        """The least that is there for trade day `since`, or any unsettled one behind it, by what came up to that one;
        0: for any at all. What is taken in its name leans on nothing that came later.
        """
        there_fen = least_fen = self.balance_fen + self.sold_fen - self.spent_fen
        for day in sorted((each for each in unsettled_days if each > since), reverse=True):
            there_fen -= self.of(day).brought_fen
            least_fen = min(least_fen, there_fen)
        return least_fen

    @property
    def restrained_fen(self) -> int:
        """What is withheld of it."""
        return self.withheld.amount_fen

    @property
    def buying_power_fen(self) -> int:
        """可用于证券交易; may be below 0."""
        return self.balance_fen - self.frozen_fen - self.bought_fen + self.sold_fen - self.restrained_fen

    @property
    def spent_fen(self) -> int:
        """What is frozen and bought."""
        return self.frozen_fen + self.bought_fen

    @property
    def has_open_items(self) -> bool:
        """Whether anything is frozen, or bought or sold and not settled, or a clearing set says some."""
        told = self.contract is not None and (self.contract.told_of or self.contract.waits)
        return bool(self.frozen_fen or self.bought_fen or self.sold_fen or told)

    def refusal_of(self, event: int) -> ReplyCode:
        """What an event on the account earns."""
        if ACCOUNT_CHANGES.get(AccountEvent(event), (None,))[0] != self.status:
            return ReplyCode.STATUS_FORBIDS
        if event not in (AccountEvent.CLOSE, AccountEvent.SETTLE_INTEREST):
            return ReplyCode.ACCEPTED
        if self.has_open_items or (self.contract is not None and self.contract.is_locked):
            return ReplyCode.ITEMS_OPEN
        self.earning.reckon(self.stands_fen)
        if event == AccountEvent.SETTLE_INTEREST:
            return ReplyCode.ACCEPTED if self.earning.worth_fen else ReplyCode.STEP_NOT_DUE
        if self.earning.is_left:
            return ReplyCode.INTEREST_LEFT
        if self.balance_fen:
            return ReplyCode.BALANCE_LEFT
        return ReplyCode.ACCOUNT_RESTRAINED if self.restrained_fen else ReplyCode.ACCEPTED

    def apply(self, one: Seen, sign: int = 1) -> None:
        """Do (sign 1) or undo (sign −1) an accepted request that names the account; control is not undone."""
        self.earning.reckon(self.stands_fen)
        match one.kind:
            case RecordKind.INTEREST:
                self.balance_fen += sign * one.amount_fen
                self.earning.due_fen -= sign * one.amount_fen
            case RecordKind.DEPOSIT:
                self.balance_fen += sign * one.amount_fen
            case RecordKind.WITHDRAWAL:
                self._withdraw(one, sign)
            case ControlKind.RESTRAINT:
                restraint = Restraint(
                    one.remaining_fen, one.target_seat, one.amount_fen, self.spent_fen, one.target_date
                )
                self.withheld.restraints.append(restraint)
            case ControlKind.DEDUCTION:
                self.withheld.order(one.target_number, one.amount_fen)
            case ControlKind.LIFTING:
                self.withheld.lower(one.target_number, one.amount_fen)
            case ControlKind.EXTENSION:
                for restraint in self.withheld.restraints:
                    if restraint.number == one.target_number:
                        restraint.until_s = one.target_date
            case ControlKind.ACCOUNT_EVENT if one.amount_fen == AccountEvent.SETTLE_INTEREST:
                self.earning.settle()
            case ControlKind.ACCOUNT_EVENT:
                self.status = ACCOUNT_CHANGES[AccountEvent(one.amount_fen)][1]
                if self.status == AccountStatus.CLOSED and self.contract is not None:
                    self.contract.end()

    def _withdraw(self, one: Seen, sign: int) -> None:
        """A withdrawal by any way; the outcome of a forced card debit tells what was posted."""
        self.balance_fen -= sign * (one.remaining_fen if one.way == Way.FORCED_CARD else one.amount_fen)
        if one.way < Way.JUDICIAL:
            return
        if sign < 0:
            self.withheld.undo()
            return
        self.withheld.remember()
        if one.way == Way.FORCED_CARD:
            self.withheld.owe(one.amount_fen - one.remaining_fen, self.spent_fen)
        else:
            self.withheld.deduct(one.target_number, one.amount_fen)


@dataclass(slots=True)
class Contract:
    """A contract and its freezes; it never changes its account."""

    party: int
    status: ContractStatus  # its own, never LOSS_REPORTED
    account: Account
    freezes: dict[FreezeKey, Freeze] = field(default_factory=dict)
    runs_off_since: int = 0  # trade date
    in_shanghai: bool = False
    """Whether it has a securities account there, so that its broker is designated 指定交易."""
    follows: "Contract | None" = None
    """The one whose card was replaced by this one's."""
    told_of: set[int] = field(default_factory=set)
    """Trade dates of which a clearing set that counts brings it money, or something is to be taken back."""
    sold_apart_fen: dict[int, int] = field(default_factory=dict)
    """By trade day, what came to it after it had ended: no account has it."""
    waits: dict[int, Waits] = field(default_factory=dict)
    """By trade day that is settled, what is not credited: its proceeds are sold as before."""
    began: int = 0
    ended: int = 0
    """Trade dates on which it first was ACTIVE or SUSPENDED, and ended as one that was; 0: none that is known."""

    @property
    def is_locked(self) -> bool:
        """Whether the designation is: something is open of a card that was replaced before, under the same securities
        account. Whoever has not confirmed is designated to nobody, and what runs off no more.
        """
        before = self.follows if self.in_shanghai and self.status in DESIGNATED else None
        while before is not None:
            if before.status == ContractStatus.RUNS_OFF and before.account.has_open_items:
                return True
            before = before.follows
        return False

    @property
    def sold_for_none_fen(self) -> int:
        """What was sold for it that no account has, for it has ended: not settled, or not credited."""
        if self.status != ContractStatus.TERMINATED:
            return 0
        return sum(self.sold_apart_fen.values()) + sum(each.proceeds_fen for each in self.waits.values())

    @property
    def is_lost(self) -> bool:
        """Whether card or account are reported lost, while the contract has not ended."""
        return self.account.status == AccountStatus.LOSS_REPORTED and self.status != ContractStatus.TERMINATED

    def refusal_of(self, event: int) -> ReplyCode:
        """What an event on the contract earns."""
        if (self.status, ContractEvent(event)) not in STATUS_CHANGES:
            return ReplyCode.STATUS_FORBIDS
        if event == ContractEvent.TERMINATE and (self.account.has_open_items or self.is_locked):
            return ReplyCode.ITEMS_OPEN
        return ReplyCode.ACCEPTED

    def refusal_of_another_broker(self, status: ContractStatus) -> ReplyCode:
        """What it earns that this one ends and one of another broker begins with a status, in one row."""
        if status not in SIGNED_AS or self.status not in SIGNED_AS:
            return ReplyCode.STATUS_FORBIDS
        return ReplyCode.ITEMS_OPEN if self.account.has_open_items or self.is_locked else ReplyCode.ACCEPTED

    def change(self, event: int) -> None:
        """An accepted event."""
        self.status = STATUS_CHANGES[self.status, ContractEvent(event)]
        if self.status == ContractStatus.TERMINATED:
            self.end()

    def end(self) -> None:
        """A message ends it: its account counts for the bank again."""
        self.status = ContractStatus.TERMINATED
        self.account.contract = None

    def apply(self, one: Seen, sign: int = 1) -> None:
        """Do (sign 1) or undo (sign −1) an accepted request that names the contract; control is not undone."""
        amount_fen = sign * one.amount_fen
        match one.kind:
            case RecordKind.FREEZE:
                self._apply_freeze(one, sign)
            case RecordKind.RELEASE:
                self._draw(one, 0, amount_fen)
                self._fell(sign)
            case RecordKind.FILL_BUY:
                self._draw(one, amount_fen, sign * one.release_fen)
                self.account.move(one.trade_day, bought_fen=amount_fen)
                self._fell(sign)
            case RecordKind.FILL_SELL:
                self.account.move(one.trade_day, sold_fen=amount_fen)
            case ControlKind.EVENT:
                self.change(one.amount_fen)
            case ControlKind.REVERSAL:
                back_fen = self.freezes[target_of(one)].reverse(one)
                self.account.move_out(trade_day(one.target_date), -back_fen)

    def _fell(self, sign: int) -> None:
        """What is frozen and bought may have become less, or that is undone."""
        if sign > 0:
            self.account.withheld.remember()
            self.account.withheld.fell(self.account.spent_fen)
        else:
            self.account.withheld.undo()

    def _apply_freeze(self, one: Seen, sign: int) -> None:
        key = (one.trade_date, one.seat, one.number)
        moved_fen = one.remaining_fen if one.state == STATE_MOVED else 0
        self.account.move(trade_day(one.trade_date), sign * one.amount_fen)
        self.account.move_out(trade_day(one.trade_date), sign * moved_fen)
        if sign > 0:
            self.freezes[key] = Freeze(one.amount_fen, moved_fen=moved_fen, sequence=one.sequence)
        else:
            del self.freezes[key]

    def refusal_of_reversal(self, one: Seen, open_dates: Sequence[int]) -> ReplyCode:
        """What it earns that moved money of an order is given back; its row is known of these trade dates."""
        freeze = self.freezes.get(target_of(one))
        return ReplyCode.FREEZE_UNKNOWN if freeze is None else freeze.refusal_of_reversal(one, open_dates)

    def _draw(self, one: Seen, drawn_fen: int, released_fen: int) -> None:
        self.draw(target_of(one), drawn_fen, released_fen, one.trade_day)

    def draw(self, key: FreezeKey, drawn_fen: int, released_fen: int, on: int) -> None:
        """A freeze has so much more drawn, on a trade day, and released; may be below 0: less."""
        freeze = self.freezes[key]
        moved_drawn_fen, back_fen = freeze.use_moved(drawn_fen, released_fen)
        self.account.move_out(trade_day(key[0]), -moved_drawn_fen - back_fen, on, moved_drawn_fen)
        freeze.drawn_fen += drawn_fen
        freeze.released_fen += released_fen
        self.account.move(trade_day(key[0]), -drawn_fen - released_fen)


DESIGNATED = (ContractStatus.ACTIVE, ContractStatus.SUSPENDED)
SIGNED_AS = (ContractStatus.PRE_ASSIGNED, *DESIGNATED)
STATUS_CHANGES = {
    (ContractStatus.PRE_ASSIGNED, ContractEvent.CONFIRM): ContractStatus.ACTIVE,
    (ContractStatus.ACTIVE, ContractEvent.SUSPEND): ContractStatus.SUSPENDED,
    (ContractStatus.SUSPENDED, ContractEvent.RESUME): ContractStatus.ACTIVE,
    (ContractStatus.PRE_ASSIGNED, ContractEvent.TERMINATE): ContractStatus.TERMINATED,
    (ContractStatus.ACTIVE, ContractEvent.TERMINATE): ContractStatus.TERMINATED,
    (ContractStatus.SUSPENDED, ContractEvent.TERMINATE): ContractStatus.TERMINATED,
    (ContractStatus.RUNS_OFF, ContractEvent.TERMINATE): ContractStatus.TERMINATED,
}
ACCOUNT_CHANGES = {
    AccountEvent.REPORT_LOSS: (AccountStatus.OPEN, AccountStatus.LOSS_REPORTED),
    AccountEvent.LIFT_LOSS: (AccountStatus.LOSS_REPORTED, AccountStatus.OPEN),
    AccountEvent.CLOSE: (AccountStatus.OPEN, AccountStatus.CLOSED),
    AccountEvent.SETTLE_INTEREST: (AccountStatus.OPEN, AccountStatus.OPEN),
}
"""Each event's state before and after."""
