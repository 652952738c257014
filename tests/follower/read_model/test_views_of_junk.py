"""Whatever a partner writes into its records, and however it is refused, people go on reading every view.

Belongs here: bytes that no honest system sends, and whether views and functions of the database bear them. Never here:
what a view says of honest requests (test_readable_views, test_read_model).
"""

import asyncio
from datetime import date
from pathlib import Path

import asyncpg
import numpy as np
import pytest
from msgspec.structs import replace

from ledger.database.reading import READER, VIEWS
from protocol.acts.table import VoidAct
from protocol.given_numbers import contract_no_from_index
from protocol.limits import FRAME_RECORDS_MAX, TRADE_DATE_MAX
from protocol.messages.control import OpenTradeDate, RegisterParty
from protocol.messages.day.steps import (
    NO_TOTALS,
    AnnounceSet,
    CompleteSet,
    DayEnd,
    Publish,
    Reconcile,
    SetTotals,
    SignOff,
    TellDayEnd,
    WithdrawSet,
)
from protocol.messages.orders.securities import SuspendSecurity
from protocol.messages.persons import Act, RegisterPersons
from protocol.records import RECORD, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import Market, RecordKind, Role, Suite
from tests.bank_seats import SAVINGS_SEAT, TELLER_SEAT
from tests.customers import pushed_contract, restraint
from tests.follower.brought_story import brought_and_rated
from tests.follower.journal_maker import (
    BROKER,
    DATE,
    NEXT_DATE,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SEAT_OF_OTHER_BROKER,
    JournalMaker,
    account_no_of,
    joined,
    record,
)
from tests.follower.read_model.test_readable_views import OF_OTHERS
from tests.follower.reconciled_story import compare, send_set
from tests.follower.world import World, world
from tests.ledger_core.control.day.test_due_times import windows
from tests.ledger_core.lines.words import refund
from tests.people import ANN, Office, administrators, new_person, signature, signed, signer_of
from tests.securities import limits, priced, registered, share

pytestmark = pytest.mark.postgres

DEE = 4
NO_DATES = [1, 100, 20_260_001, 20_261_301, 20_260_100, 20_260_132, 20_260_229, 20_240_230, 20_269_999, 99_999_999]
TEXTS = [
    b"\0A\0B\0\0\0\0",
    b"\xff" * 8,
    b"\xc0\x80\xed\xa0\x80\xf4\x90\x80",
    b"\\000\\000",
    b"%s\n\r\x1b[2",
    b"'\";--\\x",
]
ONES = {"par": 1} | {f"{side}_{name}": 1 for side in ("buy", "sell") for name in ("least", "step", "most")}
LOWEST_SUM, HIGHEST_SUM = b"\x80" + bytes(15), b"\x7f" + b"\xff" * 15
TOTALS_AT_THEIR_ENDS = SetTotals([2**40, 0] * 3, LOWEST_SUM, [HIGHEST_SUM] * 5, LOWEST_SUM, b"\xff" * 32)
CONTRACTS = [contract_no_from_index(0), account_no_of(0), contract_no_from_index(2**25 - 1), 0, 1, -1, 2**62]


def extremes(column: str) -> list[int]:
    """The ends of the numbers that a column of RECORD holds, and those beside zero."""
    kept = np.iinfo(RECORD[column])
    return [int(kept.min), -1, 0, 1, int(kept.max)]


def cut(records: RecordArray) -> list[RecordArray]:
    """The same records as bodies of frames."""
    return [records[begin : begin + FRAME_RECORDS_MAX] for begin in range(0, len(records), FRAME_RECORDS_MAX)]


