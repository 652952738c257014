"""Where the bank's two books differ as of a deep mark: totals, outlets, then by ranges down to accounts and contracts.

Belongs here: which questions are asked of the ledger and of the gateway's own book, comparing the answers, the words.
Never here: marking, what follows from a difference (desk), an opinion on who is right.

Digests of ranges are compared first, so what is asked for by pair is only what differs. Everything is bounded: who has
more than RANGES_TOLD_MAX ranges that differ has one fault, and not so many contracts that are wrong.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from protocol.client import Seat
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.limits import QUERY_PAIRS_MAX, RANGE_PAIRS
from protocol.messages.day.marked import FIGURES
from protocol.messages.fields import fen_from_sum
from protocol.messages.queries import TotalsAnswer

LEDGER, OWN_BOOK = 3, 4  # as of the mark, as `TotalsQuery.source`
FIGURE_NAMES = ("balance", "frozen", "bought", "sold")
RANGES_TOLD_MAX = 16  # of those that differ, the first ones are gone into
PAIRS_TOLD_MAX = 100
OUTLETS_TOLD_MAX = 20
assert len(FIGURE_NAMES) == FIGURES


class MarkMissing(Exception):
    """One of the two has nothing as of this row: it was started since, or another row was marked."""


async def what_differs(seat: Seat, sequence: int) -> list[str]:
    """A line for each thing that differs as of the deep mark of a row. Raises MarkMissing."""
    ledger, own = await seat.totals(LEDGER), await seat.totals(OWN_BOOK)
    _demand(ledger, own, sequence)
    lines = list(_totals_apart(ledger, own))
    outlets = (await seat.outlets_apart()).outlets
    for each in outlets[:OUTLETS_TOLD_MAX]:
        accounts, posted = fen_from_sum(each.accounts_fen), fen_from_sum(each.ledger_fen)
        lines.append(f"outlet {each.outlet}: its accounts have {accounts} together, the general ledger {posted}")
    if len(outlets) > OUTLETS_TOLD_MAX:
        lines.append(f"and at least {len(outlets) - OUTLETS_TOLD_MAX} more outlets")
    ranges = await _ranges_apart(seat, sequence)
    pairs: list[str] = []
    for first in _pages(ranges[:RANGES_TOLD_MAX]):
        pairs += await _pairs_apart(seat, sequence, first)
        if len(pairs) > PAIRS_TOLD_MAX:
            return [*lines, *pairs[:PAIRS_TOLD_MAX], f"and more: {PAIRS_TOLD_MAX} are told"]
    if len(ranges) > RANGES_TOLD_MAX:
        pairs.append(f"and in {len(ranges) - RANGES_TOLD_MAX} more ranges of {RANGE_PAIRS:,} contracts")
    return lines + pairs


def _pages(ranges: list[int]) -> Iterator[int]:
    """The first pair of each answer that is asked for."""
    for number in ranges:
        yield from range(number * RANGE_PAIRS, (number + 1) * RANGE_PAIRS, QUERY_PAIRS_MAX)


def _demand(ledger: TotalsAnswer, own: TotalsAnswer, sequence: int) -> None:
    for answer in (ledger, own):
        if answer.as_of_sequence != sequence or not answer.complete:
            raise MarkMissing


def _totals_apart(ledger: TotalsAnswer, own: TotalsAnswer) -> Iterator[str]:
    here, there = ({entry.party: entry.amounts_fen for entry in answer.parties} for answer in (ledger, own))
    nothing = (0,) * FIGURES
    for party in sorted(here.keys() | there.keys()):
        values = zip(FIGURE_NAMES, here.get(party, nothing), there.get(party, nothing), strict=True)
        for name, mine, other in values:
            if mine != other:
                yield f"{name} of party {party}: {_both(mine, other)}"


async def _ranges_apart(seat: Seat, sequence: int) -> list[int]:
    ledger, own = [await _digests(seat, source, sequence) for source in (LEDGER, OWN_BOOK)]
    last = max(len(ledger), len(own))
    return [number for number in range(last) if ledger[number : number + 1] != own[number : number + 1]]


async def _digests(seat: Seat, source: int, sequence: int) -> list[bytes]:
    digests: list[bytes] = []
    while True:
        answer = await seat.marked_ranges(source, len(digests))
        if answer.as_of_sequence != sequence or not answer.complete:
            raise MarkMissing
        digests += answer.digests
        if not answer.next_range:
            return digests


async def _pairs_apart(seat: Seat, sequence: int, first: int) -> list[str]:
    """Of the pairs of one answer, at most 4 × QUERY_PAIRS_MAX lines."""
    ledger, own = [await _amounts(seat, source, sequence, first) for source in (LEDGER, OWN_BOOK)]
    found = np.argwhere((ledger != own).T).tolist()
    return [
        f"{FIGURE_NAMES[figure]} of {_name(figure, first + pair)}: {_both(ledger[figure, pair], own[figure, pair])}"
        for pair, figure in found
    ]


async def _amounts(seat: Seat, source: int, sequence: int, first: int) -> npt.NDArray[np.int64]:
    """(FIGURES, QUERY_PAIRS_MAX) of the pairs from `first` on, 0 behind the last one."""
    answer = await seat.marked_pairs(source, first)
    if answer.as_of_sequence != sequence or not answer.complete:
        raise MarkMissing
    told = np.frombuffer(answer.amounts, "<i8").reshape(FIGURES, -1)
    amounts = np.zeros((FIGURES, QUERY_PAIRS_MAX), np.int64)
    amounts[:, : told.shape[1]] = told
    return amounts


def _name(figure: int, pair: int) -> str:
    return f"contract {contract_no_from_index(pair)}" if figure else f"account {account_no_from_index(pair)}"


def _both(ledger_fen: int | np.int64, own_fen: int | np.int64) -> str:
    return f"{ledger_fen} in the ledger, {own_fen} in the gateway's book"
