"""Lines of clearing sets, decided a block at a time.

Belongs here: the proof over columns, and the page for what it leaves open. Never here: the guards that lines share with
all records (lane), a rule of its own (rules.day.clearing), changes to the book (apply).

The argument. A line and an order of one block never meet: lines name freezes of dates that are signed off, of which no
order makes one or changes its contract; and lines change nothing that an order reads. So the lines are decided apart,
each set for itself.
1. What no open set takes, or is out of range, is refused whatever else comes.
2. What an earlier block told of the same order or event is told for good: this block takes nothing back.
3. Of several lines for one order or event the first stands, unless 5 stops it. Of references the highest of all in
   front of a line is the highest that was accepted: one that was refused for its rank was not above it.
4. A contract whose sums stay within the limit with all that the block brings is within it at every line.
5. Where 4 fails, or names of orders that are not there could pass their limit, the set's lines go one by one through
   the page, in order of arrival.
"""

from collections.abc import Iterator

import numpy as np

from ledger.core.kind_tables import SIDE, TELLS_EVENT, TELLS_FATE
from ledger.core.lines.brought import brought
from ledger.core.lines.read import Lines, SetLines
from ledger.core.resolve import Block
from ledger.core.state.book import Book
from ledger.core.state.columns import FenColumn, LongColumn, Mask, Positions, ShortColumn
from ledger.core.state.day.clearing import FEN_COLUMNS, ClearedContracts, Lane
from ledger.core.state.requests import BUY_TOLD, ORDER_TOLD
from protocol.codes import ReplyCode
from protocol.limits import LINE_AMOUNT_SUM_FEN_MAX, LISTED_LINES_MAX
from protocol.messages.fields import fen_from_sum
from protocol.records import STATE_LISTED, OutcomeArray
from protocol.vocabulary import LineSide
from rules.day.clearing import Brought, Line, SetSoFar, decide_line

_IS_BUY: Mask = SIDE == LineSide.BUY
_EVENT_CODES = 4  # more than there are events, so that contract and event make one number


def decide_lines(book: Book, block: Block, outcomes: OutcomeArray) -> None:
    """Complete (n,) `outcomes`, which have the codes that lines share with all records."""
    lines = block.lines
    if lines is None:
        return
    is_all = len(lines.positions) == len(outcomes)
    at = slice(None) if is_all else lines.positions
    code = outcomes["code"][at].copy()
    state = np.zeros(len(code), np.int16)
    if not lines.is_in_range.all():
        code[(code == 0) & ~lines.is_in_range] = ReplyCode.AMOUNT_OUT_OF_RANGE
    if sum(len(of_set.places) for of_set in lines.sets) < len(code):  # no line is in two of them
        takes = np.zeros(len(code), bool)
        for of_set in lines.sets:
            takes[of_set.places] = True
        code[(code == 0) & ~takes] = ReplyCode.SET_NOT_OPEN
    for of_set in lines.sets:
        _SetProof(book, lines, of_set).judge(code, state)
    outcomes["code"][at] = code
    outcomes["state"][at] = state