def junk() -> RecordArray:
    """(n,) records: of every kind and of kinds that do not exist, each field at its ends, then all fields at once."""
    numbers = [name for name in RECORD.names or () if RECORD[name].kind == "i"]
    texts = [name for name in RECORD.names or () if RECORD[name].kind in "SV"]
    assert {"target_date", "target_number", "price", "turnover_fen", "amount_fen"} <= set(numbers)
    assert set(texts) == {"security", "partner_ref", "traded_security"}
    made = [record(RecordKind.RELEASE, 0, 1, target_date=day, target_seat=SEAT, target_number=1) for day in NO_DATES]
    for kind in (-128, -1, 0, *RecordKind, max(RecordKind) + 1, 127):
        for name in numbers:
            for value in extremes(name):
                one = record(RecordKind.FREEZE, 0, 1)
                one["kind"] = kind
                one[name] = value
                made.append(one)
        for contract_no in CONTRACTS:
            for end in (0, -1):
                one = np.zeros(1, RECORD)
                for name in numbers:
                    one[name] = extremes(name)[end]
                one["kind"], one["contract_no"] = kind, contract_no
                made.append(one)
        for text in TEXTS:
            one = record(RecordKind.FREEZE, 0, 1)
            one["kind"] = kind
            raw = bytearray(one.tobytes())
            shared = {RecordKind.FREEZE: ["security", "partner_ref"], RecordKind.CLEAR_SELL: ["traded_security"]}
            for name in shared.get(kind, ["partner_ref"]):
                begin = RECORD.fields[name][1] if RECORD.fields else 0
                raw[begin : begin + 8] = text.ljust(8, b"\0")
            made.append(np.frombuffer(bytes(raw), RECORD))
    return joined(made)


def refused() -> JournalMaker:
    """A journal in which the bank's seat and a broker have sent all of it, a broker bounded in time too."""
    made = JournalMaker()
    made.open_bank([2**60, 2**60])
    made.control(RegisterParty(1_024, Role.BROKER, Suite.P256_SHA256, "\0\n\ufffe" + "\U0010ffff" * 61, True))
    made.block((SEAT, record(RecordKind.FREEZE, 0, 2**40)))
    made.control(restraint(account_no_of(0), 5, authority="\0\\\n'\";--"))
    made.control(pushed_contract(1, 0, "A1"), SEAT)
    ends = share(TRADE_DATE_MAX, "ZZZZZZZZ", 2**31 - 1, TRADE_DATE_MAX)
    made.control(registered(share(DATE), replace(ends, multiplier=2**31 - 1, **ONES)))
    made.control(priced(NEXT_DATE, limits(low=1, high=109_951_162)))
    made.control(SuspendSecurity(Market.XSHG, "ZZZZZZZZ", "\0\\\n'\";--" + "\U0010ffff" * 50))
    sent = junk()
    for seat in (SEAT, OTHER_SEAT, SAVINGS_SEAT):
        for each in cut(sent):
            made.block((seat, each))
    made.block(*((seat, sent[:1]) for seat in (OTHER_SEAT, SAVINGS_SEAT)))
    for each in cut(sent):
        made.undecided(OTHER_SEAT, each)
    made.control(SignOff(DATE))
    made.control(TellDayEnd(19_900_101, DayEnd.BACKUP, 1, b"\xff" * 32))  # a date that the bank never had
    made.control(AnnounceSet(DATE, 0, TOTALS_AT_THEIR_ENDS), SEAT)
    of_date = sent.copy()
    of_date["trade_day"] = trade_day(DATE)
    for each in (*cut(sent), *cut(of_date)):
        made.block((SEAT, each))
    _publish_a_lane(made)
    _act(made)
    made.control(WithdrawSet(DATE, 1), SEAT)
    send_set(made, SEAT, BROKER, refund(1, contract_no_from_index(0), 2**40))
    compare(made, BROKER)
    made.control(OpenTradeDate(NEXT_DATE, windows(NEXT_DATE)))
    return made


def _publish_a_lane(made: JournalMaker) -> None:
    """Of a broker that has neither customers nor orders: its set is empty."""
    made.register(OTHER_BROKER, "\\n\n", SEAT_OF_OTHER_BROKER)
    made.control(AnnounceSet(DATE, 0, NO_TOTALS), SEAT_OF_OTHER_BROKER)
    made.control(CompleteSet(DATE, 1), SEAT_OF_OTHER_BROKER)
    made.control(Reconcile(DATE, OTHER_BROKER, 0))
    made.agree(DATE)
    made.control(Publish(DATE, OTHER_BROKER))


