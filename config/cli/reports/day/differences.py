"""差错清单: every difference of a trade date between clearing data and the bank, and what brokers make good.

Belongs here: the list and its summary. Never here: how a difference is found (the core) or closed (acts).
"""

from collections.abc import AsyncIterator

import asyncpg

from config.cli.reports.asking import Asked
from config.cli.reports.paper.forms import AllSums, Check, Column, Kind, Report, Row, Table, rows_of
from config.cli.reports.words import CLASSES, CLOSED_AS, FIELDS, date_text
from protocol.vocabulary import ComparedField, DifferenceClass, Fate

_ITEMS = """
SELECT w.party, w.party_name, w.set_number, w.difference, w.field, w.contract_no, s.bank_account_no,
       w.order_date, w.order_seat, w.order_number, w.bank_has, w.set_says, w.closed_as, w.age_days, w.owner_name,
       w.act_number, w.author_name, w.second_name
FROM bank_worklist w
LEFT JOIN savings_accounts s ON s.account_no = w.account_no
WHERE w.trade_date = to_date($1::text, 'YYYYMMDD') AND w.kind = 'DIFFERENCE'
ORDER BY w.party, w.set_number, w.closed_as IS NOT NULL, w.difference, w.contract_no, w.order_seat, w.order_number,
         w.field
"""
_COUNTS = """
SELECT f.party, p.name, f.difference_class, count(*), count(*) FILTER (WHERE f.closed_as IS NULL)
FROM differences f LEFT JOIN parties p USING (party)
WHERE f.trade_date = $1
GROUP BY 1, 2, 3 ORDER BY 1, 3
"""
# Of each case: what it was, and what of it stands on 1910.
_CASES = """
SELECT c.party, p.name, c.case_no, c.contract_no, c.amount_fen, c.taken_back_sequence IS NOT NULL,
       COALESCE(g.balance_fen, 0), c.act_number
FROM cases c
LEFT JOIN parties p USING (party)
LEFT JOIN general_ledger g ON g.account_code = 1910 AND g.party = c.party AND g.trade_date = 0 AND g.item = c.case_no
WHERE c.trade_date = $1
ORDER BY 1, 3
"""
# Of entries and not of postings: those that cannot be on 1910 are not read at all.
_MOVED = """
SELECT COALESCE(SUM(CASE WHEN e.debit = 1910 THEN e.amount_fen ELSE -e.amount_fen END), 0)
FROM entries e
JOIN cases c ON c.party = e.party AND c.case_no = e.case_no
WHERE 1910 IN (e.debit, e.credit) AND c.trade_date = $1
"""
SUMMARY = (
    *(Column("编号", Kind.NUMBER), Column("证券公司"), Column("差异种类")),
    *(Column("笔数", Kind.COUNT), Column("未结", Kind.COUNT)),
)
CASES = (
    *(Column("编号", Kind.NUMBER), Column("证券公司"), Column("案件号", Kind.NUMBER), Column("签约号", Kind.NUMBER)),
    *(Column("补足金额", Kind.FEN), Column("已撤销", Kind.FEN), Column("已收回", Kind.FEN), Column("余额", Kind.FEN)),
    Column("指令号", Kind.NUMBER),
)
ITEMS = (
    *(Column("编号", Kind.NUMBER), Column("证券公司"), Column("类别"), Column("数据批次", Kind.NUMBER)),
    *(Column("项目"), Column("签约号", Kind.NUMBER), Column("储蓄账号", Kind.NUMBER), Column("委托")),
    *(Column("我行"), Column("对方"), Column("状态"), Column("账龄天数", Kind.COUNT, is_summed=False)),
    *(Column("经管人"), Column("指令号", Kind.NUMBER), Column("经办复核")),
)
_FEES = {"COMMISSION", "STAMP", "TRANSFER", "HANDLING", "REGULATORY"}
_MONEY = {"FROZEN", "RELEASED", "BOUGHT", "SOLD", "TURNOVER"} | _FEES
_FATE_WORDS = dict(zip(Fate, ("全部成交", "部分成交", "已撤单", "废单", "待配售"), strict=True))


async def differences(asked: Asked, trade_date: int) -> Report:
    """The report of a date. Raises: ProcessFault USAGE when it is none of the bank's."""
    await asked.known_date(trade_date)
    counts = [
        [party, name, CLASSES[DifferenceClass(number)], count, open_count]
        for party, name, number, count, open_count in await asked.connection.fetch(_COUNTS, trade_date)
    ]
    cases = [_case(row) for row in await asked.connection.fetch(_CASES, trade_date)]
    # Without a case there is nothing on 1910 to look for, which takes reading what every record did.
    moved_fen = int(await asked.connection.fetchval(_MOVED, trade_date)) if cases else 0

    async def items() -> AsyncIterator[list[Row]]:
        async for rows in asked.stream(_ITEMS, str(trade_date)):
            yield [_item(row) for row in rows]

    def checks(sums: AllSums) -> list[Check]:
        found, count = sums["items"].rows_count, sums["summary"].of("笔数")
        return [
            Check("差异明细笔数 = 分类笔数", found, count, Kind.COUNT),
            Check("差错案件余额 = 总账 1910 分录", sums["cases"].of("余额"), moved_fen),
        ]

    return Report(
        f"differences-{trade_date}",
        "客户证券保证金差错清单",
        [("交易日", date_text(trade_date)), ("账龄单位", "银行工作日；未设日历的按自然日")],
        [
            Table("summary", "一、差异分类", SUMMARY, rows_of(counts)),
            Table("cases", "二、证券公司补足（差错案件）", CASES, rows_of(cases)),
            Table("items", "三、差异明细", ITEMS, items),
        ],
        checks,
    )


def _case(row: asyncpg.Record) -> Row:
    party, name, case_no, contract_no, amount_fen, is_taken_back, left, act_number = row
    left_fen, back_fen = int(left), amount_fen if is_taken_back else 0
    paid_fen = amount_fen - back_fen - left_fen
    return [party, name, case_no, contract_no, amount_fen, back_fen, paid_fen, left_fen, act_number or None]


def _item(row: asyncpg.Record) -> Row:
    order = ""
    if row["order_number"] is not None:
        order = f"{row['order_date']:%Y%m%d}/{row['order_seat']}/{row['order_number']}"
    signers = "、".join(name for name in (row["author_name"], row["second_name"]) if name)
    kind = CLASSES[DifferenceClass[row["difference"]]]
    both = (_value(row["field"], row["bank_has"], is_ours=True), _value(row["field"], row["set_says"], is_ours=False))
    head = (row["party"], row["party_name"], kind, row["set_number"], FIELDS[ComparedField[row["field"]]])
    about = (row["contract_no"], row["bank_account_no"], order, *both, CLOSED_AS[row["closed_as"]])
    return [*head, *about, row["age_days"], row["owner_name"], row["act_number"], signers]


def _value(field: str, value: int, *, is_ours: bool) -> str:
    """An amount, a quantity, a fate beside what the bank drew, or how many lines there are."""
    if field in _MONEY or (field == "FATE" and is_ours):
        fen = f"{abs(value) // 100:,}.{abs(value) % 100:02}"
        return f"-{fen}" if value < 0 else fen
    if field == "FATE":
        return _FATE_WORDS.get(Fate(value), str(value)) if value in set(Fate) else str(value)
    return f"{value:,}" if field == "QUANTITY" else f"{value} 笔"
