"""Lanes, clearing sets and their lines in SQL: the same whatever the batches, and what people read of them.

Belongs here: rows of lanes and sets, the views over them, what lines are not. Never here: bytes that no honest system
sends (test_views_of_junk), what a line earns (tests.ledger_core.lines).
"""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from protocol.errors import InvariantBroken
from tests.follower.clearing_story import DECLARED_S, FIRST, OF_OTHER, SECOND, STRAY, cleared, settled
from tests.follower.journal_maker import (
    BROKER,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SEAT_OF_OTHER_BROKER,
    JournalMaker,
    account_no_of,
)
from tests.follower.naive import expect
from tests.follower.read_model.day.cut import at_every_row, into_batches
from tests.follower.world import World, asked, world

pytestmark = pytest.mark.postgres

MONDAY = date(2026, 1, 5)
LATE_S = 3_600 - 30 * 60
"""By how much a set is late that is complete an hour after it was declared, in the first second."""
OF_SETS = """
SELECT number, state, seat, listed_count, announced_orders, arrived_orders, announced_buys, arrived_buys,
       announced_sales, arrived_sales, announced_refunds, arrived_refunds, late_s
FROM bank_clearing_sets WHERE party = $1 ORDER BY number
"""


async def held(here: World) -> dict[str, list[tuple[Any, ...]]]:
    """All that is kept of lanes, sets and lines, without the ends of batches."""
    tables = {}
    for name, order in (("lanes", "1, 2"), ("clearing_sets", "1, 2, 3"), ("clearing_lines", "1, 2, 3")):
        rows = await here.sql.fetch(f"SELECT * FROM {name} ORDER BY {order}")  # noqa: S608
        tables[name] = [tuple(value for key, value in row.items() if key != "as_of_sequence") for row in rows]
    return tables


