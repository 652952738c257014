"""日终报表: of one trade date, what each broker's customers did, and where its clearing stands.

Belongs here: the two tables, what they must come to. Never here: lines of sets (cleared), single differences.
"""

from collections.abc import Mapping, Sequence

from config.cli.reports.asking import Asked, Broker
from config.cli.reports.day.cleared import Cleared, ClearedDate, CountingSet
from config.cli.reports.paper.forms import AllSums, Cell, Check, Column, Kind, Report, Row, Table, rows_of
from config.cli.reports.words import LANES, OBLIGATIONS, by_name, date_text, payer
from protocol.vocabulary import LaneState

_CONTRACTS = """
SELECT party,
       count(*) FILTER (WHERE began_on BETWEEN 1 AND $1 AND (ended_on = 0 OR ended_on > $1)),
       count(*) FILTER (WHERE began_on = $1),
       count(*) FILTER (WHERE ended_on = $1 AND began_on > 0)
FROM contracts GROUP BY party
"""
_FROZEN = """
SELECT seat, count(*), SUM(amount_fen)
FROM requests
WHERE trade_date = $1 AND accepted AND is_freeze
  AND block_kind = ANY (ARRAY(SELECT k.kind FROM record_kinds k WHERE NOT k.opens_freeze)) IS NOT TRUE
GROUP BY seat
"""
# What became of the freezes of the date, whenever it was.
_ENDED = """
SELECT r.target_seat, SUM(k.bought * r.amount_fen),
       SUM(-k.frozen * r.amount_fen - k.release_frozen * r.release_fen - k.bought * r.amount_fen)
FROM requests r
JOIN record_kinds k ON k.kind = r.kind
WHERE r.trade_date >= $1 AND r.accepted AND r.draws_on_freeze AND r.target_date = $1
  AND r.block_kind = ANY (ARRAY(SELECT k.kind FROM record_kinds k WHERE k.opens_freeze OR k.is_line)) IS NOT TRUE
GROUP BY r.target_seat
"""
_FILLED = """
SELECT r.seat, k.side, count(*), SUM(r.amount_fen)
FROM requests r
JOIN record_kinds k ON k.kind = r.kind AND k.side IS NOT NULL
WHERE r.trade_date = $1 AND r.code IN (0, 382)
  AND r.block_kind = ANY (ARRAY(SELECT k.kind FROM record_kinds k WHERE k.side IS NULL)) IS NOT TRUE
GROUP BY 1, 2
"""
_LANES = """
SELECT l.party, l.state, l.is_deferred, o.owed_fen, o.state
FROM lanes l
LEFT JOIN obligations o ON o.party = l.party AND o.trade_date = l.trade_date AND o.case_no = 0
WHERE l.trade_date = $1
"""
_OPEN = """
SELECT party, count(*) FROM differences WHERE trade_date = $1 AND closed_as IS NULL GROUP BY party
"""
_CASES = """
SELECT c.party, SUM(c.amount_fen)
FROM cases c WHERE c.trade_date = $1 AND c.taken_back_sequence IS NULL GROUP BY c.party
"""
_CASES_BOOKED = """
SELECT COALESCE(SUM(CASE origin WHEN 'CASE' THEN amount_fen WHEN 'TAKEN_BACK' THEN -amount_fen END), 0)
FROM entries WHERE account_no IS NULL AND credit_date = $1 AND origin IN ('CASE', 'TAKEN_BACK')
"""
BROKER = (Column("编号", Kind.NUMBER), Column("证券公司"))
VOLUME = (
    *BROKER,
    *(Column(title, Kind.COUNT) for title in ("签约户数", "当日新签", "当日解约", "冻结笔数")),
    *(Column(title, Kind.FEN) for title in ("冻结金额", "买入扣划", "解冻金额", "未结冻结")),
    *(Column("买入成交笔数", Kind.COUNT), Column("买入成交金额", Kind.FEN)),
    *(Column("卖出成交笔数", Kind.COUNT), Column("卖出成交金额", Kind.FEN)),
)
CLEARING = (
    *BROKER,
    *(Column("清算状态"), Column("清算数据"), Column("未结差异", Kind.COUNT)),
    *(Column(title, Kind.FEN) for title in ("买入应扣", "卖出应付", "红利退款", "轧差净额")),
    *(Column("付款方"), Column("差错补足", Kind.FEN), Column("应付状态")),
)
SENT, MISSING = "已报送", "未报送"


