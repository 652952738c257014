"""月报 by sub-branch: 客户证券保证金服务账户情况表, 客户证券保证金交收额情况表.

Belongs here: both tables, what they must come to. Never here: what an outlet is (asking), what is posted (the rules).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from config.cli.books import asking
from config.cli.books.balances import SAVINGS, Balances
from config.cli.reports.asking import Asked, Place, place_of
from config.cli.reports.paper.forms import AllSums, Check, Column, Kind, Report, Row, Table, rows_of
from config.cli.reports.words import date_text

_CONTRACTS = """
SELECT s.outlet, c.party,
       count(*) FILTER (WHERE c.began_on BETWEEN 1 AND $1 - 1 AND (c.ended_on = 0 OR c.ended_on >= $1)),
       count(*) FILTER (WHERE c.began_on BETWEEN $1 AND $2),
       count(*) FILTER (WHERE c.began_on > 0 AND c.ended_on BETWEEN $1 AND $2),
       count(*) FILTER (WHERE c.began_on BETWEEN 1 AND $2 AND (c.ended_on = 0 OR c.ended_on > $2)),
       count(*) FILTER (WHERE c.status = 1),
       count(*) FILTER (WHERE c.status = 3),
       count(*) FILTER (WHERE c.status = 4)
FROM contracts c
JOIN savings_accounts s USING (account_no)
GROUP BY 1, 2
"""
_PARTIES = "SELECT party, name FROM parties WHERE role = 2 ORDER BY party"
_POSTED = """
SELECT outlet, party, count(DISTINCT account_no),
       SUM(CASE WHEN credit = 2410 THEN 1 ELSE 0 END), SUM(CASE WHEN credit = 2410 THEN amount_fen ELSE 0 END),
       SUM(CASE WHEN debit = 2410 THEN 1 ELSE 0 END), SUM(CASE WHEN debit = 2410 THEN amount_fen ELSE 0 END)
