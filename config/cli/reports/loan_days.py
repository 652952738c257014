"""Interest on what a broker is lent, day by day up to any day, from the entries and rates that the read model has.

Belongs here: reading them, following the loan that is open. Never here: how a day's interest is reckoned
(rules.day.interest), the letter that tells it (letters).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from config.cli.reports.asking import Asked
from config.cli.reports.paper.forms import Cell, Check, Column, Kind
from config.cli.reports.words import date_text
from protocol.trade_dates import date_of_day, trade_day
from rules.day.interest import NO_LOAN, RATE_PARTS, Loan, RateOf, half_up, lent, paid_back, posted_up, reckoned

LENT, RECEIVABLE = 1310, 1320
DAYS_MAX = 366
"""Of a table, the last ones: the sum of each goes on from the days before."""
RATE_PARTS_OF_PERCENT = RATE_PARTS // 100
_ENTRIES = """
SELECT e.at_s, k.debit, k.credit, e.amount_fen
FROM clearing_entries e JOIN entry_kinds k ON k.origin = 'CLEARING' AND k.kind = e.kind
WHERE e.party = $1 AND (1310 IN (k.debit, k.credit) OR 1320 IN (k.debit, k.credit))
ORDER BY e.sequence, e.place
"""
_RATES = "SELECT day, millionths FROM market_rates ORDER BY day"
_LEDGER = """
SELECT COALESCE(SUM(balance_fen), 0)::bigint FROM general_ledger WHERE account_code = $2 AND party = $1
"""
COLUMNS = (
    *(Column("日期"), Column("计息本金", Kind.FEN, is_summed=False), Column("年利率（%）")),
    Column("利息累计（至当日）", Kind.FEN, is_summed=False),
)


class Interest(NamedTuple):
    """Of a broker's open loan as a day begins: what is lent, interest that is not paid, each day, what must hold."""

    principal_fen: int
    unpaid_fen: int
    rows: Sequence[Sequence[Cell]]
    checks: Sequence[Check]


class _Followed(NamedTuple):
    """A loan, what of its interest is posted and not collected, and the days that it had."""

    loan: Loan
    receivable_fen: int
    days: list[tuple[int, int, int]]  # day, what bears on it, interest up to its end


async def interest_to(asked: Asked, party: int, until: int) -> Interest:
    """Interest of the loan that is open, as the day `until` begins: it bears no more."""
    ask = asked.connection
    rates = [(int(row[0]), int(row[1])) for row in await ask.fetch(_RATES)]
    entries = [tuple(map(int, row)) for row in await ask.fetch(_ENTRIES, party)]

    def rate_of(day: int) -> int:
        return max(((at, millionths) for at, millionths in rates if at <= day), default=(0, 0))[1]

    def bank_day(at_s: int) -> int:
        return trade_day(int(f"{datetime.fromtimestamp(at_s, asked.zone):%Y%m%d}"))

    followed = _Followed(NO_LOAN, 0, [])
    for at_s, debit, credit, amount_fen in entries:
        followed = _to_day(followed, bank_day(at_s), rate_of)
        loan, receivable_fen, days = followed
        if debit == LENT:
            loan = lent(loan if loan != NO_LOAN else Loan(bank_day(at_s)), bank_day(at_s), amount_fen)
        elif debit == RECEIVABLE:
            loan, receivable_fen = loan._replace(posted_fen=loan.posted_fen + amount_fen), receivable_fen + amount_fen
        elif credit == RECEIVABLE:
            receivable_fen -= amount_fen
        else:
            loan = paid_back(loan, amount_fen)
        is_over = not loan.principal_fen and not receivable_fen and debit not in (LENT, RECEIVABLE)
        followed = _Followed(NO_LOAN, 0, []) if is_over else _Followed(loan, receivable_fen, days)
    principal_fen, receivable_fen = followed.loan.principal_fen, followed.receivable_fen
    checks = [
        Check("垫付本金 = 总账 1310", principal_fen, int(await ask.fetchval(_LEDGER, party, LENT))),
        Check("已计提未收利息 = 总账 1320", receivable_fen, int(await ask.fetchval(_LEDGER, party, RECEIVABLE))),
    ]
    if trade_day(until) < followed.loan.day:
        last = date_of_day(followed.loan.day)
        raise asked.wrong(f"--until {until} is before {last}, the day of the last entry of what is lent")
    loan, receivable_fen, days = _to_day(followed, trade_day(until), rate_of)
    begun, unposted_fen = posted_up(loan, rate_of)
    if loan.on_day_fen:  # a day at least, also where it is this one
        days = [*days, (loan.day, loan.before_fen + loan.on_day_fen, begun.posted_fen)]
    rows: list[list[Cell]] = [
        [date_text(date_of_day(day)), fen, _percent(rate_of(day)), to_fen] for day, fen, to_fen in days[-DAYS_MAX:]
    ]
    return Interest(principal_fen, receivable_fen + unposted_fen, rows, checks)


def _to_day(followed: _Followed, day: int, rate_of: RateOf) -> _Followed:
    """The loan as a day begins. What is posted on the way is told by entries, and not reckoned once more."""
    loan, receivable_fen, days = followed
    while loan != NO_LOAN and loan.day < day:
        bears_fen = loan.before_fen + loan.on_day_fen
        after = reckoned(loan, loan.day + 1, rate_of)[0]._replace(posted_fen=loan.posted_fen)
        days.append((loan.day, bears_fen, half_up(after.exact)))
        loan = after
    return _Followed(loan, receivable_fen, days)


def _percent(millionths: int) -> str:
    return f"{millionths // RATE_PARTS_OF_PERCENT}.{millionths % RATE_PARTS_OF_PERCENT:04}"