def _act(made: JournalMaker) -> None:
    """People with names at their ends, an act, and texts that are none."""
    made.control(RegisterPersons([replace(new_person(DEE, 0), name="\U000323af" * 64)]))
    made.control(administrators())
    office = Office(made.book.bank_id, made.now_ns // 10**9 + 60)
    brought_and_rated(made, office)
    void = VoidAct(**office.by(ANN))
    made.control(signed(replace(void, reason="%s\\'\";--"), ANN), TELLER_SEAT)
    for text in [*TEXTS, b"{}", b"[" * 4_096]:
        made.control(Act(text, [signature(text, 65_535, signer_of(ANN), 2**31 - 1)] * 2), TELLER_SEAT)


async def all_views(here: World) -> list[str]:
    """Every view of the schema."""
    return [row[0] for row in await here.sql.fetch("SELECT viewname FROM pg_views WHERE schemaname = 'public'")]


def test_every_view_and_function_bears_every_byte_of_a_record(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = refused()
            await here.keep(made)
            await here.follow()
            for view in await all_views(here):
                rows = await here.sql.fetch(f"TABLE {view}")
                assert rows or view not in VIEWS or view in OF_OTHERS, view
            assert await here.sql.fetch("TABLE read_model_faults") == []
            counts = [
                await here.sql.fetchval(f"SELECT count(*) FROM {view}")  # noqa: S608
                for view in (
                    "bank_orders",
                    "bank_customer_orders",
                    "bank_order_reports",
                    "bank_movements",
                    "bank_clearing_lines",
                    "bank_proceeds",
                    "bank_corrections",
                )
            ]
            assert min(counts) > 0
            assert sum(counts) == sum(len(row.records) for row in made.rows) // RECORD.itemsize
            for number in (-(2**63), -1, 0, 1, 2**62, 2**63 - 1):
                assert len(await here.sql.fetch("SELECT * FROM account_of($1)", number)) == 0
                for day in (-(2**31), 0, DATE, 2**31 - 1):
                    await here.sql.fetch("SELECT * FROM request_of($1, $2, $3)", day, SEAT, number)
            assert await here.sql.fetch("SELECT * FROM account_of($1)", account_no_of(0))

    asyncio.run(scenario())


def test_a_target_date_is_shown_when_it_is_a_day(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            days = [*NO_DATES, *extremes("target_date"), 20_240_229, 20_260_131, 10_101, 99_991_231]
            made = JournalMaker()
            made.open_bank([100])
            made.block((SEAT, joined([record(RecordKind.RELEASE, 0, 1, target_date=day) for day in days])))
            await here.keep(made)
            await here.follow()
            shown = await here.sql.fetch("SELECT target_date FROM bank_movements ORDER BY number")
            wanted = [date(2024, 2, 29), date(2026, 1, 31), date(1, 1, 1), date(9999, 12, 31)]
            assert [row[0] for row in shown] == [None] * (len(days) - len(wanted)) + wanted

    asyncio.run(scenario())


def test_text_is_shown_without_the_zeros_behind_it_and_nothing_else_is_left_out(
    fresh_database: str, tmp_path: Path
) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await here.keep(refused())
            await here.follow()
            for view, column in (
                ("bank_orders", "security"),
                ("bank_orders", "partner_ref"),
                ("bank_movements", "partner_ref"),
                ("bank_clearing_lines", "security"),
            ):
                texts = {row[0] for row in await here.sql.fetch(f"SELECT DISTINCT {column} FROM {view}")}  # noqa: S608
                assert {"", r"\000A\000B", r"\\000\\000", "\\377" * 8, "%s\n\r\x1b[2"} <= texts, (view, column)

    asyncio.run(scenario())


def test_the_reader_reads_them_too(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await here.keep(refused())
            await here.follow()
            reader = await asyncpg.connect(fresh_database, user=READER)
            for view in VIEWS:
                assert await reader.fetch(f"TABLE {view}") or view in OF_OTHERS, view
            await reader.close()

    asyncio.run(scenario())