async def day_end(asked: Asked, trade_date: int, cleared_date: ClearedDate, volume_rows: Sequence[Row]) -> Report:
    """The report of a date of the bank's, of what its sets say, and what its customers did."""
    brokers, sets = await asked.brokers(trade_date), cleared_date.sets
    cleared = {party: cleared_date.of(party) for party in sets}
    lanes = {row[0]: row for row in await asked.connection.fetch(_LANES, trade_date)}
    clearing = await _clearing(asked, trade_date, brokers, cleared, lanes)
    missing = [f"{each.party} {each.name}" for each in brokers if each.party not in sets]
    booked_fen = int(await asked.connection.fetchval(_CASES_BOOKED, trade_date))
    owed_fen = {party: int(row[3]) for party, row in lanes.items() if row[3] is not None}

    def checks(sums: AllSums) -> list[Check]:
        return [
            Check("轧差净额 = 清算数据申报净额", sums["clearing"].of("轧差净额"), _net(sets)),
            Check(
                "已轧差部分 = 应付款登记", sum(cleared[party].owed_fen for party in owed_fen), sum(owed_fen.values())
            ),
            Check("差错补足 = 总账 1910 登记", sums["clearing"].of("差错补足"), booked_fen),
        ]

    return Report(
        f"day-{trade_date}",
        "客户证券保证金日终报表",
        [("交易日", date_text(trade_date)), ("未报送清算数据", "、".join(missing) or "无")],
        [
            Table("volume", "一、业务量", VOLUME, rows_of(volume_rows)),
            Table("clearing", "二、清算", CLEARING, rows_of(clearing)),
        ],
        checks,
    )


def _net(sets: Mapping[int, CountingSet]) -> int:
    return sum(each.net_fen for each in sets.values())


async def volume(asked: Asked, trade_date: int) -> list[Row]:
    """What customers of each broker did: every request of the date is read for it."""
    ask, brokers = asked.connection.fetch, await asked.brokers(trade_date)
    contracts = {row[0]: row[1:] for row in await ask(_CONTRACTS, trade_date)}
    frozen = {row[0]: row[1:] for row in await ask(_FROZEN, trade_date)}
    ended = {row[0]: row[1:] for row in await ask(_ENDED, trade_date)}
    filled = {(row[0], row[1]): row[2:] for row in await ask(_FILLED, trade_date)}
    rows = list[Row]()
    for party, name, seats in brokers:
        count, frozen_fen = _added(frozen.get(seat) for seat in seats)
        drawn_fen, released_fen = _added(ended.get(seat) for seat in seats)
        bought, sold = (_added(filled.get((seat, side)) for seat in seats) for side in ("buy", "sell"))
        money = (frozen_fen, drawn_fen, released_fen, frozen_fen - drawn_fen - released_fen)
        rows.append([party, name, *contracts.get(party, (0, 0, 0)), count, *money, *bought, *sold])
    return rows


def _added(pairs: object) -> tuple[int, int]:
    """Sums of both values of the pairs that are there."""
    found = [pair for pair in pairs if pair is not None]  # type: ignore[attr-defined]
    return sum(int(first) for first, _ in found), sum(int(second) for _, second in found)


async def _clearing(
    asked: Asked, trade_date: int, brokers: list[Broker], cleared: Mapping[int, Cleared], lanes: Mapping[int, Row]
) -> list[Row]:
    opened = {row[0]: row[1] for row in await asked.connection.fetch(_OPEN, trade_date)}
    cases = {row[0]: int(row[1]) for row in await asked.connection.fetch(_CASES, trade_date)}
    rows = list[Row]()
    for party, name, _ in brokers:
        _, state, is_deferred, _, obligation = lanes.get(party, (party, LaneState.TRADING, False, None, None))
        said = by_name(LANES, int(state or 0)) + ("（缓办）" if is_deferred else "")
        each = cleared.get(party)
        amounts: tuple[Cell, ...] = (None,) * 5
        if each is not None:
            amounts = (each.buys_fen, each.sales_fen, each.credits_fen, each.owed_fen, payer(each.owed_fen))
        told = by_name(OBLIGATIONS, None if obligation is None else int(obligation))
        sent = SENT if each is not None else MISSING
        rows.append([party, name, said, sent, opened.get(party, 0), *amounts, cases.get(party, 0), told])
    return rows
