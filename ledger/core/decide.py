"""The law: what becomes of one record, given everything decided before it.

Belongs here: the order of the guards that all kinds share, and whose page decides the rest. Never here: a kind by its
name, a guard or an effect of its own (rules), lookups (resolve), the proof that spares this work (lane), columns
(effects). The lane is an optimisation of the law: on any block both give the same outcomes.
"""

import numpy as np

from ledger.core.corrections.at_hand import DatesAtHand
from ledger.core.corrections.later import later_dates
from ledger.core.lines.ended import are_ended
from ledger.core.orders.decide import OrderingLaw, sign_ons_of
from ledger.core.resolve import Block
from ledger.core.settling.at_hand import UnitsAtHand
from ledger.core.state.book import Book
from ledger.core.state.columns import FenColumn, Positions
from ledger.core.state.requests import key_dates
from protocol.codes import ReplyCode
from protocol.kinds import KINDS
from protocol.limits import AMOUNT_FEN_MAX
from protocol.records import OutcomeArray
from rules.kinds import LAW, refusals_by_state, working_ways
from rules.money.account import Account, LaterDates
from rules.money.cash import was_told
from rules.request import (
    ACCOUNT_UNKNOWN,
    AMOUNT_OUT_OF_RANGE,
    BROKER_STOPPED,
    CONTRACT_UNKNOWN,
    EXPIRED,
    MALFORMED,
    MARKET_CLOSED,
    ROLE_FORBIDS,
    SCHEME_FORBIDS,
    SERIAL_USED,
    Correction,
    Decision,
    Freeze,
    Freezes,
    OfDate,
    ProceedsDue,
    Request,
    Settlement,
    Unit,
    refusal,
)

# The two tables by plain numbers, as requests have them.
_PAGE = {int(kind): row.page for kind, row in LAW.items()}
_SENDERS = {int(kind): frozenset(map(int, row.senders)) for kind, row in KINDS.items()}
_SCHEMES = {int(kind): frozenset(map(int, row.schemes)) for kind, row in KINDS.items()}
_EXPIRING = frozenset(int(kind) for kind, row in KINDS.items() if row.expires)
_AMOUNT_FEN_MIN = {int(kind): row.amount_fen_min for kind, row in KINDS.items()}
_COUNTING = frozenset(int(kind) for kind, row in LAW.items() if row.counts_serial)
_NEEDING_MARKET = frozenset(int(kind) for kind, row in LAW.items() if row.needs_market)
_UNKNOWN = {int(kind): ACCOUNT_UNKNOWN if row.names_account else CONTRACT_UNKNOWN for kind, row in KINDS.items()}
_WAY_MAX = {int(kind): max(row.legs, default=0) for kind, row in LAW.items()}
_NEVER_LATE = {(int(kind), int(way)) for kind, row in LAW.items() for way in row.never_late}
_WORKS = {(int(kind), *each) for kind, row in LAW.items() for each in working_ways(row)}
_STATE = {(int(kind), state): refusal(code) for kind in LAW for state, code in refusals_by_state(kind).items()}


