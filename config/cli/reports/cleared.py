"""What clearing sets that count say: of each broker, of each account, and what was made good.

Belongs here: SQL on lines and corrections of sets. Never here: what was posted (settlement), tables.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from config.cli.reports.asking import Asked
from protocol.trade_dates import trade_day
from protocol.vocabulary import LineSide
from rules.day.clearing import LINES

_KINDS: Final = {
    side.name: f"'{{{','.join(str(int(kind)) for kind, row in LINES.items() if row.side is side)}}}'::smallint[]"
    for side in LineSide
}
"""The kinds of lines by what they say of money, as SQL has a list."""
# The one set of a lane that counts: complete, and not withdrawn.
_SETS: Final = """
SELECT DISTINCT ON (party) party, number, seat, announced_sequence, completed_sequence, arrived_net_fen, late_s
FROM clearing_sets
WHERE trade_date = $1 AND completed_sequence IS NOT NULL AND withdrawn_sequence IS NULL
ORDER BY party, number DESC
"""
_LINES: Final = """
SELECT r.contract_no, r.kind, r.amount_fen, r.release_fen AS second_fen,
       (r.turnover_fen << 32 >> 32) + (r.turnover_fen >> 32) + r.target_date + r.target_seat AS fees_fen
FROM requests r
WHERE r.seat = $1 AND r.trade_day = $2 AND r.sequence > $3 AND r.sequence < $4 AND r.accepted AND r.is_line
  AND r.kind <> ALL ({NONE})
  AND r.block_kind = ANY (ARRAY(SELECT k.kind FROM record_kinds k WHERE NOT k.is_line)) IS NOT TRUE
""".format(**_KINDS)  # noqa: S608 - of our own words
# By what a line says of money. A sale whose fees exceed its turnover brings no proceeds; what is over is a cost.
_BROUGHT: Final = """
SUM(CASE WHEN kind = ANY ({BUY}) THEN amount_fen + second_fen + fees_fen
         WHEN kind = ANY ({SALE}) THEN GREATEST(0, second_fen + fees_fen - amount_fen)
         ELSE 0 END) AS buys_fen,
SUM(CASE WHEN kind = ANY ({SALE}) THEN GREATEST(0, amount_fen - second_fen - fees_fen)
         ELSE 0 END) AS sales_fen,
SUM(CASE WHEN kind = ANY ({CREDIT}) THEN amount_fen - second_fen ELSE 0 END) AS credits_fen
""".format(**_KINDS)
OF_SET: Final = f"SELECT {_BROUGHT} FROM ({_LINES}) l"  # noqa: S608 - of our own words
BY_CONTRACT: Final = f"SELECT contract_no, {_BROUGHT} FROM ({_LINES}) l GROUP BY contract_no"  # noqa: S608
# What the last correction of a contract's date made good; what was taken back is nothing.
MADE_GOOD: Final = """
SELECT DISTINCT ON (c.contract_no) c.contract_no,
       CASE WHEN k.name = 'CORRECT' THEN c.made_good_buys_fen ELSE 0 END AS buys_fen,
       CASE WHEN k.name = 'CORRECT' THEN c.made_good_proceeds_fen ELSE 0 END AS proceeds_fen
FROM corrections c
JOIN record_kinds k USING (kind)
WHERE c.accepted AND c.trade_day = $2
ORDER BY c.contract_no, c.sequence DESC, c.number DESC
"""


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


async def counting_sets(asked: Asked, trade_date: int) -> dict[int, CountingSet]:
    """By party."""
    rows = await asked.connection.fetch(_SETS, trade_date)
    return {row[0]: CountingSet(*map(int, row)) for row in rows}


async def of_set(asked: Asked, counts: CountingSet, trade_date: int) -> Cleared:
    """What the lines of a set come to."""
    row = await asked.connection.fetchrow(OF_SET, *counts.span(trade_date))
    return Cleared(*(int(value or 0) for value in row))
