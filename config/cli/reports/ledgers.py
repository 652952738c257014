"""总账、试算平衡表 and 明细账: the pages of `yzt books` as reports.

Belongs here: their tables. Never here: the figures (config.cli.books).
"""

from collections.abc import Iterator, Sequence

from config.cli.books import asking, statement
from config.cli.books.balances import SAVINGS, Balances, Line, of_what, sides
from config.cli.books.pages import both_sides
from config.cli.books.trial_page import by_code
from config.cli.reports.asking import Asked, place_of
from config.cli.reports.paper.forms import Check, Column, Kind, Report, Row, Table, rows_of
from config.cli.reports.words import date_text

_SIDES = ("借方", "贷方")
LEDGER = (
    *(Column("科目", Kind.NUMBER), Column("科目名称"), Column("核算对象")),
    *(Column(f"期初{side}余额", Kind.FEN) for side in _SIDES),
    *(Column(f"本期{side}发生", Kind.FEN) for side in _SIDES),
    *(Column(f"期末{side}余额", Kind.FEN) for side in _SIDES),
)
TRIAL = (
    *(Column("科目", Kind.NUMBER), Column("科目名称")),
    *(Column(f"{side}发生", Kind.FEN) for side in _SIDES),
    *(Column(f"{side}余额", Kind.FEN) for side in _SIDES),
)
OUTLETS = (
    *(Column("分行"), Column("支行"), Column("储蓄所")),
    *(Column(f"{side}余额", Kind.FEN) for side in _SIDES),
    *(Column("分户账合计", Kind.FEN), Column("总账存款", Kind.FEN)),
)
STATEMENT = (
    *(Column("交易日"), Column("时间"), Column("请求号"), Column("摘要"), Column("对方科目"), Column("对方科目名称")),
    *(Column("借方（支出）", Kind.FEN), Column("贷方（收入）", Kind.FEN), Column("余额", Kind.FEN, is_summed=False)),
)


async def balances(asked: Asked, trade_date: int | None, outlet: int | None) -> Balances:
    """What both pages of the books are made of. Raises: ProcessFault USAGE when there is no such date or outlet."""
    if trade_date is not None:
        await asked.known_date(trade_date)
    return Balances.of(await asking.books(asked.connection, asked.as_of, asked.command, trade_date, outlet))


async def ledger(asked: Asked, found: Balances) -> Report:
    """总账."""
    return Report(
        f"ledger-{_suffix(found)}",
        "客户证券保证金总账",
        await _facts(asked, found),
        [Table("", "", LEDGER, rows_of(_ledger_rows(found)))],
        lambda _sums: _both_sides(found),
        found.faults(),
    )


async def trial(asked: Asked, found: Balances) -> Report:
    """试算平衡表."""
    codes: list[Row] = [[code, found.title(code), *sums] for code, sums in by_code(found.lines).items()]
    tables = [Table("", "一、科目", TRIAL, rows_of(codes))]
    if found.books.outlet is None:
        tables.append(Table("outlets", "二、机构", OUTLETS, rows_of(await _outlet_rows(asked, found))))
    name, facts, checks = f"trial-{_suffix(found)}", await _facts(asked, found), _both_sides(found)
    return Report(name, "客户证券保证金试算平衡表", facts, tables, lambda _sums: checks, found.faults())


async def account_statement(
    asked: Asked, number: int, is_banks_own: bool, first: int | None, last: int | None
) -> Report:
    """明细账 of an account. Raises: ProcessFault USAGE when there is none."""
    told, entries = await asking.statement(asked.connection, asked.as_of, asked.command, number, is_banks_own)
    page = statement.page(entries, first or 0, last)
    place = place_of(await asked.places(), told.outlet)
    until = date_text(last) if last else "截至日"
    facts = [
        *(("储蓄账号", str(told.bank_account_no)), ("内部账号", str(told.account_no)), ("开户机构", place.outlet)),
        ("期间", f"{date_text(first) if first else '开户'} 至 {until}"),
    ]

    def rows() -> Iterator[Row]:
        yield [None, None, None, "期初余额", None, None, None, None, page.opening_fen]
        for each in page.entries:
            at = each.decided_at.astimezone(asked.zone)
            request = (date_text(each.trade_date), f"{at:%H:%M:%S}", f"{each.seat}/{each.number}", each.words)
            sums = (each.debit_fen, each.credit_fen, each.balance_fen)
            yield [*request, str(each.against_code), each.against_title, *sums]
        yield [None, None, None, "期末余额", None, None, None, None, page.closing_fen]

    sum_fen = page.opening_fen + page.in_fen - page.out_fen
    checks = [
        Check("期初 + 收入 - 支出 = 期末", sum_fen, page.closing_fen),
        Check("全部分录合计 = 账户余额", sum(each.signed_fen for each in entries), told.balance_fen),
    ]
    dates = f"-{first or 'begin'}-{last or 'now'}" if first or last else ""
    return Report(
        f"statement-{told.account_no}{dates}",
        "客户证券保证金明细账",
        facts,
        [Table("", "", STATEMENT, rows_of(rows()))],
        lambda _sums: checks,
        statement.faults(told, entries, page),
    )


def _suffix(found: Balances) -> str:
    outlet = found.books.outlet
    return f"{found.books.trade_date or 'all'}" + (f"-outlet-{outlet}" if outlet is not None else "")


async def _facts(asked: Asked, found: Balances) -> Sequence[tuple[str, str]]:
    trade_date, outlet = found.books.trade_date, found.books.outlet
    of_outlet = "全行" if outlet is None else place_of(await asked.places(), outlet).outlet
    return [("交易日", date_text(trade_date) if trade_date else "开业以来"), ("机构", of_outlet)]


def _ledger_rows(found: Balances) -> Iterator[Row]:
    for each in found.lines:
        of = of_what(each.key, found.books.by_outlet)
        for english, chinese in (("outlet", "机构"), ("broker", "证券公司"), ("case", "案件")):
            of = of.replace(english, chinese)
        moved = (*both_sides(each.opening_fen), each.debit_fen, each.credit_fen, *both_sides(each.closing_fen))
        yield [each.key.account_code, found.title(each.key.account_code), of, *moved]


async def _outlet_rows(asked: Asked, found: Balances) -> list[Row]:
    """Of each outlet that has anything; what is of none stands as the brokers' own."""
    places, outlets, rows = await asked.places(), found.books.outlets, list[Row]()
    for outlet in sorted({*found.by_outlet, *outlets}):
        both = sides(found.by_outlet.get(outlet, list[Line]()))
        if outlet == 0:
            rows.append([None, None, "证券公司往来", *both, None, None])
            continue
        known = outlets.get(outlet)
        accounts = (known.accounts_fen, known.ledger_fen) if known is not None else (None, None)
        if any((*both, *accounts)):
            rows.append([*place_of(places, outlet), *both, *accounts])
    return rows


def _both_sides(found: Balances) -> list[Check]:
    debit_fen, credit_fen = sides(found.lines)
    checks = [Check("借方余额 = 贷方余额", debit_fen, credit_fen)]
    if found.books.outlet is None:
        accounts_fen = sum(each.accounts_fen for each in found.books.outlets.values())
        ledger_fen = -sum(fen for key, fen in found.books.ledger_fen.items() if key.account_code == SAVINGS)
        checks.append(Check("分户账合计 = 总账 2110（现在）", accounts_fen, ledger_fen))
    return checks
