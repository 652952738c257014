"""函件: letters of the bank to a broker about one obligation that was lent, is overdue, or that the bank paid late.

Belongs here: what each says, its tables, what they must come to. Never here: who pays when (the rules of obligations),
how interest is reckoned (loan_days).
"""

from collections.abc import Sequence
from typing import NamedTuple

import asyncpg

from config.cli.books.pages import yuan
from config.cli.reports.asking import Asked
from config.cli.reports.loan_days import COLUMNS as INTEREST
from config.cli.reports.loan_days import interest_to
from config.cli.reports.paper.forms import AllSums, Cell, Check, Column, Kind, Report, Row, Table, rows_of
from config.cli.reports.words import OBLIGATIONS, by_name, date_text, time_text
from protocol.vocabulary import ObligationState

_OWED = """
SELECT p.name, abs(o.owed_fen)::bigint AS owed_fen, o.owed_fen > 0 AS is_brokers, o.paid_fen::bigint AS paid_fen,
       o.advanced_fen::bigint AS advanced_fen, o.state, o.first_due_s, o.last_due_s, o.needs_no_notice, o.noticed_s,
       o.bank_late_s, o.termination_after_s
FROM obligations o JOIN parties p USING (party)
WHERE o.party = $1 AND o.trade_date = $2 AND o.case_no = $3
"""
_ENTRIES = """
SELECT e.trade_date, e.at_s, e.seat, e.number, k.words, k.debit, k.credit, e.amount_fen
FROM clearing_entries e JOIN entry_kinds k ON k.origin = 'CLEARING' AND k.kind = e.kind
WHERE e.party = $1 AND CASE WHEN $4 THEN e.credit_date = $2 AND e.case_no = $3 ELSE e.debit_date = $2 END
ORDER BY e.sequence, e.place
"""
_LIMIT = """
SELECT a.number, (convert_from(a.text, 'UTF8')::json ->> 'limit_fen')::bigint AS limit_fen, a.decided_at_ns,
       COALESCE(p.name, a.author::text) AS author, COALESCE(q.name, a.second::text) AS second
FROM acts a LEFT JOIN persons p ON p.person = a.author LEFT JOIN persons q ON q.person = a.second
WHERE a.number > 0 AND a.act = 'advance_limit' AND (convert_from(a.text, 'UTF8')::json ->> 'party')::integer = $1
  AND a.decided_at_ns < $2::bigint * 1000000000
ORDER BY a.number DESC LIMIT 1
"""
LENT, OWED_FOR = 1310, (2410, 1910)
TEXT = (Column("函件内容"),)
ENTRIES = (
    *(Column("记账日"), Column("时间"), Column("请求号"), Column("摘要")),
    *(Column("借方科目", Kind.NUMBER), Column("贷方科目", Kind.NUMBER), Column("金额", Kind.FEN)),
)
COLUMNS = {
    "advance": {"letter": TEXT, "entries": ENTRIES, "interest": INTEREST},
    "overdue": {"letter": TEXT, "entries": ENTRIES},
    "late": {"letter": TEXT, "entries": ENTRIES},
}
"""Of each CSV of a letter, by how its name ends."""


class Named(NamedTuple):
    """The obligation that a letter is about."""

    party: int
    trade_date: int
    case: int

    @property
    def what(self) -> str:
        """In words."""
        return "清算应付款" if not self.case else f"第 {self.case} 号差错补足款"


class Found(NamedTuple):
    """What the read model has of it, and its entries in order."""

    asked: Asked
    named: Named
    owed: asyncpg.Record
    entries: Sequence[asyncpg.Record]

    @property
    def unpaid_fen(self) -> int:
        """Neither paid nor lent."""
        return int(self.owed["owed_fen"] - self.owed["paid_fen"] - self.owed["advanced_fen"])

    def time(self, seconds: int) -> str:
        """By the bank's clocks."""
        return time_text(seconds, self.asked.zone)

    @property
    def due_s(self) -> int:
        """The due time by which it had to be paid."""
        at_last = self.owed["needs_no_notice"] or self.owed["noticed_s"]
        return int(self.owed["last_due_s" if at_last else "first_due_s"])


async def advance(asked: Asked, named: Named, until: int) -> Report:
    """垫付通知书: what the bank has lent for it, interest on all that the broker is lent up to the day `until`."""
    found = await _found(asked, named)
    lent = [row for row in found.entries if row["debit"] == LENT]
    if not lent:
        raise asked.wrong(f"the bank lent broker {named.party} nothing for {_said(named)}")
    lent_fen, at_s = sum(int(row["amount_fen"]) for row in lent), int(lent[-1]["at_s"])
    # A first due time has acted before whatever is decided in its second, a last one behind it.
    before_s = at_s + (at_s == found.owed["last_due_s"])
    limit = await asked.connection.fetchrow(_LIMIT, named.party, before_s)
    interest = await interest_to(asked, named.party, until)
    by = "—" if limit is None else f"{limit['author']}、{limit['second']}（第 {limit['number']} 号双人指令）"
    limit_fen = 0 if limit is None else int(limit["limit_fen"])
    still, all_of_it = yuan(int(found.owed["advanced_fen"])), yuan(interest.principal_fen)
    to_day = f"截至 {date_text(until)} 应付利息 {yuan(interest.unpaid_fen)} 元"
    return _report(
        "advance",
        "垫付通知书",
        found,
        [
            f"贵公司 {date_text(named.trade_date)} {named.what} {yuan(int(found.owed['owed_fen']))} 元，"
            f"应于 {found.time(found.due_s)} 付清。届时清算账户余额不足，我行已代为垫付 {yuan(lent_fen)} 元。",
            f"垫付限额 {yuan(limit_fen)} 元，核准人：{by}。",
            f"本笔垫付本金尚欠 {still} 元；贵公司垫付本金合计 {all_of_it} 元，{to_day}。",
            "利息按日以当日市场拆借利率计收，算头不算尾，不足一日按一日，一年按 360 天，合计后四舍五入到分。",
            "请贵公司尽快将款项存入清算账户；存入款项依次清偿到期清算款、利息、本金。",
        ],
        [Table("interest", "三、利息计算（贵公司全部垫付）", INTEREST, rows_of(interest.rows))],
        interest.checks,
    )


