"""Orders closed and contracts corrected, in SQL: the same whatever the batches, and what people read."""

import asyncio
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from ledger.core.corrections.answers import to_revert
from protocol.acts.corrections import WithdrawSetAct
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.day.corrections import RevertsQuery
from protocol.messages.day.steps import NO_TOTALS, AnnounceSet, CompleteSet, Publish, SignOff
from protocol.records import RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import ClearedEvent, ContractEvent, Fate, LaneState, RecordKind, Right
from tests.bank_seats import DAY_SEAT, TELLER_SEAT
from tests.follower.journal_maker import (
    BROKER,
    DATE,
    NEXT_DATE,
    OTHER_BROKER,
    SEAT,
    SEAT_OF_OTHER_BROKER,
    START_NS,
    JournalMaker,
    freezes,
    joined,
    record,
)
from tests.follower.naive import expect
from tests.follower.reconciled_story import ANN, BOB, compare, no_of, send_set
from tests.follower.world import asked, world
from tests.ledger_core.corrections.people import DEE, EVE, decision, permission
from tests.ledger_core.corrections.words import Both
from tests.ledger_core.lines.words import buy, event, order, sell
from tests.people import Office, administrators, signed

pytestmark = pytest.mark.postgres
MONDAY, TUESDAY = date(2026, 1, 5), date(2026, 1, 6)


def correction(index: int, buys_fen: int, bought_fen: int, act: int = 0) -> RecordArray:
    """A correction of Monday's buys of a contract."""
    fields = {"trade_day": trade_day(DATE), "has_bought_fen": bought_fen, "act_number": act}
    return record(RecordKind.CORRECT, index, buys_fen, **fields)


def corrected() -> JournalMaker:
    """Ann froze 1,200, of which the set says that 700 were bought, and has 300 of an excess; Bob has 300 of one too."""
    made = JournalMaker()
    made.open_bank([5_000, 5_000])
    made.block((SEAT, joined([freezes([ANN], 1_200), freezes([BOB], 50)])))
    made.control(SignOff(DATE))
    made.agree(DATE)
    lines = [event(no_of(ANN)), event(no_of(BOB)), order((DATE, SEAT, 1), no_of(ANN), 1_200, fate=Fate.PARTLY)]
    lines += [buy((DATE, SEAT, 1), no_of(ANN), 700), sell(1, no_of(ANN), 200, 500), sell(2, no_of(BOB), 200, 500)]
    send_set(made, SEAT, BROKER, joined([*lines, order((DATE, SEAT, 2), no_of(BOB), 50, fate=Fate.REFUSED)]))
    compare(made, BROKER)
    made.roll(NEXT_DATE)
    target = {"target_date": DATE, "target_seat": SEAT, "trade_day": trade_day(DATE)}
    close = record(RecordKind.CLOSE, ANN, 700, release_fen=500, target_number=1, **target)
    made.block((DAY_SEAT, joined([close, correction(ANN, 1_000, 700, act=9), correction(BOB, 300, 0)])))
    made.block(
        (DAY_SEAT, joined([correction(ANN, 1_000, 700), correction(ANN, 1_000, 1_000)])), (SEAT, freezes([ANN], 4_000))
    )
    released = record(RecordKind.CLOSE, BOB, 0, release_fen=50, target_number=2, **target)
    made.block((DAY_SEAT, joined([released, correction(BOB, 300, 0)])))
    compare(made, BROKER)
    made.control(Publish(DATE, BROKER))
    return made


def closed() -> JournalMaker:
    """Ann froze 1,200 and Bob 50, of which the set says that 700 and nothing were bought; once that is published both
    are ended, in two blocks.
    """
    made = JournalMaker()
    made.open_bank([5_000, 5_000])
    target = {"target_date": DATE, "target_seat": SEAT, "trade_day": trade_day(DATE)}
    made.block((SEAT, joined([freezes([ANN], 1_200), freezes([BOB], 50)])))
    made.block((SEAT, record(RecordKind.FILL_BUY, ANN, 700, target_number=1, **target)))
    made.control(SignOff(DATE))
    made.agree(DATE)
    lines = [event(no_of(ANN)), event(no_of(BOB)), order((DATE, SEAT, 1), no_of(ANN), 1_200, fate=Fate.PARTLY)]
    lines += [buy((DATE, SEAT, 1), no_of(ANN), 700), order((DATE, SEAT, 2), no_of(BOB), 50, fate=Fate.REFUSED)]
    send_set(made, SEAT, BROKER, joined(lines))
    compare(made, BROKER)
    made.control(Publish(DATE, BROKER))
    made.block((DAY_SEAT, record(RecordKind.CLOSE, ANN, 0, release_fen=500, target_number=1, **target)))
    made.block((DAY_SEAT, record(RecordKind.CLOSE, BOB, 0, release_fen=50, target_number=2, **target)))
    return made