def decide_one(
    request: Request, decided_at_ns: int, accounts: dict[int, Account], freezes: Freezes, serials: dict[int, int]
) -> Decision:
    """Decide one record and let it act on `accounts` (by index), `freezes` (by slot) and last `serials` (by seat).

    Refuses in ranked order; a refusal leaves both as they were.
    """
    kind = request.kind
    if request.unused_bits or kind not in _PAGE or request.way > _WAY_MAX[kind]:
        return MALFORMED
    if request.role not in _SENDERS[kind]:
        return ROLE_FORBIDS
    expires = kind in _EXPIRING and (kind, request.way) not in _NEVER_LATE
    if expires and 0 != request.valid_until_ns < decided_at_ns:
        return EXPIRED
    if not request.known:
        return _UNKNOWN[kind]
    if request.scheme not in _SCHEMES[kind]:
        return SCHEME_FORBIDS
    if (kind, request.state) in _STATE and (kind, request.state, request.way) not in _WORKS:
        return _STATE[kind, request.state]
    if request.stopped and kind in _NEEDING_MARKET:
        return BROKER_STOPPED
    if request.market_closed and kind in _NEEDING_MARKET:
        return MARKET_CLOSED
    if not _AMOUNT_FEN_MIN[kind] <= request.amount_fen <= AMOUNT_FEN_MAX:
        return AMOUNT_OUT_OF_RANGE
    if not (0 <= request.release_fen <= AMOUNT_FEN_MAX and 0 <= request.turnover_fen <= AMOUNT_FEN_MAX):
        return AMOUNT_OUT_OF_RANGE
    counts = kind in _COUNTING
    if counts and request.serial < 0:
        return AMOUNT_OUT_OF_RANGE
    if counts and was_told(request.serial, serials[request.seat]):
        return SERIAL_USED
    decision = _PAGE[kind](request, accounts[request.account], freezes)
    if counts and decision[0] == ReplyCode.ACCEPTED:
        serials[request.seat] = request.serial
    return decision


def decide_in_order(
    book: Book, block: Block, positions: Positions | slice, decided_at_ns: int, outcomes: OutcomeArray
) -> None:
    """Put the records at (m,) ascending `positions`, or all, through `decide_one` and write their `outcomes`.

    Between them `positions` must hold every record of the block that can touch the accounts it names.
    """
    dates = DatesAtHand(book, block, positions)
    requests, target_slots = _requests(book, block, positions, dates)
    later = later_dates(book, block, positions)
    accounts = _load_accounts(book, block.account[positions], later)
    freezes = _load_freezes(book, np.concatenate((target_slots, dates.open_slots())))
    serials = {request.seat: int(book.seat_serial[request.seat]) for request in requests}
    if block.ordering is not None:
        sign_ons = sign_ons_of(block.verdicts, block.contract, outcomes)
        law = OrderingLaw(book, block.ordering, sign_ons, decided_at_ns)
        decisions = []
        for position, each in zip(np.arange(block.count)[positions].tolist(), requests, strict=True):
            if position in law.place_of:
                decisions.append(law.decide(position, each, accounts[each.account]))
            else:
                decisions.append(_decide_watched(book, each, decided_at_ns, accounts, freezes, serials))
                law.heed(each, decisions[-1])
    elif later:
        decisions = [_decide_watched(book, each, decided_at_ns, accounts, freezes, serials) for each in requests]
    else:
        decisions = [decide_one(each, decided_at_ns, accounts, freezes, serials) for each in requests]
    codes, states, remaining_fen = zip(*decisions, strict=True)
    outcomes["code"][positions] = codes
    outcomes["state"][positions] = states
    outcomes["remaining_fen"][positions] = remaining_fen


def _decide_watched(
    book: Book,
    request: Request,
    decided_at_ns: int,
    accounts: dict[int, Account],
    freezes: Freezes,
    serials: dict[int, int],
) -> Decision:
    """`decide_one`, and what the record moves on its date is told to those before it."""
    account = accounts[request.account]
    taken_fen, brought_fen = account.taken_fen, account.brought_fen
    decision = decide_one(request, decided_at_ns, accounts, freezes, serials)
    account.later.move(request.target_date or book.trade_date, taken_fen - account.taken_fen)
    account.later.move(request.executed_on, account.brought_fen - brought_fen)
    return decision


