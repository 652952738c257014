"""The law: what becomes of one record, given everything decided before it.

Belongs here: the guards in ranked order and the effect of each kind on the account and freeze at hand, on plain
Python objects. Never here: lookups (resolve), the proof that spares this work (lane), columns (effects).
The lane is an optimisation of this file: on any block both give the same outcomes.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ledger.core.resolve import DEPOSIT, FILL_BUY, FILL_SELL, FREEZE, RELEASE, WITHDRAWAL, Block
from ledger.core.roles import RECORD_KINDS
from ledger.core.state.book import Book
from ledger.core.state.columns import FenColumn, Positions
from ledger.core.state.contract_states import STATE_CODE, STATE_CODES
from protocol.codes import ReplyCode
from protocol.limits import AMOUNT_FEN_MAX, COLUMN_FEN_MAX
from protocol.records import (
    FREEZE_STATE_CLOSED,
    FREEZE_STATE_NONE,
    FREEZE_STATE_OPEN,
    OutcomeArray,
)

Decision = tuple[int, int, int]
"""(code, state of the freeze concerned, what remains of it), the fields of an outcome."""


class Request(NamedTuple):
    """One record as `resolve` read it, in plain ints."""

    kind: int
    unused_bits: int
    role: int
    proceeds_at_fill: int
    valid_until_ns: int
    known: bool
    state: int  # of the contract
    contract: int
    row: int
    amount_fen: int
    release_fen: int
    turnover_fen: int
    slot: int
    target_slot: int


@dataclass(slots=True)
class Account:
    """Money of one account row; the unsettled columns as sums over trade dates."""

    balance_fen: int
    frozen_fen: int
    bought_fen: int
    sold_fen: int
    restrained_fen: int


@dataclass(slots=True)
class Freeze:
    """An accepted freeze."""

    contract: int
    remaining_fen: int


def _refusal(code: ReplyCode) -> Decision:
    return (int(code), FREEZE_STATE_NONE, 0)


MALFORMED = _refusal(ReplyCode.REQUEST_MALFORMED)
ROLE_FORBIDS = _refusal(ReplyCode.ROLE_FORBIDS)
EXPIRED = _refusal(ReplyCode.EXPIRED)
CONTRACT_UNKNOWN = _refusal(ReplyCode.CONTRACT_UNKNOWN)
AMOUNT_OUT_OF_RANGE = _refusal(ReplyCode.AMOUNT_OUT_OF_RANGE)
FREEZE_UNKNOWN = _refusal(ReplyCode.FREEZE_UNKNOWN)
FREEZE_CLOSED = _refusal(ReplyCode.FREEZE_CLOSED)
AMOUNT_OVER_REMAINING = _refusal(ReplyCode.AMOUNT_OVER_REMAINING)
AWAITS_CLEARING = _refusal(ReplyCode.AWAITS_CLEARING)
LISTED = _refusal(ReplyCode.LISTED)
LIMIT_EXCEEDED = _refusal(ReplyCode.LIMIT_EXCEEDED)
PROCEEDS_UNSETTLED = _refusal(ReplyCode.PROCEEDS_UNSETTLED)
FUNDS_FROZEN = _refusal(ReplyCode.FUNDS_FROZEN)
INSUFFICIENT_FUNDS = _refusal(ReplyCode.INSUFFICIENT_FUNDS)
DONE: Decision = (int(ReplyCode.ACCEPTED), FREEZE_STATE_NONE, 0)

AMOUNT_FEN_MIN = {FREEZE: 1, RELEASE: 1, FILL_BUY: 1, FILL_SELL: 0, DEPOSIT: 1, WITHDRAWAL: 1}
EXPIRING = frozenset({FREEZE, WITHDRAWAL})  # a late debit is refused; facts and credits are never late

_KINDS = frozenset(AMOUNT_FEN_MIN)
_MAY_SEND = {int(role): frozenset(int(kind) for kind in kinds) for role, kinds in RECORD_KINDS.items()}
_STATE = {
    divmod(place, STATE_CODES): _refusal(ReplyCode(code)) for place, code in enumerate(STATE_CODE.tolist()) if code
}


def decide_one(
    request: Request, decided_at_ns: int, accounts: dict[int, Account], freezes: dict[int, Freeze]
) -> Decision:
    """Decide one record and let it act on `accounts` (by row) and `freezes` (by slot).

    Refuses in ranked order; a refusal leaves both as they were.
    """
    kind = request.kind
    if request.unused_bits or kind not in _KINDS:
        return MALFORMED
    if kind not in _MAY_SEND.get(request.role, ()):
        return ROLE_FORBIDS
    if kind in EXPIRING and 0 != request.valid_until_ns < decided_at_ns:
        return EXPIRED
    if not request.known:
        return CONTRACT_UNKNOWN
    if (kind, request.state) in _STATE:
        return _STATE[kind, request.state]
    if not AMOUNT_FEN_MIN[kind] <= request.amount_fen <= AMOUNT_FEN_MAX:
        return AMOUNT_OUT_OF_RANGE
    account = accounts[request.row]
    if kind == FREEZE:
        return _freeze(request, account, freezes)
    if kind == RELEASE:
        return _release(request, account, freezes)
    if kind == FILL_BUY:
        return _fill_buy(request, account, freezes)
    if kind == FILL_SELL:
        return _fill_sell(request, account)
    if kind == DEPOSIT:
        return _deposit(request, account)
    return _withdrawal(request, account)


def _freeze(request: Request, account: Account, freezes: dict[int, Freeze]) -> Decision:
    amount_fen = request.amount_fen
    if account.frozen_fen + amount_fen > COLUMN_FEN_MAX:
        return LIMIT_EXCEEDED
    owned_fen = account.balance_fen - account.restrained_fen + account.sold_fen
    if amount_fen > owned_fen - account.frozen_fen - account.bought_fen:
        return FUNDS_FROZEN if amount_fen <= owned_fen else INSUFFICIENT_FUNDS
    # From here the freeze must succeed.
    account.frozen_fen += amount_fen
    freezes[request.slot] = Freeze(request.contract, amount_fen)
    return (0, FREEZE_STATE_OPEN, amount_fen)


def _release(request: Request, account: Account, freezes: dict[int, Freeze]) -> Decision:
    freeze = freezes.get(request.target_slot)
    if freeze is None or freeze.contract != request.contract:
        return FREEZE_UNKNOWN
    if freeze.remaining_fen == 0:
        return FREEZE_CLOSED
    if request.amount_fen > freeze.remaining_fen:
        return AMOUNT_OVER_REMAINING
    # From here the release must succeed.
    account.frozen_fen -= request.amount_fen
    return _drawn_down(freeze, request.amount_fen)


def _fill_buy(request: Request, account: Account, freezes: dict[int, Freeze]) -> Decision:
    charge_fen, release_fen = request.amount_fen, request.release_fen
    if not (0 <= release_fen <= AMOUNT_FEN_MAX and 0 <= request.turnover_fen <= AMOUNT_FEN_MAX):
        return AMOUNT_OUT_OF_RANGE
    freeze = freezes.get(request.target_slot)
    if freeze is None or freeze.contract != request.contract:
        return LISTED
    if charge_fen + release_fen > freeze.remaining_fen:
        return LISTED
    if account.bought_fen + charge_fen > COLUMN_FEN_MAX:
        return LIMIT_EXCEEDED
    # From here the fill must succeed.
    account.frozen_fen -= charge_fen + release_fen
    account.bought_fen += charge_fen
    return _drawn_down(freeze, charge_fen + release_fen)


def _drawn_down(freeze: Freeze, part_fen: int) -> Decision:
    freeze.remaining_fen -= part_fen
    state = FREEZE_STATE_OPEN if freeze.remaining_fen else FREEZE_STATE_CLOSED
    return (0, state, freeze.remaining_fen)


def _fill_sell(request: Request, account: Account) -> Decision:
    if not 0 <= request.turnover_fen <= AMOUNT_FEN_MAX:
        return AMOUNT_OUT_OF_RANGE
    if not request.proceeds_at_fill:
        return AWAITS_CLEARING
    if account.sold_fen + request.amount_fen > COLUMN_FEN_MAX:
        return LIMIT_EXCEEDED
    # From here the fill must succeed.
    account.sold_fen += request.amount_fen
    return DONE


def _deposit(request: Request, account: Account) -> Decision:
    if account.balance_fen + request.amount_fen > COLUMN_FEN_MAX:
        return LIMIT_EXCEEDED
    # From here the deposit must succeed.
    account.balance_fen += request.amount_fen
    return DONE


def _withdrawal(request: Request, account: Account) -> Decision:
    amount_fen = request.amount_fen
    owned_fen = account.balance_fen - account.restrained_fen + account.sold_fen
    power_fen = owned_fen - account.frozen_fen - account.bought_fen
    if amount_fen > power_fen - account.sold_fen:
        if amount_fen <= power_fen:
            return PROCEEDS_UNSETTLED
        return FUNDS_FROZEN if amount_fen <= owned_fen else INSUFFICIENT_FUNDS
    # From here the withdrawal must succeed.
    account.balance_fen -= amount_fen
    return DONE


def decide_in_order(
    book: Book, block: Block, positions: Positions | slice, decided_at_ns: int, outcomes: OutcomeArray
) -> None:
    """Put the records at (m,) ascending `positions`, or all, through `decide_one` and write their `outcomes`.

    Between them `positions` must hold every record of the block that can touch the accounts it names.
    """
    requests, target_slots = _requests(block, positions)
    accounts = _load_accounts(book, block.row[positions])
    freezes = _load_freezes(book, target_slots)
    decisions = [decide_one(request, decided_at_ns, accounts, freezes) for request in requests]
    codes, states, remaining_fen = zip(*decisions, strict=True)
    outcomes["code"][positions] = codes
    outcomes["state"][positions] = states
    outcomes["remaining_fen"][positions] = remaining_fen


def _requests(block: Block, positions: Positions | slice) -> tuple[list[Request], Positions]:
    target_slots = np.zeros(block.count, np.intp)
    if block.targets is not None:
        target_slots[block.targets.positions] = block.targets.slot
    target_slots = target_slots[positions]

    def plain(column: int | FenColumn | None) -> list[int]:
        if column is None or isinstance(column, int):
            return [column or 0] * len(target_slots)
        values: list[int] = column[positions].tolist()
        return values

    columns = (
        plain(block.kind),
        plain(block.unused_bits),
        plain(block.role),
        plain(block.proceeds_at_fill),
        plain(block.valid_until_ns),
        block.known[positions].tolist(),
        block.state[positions].tolist(),
        plain(block.contract),
        plain(block.row),
        plain(block.amount_fen),
        plain(block.release_fen),
        plain(block.turnover_fen),
        plain(block.slot),
        target_slots.tolist(),
    )
    return list(map(Request._make, zip(*columns, strict=True))), target_slots


def _load_accounts(book: Book, rows: Positions) -> dict[int, Account]:
    named = list(set(rows.tolist()))
    columns = (
        book.balance_fen[named].tolist(),
        book.frozen_fen[named].tolist(),
        map(sum, zip(*book.bought_unsettled_fen[:, named].tolist(), strict=True)),
        map(sum, zip(*book.sold_unsettled_fen[:, named].tolist(), strict=True)),
        book.restrained_fen[named].tolist(),
    )
    return dict(zip(named, map(Account, *columns), strict=True))


def _load_freezes(book: Book, slots: Positions) -> dict[int, Freeze]:
    """The accepted freezes among `slots`."""
    if not slots.any():
        return {}
    requests = book.requests
    slots = np.unique(slots)
    slots = slots[requests.contract[slots] > 0]
    remaining = requests.amount_fen[slots] - requests.drawn_fen[slots] - requests.released_fen[slots]
    contracts = (requests.contract[slots] - 1).tolist()
    return dict(zip(slots.tolist(), map(Freeze, contracts, remaining.tolist()), strict=True))
