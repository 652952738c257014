"""What the books need to be read: titles of the general ledger's accounts, and the entries that each kind posts.

Belongs here: the rules' legs as rows, each with the words that a statement has for it. Never here: which account is
posted to (rules.entries), the views (migrations).
"""

import asyncpg

from protocol.kinds import KINDS, WAY_FIELD
from protocol.vocabulary import AccountCode, Way
from rules.entries import (
    BY_CASE,
    BY_DATE,
    BY_OUTLET,
    BY_PARTY,
    CREDITED,
    CREDITED_TO_NONE,
    DEBITED,
    GIVEN_BACK,
    MADE_GOOD,
    MOVED,
    MOVED_DEBITED,
    OF_CLEARING,
    OPENING,
    SUSPENSE,
    TAKEN_BACK,
    Leg,
)
from rules.kinds import LAW

TITLES: dict[AccountCode, str] = {
    AccountCode.CASH: "现金",
    AccountCode.OTHER_BANKS: "存放同业及清算机构",
    AccountCode.ERRORS: "待处理清算差错",
    AccountCode.ADVANCES: "垫付证券公司款",
    AccountCode.INTEREST_RECEIVABLE: "应收垫付利息",
    AccountCode.SAVINGS: "活期储蓄存款",
    AccountCode.CLEARING_ACCOUNT: "证券公司清算账户",
    AccountCode.SETTLEMENT: "证券保证金待交收款",
    AccountCode.MOVED: "委托划转资金",
    AccountCode.CARD_CLEARING: "银行卡清算",
    AccountCode.JUDICIAL_DEDUCTIONS: "司法扣划款",
    AccountCode.OWED_TO_CUSTOMERS: "待处理清算差错（应付客户）",
    AccountCode.BETWEEN_OUTLETS: "辖内往来",
    AccountCode.INTEREST_INCOME: "垫付利息收入",
    AccountCode.SAVINGS_INTEREST: "利息支出",
}
"""Of accounts 科目, as the bank's people know them."""

RECORDED, OPENED, MADE_GOOD_BY, TAKEN_BACK_OF, CLEARED = "RECORD", "OPENING", "CASE", "TAKEN_BACK", "CLEARING"
MOVED_FOR, GIVEN_BACK_OF, REVERSED = "MOVED", "GIVEN_BACK", "REVERSED"
"""What makes entries: a record, opening an account, a broker's case, taking it back, what is paid and lent; moving
money for an order, giving it back, by act of people too."""
SETTLED_BY: dict[Leg, str] = {
    DEBITED: "DEBITED",
    MOVED_DEBITED: "MOVED_DEBITED",
    CREDITED: "CREDITED",
    CREDITED_TO_NONE: "CREDITED_TO_NONE",
}
"""What settlements and credits post, each also between the branches of customer and broker."""
_SETTLED_WORDS = dict(
    zip(SETTLED_BY, ("买入交收", "买入交收（划转资金）", "卖出交收", "卖出交收（销户）"), strict=True)
)
NO_KIND = 0
WHOLE, POSTED, REST = "AMOUNT", "POSTED", "REST"
"""Of a record: its amount, what the outcome says was posted of it, and what is left."""

_CAME: dict[int, str] = {Way.CASH: "现金存入", Way.CARD: "银行卡转入", Way.TRANSFER: "转账存入"}
_WENT: dict[int, str] = {
    Way.CASH: "现金支取",
    Way.CARD: "银行卡支出",
    Way.TRANSFER: "转账支取",
    Way.JUDICIAL: "司法扣划",
    Way.FORCED_CARD: "银行卡强制支出",
    Way.CARD_COLLECTED: "收回银行卡挂账",
}
CLEARING_KINDS: dict[Leg, int] = {leg: kind for kind, leg in enumerate(OF_CLEARING, 1)}
"""Numbers of the entries between the bank and a broker, or a customer whose account is closed."""
_CLEARING_WORDS: dict[Leg, str] = dict(
    zip(
        OF_CLEARING,
        (
            *("存入清算账户", "划出清算账户", "支付清算款", "收取清算款", "收取差错补足款"),
            *("抵扣逾期清算款", "抵扣差错补足款", "垫付清算款", "垫付差错补足款"),
            *("计提垫付利息", "收取垫付利息", "收回垫付款"),
            *("支付销户客户款（现金）", "支付销户客户款（转账）", "清算账户结息"),
        ),
        strict=True,
    )
)
EntryKind = tuple[str, int, int, str, int, int, str]