class _SetProof:
    """Arguments 2 to 5 over the lines of one set."""

    def __init__(self, book: Book, lines: Lines, of_set: SetLines) -> None:
        self._book = book
        self._lines = lines
        self._lane: Lane = of_set.lane
        self._places = of_set.places
        self._cleared: ClearedContracts = book.clearing.by_contract[of_set.lane.trade_date]

    def judge(self, code: ShortColumn, state: ShortColumn) -> None:
        """Write the codes of those lines that are open, and the state of those that are listed."""
        lines, book = self._lines, self._book
        open_ = self._places[code[self._places] == 0]
        kind = lines.kind[open_]
        for of_kind, flag in ((TELLS_FATE, ORDER_TOLD), (_IS_BUY, BUY_TOLD)):
            if not lines.kinds.any(of_kind):
                continue
            at = open_[of_kind[kind]]
            listed = book.clearing.listed(self._lane.inner, is_buy=flag == BUY_TOLD)
            slot = lines.slot[at]
            told = (book.requests.cleared_in[slot] == self._lane.inner) & (book.requests.told[slot] & flag != 0)
            told |= _among(lines.order_key[at], listed)
            code[at[told | _repeats(lines.order_key[at])]] = ReplyCode.LINE_DOUBLED
        self._judge_events(open_[TELLS_EVENT[kind]], code)
        self._judge_references(open_[lines.reference[open_] > 0], code)
        left = open_[code[open_] == 0]
        unheld = left[(lines.order_key[left] > 0) & ~lines.is_held[left]]
        if self._may_pass_limits(left, unheld):
            # Lines that 3 refused may stand when the one in front of them does not.
            self._judge_by_page(open_, code, state)
        else:
            state[unheld] = STATE_LISTED

    def _judge_events(self, at: Positions, code: ShortColumn) -> None:
        contract, event = self._lines.contract[at], self._lines.told[at]
        told = (self._cleared.inner[contract] == self._lane.inner) & (self._cleared.events_told[contract] >> event & 1)
        code[at[(told != 0) | _repeats(contract * _EVENT_CODES + event)]] = ReplyCode.LINE_DOUBLED

    def _judge_references(self, at: Positions, code: ShortColumn) -> None:
        reference = self._lines.reference[at]
        before = np.maximum.accumulate(np.append(self._lane.last_reference, reference))[:-1]
        code[at[reference <= before]] = ReplyCode.LINE_DOUBLED

    def _may_pass_limits(self, left: Positions, unheld: Positions) -> bool:
        """Whether some line of those at `left` could be refused by 4, or one at `unheld` for want of room."""
        if not len(left):
            return False
        for is_buy in (False, True):
            kept = len(self._book.clearing.listed(self._lane.inner, is_buy))
            if kept + len(unheld) > LISTED_LINES_MAX:
                return True
        if self._all_of_set_fen(left) <= LINE_AMOUNT_SUM_FEN_MAX:
            return False
        contract = self._lines.contract[left]
        for name, more_fen in zip(FEN_COLUMNS, brought(self._lines, left), strict=False):
            had_fen = self._had_fen(name, contract)
            if int(had_fen.max()) + int(more_fen.sum()) > LINE_AMOUNT_SUM_FEN_MAX:
                _, place = np.unique(contract, return_inverse=True)
                sums_fen = np.zeros(len(contract), np.int64)
                np.add.at(sums_fen, place, more_fen)
                if (sums_fen[place] + had_fen > LINE_AMOUNT_SUM_FEN_MAX).any():
                    return True
        return False

    def _all_of_set_fen(self, left: Positions) -> int:
        """No sum of a contract is above this: all that the set has, and all that the lines at `left` say."""
        lines, had = self._lines, self._lane.arrived
        had_fen = fen_from_sum(had.turnover) + sum(map(fen_from_sum, had.fees))
        more_fen = lines.amount_fen[left].sum() + lines.second_fen[left].sum() + lines.beside_fen[left].sum()
        return had_fen + int(more_fen)

    def _had_fen(self, name: str, contract: Positions) -> FenColumn:
        """(k,) what this set has brought for each contract before this block."""
        is_own = self._cleared.inner[contract] == self._lane.inner
        had_fen: FenColumn = np.where(is_own, getattr(self._cleared, name)[contract], 0)
        return had_fen

    def _judge_by_page(self, open_: Positions, code: ShortColumn, state: ShortColumn) -> None:
        so_far = self._so_far(open_)
        decided = [decide_line(line, so_far)[:2] for line in _lines_at(self._lines, open_)]
        code[open_], state[open_] = np.array(decided, np.int64).reshape(-1, 2).T

    def _so_far(self, open_: Positions) -> SetSoFar:
        """What the set said before this block, as far as the lines at (k,) `open_` can ask."""
        lines, clearing, inner = self._lines, self._book.clearing, self._lane.inner
        requests, slot, key = self._book.requests, lines.slot[open_], lines.order_key[open_]
        is_own = requests.cleared_in[slot] == inner
        contract = np.unique(lines.contract[open_])
        had = [self._had_fen(name, contract).tolist() for name in FEN_COLUMNS[:4]]
        events = np.where(self._cleared.inner[contract] == inner, self._cleared.events_told[contract], 0)
        listed = [clearing.listed(inner, is_buy) for is_buy in (False, True)]
        orders, buys = (
            {*key[is_own & (requests.told[slot] & flag != 0)].tolist(), *key[_among(key, names)].tolist()}
            for flag, names in zip((ORDER_TOLD, BUY_TOLD), listed, strict=True)
        )
        return SetSoFar(
            orders=orders,
            buys=buys,
            events={(c, e) for c, told in zip(contract.tolist(), events.tolist(), strict=True) for e in _bits(told)},
            last_reference=self._lane.last_reference,
            listed_orders=len(listed[0]),
            listed_buys=len(listed[1]),
            brought={c: Brought(*fen) for c, *fen in zip(contract.tolist(), *had, strict=True)},
        )


def _lines_at(lines: Lines, places: Positions) -> Iterator[Line]:
    """Lines that passed all guards but those of their set."""
    columns = (
        *(lines.kind, lines.contract, lines.told, lines.amount_fen, lines.second_fen),
        *(lines.order_key, lines.is_held, lines.reference),
    )
    fees_fen = zip(*(column[places].tolist() for column in lines.fees_fen), strict=True)
    for (kind, contract, told, amount_fen, second_fen, key, is_held, reference), fees in zip(
        zip(*(column[places].tolist() for column in columns), strict=True), fees_fen, strict=True
    ):
        yield Line(
            kind=kind,
            unused_bits=0,
            may_send=True,
            known=True,
            set_is_open=True,
            contract=contract,
            told=told,
            quantity=0,
            amount_fen=amount_fen,
            second_fen=second_fen,
            fees_fen=fees,
            order_key=key,
            is_held=is_held,
            reference=reference,
        )


def _bits(told: int) -> list[int]:
    return [event for event in range(_EVENT_CODES) if told >> event & 1]


def _among(keys: LongColumn, ascending: LongColumn) -> Mask:
    """(k,) whether each of `keys` is among some that ascend."""
    if not len(ascending):
        return np.zeros(len(keys), bool)
    place = np.minimum(np.searchsorted(ascending, keys), len(ascending) - 1)
    found: Mask = ascending[place] == keys
    return found


def _repeats(keys: LongColumn) -> Mask:
    """(k,) True at every place but the first of each value."""
    if not len(keys) or bool((keys[1:] > keys[:-1]).all()):
        return np.zeros(len(keys), bool)
    order = np.argsort(keys, kind="stable")
    repeats = np.zeros(len(keys), bool)
    repeats[order[1:]] = keys[order[1:]] == keys[order[:-1]]
    return repeats
