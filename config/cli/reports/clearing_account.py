"""清算账户对账单: every entry of one broker's clearing account, what it owes and was lent, and the balance after each.

Belongs here: its tables, what they must come to. Never here: who pays when (the rules of obligations).
"""

from collections.abc import AsyncIterator

from config.cli.reports.asking import Asked
from config.cli.reports.paper.forms import AllSums, Check, Column, Kind, Report, Row, Table, rows_of
from config.cli.reports.words import date_text, time_text

_BROKER = "SELECT name FROM parties WHERE party = $1 AND role = 2"
_STANDS = """
SELECT balance_fen::bigint, lent_fen::bigint, interest_fen::bigint, limit_fen, unpaid_fen::bigint, overdue_fen::bigint,
       owed_by_bank_fen::bigint
FROM bank_clearing_accounts WHERE party = $1
"""
_BEFORE = """
SELECT COALESCE(SUM(CASE WHEN k.credit = 2310 THEN e.amount_fen ELSE -e.amount_fen END), 0)::bigint
FROM clearing_entries e
JOIN entry_kinds k ON k.origin = 'CLEARING' AND k.kind = e.kind
WHERE e.party = $1 AND e.trade_date < $2 AND 2310 IN (k.debit, k.credit)
"""
_ENTRIES = """
SELECT e.trade_date, e.at_s, e.seat, e.number, k.words,
       CASE WHEN k.credit = 2310 THEN k.debit ELSE k.credit END AS against, a.title,
       GREATEST(e.debit_date, e.credit_date) AS lane_date, NULLIF(e.case_no, 0) AS case_no,
       CASE WHEN k.debit = 2310 THEN e.amount_fen ELSE 0 END AS debit_fen,
       CASE WHEN k.credit = 2310 THEN e.amount_fen ELSE 0 END AS credit_fen
FROM clearing_entries e
JOIN entry_kinds k ON k.origin = 'CLEARING' AND k.kind = e.kind
LEFT JOIN ledger_accounts a ON a.account_code = CASE WHEN k.credit = 2310 THEN k.debit ELSE k.credit END
WHERE e.party = $1 AND e.trade_date BETWEEN $2 AND $3 AND 2310 IN (k.debit, k.credit)
ORDER BY e.sequence, e.place
"""
_LEDGER = """
SELECT COALESCE(SUM(-balance_fen), 0)::bigint FROM general_ledger WHERE account_code = 2310 AND party = $1
"""
STANDS = tuple(
    Column(title, Kind.FEN, is_summed=False)
    for title in ("余额", "垫付本金", "应收利息", "垫付限额", "公司未付", "其中逾期", "银行未付")
)
ENTRIES = (
    *(Column("记账日"), Column("时间"), Column("请求号"), Column("摘要"), Column("对方科目", Kind.NUMBER)),
    *(Column("对方科目名称"), Column("交易日"), Column("案件号", Kind.NUMBER)),
    *(Column("借方（支出）", Kind.FEN), Column("贷方（收入）", Kind.FEN), Column("余额", Kind.FEN, is_summed=False)),
)
_NEVER = 99_999_999


async def clearing_account(asked: Asked, party: int, first: int | None, last: int | None) -> Report:
    """The report of a broker. Raises: ProcessFault USAGE when there is no such broker."""
    ask = asked.connection
    name = await ask.fetchval(_BROKER, party)
    if name is None:
        raise asked.wrong(f"{party} is no broker of this bank")
    stands = await ask.fetchrow(_STANDS, party)
    before_fen = int(await ask.fetchval(_BEFORE, party, first or 0))
    ledger_fen = int(await ask.fetchval(_LEDGER, party))

    async def entries() -> AsyncIterator[list[Row]]:
        balance_fen = before_fen
        yield [[None, None, None, "期初余额", *[None] * 6, balance_fen]]
        async for rows in asked.stream(_ENTRIES, party, first or 0, last or _NEVER):
            some = list[Row]()
            for row in rows:
                balance_fen += row["credit_fen"] - row["debit_fen"]
                at = time_text(row["at_s"], asked.zone)
                request = (date_text(row["trade_date"]), at, f"{row['seat']}/{row['number']}", row["words"])
                of = (row["against"], row["title"], date_text(row["lane_date"]), row["case_no"])
                some.append([*request, *of, row["debit_fen"], row["credit_fen"], balance_fen])
            yield some

    def checks(sums: AllSums) -> list[Check]:
        moved_fen = sums["entries"].of("贷方（收入）") - sums["entries"].of("借方（支出）")
        found = [] if last else [Check("期初 + 收入 - 支出 = 余额", before_fen + moved_fen, int(stands["balance_fen"]))]
        return [*found, Check("余额 = 总账 2310", int(stands["balance_fen"]), ledger_fen)]

    until = date_text(last) if last else "截至日"
    return Report(
        f"clearing-broker-{party}" + (f"-{first or 'begin'}-{last or 'now'}" if first or last else ""),
        "证券公司清算账户对账单",
        [("证券公司", f"{party} {name}"), ("期间", f"{date_text(first) if first else '开户'} 至 {until}")],
        [
            Table("stands", "一、账户情况（现在）", STANDS, rows_of([list(stands)])),
            Table("entries", "二、明细", ENTRIES, entries),
        ],
        checks,
    )