_ENTRY_KINDS = """
INSERT INTO entry_kinds AS known (origin, kind, way, part, debit, credit, words)
SELECT * FROM unnest($1::text[], $2::smallint[], $3::smallint[], $4::text[], $5::integer[], $6::integer[], $7::text[])
ON CONFLICT (origin, kind, way, part) DO UPDATE
SET (debit, credit, words) = (EXCLUDED.debit, EXCLUDED.credit, EXCLUDED.words)
WHERE known.* IS DISTINCT FROM EXCLUDED.*
"""
_ACCOUNTS = """
INSERT INTO ledger_accounts AS known (account_code, title, by_outlet, by_party, by_date, by_case)
SELECT * FROM unnest($1::integer[], $2::text[], $3::boolean[], $4::boolean[], $5::boolean[], $6::boolean[])
ON CONFLICT (account_code) DO UPDATE
SET (title, by_outlet, by_party, by_date, by_case) =
    (EXCLUDED.title, EXCLUDED.by_outlet, EXCLUDED.by_party, EXCLUDED.by_date, EXCLUDED.by_case)
WHERE known.* IS DISTINCT FROM EXCLUDED.*
"""


def entry_kinds() -> list[EntryKind]:
    """The table entry_kinds: origin, kind, way, part, account debited, account credited, words."""
    rows = [_row(OPENED, NO_KIND, 0, WHOLE, OPENING, "开户转入")]
    for kind, law in LAW.items():
        words = (_CAME if law.amount.balance > 0 else _WENT) if WAY_FIELD in KINDS[kind].fields else {}
        for way, leg in law.legs.items() if not law.settles else ():
            part = POSTED if way == Way.FORCED_CARD else WHOLE
            rows.append(_row(RECORDED, kind, way, part, leg, words.get(way, KINDS[kind].name.split()[-1])))
            if part == POSTED:
                rows.append(_row(RECORDED, kind, way, REST, SUSPENSE, f"{words[way]}挂账"))
    rows += [_row(origin, NO_KIND, 0, WHOLE, leg, _SETTLED_WORDS[leg]) for leg, origin in SETTLED_BY.items()]
    rows.append(_row(MADE_GOOD_BY, NO_KIND, 0, WHOLE, MADE_GOOD, "证券公司补足"))
    rows += [_row(CLEARED, kind, 0, WHOLE, leg, _CLEARING_WORDS[leg]) for leg, kind in CLEARING_KINDS.items()]
    rows.append(_row(TAKEN_BACK_OF, NO_KIND, 0, WHOLE, TAKEN_BACK, "证券公司补足撤销"))
    rows.append(_row(MOVED_FOR, NO_KIND, 0, WHOLE, MOVED, "委托划转"))
    rows.append(_row(GIVEN_BACK_OF, NO_KIND, 0, WHOLE, GIVEN_BACK, "委托划转退回"))
    rows.append(_row(REVERSED, NO_KIND, 0, WHOLE, GIVEN_BACK, "委托划转冲正"))
    return rows


def _row(origin: str, kind: int, way: int, part: str, leg: Leg, words: str) -> EntryKind:
    return origin, int(kind), int(way), part, int(leg.debit), int(leg.credit), words


async def prepare_books(connection: asyncpg.Connection) -> None:
    """Writes both tables as the rules of this program have them."""
    await connection.execute(_ENTRY_KINDS, *zip(*entry_kinds(), strict=True))
    accounts = [
        (int(code), TITLES.get(code, code.name), *(code in split for split in (BY_OUTLET, BY_PARTY, BY_DATE, BY_CASE)))
        for code in AccountCode
    ]
    await connection.execute(_ACCOUNTS, *zip(*accounts, strict=True))