def test_the_read_model_is_the_same_wherever_batches_are_cut(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = settled()
    expected = expect(made.rows)

    kept = asyncio.run(into_batches(monkeypatch, fresh_database, tmp_path, made, expected, held))

    assert [len(rows) for rows in kept.values()] == [2, 5, len(expected.lines)]


@pytest.mark.chaos  # in each run the history of test_reconciliation goes so, which begins with such sets
def test_a_follower_that_starts_anywhere_from_a_snapshot_goes_on(fresh_database: str, tmp_path: Path) -> None:
    asyncio.run(at_every_row(fresh_database, tmp_path, settled(), held))


def test_lanes_and_sets_are_shown_with_what_was_announced_beside_what_arrived(
    fresh_database: str, tmp_path: Path
) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = cleared()
            await here.follow_soundly(made)
            lanes = "SELECT trade_date, party, party_name, state, sets_count, is_settled FROM bank_lanes ORDER BY party"
            assert await asked(here.sql, lanes) == [
                (MONDAY, BROKER, "东方证券", "COMPLETE", 2, False),
                (MONDAY, OTHER_BROKER, "西部证券", "COLLECTING", 1, False),
            ]
            assert await asked(here.sql, OF_SETS, BROKER) == [
                (1, "WITHDRAWN", SEAT, 1, 3, 3, 1, 1, 0, 0, 0, 0, None),
                (2, "COMPLETE", OTHER_SEAT, 1, 3, 3, 1, 1, 1, 1, 2, 2, LATE_S),
            ]
            assert await asked(here.sql, OF_SETS, OTHER_BROKER) == [
                (1, "COLLECTING", SEAT_OF_OTHER_BROKER, 0, 0, 0, 0, 0, 0, 0, 0, 1, None)
            ]
            await _look_at_sums(here)
            await _look_at_times(here, made)

    asyncio.run(scenario())


async def _look_at_sums(here: World) -> None:
    """Net: 30,000 − 500 − 30 − 1 − 2 − (2^31 − 1); 1,000 − 100; 5,000 + 6; −(100,000 + 500 + 11 + 2 + 3 + 4)."""
    most = 2**31 - 1
    names = ("turnover", "commission", "stamp", "transfer", "handling", "regulatory", "net")
    sums = [100_000 + 30_000 + 1_000 + 5_006, 500 + 500 + 100, 11 + 30, 2 + 1, 3 + 2, 4 + most]
    sums.append(29_467 - most + 900 + 5_006 - 100_520)
    for side in ("announced", "arrived"):
        columns = ", ".join(f"{side}_{name}_fen" for name in names)
        row = await asked(here.sql, f"SELECT {columns} FROM bank_clearing_sets WHERE number = 2")  # noqa: S608
        assert [int(fen) for fen in row[0]] == sums
    net = "SELECT announced_net_fen, arrived_net_fen, announced_digest, arrived_digest FROM bank_clearing_sets"
    ((announced, arrived, announced_digest, arrived_digest),) = await asked(
        here.sql, f"{net} WHERE party = $1", OTHER_BROKER
    )
    assert (int(announced), int(arrived)) == (-(2**100), 9)
    assert (announced_digest, len(arrived_digest)) == ("00" * 32, 64)
    assert arrived_digest != announced_digest


async def _look_at_times(here: World, made: JournalMaker) -> None:
    by_row = {row.sequence: datetime.fromtimestamp(row.decided_at_ns // 1_000 / 1e6, UTC) for row in made.rows}
    rows = await asked(
        here.sql,
        "SELECT declared_at, announced_at, announced_sequence, completed_at, completed_sequence, withdrawn_at, "
        "withdrawn_sequence FROM bank_clearing_sets ORDER BY party, number",
    )
    assert [row[0].timestamp() for row in rows] == [DECLARED_S, DECLARED_S + 60, DECLARED_S]
    for _, *each in rows:
        for at, sequence in zip(each[::2], each[1::2], strict=True):
            assert at == (None if sequence is None else by_row[sequence])
    assert [(row[3] is None, row[5] is None) for row in rows] == [(True, False), (False, True), (True, True)]


def test_lines_are_shown_with_their_fields_by_name(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(cleared())
            shown = "FROM bank_clearing_lines WHERE set_number = 2 AND outcome_code = 0 ORDER BY sequence, number"
            told = "kind, outcome, contract_no, fate, event, market, quantity"
            assert await asked(here.sql, f"SELECT {told} {shown}") == [
                ("CLEAR_ORDER", "ACCEPTED", FIRST, "FILLED", None, None, 3),
                ("CLEAR_BUY", "ACCEPTED", FIRST, None, None, "XSHG", 1_000),
                ("CLEAR_ORDER", "ACCEPTED", SECOND, "CANCELLED", None, None, 0),
                ("CLEAR_ORDER", "LISTED", SECOND, "HELD", None, None, 0),
                ("CLEAR_SELL", "ACCEPTED", FIRST, None, None, "XSHE", 0),
                ("CLEAR_DIVIDEND", "ACCEPTED", SECOND, None, None, "NONE", 50),
                ("CLEAR_REFUND", "ACCEPTED", SECOND, None, None, "NONE", 2**31 - 1),
                ("CLEAR_CONTRACT", "ACCEPTED", SECOND, None, "OPENED", None, 0),
                ("CLEAR_CONTRACT", "ACCEPTED", FIRST, None, "CLOSED", None, 0),
                ("CLEAR_REFUND", "ACCEPTED", FIRST, None, None, "NONE", 0),
            ]
            named = "order_date, order_seat, order_number, security, reference"
            no_order, nothing = (None, None, None), (None,) * 5
            assert await asked(here.sql, f"SELECT {named} {shown}") == [
                (MONDAY, SEAT, 1, None, None),
                (MONDAY, SEAT, 1, None, None),
                (MONDAY, SEAT, 2, None, None),
                (MONDAY, *STRAY[1:], None, None),
                (*no_order, "600000", 7),
                (*no_order, "\\377\\000A", 8),
                (*no_order, "12345678", 9),
                nothing,
                nothing,
                (*no_order, "", 10),
            ]
            await _look_at_amounts(here, shown)

    asyncio.run(scenario())


async def _look_at_amounts(here: World, shown: str) -> None:
    """Each kind has amounts of its own."""
    places = {
        "frozen_fen": [120_000, None, 70_000, 5],
        "released_fen": [19_498, None, 70_000, 0],
        "turnover_fen": [None, 100_000, None, None, 30_000],
        "commission_fen": [None, 500, None, None, 500],
        "stamp_fen": [None, 11, None, None, 30],
        "transfer_fen": [None, 2, None, None, 1],
        "handling_fen": [None, 3, None, None, 2],
        "regulatory_fen": [None, 4, None, None, 2**31 - 1],
        "gross_fen": [*[None] * 5, 1_000],
        "tax_fen": [*[None] * 5, 100],
        "refund_fen": [*[None] * 6, 5_000, None, None, 6],
    }
    for name, wanted in places.items():
        found = [row[0] for row in await asked(here.sql, f"SELECT {name} {shown}")]
        assert found == wanted + [None] * (10 - len(wanted)), name


def test_a_refused_line_is_shown_with_its_reason_and_the_set_that_was_open(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(settled())
            refused = (
                "SELECT seat, outcome, kind, trade_date, set_party, set_number, fate, quantity, contract_no, "
                "account_no FROM bank_clearing_lines WHERE outcome_code <> 0 ORDER BY sequence, seat, number"
            )
            tuesday = date(2026, 1, 6)
            first, second = (FIRST, account_no_of(0)), (SECOND, account_no_of(1))
            other = (OF_OTHER, await here.sql.fetchval("SELECT account_no FROM contracts WHERE party = 3"))
            assert await asked(here.sql, refused) == [
                (OTHER_SEAT, "SET_NOT_OPEN", "CLEAR_REFUND", MONDAY, None, None, None, 0, *first),
                (SEAT, "CONTRACT_UNKNOWN", "CLEAR_CONTRACT", MONDAY, BROKER, 1, None, 0, *other),
                (SEAT_OF_OTHER_BROKER, "SET_NOT_OPEN", "CLEAR_REFUND", MONDAY, None, None, None, 0, *other),
                (SEAT, "SET_NOT_OPEN", "CLEAR_SELL", MONDAY, None, None, None, 0, *first),
                (SEAT, "SET_NOT_OPEN", "CLEAR_DIVIDEND", MONDAY, None, None, None, 50, *second),
                (SEAT, "SET_NOT_OPEN", "CLEAR_REFUND", MONDAY, None, None, None, 2**31 - 1, *second),
                (SEAT, "SET_NOT_OPEN", "CLEAR_CONTRACT", MONDAY, None, None, None, 0, *second),
                (SEAT, "SET_NOT_OPEN", "CLEAR_CONTRACT", MONDAY, None, None, None, 0, *first),
                (OTHER_SEAT, "LINE_DOUBLED", "CLEAR_SELL", MONDAY, BROKER, 2, None, 0, *first),
                (OTHER_SEAT, "SET_NOT_OPEN", "CLEAR_REFUND", tuesday, None, None, None, 0, *second),
                (OTHER_SEAT, "REQUEST_MALFORMED", "CLEAR_ORDER", MONDAY, BROKER, 2, "NUMBER_-1", -5, *first),
                (OTHER_SEAT, "SET_NOT_OPEN", "CLEAR_REFUND", MONDAY, None, None, None, 0, *first),
                (SEAT_OF_OTHER_BROKER, "SET_NOT_OPEN", "CLEAR_REFUND", MONDAY, None, None, None, 0, *other),
            ]

    asyncio.run(scenario())


def test_what_the_book_forgets_stays(fresh_database: str, tmp_path: Path) -> None:
    """Sets that were withdrawn in the row that announced another, and those of a date that is settled."""

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = settled()
            assert not made.book.clearing.lanes
            await here.follow_soundly(made)
            states = "SELECT party, number, state, seat, listed_count FROM bank_clearing_sets ORDER BY party, number"
            assert await asked(here.sql, states) == [
                (BROKER, 1, "WITHDRAWN", SEAT, 1),
                (BROKER, 2, "WITHDRAWN", OTHER_SEAT, 1),
                (BROKER, 3, "WITHDRAWN", SEAT, 0),
                (BROKER, 4, "COMPLETE", OTHER_SEAT, 0),
                (OTHER_BROKER, 1, "SETTLED", SEAT_OF_OTHER_BROKER, 0),
            ]
            lanes = "SELECT party, state, sets_count, is_settled FROM bank_lanes ORDER BY party"
            assert await asked(here.sql, lanes) == [
                (BROKER, "COMPLETE", 4, True),
                (OTHER_BROKER, "COLLECTING", 1, True),
            ]

    asyncio.run(scenario())


def test_lines_are_neither_orders_nor_movements(fresh_database: str, tmp_path: Path) -> None:
    """A block that mixes them has one order and one movement, and the money is the ledger's."""

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = cleared()
            await here.follow_soundly(made)
            counts = [
                (await asked(here.sql, f"SELECT count(*) FROM {view} WHERE seat = $1", OTHER_SEAT))[0][0]  # noqa: S608
                for view in ("bank_orders", "bank_movements", "bank_freezes", "fills")
            ]
            assert counts == [1, 1, 0, 0]
            orders = "SELECT outcome, quantity FROM bank_orders WHERE seat = $1"
            assert await asked(here.sql, orders, OTHER_SEAT) == [("MARKET_CLOSED", 100)]
            freezes = "SELECT number, drawn_fen, released_fen, remaining_fen FROM bank_freezes ORDER BY number"
            assert await asked(here.sql, freezes) == [(1, 100_502, 19_498, 0), (2, 0, 7, 69_993)]
            every = "SELECT is_freeze, is_line, count(*) FROM requests WHERE seat = $1 GROUP BY 1, 2 ORDER BY 1, 2"
            assert await asked(here.sql, every, OTHER_SEAT) == [(False, False, 1), (False, True, 15), (True, False, 1)]
            columns = (
                "SELECT count(*) FROM request_blocks WHERE num_nonnulls(trade_days, listed) > 0 AND kind IN (1, 3)"
            )
            assert await asked(here.sql, columns) == [(0,)]
            account = await here.sql.fetchrow("SELECT * FROM account_of($1)", account_no_of(0))
            assert account is not None
            assert tuple(account)[1:5] == (500_000, 0, 100_502, 0)

    asyncio.run(scenario())


def test_a_set_that_somebody_deleted_is_missed(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = cleared()
            await here.keep(made.rows[:-8])
            await here.follow()
            assert await asked(here.sql, "TABLE read_model_faults") == []
            await here.sql.execute("DELETE FROM clearing_sets WHERE number = 2")
            faults = await asked(here.sql, "SELECT DISTINCT fault FROM read_model_faults")
            assert faults == [("accepted line of no clearing set",)]
            await here.keep(made)

            with pytest.raises(InvariantBroken, match=r"lacks the clearing set .*number=2"):
                await here.follow()

    asyncio.run(scenario())


def test_a_set_that_was_written_wrong_is_a_fault(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(cleared())
            await here.sql.execute("UPDATE clearing_sets SET listed_count = 2 WHERE number = 1 AND party = 2")
            await here.sql.execute("UPDATE clearing_sets SET arrived_net_fen = arrived_net_fen + 1 WHERE number = 2")
            assert await asked(here.sql, "SELECT fault, seat FROM read_model_faults ORDER BY fault") == [
                ("clearing set 1 of party 2 and its lines", SEAT),
                ("complete clearing set 2 of party 2 is not as it was announced", OTHER_SEAT),
            ]

    asyncio.run(scenario())