async def overdue(asked: Asked, named: Named) -> Report:
    """逾期催收函: what the broker owes behind its due time, and what it has paid of it."""
    found = await _found(asked, named)
    if found.owed["state"] != ObligationState.OVERDUE:
        raise asked.wrong(f"what broker {named.party} owes for {_said(named)} is not overdue: {_stands(found)}")
    ends = found.time(int(found.owed["termination_after_s"]))
    return _report(
        "overdue",
        "清算款逾期催收函",
        found,
        [
            f"贵公司 {date_text(named.trade_date)} {named.what} {yuan(int(found.owed['owed_fen']))} 元，"
            f"应于 {found.time(found.due_s)} 付清，至今尚欠 {yuan(found.unpaid_fen)} 元，已经逾期。",
            "我行未予垫付，逾期款项不计垫付利息。付清以前，贵公司客户的卖出款可用于买入，不可支取；存入清算账户的款项首先用于清偿。",
            *([f"{ends} 以后仍未付清的，我行有权终止协议。"] if ends else []),
            "请贵公司立即将款项存入清算账户。",
        ],
    )


async def bank_late(asked: Asked, named: Named) -> Report:
    """银行迟付说明函: what the bank had not paid at its due time, and when it has."""
    found = await _found(asked, named)
    late_s = int(found.owed["bank_late_s"])
    if not late_s:
        raise asked.wrong(f"the bank was not late with what it owes broker {named.party} for {_said(named)}")
    paid = [row for row in found.entries if row["debit"] == OWED_FOR[0]]
    when = f"已于 {found.time(int(paid[-1]['at_s']))} 付清" if not found.unpaid_fen and paid else "目前尚未支付"
    return _report(
        "late",
        "清算款迟付说明函",
        found,
        [
            f"我行应付贵公司 {date_text(named.trade_date)} {named.what} {yuan(int(found.owed['owed_fen']))} 元，"
            f"应于 {found.time(late_s)} 以前支付。届时未付，{when}。",
            "其中由我行扣抵贵公司到期未付款项的，见明细。我行对迟付表示歉意。",
        ],
    )


async def _found(asked: Asked, named: Named) -> Found:
    """Raises: ProcessFault USAGE when nothing is owed by it."""
    owed = await asked.connection.fetchrow(_OWED, *named)
    if owed is None:
        raise asked.wrong(f"nothing is owed between the bank and broker {named.party} for {_said(named)}")
    entries = await asked.connection.fetch(_ENTRIES, *named, owed["is_brokers"])
    return Found(asked, named, owed, entries)


def _said(named: Named) -> str:
    return f"{named.trade_date}" + (f" case {named.case}" if named.case else "")


def _stands(found: Found) -> str:
    return ObligationState(found.owed["state"]).name if found.owed["state"] in set(ObligationState) else "unknown"


def _report(
    name: str,
    title: str,
    found: Found,
    says: Sequence[str],
    more: Sequence[Table] = (),
    checks: Sequence[Check] = (),
) -> Report:
    named, owed = found.named, found.owed
    text: list[Row] = [[f"致：{owed['name']}"], *([line] for line in says)]

    def compared(sums: AllSums) -> list[Check]:
        discharged_fen = int(owed["owed_fen"]) - found.unpaid_fen
        return [Check("明细合计 = 应付款 - 未付款", sums["entries"].of("金额"), discharged_fen), *checks]

    return Report(
        f"{name}-{named.trade_date}-broker-{named.party}" + (f"-case-{named.case}" if named.case else ""),
        title,
        [
            ("证券公司", f"{named.party} {owed['name']}"),
            ("交易日", date_text(named.trade_date)),
            ("款项", named.what),
            ("状态", by_name(OBLIGATIONS, owed["state"])),
        ],
        [
            Table("letter", "一、正文", TEXT, rows_of(text)),
            Table("entries", "二、明细", ENTRIES, rows_of([_entry(found, row) for row in found.entries])),
            *more,
        ],
        compared,
    )


def _entry(found: Found, row: asyncpg.Record) -> list[Cell]:
    request = f"{row['seat']}/{row['number']}"
    of = (row["words"], row["debit"], row["credit"], int(row["amount_fen"]))
    return [date_text(row["trade_date"]), found.time(int(row["at_s"])), request, *of]
