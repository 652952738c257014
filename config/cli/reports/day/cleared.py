"""What clearing sets that count say: of each broker, of each account, and what was made good.

Belongs here: SQL on lines and corrections of sets. Never here: what was posted (settlement), tables.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from config.cli.reports.asking import Asked
from config.cli.reports.paper.forms import Cell
from protocol.trade_dates import trade_day
from protocol.vocabulary import LineSide
from rules.day.clearing import LINES

_KINDS = {
    side.name: f"'{{{','.join(str(int(kind)) for kind, row in LINES.items() if row.side is side)}}}'::smallint[]"
    for side in LineSide
}
"""The kinds of lines by what they say of money, as SQL has a list."""
# The one set of a lane that counts: complete, and not withdrawn.
_SETS = """
SELECT DISTINCT ON (party) party, number, seat, announced_sequence, completed_sequence, arrived_net_fen, late_s
FROM clearing_sets
WHERE trade_date = $1 AND completed_sequence IS NOT NULL AND withdrawn_sequence IS NULL
ORDER BY party, number DESC
"""
_LINES = """
SELECT r.contract_no, r.kind, r.amount_fen, r.release_fen AS second_fen,
       (r.turnover_fen << 32 >> 32) + (r.turnover_fen >> 32) + r.target_date + r.target_seat AS fees_fen
FROM requests r
WHERE r.seat = $1 AND r.trade_day = $2 AND r.sequence > $3 AND r.sequence < $4 AND r.accepted AND r.is_line
  AND r.kind <> ALL ({NONE})
  AND r.block_kind = ANY (ARRAY(SELECT k.kind FROM record_kinds k WHERE NOT k.is_line)) IS NOT TRUE
""".format(**_KINDS)  # noqa: S608 - of our own words
# By what a line says of money. A sale whose fees exceed its turnover brings no proceeds; what is over is a cost.
_BROUGHT = """
SUM(CASE WHEN kind = ANY ({BUY}) THEN amount_fen + second_fen + fees_fen
         WHEN kind = ANY ({SALE}) THEN GREATEST(0, second_fen + fees_fen - amount_fen)
         ELSE 0 END) AS buys_fen,
SUM(CASE WHEN kind = ANY ({SALE}) THEN GREATEST(0, amount_fen - second_fen - fees_fen)
         ELSE 0 END) AS sales_fen,