@pytest.mark.parametrize("rows_max", [10_000, 1])
def test_a_published_lane_whose_orders_are_ended_is_closing(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_max: int
) -> None:
    monkeypatch.setattr("ledger.follower.projection.batch.BATCH_ROWS_MAX", rows_max)

    async def scenario() -> None:
        made = closed()
        assert made.book.clearing.lane(DATE, BROKER).state == LaneState.CLOSING
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(made)
            read = "SELECT state, published_at IS NOT NULL FROM bank_lanes"
            assert await asked(here.sql, read) == [("CLOSING", True)]
            told = "SELECT frozen_fen, bought_unsettled_fen FROM bank_totals WHERE party = 2"
            assert await asked(here.sql, told) == [(Decimal(0), Decimal(700))]

    asyncio.run(scenario())


def test_the_read_model_has_what_was_closed_and_corrected_wherever_batches_are_cut(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ann: 5,000, of which 1,000 are bought and 4,000 frozen on Tuesday. Bob: 300 bought."""

    async def scenario() -> None:
        made = corrected()
        assert made.book.clearing.lane(DATE, BROKER).state == LaneState.PUBLISHED
        for rows_max in (10_000, 1, 3):
            monkeypatch.setattr("ledger.follower.projection.batch.BATCH_ROWS_MAX", rows_max)
            async with world(fresh_database, tmp_path / str(rows_max)) as here:
                await here.follow_soundly(made)
                await here.assert_equals(expect(made.rows))
                amounts = "had_bought_fen, cleared_buys_fen, made_good_buys_fen, act_number, outcome"
                read = f"SELECT contract_no, {amounts} FROM bank_corrections ORDER BY sequence, number"  # noqa: S608
                assert await asked(here.sql, read) == [
                    (no_of(ANN), 700, 1_000, 0, 9, "ACT_NEEDED"),
                    (no_of(BOB), 0, 300, 0, None, "STEP_NOT_DUE"),
                    (no_of(ANN), 700, 1_000, 0, None, "ACCEPTED"),
                    (no_of(ANN), 1_000, 1_000, 0, None, "STEP_NOT_DUE"),
                    (no_of(BOB), 0, 300, 0, None, "ACCEPTED"),
                ]
                told = "SELECT frozen_fen, bought_unsettled_fen FROM bank_totals WHERE party = 2"
                assert await asked(here.sql, told) == [(Decimal(4_000), Decimal(1_300))]
                assert await asked(here.sql, "SELECT DISTINCT trade_date, sent_on, party FROM bank_corrections") == [
                    (MONDAY, TUESDAY, BROKER)
                ]

    asyncio.run(scenario())


def found() -> tuple[JournalMaker, Office]:
    """The set leaves out Bob's order, and has a buy of Ann's without one; it is compared. And who may decide that."""
    made = JournalMaker()
    made.open_bank([5_000, 5_000])
    made.control(administrators())
    office = Office(made.book.bank_id, START_NS // 1_000_000_000 + 3_600)
    for person in (DEE, EVE):
        made.control(office.hired(person, Right.RECONCILE), TELLER_SEAT)
    made.block((SEAT, freezes([BOB], 50)))
    made.control(SignOff(DATE))
    made.agree(DATE)
    send_set(
        made, SEAT, BROKER, joined([event(no_of(ANN)), event(no_of(BOB)), buy((DATE, SEAT, 9), no_of(ANN), 7_000)])
    )
    compare(made, BROKER)
    return made, office


def decided() -> JournalMaker:
    """What was found of orders two people know; what Ann bought without one is corrected by an act."""
    made, office = found()
    both = Both(7_000, 0, 0, 0, 2_000)
    desk = cast("Any", made)
    made.control(permission(office, desk, BROKER, no_of(ANN), both), TELLER_SEAT)
    act = made.book.persons.acts_count
    record_of = correction(ANN, 7_000, 0, act)
    record_of["made_good_buys_fen"] = 2_000
    made.block((DAY_SEAT, record_of))
    compare(made, BROKER)
    for name in ("MISSING_HERE", "MISSING_THERE"):
        made.control(decision(office, desk, BROKER, name), TELLER_SEAT)
    return made


def test_what_two_people_decide_reconciles_a_lane_and_opens_a_case(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        made = decided()
        assert made.book.clearing.lane(DATE, BROKER).state == LaneState.RECONCILED
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(made)
            await here.assert_equals(expect(made.rows))
            lane = "SELECT state, missing_here_count, missing_there_count, reconciled_sequence FROM bank_lanes"
            assert await asked(here.sql, lane) == [("RECONCILED", 1, 1, made.rows[-1].sequence)]
            read = (
                "SELECT had_bought_fen, cleared_buys_fen, made_good_buys_fen, case_no, act_number FROM bank_corrections"
            )
            assert await asked(here.sql, read) == [(0, 7_000, 2_000, 1, 3)]
            books = "SELECT account_code, party, trade_date, item, debit_fen, credit_fen FROM bank_general_ledger"
            held = await asked(here.sql, f"{books} WHERE party IS NOT NULL ORDER BY 1")
            assert held == [
                (1910, BROKER, None, 1, Decimal(2_000), Decimal(0)),
                (2410, BROKER, MONDAY, None, Decimal(0), Decimal(2_000)),
            ]

    asyncio.run(scenario())


def reverted(*, is_beside_another: bool = False) -> JournalMaker:
    """As `decided`, and then two people withdraw the set: Ann's 5,000 go back and the case with them. Beside it another
    broker's set may be complete.
    """
    made = decided()
    if is_beside_another:
        made.register(OTHER_BROKER, "西部证券", SEAT_OF_OTHER_BROKER)
        made.control(AnnounceSet(DATE, 0, NO_TOTALS), SEAT_OF_OTHER_BROKER)
        made.control(CompleteSet(DATE, 1), SEAT_OF_OTHER_BROKER)
    desk = cast("Any", made)
    office = Office(made.book.bank_id, START_NS // 1_000_000_000 + 3_600)
    act = WithdrawSetAct(**office.by(EVE), party=BROKER, trade_date=DATE, set_number=1)
    made.control(signed(act, EVE, DEE), TELLER_SEAT)
    (told,) = to_revert(made.book, RevertsQuery(DATE, BROKER, 0)).contracts
    assert (told.bought_fen, told.has_bought_fen) == (0, 5_000)
    fields = {"trade_day": trade_day(DATE), "has_bought_fen": 5_000, "act_number": made.book.persons.acts_count}
    made.block((DAY_SEAT, record(RecordKind.REVERT, ANN, 0, **fields)))
    assert desk.book.clearing.lane(DATE, BROKER).state == LaneState.FINISHED
    return made


def test_what_is_taken_back_is_in_the_read_model_wherever_batches_are_cut(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        made = reverted()
        for rows_max in (10_000, 1):
            monkeypatch.setattr("ledger.follower.projection.batch.BATCH_ROWS_MAX", rows_max)
            async with world(fresh_database, tmp_path / str(rows_max)) as here:
                await here.follow_soundly(made)
                await here.assert_equals(expect(made.rows))
                assert await asked(here.sql, "SELECT state, reconciled_sequence FROM bank_lanes") == [
                    ("FINISHED", None)
                ]
                withdrawn = "SELECT withdrawn_at IS NOT NULL FROM bank_clearing_sets"
                assert await asked(here.sql, withdrawn) == [(True,)]
                amounts = "kind, had_bought_fen, cleared_buys_fen, made_good_buys_fen, case_no, outcome"
                read = f"SELECT {amounts} FROM bank_corrections ORDER BY sequence"  # noqa: S608
                assert await asked(here.sql, read) == [
                    ("CORRECT", 0, 7_000, 2_000, 1, "ACCEPTED"),
                    ("REVERT", 5_000, 0, 0, 1, "ACCEPTED"),
                ]
                books = "SELECT account_code, item, debit_fen, credit_fen FROM bank_general_ledger WHERE party = 2"
                held = await asked(here.sql, f"{books} ORDER BY 1")
                assert [each[2:] for each in held] == [(Decimal(0), Decimal(0))] * 2
                told = "SELECT bought_unsettled_fen FROM bank_totals WHERE party = 2"
                assert await asked(here.sql, told) == [(Decimal(0),)]
                item = "kind, closed_as, act, reason, author, second_person, closed_sequence"
                read = f"SELECT {item} FROM bank_worklist WHERE kind = 'CASE'"  # noqa: S608
                by = ("withdraw_set", "因业务需要", EVE, DEE)
                assert await asked(here.sql, read) == [("CASE", "WITHDRAWN", *by, made.rows[-1].sequence)]
                read = "SELECT closed_at = readable_time($1), age_days FROM bank_worklist WHERE kind = 'CASE'"
                assert await here.sql.fetch(read, made.rows[-1].decided_at_ns) == [(True, 0)]

    asyncio.run(scenario())


def test_a_case_is_taken_back_while_the_set_of_another_broker_is_complete(fresh_database: str, tmp_path: Path) -> None:
    """What a reversal names is no correction: else its case would be opened a second time."""

    async def scenario() -> None:
        made = reverted(is_beside_another=True)
        assert made.book.clearing.lane(DATE, OTHER_BROKER).state == LaneState.COMPLETE
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(made)
            read = "SELECT case_no, amount_fen, is_open FROM bank_worklist WHERE kind = 'CASE'"
            assert await asked(here.sql, read) == [(1, 2_000, False)]

    asyncio.run(scenario())


def test_a_set_that_two_people_withdraw_closes_its_items_by_their_act(fresh_database: str, tmp_path: Path) -> None:
    """The line without an order was found, and nobody has decided it yet."""

    async def scenario() -> None:
        made, office = found()
        act = WithdrawSetAct(**office.by(EVE), party=BROKER, trade_date=DATE, set_number=1)
        made.control(signed(act, EVE, DEE), TELLER_SEAT)
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(made)
            read = "SELECT closed_as, act, reason, author, second_person FROM bank_worklist WHERE field = 'BUY'"
            by = ("withdraw_set", "因业务需要", EVE, DEE)
            assert await asked(here.sql, read) == [("WITHDRAWN", *by)]

    asyncio.run(scenario())


def ended() -> JournalMaker:
    """Bob's contract ends on Monday; the set says that 3.50 were sold for it, which two people sign for."""
    made = JournalMaker()
    made.open_bank([5_000, 5_000])
    made.control(administrators())
    office = Office(made.book.bank_id, START_NS // 1_000_000_000 + 3_600)
    for person in (DEE, EVE):
        made.control(office.hired(person, Right.RECONCILE), TELLER_SEAT)
    made.control(ChangeContract(no_of(BOB), ContractEvent.TERMINATE), SEAT)
    made.control(SignOff(DATE))
    made.agree(DATE)
    lines = [event(no_of(ANN)), event(no_of(BOB)), event(no_of(BOB), ClearedEvent.CLOSED), sell(1, no_of(BOB), 350)]
    send_set(made, SEAT, BROKER, joined(lines))
    compare(made, BROKER)
    made.control(permission(office, cast("Any", made), BROKER, no_of(BOB), Both(0, 350)), TELLER_SEAT)
    of_sale = correction(BOB, 0, 0, made.book.persons.acts_count)
    of_sale["cleared_proceeds_fen"] = 350
    made.block((DAY_SEAT, of_sale))
    compare(made, BROKER)
    made.control(Publish(DATE, BROKER))
    return made


@pytest.mark.parametrize("rows_max", [10_000, 1])
def test_what_was_sold_for_a_contract_that_has_ended_is_corrected_and_on_no_account(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_max: int
) -> None:
    monkeypatch.setattr("ledger.follower.projection.batch.BATCH_ROWS_MAX", rows_max)

    async def scenario() -> None:
        made = ended()
        assert made.book.clearing.lane(DATE, BROKER).state == LaneState.PUBLISHED
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(made)
            read = "SELECT contract_no, had_sold_fen, cleared_proceeds_fen, case_no, outcome FROM bank_corrections"
            assert await asked(here.sql, read) == [(no_of(BOB), 0, 350, None, "ACCEPTED")]
            item = "field, bank_has, set_says, closed_as, act, author, second_person"
            assert await asked(here.sql, f"SELECT {item} FROM bank_worklist") == [  # noqa: S608
                ("SOLD", 0, 350, "CORRECTED", "correct", DEE, EVE)
            ]
            assert await asked(here.sql, "SELECT sold_unsettled_fen FROM accounts WHERE sold_unsettled_fen > 0") == []
            told = "SELECT sold_unsettled_fen FROM bank_totals WHERE party = 2"
            assert await asked(here.sql, told) == [(Decimal(350),)]
            on_accounts = "SELECT sum(sold_unsettled_fen) FROM bank_accounts"
            assert await asked(here.sql, on_accounts) == [(Decimal(0),)]

    asyncio.run(scenario())
