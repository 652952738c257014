"""交收单: of one broker's trade date, what is owed between it and the bank, and what each customer pays and is paid.

Belongs here: its tables, what they must come to. Never here: what is decided of a settlement (the core).
"""

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from config.cli.reports.asking import Asked, Broker
from config.cli.reports.day import suspense
from config.cli.reports.day.cleared import BY_CONTRACT, CountingSet, MadeGood, ReadSheets, counting_sets, made_good
from config.cli.reports.paper.forms import AllSums, Check, Column, Kind, Report, Row, Table, rows_of
from config.cli.reports.words import LANES, OBLIGATIONS, by_name, date_text, payer, time_text
from protocol.trade_dates import trade_day

_LANE = "SELECT state, is_deferred FROM lanes WHERE trade_date = $1 AND party = $2"
_OWED = """
SELECT case_no, owed_fen, paid_fen, advanced_fen, state, pay_from_s, first_due_s, last_due_s, noticed_s, objected_s
FROM obligations WHERE trade_date = $1 AND party = $2 ORDER BY case_no
"""
_POSTED = """
SELECT account_no,
       SUM(CASE WHEN credit = 2410 THEN amount_fen ELSE 0 END) AS debited_fen,
       SUM(CASE WHEN debit = 2410 THEN amount_fen ELSE 0 END) AS credited_fen
FROM entries
WHERE 2410 IN (debit, credit) AND account_no IS NOT NULL AND party = $5
  AND CASE WHEN debit = 2410 THEN debit_date ELSE credit_date END = $6
GROUP BY account_no
"""
_GOOD = """
SELECT * FROM unnest($7::bigint[], $8::bigint[], $9::bigint[]) AS g (contract_no, buys_fen, proceeds_fen)
"""
# Each row as it stands in the sheet. Two contracts of one account, broker and date are rare: the first and the last.
_CUSTOMERS = f"""
WITH told AS MATERIALIZED ({BY_CONTRACT}), good AS MATERIALIZED ({_GOOD}), posted AS MATERIALIZED ({_POSTED})
SELECT s.outlet, s.bank_account_no,
       CASE WHEN t.first_no = t.last_no THEN t.first_no::text ELSE concat_ws('、', t.first_no, t.last_no) END,
       f.buys, f.sales, f.credits, f.sales + f.credits - f.buys, f.good_buys, f.good_proceeds, f.debited, f.credited,
       f.buys - f.good_buys - f.debited, f.sales + f.good_proceeds + f.credits - f.credited
FROM (
    SELECT c.account_no, min(c.contract_no) AS first_no, max(c.contract_no) AS last_no,
           SUM(l.buys_fen) AS buys_fen, SUM(l.sales_fen) AS sales_fen, SUM(l.credits_fen) AS credits_fen,
           SUM(g.buys_fen) AS good_buys_fen, SUM(g.proceeds_fen) AS good_proceeds_fen
    FROM told l
    FULL JOIN good g USING (contract_no)
    JOIN contracts c ON c.contract_no = COALESCE(l.contract_no, g.contract_no) AND c.party = $5
    GROUP BY c.account_no
) t
FULL JOIN posted p USING (account_no)
JOIN savings_accounts s USING (account_no)
CROSS JOIN LATERAL (
    SELECT COALESCE(t.buys_fen, 0)::bigint AS buys, COALESCE(t.sales_fen, 0)::bigint AS sales,
           COALESCE(t.credits_fen, 0)::bigint AS credits, COALESCE(t.good_buys_fen, 0)::bigint AS good_buys,
           COALESCE(t.good_proceeds_fen, 0)::bigint AS good_proceeds, COALESCE(p.debited_fen, 0)::bigint AS debited,
           COALESCE(p.credited_fen, 0)::bigint AS credited
) f
WHERE f.buys + f.sales + f.credits + f.good_buys + f.good_proceeds > 0 OR p.account_no IS NOT NULL
ORDER BY s.outlet, s.bank_account_no
"""  # noqa: S608 - of our own words
_LEDGER = """
SELECT COALESCE(SUM(balance_fen), 0) FROM general_ledger
WHERE account_code = 2410 AND party = $1 AND trade_date = $2
"""
OF_CUSTOMERS = (2110, 2420, 2910)
"""What is against 2410 where a customer is debited or credited, also one whose account is closed."""
OWED = (
    *(Column("案件号", Kind.NUMBER), Column("付款方")),
    *(Column(title, Kind.FEN, is_summed=False) for title in ("金额", "已付", "垫付", "未付")),
    Column("状态"),
    *(Column("付款起"), Column("扣款"), Column("最后期限"), Column("缓付通知"), Column("异议")),
)
SUSPENSE = (
    *(Column("摘要"), Column("对方科目", Kind.NUMBER), Column("对方科目名称"), Column("笔数", Kind.COUNT)),
    *(Column("借方", Kind.FEN), Column("贷方", Kind.FEN)),
)
CUSTOMERS = (
    *(Column("储蓄所", Kind.NUMBER), Column("储蓄账号", Kind.NUMBER), Column("签约号", Kind.NUMBER)),
    *(Column(title, Kind.FEN) for title in ("买入应扣", "卖出应付", "红利退款", "客户净额")),
    *(Column(title, Kind.FEN) for title in ("补足买入", "补足卖出", "已扣款", "已入账", "未扣款", "未入账")),
)