SUM(CASE WHEN kind = ANY ({CREDIT}) THEN amount_fen - second_fen ELSE 0 END) AS credits_fen
""".format(**_KINDS)
BY_CONTRACT = f"SELECT contract_no, {_BROUGHT} FROM ({_LINES}) l GROUP BY contract_no"  # noqa: S608
_BY_OUTLET = f"""
SELECT s.outlet, count(DISTINCT c.account_no), SUM(t.buys_fen), SUM(t.sales_fen), SUM(t.credits_fen)
FROM ({BY_CONTRACT}) t
JOIN contracts c USING (contract_no)
JOIN savings_accounts s USING (account_no)
GROUP BY s.outlet
"""  # noqa: S608 - of our own words
# What the last correction of a contract's date made good; what was taken back is nothing.
_MADE_GOOD = """
SELECT g.*, k.party
FROM (
    SELECT DISTINCT ON (c.contract_no) c.contract_no,
           CASE WHEN k.name = 'CORRECT' THEN c.made_good_buys_fen ELSE 0 END AS buys_fen,
           CASE WHEN k.name = 'CORRECT' THEN c.made_good_proceeds_fen ELSE 0 END AS proceeds_fen
    FROM corrections c
    JOIN record_kinds k USING (kind)
    WHERE c.accepted AND c.trade_day = $1
    ORDER BY c.contract_no, c.sequence DESC, c.number DESC
) g
JOIN contracts k USING (contract_no)
WHERE g.buys_fen + g.proceeds_fen > 0
"""
_HAS_CASES = "SELECT EXISTS (SELECT FROM cases WHERE trade_date = $1)"


class CountingSet(NamedTuple):
    """The set of a lane that counts: its lines are of its seat and day, between two journal rows."""

    party: int
    number: int
    seat: int
    announced_sequence: int
    completed_sequence: int
    net_fen: int
    late_s: int

    def span(self, trade_date: int) -> tuple[int, int, int, int]:
        """What its lines are asked for by."""
        return self.seat, trade_day(trade_date), self.announced_sequence, self.completed_sequence


@dataclass(frozen=True, slots=True)
class Cleared:
    """What a set says together: owed by customers, owed to them for sales, and for dividends and refunds."""

    buys_fen: int = 0
    sales_fen: int = 0
    credits_fen: int = 0

    @property
    def owed_fen(self) -> int:
        """What the broker owes for it."""
        return self.sales_fen + self.credits_fen - self.buys_fen


class OfOutlet(NamedTuple):
    """What a set says of the customers of one outlet: how many accounts, and what of them."""

    accounts_count: int
    cleared: Cleared


@dataclass(frozen=True, slots=True)
class ClearedDate:
    """The sets of a date that count, and what their lines come to, by party and outlet."""

    sets: Mapping[int, CountingSet]
    by_outlet: Mapping[int, Mapping[int, OfOutlet]]

    def of(self, party: int) -> Cleared:
        """What the lines of its set come to."""
        found = [each.cleared for each in self.by_outlet.get(party, {}).values()]
        return Cleared(
            sum(each.buys_fen for each in found),
            sum(each.sales_fen for each in found),
            sum(each.credits_fen for each in found),
        )


SHEET = slice(3, 6)
"""Where a row of a sheet of customers has what a set says: owed by them, owed to them for sales, and for the rest."""


@dataclass(frozen=True, slots=True)
class ReadSheets:
    """What sets come to by party and outlet, added up while sheets of customers are written: lines are read once."""

    by_outlet: dict[int, dict[int, OfOutlet]]

    def add(self, party: int, rows: Sequence[Sequence[Cell]]) -> None:
        """Some rows of a broker's sheet, each of one account, in the order of their outlets."""
        of_party = self.by_outlet.setdefault(party, {})
        for outlet, of_outlet in groupby(rows, itemgetter(0)):
            buys, sales, credits = zip(*(row[SHEET] for row in of_outlet), strict=True)
            count = sum(map(any, zip(buys, sales, credits, strict=True)))
            if count:
                before_count, before = of_party.get(outlet, OfOutlet(0, Cleared()))
                sums = (before.buys_fen + sum(buys), before.sales_fen + sum(sales), before.credits_fen + sum(credits))
                of_party[outlet] = OfOutlet(before_count + count, Cleared(*sums))


class MadeGood(NamedTuple):
    """What a broker makes good, contract by contract in the same places."""

    contract_nos: list[int]
    buys_fen: list[int]
    proceeds_fen: list[int]


async def counting_sets(asked: Asked, trade_date: int) -> dict[int, CountingSet]:
    """By party."""
    rows = await asked.connection.fetch(_SETS, trade_date)
    return {row[0]: CountingSet(*map(int, row)) for row in rows}


async def cleared_at(asked: Asked, trade_date: int) -> ClearedDate:
    """What the lines of all sets that count come to: they are read once for all that adds them up.

    Raises: ProcessFault USAGE when the date is none of the bank's.
    """
    await asked.known_date(trade_date)
    sets = await counting_sets(asked, trade_date)
    by_outlet = dict[int, dict[int, OfOutlet]]()
    for party, each in sets.items():
        rows = await asked.connection.fetch(_BY_OUTLET, *each.span(trade_date))
        by_outlet[party] = {row[0]: OfOutlet(row[1], Cleared(*map(int, row[2:]))) for row in rows}
    return ClearedDate(sets, by_outlet)


async def made_good(asked: Asked, trade_date: int) -> Mapping[int, MadeGood]:
    """What was made good by party: few contracts of a date, looked for once among all that was ever decided, and not at
    all where there is no case.
    """
    found: dict[int, MadeGood] = defaultdict(lambda: MadeGood([], [], []))
    if not await asked.connection.fetchval(_HAS_CASES, trade_date):
        return found
    for contract_no, buys_fen, proceeds_fen, party in await asked.connection.fetch(_MADE_GOOD, trade_day(trade_date)):
        found[party].contract_nos.append(contract_no)
        found[party].buys_fen.append(buys_fen)
        found[party].proceeds_fen.append(proceeds_fen)
    return found
