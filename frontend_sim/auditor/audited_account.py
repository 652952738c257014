"""One savings account with its contract, as the auditor keeps it.

Belongs here: the figures of one account and what an accepted request does to them. Never here: whether a request is
accepted (auditor).
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from frontend_sim.auditor.observations import ControlKind, Seen
from protocol.codes import ReplyCode
from protocol.vocabulary import ContractEvent, ContractStatus, RecordKind

FreezeKey = tuple[int, int, int]
"""Trade date, seat, number."""


class Verdict(NamedTuple):
    """Code, state of the freeze concerned, and what remains of it in fen."""

    code: int
    state: int
    remaining_fen: int


@dataclass(slots=True)
class Freeze:
    """A freeze: its amount is always drawn + released + remaining."""

    amount_fen: int
    drawn_fen: int = 0
    released_fen: int = 0

    @property
    def remaining_fen(self) -> int:
        """What is still frozen."""
        return self.amount_fen - self.drawn_fen - self.released_fen


@dataclass(slots=True)
class Account:
    """All figures in fen."""

    party: int
    status: ContractStatus  # the contract's own, never LOSS_REPORTED
    balance_fen: int
    is_lost: bool = False  # card or account reported lost, whatever the contract's status
    frozen_fen: int = 0
    bought_fen: int = 0
    sold_fen: int = 0
    restrained_fen: int = 0
    freezes: dict[FreezeKey, Freeze] = field(default_factory=dict)

    @property
    def buying_power_fen(self) -> int:
        """可用于证券交易; may be below 0."""
        return self.balance_fen - self.frozen_fen - self.bought_fen + self.sold_fen - self.restrained_fen

    def apply(self, one: Seen, sign: int = 1) -> None:
        """Do (sign 1) or undo (sign −1) what this request does when it is accepted; control kinds are not undone."""
        amount_fen = sign * one.amount_fen
        match one.kind:
            case RecordKind.FREEZE:
                self._apply_freeze(one, sign)
            case RecordKind.RELEASE:
                self._draw(one, 0, amount_fen)
            case RecordKind.FILL_BUY:
                self._draw(one, amount_fen, sign * one.release_fen)
                self.bought_fen += amount_fen
            case RecordKind.FILL_SELL:
                self.sold_fen += amount_fen
            case RecordKind.DEPOSIT:
                self.balance_fen += amount_fen
            case RecordKind.WITHDRAWAL:
                self.balance_fen -= amount_fen
            case ControlKind.RESTRAINT:
                self.restrained_fen = one.amount_fen
            case ControlKind.EVENT:
                _, self.status, self.is_lost = change_of_status(self, one.amount_fen)

    def _apply_freeze(self, one: Seen, sign: int) -> None:
        key = (one.trade_date, one.seat, one.number)
        self.frozen_fen += sign * one.amount_fen
        if sign > 0:
            self.freezes[key] = Freeze(one.amount_fen)
        else:
            del self.freezes[key]

    def _draw(self, one: Seen, drawn_fen: int, released_fen: int) -> None:
        freeze = self.freezes[(one.target_date, one.target_seat, one.target_number)]
        freeze.drawn_fen += drawn_fen
        freeze.released_fen += released_fen
        self.frozen_fen -= drawn_fen + released_fen


STATUS_CHANGES = {
    (ContractStatus.PRE_ASSIGNED, ContractEvent.CONFIRM): ContractStatus.ACTIVE,
    (ContractStatus.ACTIVE, ContractEvent.SUSPEND): ContractStatus.SUSPENDED,
    (ContractStatus.SUSPENDED, ContractEvent.RESUME): ContractStatus.ACTIVE,
    (ContractStatus.PRE_ASSIGNED, ContractEvent.TERMINATE): ContractStatus.TERMINATED,
    (ContractStatus.ACTIVE, ContractEvent.TERMINATE): ContractStatus.TERMINATED,
    (ContractStatus.SUSPENDED, ContractEvent.TERMINATE): ContractStatus.TERMINATED,
}


def change_of_status(account: Account, event: int) -> tuple[ReplyCode, ContractStatus, bool]:
    """What an event does to a contract: the code to answer, the status afterwards and whether the loss is reported."""
    status, is_lost = account.status, account.is_lost
    if event == ContractEvent.REPORT_LOSS and not is_lost:
        return ReplyCode.ACCEPTED, status, True
    if event == ContractEvent.LIFT_LOSS and is_lost:
        return ReplyCode.ACCEPTED, status, False
    after = STATUS_CHANGES.get((status, ContractEvent(event)))
    if after is None:
        return ReplyCode.STATUS_FORBIDS, status, is_lost
    if event == ContractEvent.TERMINATE and (account.frozen_fen or account.bought_fen or account.sold_fen):
        return ReplyCode.ITEMS_OPEN, status, is_lost
    return ReplyCode.ACCEPTED, after, is_lost
