"""辖内清算表: of one trade date, what each outlet settles through its managing branch with the branch of the clearing
accounts.

Belongs here: the table, what it must come to. Never here: what an outlet is (asking), what is posted (the rules).
"""

from collections.abc import Sequence

from config.cli.books.balances import Books, Key
from config.cli.reports.asking import Asked, place_of
from config.cli.reports.day.cleared import ClearedDate
from config.cli.reports.day.suspense import Posted, by_outlet
from config.cli.reports.paper.forms import AllSums, Check, Column, Kind, Report, Row, Table, rows_of
from config.cli.reports.words import date_text

_BETWEEN = 3110
"""The account between branches; its item 0 is the branch of the clearing accounts."""
COLUMNS = (
    *(Column("分行"), Column("支行"), Column("储蓄所"), Column("交收户数", Kind.COUNT)),
    *(Column(title, Kind.FEN) for title in ("买入应扣", "卖出红利应付", "清算净额")),
    *(Column(title, Kind.FEN) for title in ("已扣款", "已入账")),
    *(Column(title, Kind.FEN) for title in ("辖内往来借方", "辖内往来贷方")),
)


async def branches(
    asked: Asked, trade_date: int, cleared: ClearedDate, at_2410: Sequence[Posted], books: Books
) -> Report:
    """The report of a date of the bank's, of what its sets say, what is posted for it and what is in the books."""
    places, told = await asked.places(), _told(cleared)
    posted = by_outlet(at_2410)
    rows = list[Row]()
    for outlet in sorted({*told, *posted}):
        count, buys, credits = told.get(outlet, [0, 0, 0])
        debited, credited = posted.get(outlet, (0, 0))
        # What an outlet took from its customers it owes to the branch of the clearing accounts.
        sums = (count, buys, credits, credits - buys, debited, credited, credited, debited)
        rows.append([*place_of(places, outlet), *sums])
    if posted:
        both = [sum(each[place] for each in posted.values()) for place in (0, 1)]
        rows.append([None, None, "清算账户行", *[None] * 6, *both])
    net_fen = sum(each.net_fen for each in cleared.sets.values())
    # Of all dates: it is kept by outlet, and not by date.
    entries_fen = sum(each.closing_fen + each.later_fen for each in books.moved if _is_of_outlet(each.key))
    ledger_fen = sum(fen for key, fen in books.ledger_fen.items() if _is_of_outlet(key))
    all_fen = sum(fen for key, fen in books.ledger_fen.items() if key.account_code == _BETWEEN)
    return Report(
        f"branches-{trade_date}",
        "客户证券保证金辖内清算表",
        [("交易日", date_text(trade_date)), ("证券公司", f"{len(cleared.sets)} 家已报送清算数据")],
        [Table("", "", COLUMNS, rows_of(rows))],
        lambda sums: _checks(sums, net_fen, (entries_fen, ledger_fen), all_fen),
    )


def _told(cleared: ClearedDate) -> dict[int, list[int]]:
    """Of each outlet what the sets of all brokers say: how many accounts, what they owe, what is owed to them."""
    told: dict[int, list[int]] = {}
    for of_broker in cleared.by_outlet.values():
        for outlet, (count, each) in of_broker.items():
            more = (count, each.buys_fen, each.sales_fen + each.credits_fen)
            told[outlet] = [sum(both) for both in zip(told.get(outlet, [0, 0, 0]), more, strict=True)]
    return told


def _is_of_outlet(key: Key) -> bool:
    """Whether a balance is what stands between an outlet's branch and that of the clearing accounts."""
    return key.account_code == _BETWEEN and key.item != 0


def _checks(sums: AllSums, net_fen: int, of_outlets: tuple[int, int], all_fen: int) -> list[Check]:
    found = sums[""]
    return [
        Check("各机构清算净额合计 = 各证券公司轧差净额合计", found.of("清算净额"), net_fen),
        Check("辖内往来借方 = 贷方", found.of("辖内往来借方"), found.of("辖内往来贷方")),
        Check("3110 各机构累计分录 = 总账余额", *of_outlets),
        Check("3110 全辖合计为零", all_fen, 0),
    ]