async def settlements(
    asked: Asked, trade_date: int, party: int | None, posted: Sequence[suspense.Posted], read: ReadSheets
) -> AsyncIterator[Report]:
    """One for each broker of the date, or for the one that is named. What sets come to is added to `read` as their
    customers are read. Raises ProcessFault USAGE for others.
    """
    brokers = await asked.brokers(trade_date)
    if party is not None:
        brokers = [each for each in brokers if each.party == party]
        if not brokers:
            raise asked.wrong(f"{party} is no broker of {trade_date}")
    sets, good = await counting_sets(asked, trade_date), await made_good(asked, trade_date)
    for each in brokers:
        found = _Found(sets.get(each.party), suspense.of_broker(posted, each.party), good[each.party])
        yield await _settlement(asked, trade_date, each, found, read)


class _Found(NamedTuple):
    """What was asked for all brokers at once: the set of one, what is at 2410, what it makes good."""

    counts: CountingSet | None
    posted: Sequence[suspense.Against]
    good: MadeGood


async def _settlement(asked: Asked, trade_date: int, broker: Broker, found: _Found, read: ReadSheets) -> Report:
    counts, posted, good = found
    lane = await asked.connection.fetchrow(_LANE, trade_date, broker.party)
    owed = await asked.connection.fetch(_OWED, trade_date, broker.party)
    ledger_fen = int(await asked.connection.fetchval(_LEDGER, broker.party, trade_date))
    published_fen = next((int(row["owed_fen"]) for row in owed if row["case_no"] == 0), None)
    span = counts.span(trade_date) if counts is not None else (0, trade_day(trade_date), 0, 0)

    async def customers() -> AsyncIterator[Sequence[Row]]:
        async for rows in asked.stream(_CUSTOMERS, *span, broker.party, trade_date, *good):
            read.add(broker.party, rows)
            yield rows

    def checks(sums: AllSums) -> list[Check]:
        net_fen, said_fen = sums["customers"].of("客户净额"), counts.net_fen if counts is not None else 0
        nets = [Check("客户净额 = 清算数据申报净额", net_fen, said_fen)]
        if published_fen is not None:
            nets.append(Check("客户净额 = 应付款登记（正：证券公司付）", net_fen, published_fen))
        moved_fen = sums["suspense"].of("借方") - sums["suspense"].of("贷方")
        posted_fen = sums["customers"].of("已扣款") - sums["customers"].of("已入账")
        of_customers = sum(each.credit_fen - each.debit_fen for each in posted if each.against in OF_CUSTOMERS)
        return [
            *nets,
            Check("客户已扣款 - 已入账 = 2410 分录", posted_fen, of_customers),
            Check("2410 借方 - 贷方 = 总账余额", moved_fen, ledger_fen),
        ]

    state = by_name(LANES, lane["state"] if lane is not None else 0)
    facts = [
        *(("交易日", date_text(trade_date)), ("证券公司", f"{broker.party} {broker.name}"), ("清算状态", state)),
        ("清算数据", f"第 {counts.number} 批" if counts is not None else "未报送"),
    ]
    return Report(
        f"settlement-{trade_date}-broker-{broker.party}",
        "证券公司资金交收单",
        facts,
        [
            Table("owed", "一、银证应收应付", OWED, rows_of(_owed_row(asked, row) for row in owed)),
            Table("suspense", "二、2410 证券保证金待交收款", SUSPENSE, rows_of(posted)),
            Table("customers", "三、客户交收明细", CUSTOMERS, customers),
        ],
        checks,
    )


def _owed_row(asked: Asked, row: Row) -> Row:
    case_no, owed, paid, advanced, state, *times = row
    owed_fen, paid_fen, advanced_fen = int(owed or 0), int(paid or 0), int(advanced or 0)
    left = (abs(owed_fen), paid_fen, advanced_fen, abs(owed_fen) - paid_fen - advanced_fen)
    told = [time_text(int(each or 0), asked.zone) for each in times]
    return [case_no or "轧差", payer(owed_fen), *left, by_name(OBLIGATIONS, int(state or 0)), *told]