FROM entries
WHERE 2410 IN (debit, credit) AND account_no IS NOT NULL AND trade_date BETWEEN $1 AND $2
GROUP BY 1, 2
"""
# Branch settlement goes along with each posting to a customer: the other side of the same amounts.
_BRANCH = """
SELECT COALESCE(SUM(debit_fen), 0), COALESCE(SUM(credit_fen), 0)
FROM postings WHERE account_code = 3110 AND trade_date BETWEEN $1 AND $2
"""
_COUNTS = ("月初户数", "本月新签", "本月解约", "月末户数", "现预指定", "现暂停", "现挂失")
_AMOUNTS = (
    *(Column("交收户数", Kind.COUNT), Column("扣款笔数", Kind.COUNT), Column("买入扣款额", Kind.FEN)),
    *(Column("入账笔数", Kind.COUNT), Column("卖出红利入账额", Kind.FEN)),
    *(Column("交收额合计", Kind.FEN), Column("净入账额", Kind.FEN)),
)
_PLACE = (Column("分行"), Column("支行"))
_BROKER = (Column("编号", Kind.NUMBER), Column("证券公司"))
ACCOUNTS = (
    *_PLACE,
    *(Column(title, Kind.COUNT) for title in _COUNTS),
    Column("月末存款余额", Kind.FEN),
)
ACCOUNTS_BY_BROKER = (*_BROKER, *(Column(title, Kind.COUNT) for title in _COUNTS))
SETTLED = (*_PLACE, *_AMOUNTS)
SETTLED_BY_BROKER = (*_BROKER, *_AMOUNTS)
Branch = tuple[str, str]
Group = TypeVar("Group", int, Branch)
"""A broker, or a branch and its sub-branch."""


async def accounts(asked: Asked, month: int) -> Report:
    """客户证券保证金服务账户情况表. Raises: ProcessFault USAGE when the month has no trade date."""
    dates = await asked.dates_of_month(month)
    rows = await asked.connection.fetch(_CONTRACTS, month * 100 + 1, month * 100 + 31)
    names = {row[0]: row[1] for row in await asked.connection.fetch(_PARTIES)}
    found = Balances.of(await asking.books(asked.connection, asked.as_of, asked.command, dates[-1], None))
    places = await asked.places()
    counts = _by_branch(places, ((row[0], row[2:]) for row in rows), len(_COUNTS))
    fen = {line.key.item: -line.closing_fen for line in found.lines if line.key.account_code == SAVINGS}
    balances = _by_branch(places, ((outlet, [balance]) for outlet, balance in fen.items()), 1)
    by_branch: list[Row] = [
        [*branch, *counts.get(branch, [0] * len(_COUNTS)), *balances.get(branch, [0])]
        for branch in sorted({*counts, *balances})
    ]
    by_broker = _added(((row[1], row[2:]) for row in rows), len(_COUNTS))

    def checks(sums: AllSums) -> list[Check]:
        here = sums["branches"]
        begun = here.of("月初户数") + here.of("本月新签") - here.of("本月解约")
        ledger_fen = -sum(line.closing_fen for line in found.lines if line.key.account_code == SAVINGS)
        return [
            Check("月初 + 新签 - 解约 = 月末户数", begun, here.of("月末户数"), Kind.COUNT),
            Check("支行户数合计 = 证券公司户数合计", here.of("月末户数"), sums["brokers"].of("月末户数"), Kind.COUNT),
            Check("月末存款余额 = 总账 2110", here.of("月末存款余额"), ledger_fen),
        ]

    broker_rows: list[Row] = [[party, names.get(party, ""), *sums] for party, sums in sorted(by_broker.items())]
    return Report(
        f"accounts-{month}",
        "客户证券保证金服务账户情况表",
        _facts(month, dates),
        [
            Table("branches", "一、按支行", ACCOUNTS, rows_of(by_branch)),
            Table("brokers", "二、按证券公司", ACCOUNTS_BY_BROKER, rows_of(broker_rows)),
        ],
        checks,
        found.faults(),
    )


async def settled(asked: Asked, month: int) -> Report:
    """客户证券保证金交收额情况表. Raises: ProcessFault USAGE when the month has no trade date."""
    dates = await asked.dates_of_month(month)
    span = (month * 100 + 1, month * 100 + 31)
    rows = await asked.connection.fetch(_POSTED, *span)
    names = {row[0]: row[1] for row in await asked.connection.fetch(_PARTIES)}
    by_branch = _by_branch(await asked.places(), ((row[0], row[2:]) for row in rows), 5)
    by_broker = _added(((row[1], row[2:]) for row in rows), 5)
    moved = [int(value) for value in await asked.connection.fetchrow(_BRANCH, *span)]

    def checks(sums: AllSums) -> list[Check]:
        here, there = sums["branches"], sums["brokers"]
        both = here.of("买入扣款额") + here.of("卖出红利入账额")
        return [
            Check("支行交收额 = 证券公司交收额", here.of("交收额合计"), there.of("交收额合计")),
            Check("交收额 = 辖内往来 3110 借方发生", both, moved[0]),
            Check("交收额 = 辖内往来 3110 贷方发生", both, moved[1]),
        ]

    branch_rows: list[Row] = [[*branch, *_amounts(sums)] for branch, sums in sorted(by_branch.items())]
    broker_rows: list[Row] = [
        [party, names.get(party, ""), *_amounts(sums)] for party, sums in sorted(by_broker.items())
    ]
    return Report(
        f"settled-{month}",
        "客户证券保证金交收额情况表",
        _facts(month, dates),
        [
            Table("branches", "一、按支行", SETTLED, rows_of(branch_rows)),
            Table("brokers", "二、按证券公司", SETTLED_BY_BROKER, rows_of(broker_rows)),
        ],
        checks,
    )


def _facts(month: int, dates: Sequence[int]) -> list[tuple[str, str]]:
    return [
        ("月份", f"{month // 100} 年 {month % 100} 月"),
        ("交易日", f"{date_text(dates[0])} 至 {date_text(dates[-1])}，共 {len(dates)} 日"),
    ]


def _by_branch(
    places: Mapping[int, Place], rows: Iterable[tuple[int, Sequence[int]]], width: int
) -> dict[Branch, list[int]]:
    """Sums by branch and sub-branch; an outlet that is not registered stands alone."""

    def named(outlet: int) -> Branch:
        place = place_of(places, outlet)
        return (place.branch, place.sub_branch) if outlet in places else ("", place.outlet)

    return _added(((named(outlet), values) for outlet, values in rows), width)


def _added(rows: Iterable[tuple[Group, Sequence[int]]], width: int) -> dict[Group, list[int]]:
    sums: dict[Group, list[int]] = defaultdict(lambda: [0] * width)
    for key, values in rows:
        sums[key] = [so_far + int(more or 0) for so_far, more in zip(sums[key], values, strict=True)]
    return dict(sums)


def _amounts(sums: Sequence[int]) -> list[int]:
    """Accounts, debits, credits; both together; what came in less what went out."""
    count, debits, debited_fen, credits, credited_fen = sums
    return [count, debits, debited_fen, credits, credited_fen, debited_fen + credited_fen, credited_fen - debited_fen]
