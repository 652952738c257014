"""辖内清算表: of one trade date, what each outlet settles through its managing branch with the branch of the clearing
accounts.

Belongs here: the table, what it must come to. Never here: what an outlet is (asking), what is posted (the rules).
"""

from collections.abc import Sequence
from typing import Final

from config.cli.reports.asking import Asked, place_of
from config.cli.reports.cleared import BY_CONTRACT, counting_sets
from config.cli.reports.paper.forms import AllSums, Check, Column, Kind, Report, Row, Table, rows_of
from config.cli.reports.words import date_text

_TOLD: Final = f"""
SELECT s.outlet, count(DISTINCT c.account_no), SUM(t.buys_fen), SUM(t.sales_fen + t.credits_fen)
FROM ({BY_CONTRACT}) t
JOIN contracts c USING (contract_no)
JOIN savings_accounts s USING (account_no)
GROUP BY s.outlet
"""  # noqa: S608 - of our own words
_POSTED: Final = """
SELECT outlet,
       SUM(CASE WHEN credit = 2410 THEN amount_fen ELSE 0 END),
       SUM(CASE WHEN debit = 2410 THEN amount_fen ELSE 0 END)
FROM entries
WHERE 2410 IN (debit, credit) AND account_no IS NOT NULL
  AND CASE WHEN debit = 2410 THEN debit_date ELSE credit_date END = $1
GROUP BY outlet
"""
# Of all dates: 3110 is kept by outlet, and not by date; 0 is the branch of the clearing accounts.
_BETWEEN: Final = """
SELECT COALESCE(SUM(debit_fen - credit_fen) FILTER (WHERE item <> 0), 0), COALESCE(SUM(debit_fen - credit_fen), 0)
FROM postings WHERE account_code = 3110
"""
_LEDGER: Final = """
SELECT COALESCE(SUM(balance_fen) FILTER (WHERE item <> 0), 0), COALESCE(SUM(balance_fen), 0)
FROM general_ledger WHERE account_code = 3110
"""
COLUMNS: Final = (
    *(Column("分行"), Column("支行"), Column("储蓄所"), Column("交收户数", Kind.COUNT)),
    *(Column(title, Kind.FEN) for title in ("买入应扣", "卖出红利应付", "清算净额")),
    *(Column(title, Kind.FEN) for title in ("已扣款", "已入账")),
    *(Column(title, Kind.FEN) for title in ("辖内往来借方", "辖内往来贷方")),
)


async def branches(asked: Asked, trade_date: int) -> Report:
    """The report of a date. Raises: ProcessFault USAGE when it is none of the bank's."""
    await asked.known_date(trade_date)
    ask, places = asked.connection.fetch, await asked.places()
    told: dict[int, list[int]] = {}
    sets = await counting_sets(asked, trade_date)
    for each in sets.values():
        for outlet, *sums in await ask(_TOLD, *each.span(trade_date)):
            before = told.setdefault(outlet, [0, 0, 0])
            told[outlet] = [so_far + int(more) for so_far, more in zip(before, sums, strict=True)]
    posted = {row[0]: [int(row[1]), int(row[2])] for row in await ask(_POSTED, trade_date)}
    rows = list[Row]()
    for outlet in sorted({*told, *posted}):
        count, buys, credits = told.get(outlet, [0, 0, 0])
        debited, credited = posted.get(outlet, [0, 0])
        # What an outlet took from its customers it owes to the branch of the clearing accounts.
        sums = (count, buys, credits, credits - buys, debited, credited, credited, debited)
        rows.append([*place_of(places, outlet), *sums])
    if posted:
        both = [sum(each[place] for each in posted.values()) for place in (0, 1)]
        rows.append([None, None, "清算账户行", *[None] * 6, *both])
    net_fen = sum(each.net_fen for each in sets.values())
    between = [int(value) for value in await asked.connection.fetchrow(_BETWEEN)]
    ledger = [int(value) for value in await asked.connection.fetchrow(_LEDGER)]
    return Report(
        f"branches-{trade_date}",
        "客户证券保证金辖内清算表",
        [("交易日", date_text(trade_date)), ("证券公司", f"{len(sets)} 家已报送清算数据")],
        [Table("", "", COLUMNS, rows_of(rows))],
        lambda sums: _checks(sums, net_fen, between, ledger),
    )


def _checks(sums: AllSums, net_fen: int, between: Sequence[int], ledger: Sequence[int]) -> list[Check]:
    found = sums[""]
    return [
        Check("各机构清算净额合计 = 各证券公司轧差净额合计", found.of("清算净额"), net_fen),
        Check("辖内往来借方 = 贷方", found.of("辖内往来借方"), found.of("辖内往来贷方")),
        Check("3110 各机构累计分录 = 总账余额", between[0], ledger[0]),
        Check("3110 全辖合计为零", ledger[1], 0),
    ]