def _requests(
    book: Book, block: Block, positions: Positions | slice, dates: DatesAtHand
) -> tuple[list[Request], Positions]:
    target_slots, target_dates = np.zeros(block.count, np.intp), np.zeros(block.count, np.int64)
    if block.targets is not None:
        target_slots[block.targets.positions] = block.targets.slot
        target_dates[block.targets.positions] = block.targets.date
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
        plain(block.market_closed),
        plain(block.stopped),
        plain(block.moves_money),
        plain(block.scheme),
        plain(block.seat),
        plain(block.serial),
        plain(block.way),
        plain(block.restraint),
        block.known[positions].tolist(),
        block.state[positions].tolist(),
        plain(block.contract),
        plain(block.account),
        plain(block.amount_fen),
        plain(block.release_fen),
        plain(block.turnover_fen),
        plain(block.slot),
        plain(block.executed_on(book)),
        [False] * len(target_slots) if block.cleared is None else block.cleared[positions].tolist(),
        _proceeds(block, positions, len(target_slots)),
        target_slots.tolist(),
        plain(target_dates),
        *_of_dates(book, block, positions, len(target_slots), dates),
        *_of_settlements(book, block, positions, len(target_slots)),
    )
    return list(map(Request._make, zip(*columns, strict=True))), target_slots


def _proceeds(block: Block, positions: Positions | slice, count: int) -> list[ProceedsDue | None]:
    if block.proceeds is None:
        return [None] * count
    return [block.proceeds.due(position) for position in np.arange(block.count)[positions].tolist()]


def _of_dates(
    book: Book, block: Block, positions: Positions | slice, count: int, dates: DatesAtHand
) -> tuple[list[OfDate | None], list[Correction | None]]:
    """What records that ask for a clearing set are told, and what corrections name; of bookings of proceeds the date
    that a correction asks for too.
    """
    if block.corrections is None:
        return [None] * count, [None] * count
    chosen = np.arange(block.count)[positions].tolist()
    of_dates = [dates.of(position) for position in chosen]
    if block.proceeds is not None:
        executed_on = block.executed_on(book)
        for place, position in enumerate(chosen):
            if of_dates[place] is None and block.proceeds.is_due[position]:
                of_dates[place] = dates.of_contract(int(block.contract[position]), int(executed_on[position]))
    return of_dates, [dates.named(position) for position in chosen]


def _of_settlements(
    book: Book, block: Block, positions: Positions | slice, count: int
) -> tuple[list[Settlement | None], list[Unit | None]]:
    """What records that settle or credit name beside their amount, and what there is of the date."""
    if block.settlements is None:
        return [None] * count, [None] * count
    units, chosen = UnitsAtHand(book, block, positions), np.arange(block.count)[positions].tolist()
    return [units.named(position) for position in chosen], [units.of(position) for position in chosen]


def _load_accounts(book: Book, indices: Positions, later: dict[int, LaterDates]) -> dict[int, Account]:
    named = list(set(indices.tolist()))
    columns = (
        book.balance_fen[named].tolist(),
        book.frozen_fen[named].tolist(),
        book.bought_fen[named].tolist(),
        book.sold_fen[named].tolist(),
        book.restrained_fen[named].tolist(),
    )
    restraints = (book.restraints.as_the_law_has_them(account, book.persons.sealed) for account in named)
    of_dates = (later[each] if each in later else LaterDates() for each in named)
    moved = (book.moved.remaining_fen[named].tolist(), book.moved.drawn_fen[named].tolist())
    due_fen = book.savings.due_fen[named].tolist()
    return dict(zip(named, map(Account, *columns, restraints, of_dates, *moved, due_fen), strict=True))


def _load_freezes(book: Book, slots: Positions) -> Freezes:
    """The accepted freezes among `slots`."""
    if not slots.any():
        return {}
    requests = book.requests
    slots = np.unique(slots)
    slots = slots[requests.contract[slots] > 0]
    remaining = requests.amount_fen[slots] - requests.drawn_fen[slots] - requests.released_fen[slots]
    contracts = (requests.contract[slots] - 1).tolist()
    due = requests.due_fen(slots, book.clearing.complete).tolist()
    ended = are_ended(book, slots, key_dates(requests.keys_of(slots, book.trade_date))).tolist()
    moved, are_open = requests.moved_fen[slots].tolist(), requests.orders.are_open_orders(slots).tolist()
    columns = (contracts, remaining.tolist(), due, ended, moved, are_open)
    return dict(zip(slots.tolist(), map(Freeze, *columns), strict=True))
