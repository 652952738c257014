"""What was posted at 2410 for a trade date, added up once for all reports that tell it.

Belongs here: SQL on entries of 2410, their sums. Never here: tables (settlement, branches), what is posted (the rules).
"""

from collections.abc import Sequence
from typing import NamedTuple

from config.cli.books.read_model import adding_up
from config.cli.reports.asking import Asked

# Between two dates of the broker both sides of an entry are 2410. That all of them are of a broker is said so that what
# is of accounts alone, such as every deposit, is not read.
_AT_2410 = """
SELECT e.party, e.outlet, e.is_of_account, e.words, p.against, COALESCE(a.title, ''),
       SUM(e.entries_count)::bigint, SUM(p.debit_fen)::bigint, SUM(p.credit_fen)::bigint
FROM entry_sums e
CROSS JOIN LATERAL (
    VALUES (e.debit, e.debit_date, e.credit, e.amount_fen, 0), (e.credit, e.credit_date, e.debit, 0, e.amount_fen)
) AS p (code, date, against, debit_fen, credit_fen)
LEFT JOIN ledger_accounts a ON a.account_code = p.against
WHERE 2410 IN (e.debit, e.credit) AND e.party > 0 AND p.code = 2410 AND p.date = $1
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 5, 4, 2
"""


class Posted(NamedTuple):
    """What was posted at 2410 for a broker's date with the same words against the same account, for one outlet."""

    party: int
    outlet: int
    is_of_account: bool
    """Whether it was for customers, who have an outlet."""
    words: str
    against: int
    title: str
    entries_count: int
    debit_fen: int
    credit_fen: int


class Against(NamedTuple):
    """The same of all outlets."""

    words: str
    against: int
    title: str
    entries_count: int
    debit_fen: int
    credit_fen: int


class OfOutlet(NamedTuple):
    """What was debited to customers of an outlet and credited to them."""

    debited_fen: int
    credited_fen: int


async def posted_at(asked: Asked, trade_date: int) -> Sequence[Posted]:
    """By party, account on the other side and words."""
    async with adding_up(asked.connection):
        return [Posted(*row) for row in await asked.connection.fetch(_AT_2410, trade_date)]


def of_broker(posted: Sequence[Posted], party: int) -> list[Against]:
    """What was posted for its date, in the same order."""
    found: dict[tuple[int, str], Against] = {}
    for each in posted:
        if each.party == party:
            before = found.get((each.against, each.words), Against(each.words, each.against, each.title, 0, 0, 0))
            found[each.against, each.words] = before._replace(
                entries_count=before.entries_count + each.entries_count,
                debit_fen=before.debit_fen + each.debit_fen,
                credit_fen=before.credit_fen + each.credit_fen,
            )
    return list(found.values())


def by_outlet(posted: Sequence[Posted]) -> dict[int, OfOutlet]:
    """What was posted to customers: a debit of 2410 is a credit of theirs."""
    found: dict[int, OfOutlet] = {}
    for each in posted:
        if each.is_of_account:
            before = found.get(each.outlet, OfOutlet(0, 0))
            found[each.outlet] = OfOutlet(
                before.debited_fen + each.credit_fen,
                before.credited_fen + each.debit_fen,
            )
    return found
