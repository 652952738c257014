"""Every argument of every verb, each with values that it cannot have: the caller is told, and nobody else notices.

Belongs here: the table of verbs and of what is wrong for each argument. Never here: what the bank refuses (a value).
"""

import hashlib
import inspect
from collections.abc import Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import trio
import trio.testing

from frontend_sim.practice.ledger import TRADE_DATE
from protocol.client import (
    BlockOutcome,
    MisuseError,
    Outcome,
    Recovered,
    RequestKey,
    Seat,
    SeatPool,
    SeatSettings,
    SyncSeat,
)
from protocol.client.verbs import SingleVerbs
from protocol.codes import ReplyCode
from protocol.limits import REQUEST_NUMBER_MAX
from protocol.messages.base import Message
from protocol.messages.control import (
    ChangeContract,
    ContractTerms,
    OpenContracts,
    OpenTradeDate,
    RegisterKey,
    RegisterParty,
    SetRestraint,
)
from protocol.messages.queries import BuyingPowerQuery
from protocol.messages.session import Heartbeat
from protocol.records import OUTCOME, RECORD
from tests.client.fake_bank import SEATS, FakeBank
from tests.client.test_seat import freezes

NO_NUMBER: list[Any] = [
    1.0,
    1.7e18,
    float("nan"),
    float("inf"),
    True,
    np.bool_(True),
    np.float64(1),
    np.array([1]),
    np.datetime64(1, "ns"),
    1j,
    "1",
    b"1",
    None,
    [1],
    object(),
]
OUT_OF_INT64: list[Any] = [-1, 2**63, 10**5_000, np.int8(-1), np.uint64(2**63)]
AMOUNT = [*NO_NUMBER, *OUT_OF_INT64]
QUANTITY = [*NO_NUMBER, -1, 2**31, np.int64(2**31)]
MARKET = [*NO_NUMBER, -1, 128]
WORD: list[Any] = ["order-1", b"123456789", bytearray(9), None, 1, 1.0, np.zeros(8, "i1"), np.array(b"12345678")]
UNTIL = [*NO_NUMBER, *OUT_OF_INT64]
ACCEPTED = Outcome(ReplyCode.ACCEPTED, 1, TRADE_DATE, 1, 1, 1, 1, SEATS[0])
BLOCK = BlockOutcome(1, TRADE_DATE, 1, 1, np.zeros(1, OUTCOME), SEATS[0], ())
TARGET: list[Any] = [
    None,
    1,
    "1",
    (),
    (TRADE_DATE, SEATS[0]),
    [TRADE_DATE, SEATS[0], 1],
    (TRADE_DATE, SEATS[0], 1, 1),
    RequestKey(TRADE_DATE, SEATS[0], -1),
    RequestKey(2**31, 1, 1),
    RequestKey(TRADE_DATE, 2**31, 1),
    RequestKey(TRADE_DATE, 1, 2**63),
    RequestKey(float(TRADE_DATE), 1, 1),  # type: ignore[arg-type]
    RequestKey(TRADE_DATE, True, 1),
    BLOCK,
    Recovered(BLOCK, freezes(1), b""),
    msgspec.structs.replace(ACCEPTED, number=0),
    msgspec.structs.replace(ACCEPTED, number=1.5),
    msgspec.structs.replace(ACCEPTED, number=-1),
]
NO_ARRAY: list[Any] = [
    None,
    1,
    "records",
    b"\0" * 64,
    [],
    [(1,)],
    np.zeros((), RECORD),
    np.zeros((2, 1), RECORD),
    np.zeros(0, RECORD),
    np.zeros(64, "i1"),
    np.zeros(1, OUTCOME),
    np.zeros(1, RECORD.newbyteorder(">")),
    np.array([object()]),
    np.concatenate([freezes(1), freezes(1)]),  # its dtype is repacked
    np.ma.masked_array(freezes(1)),
    freezes(1)[0],
]
BLOCK_OF_RECORDS = [*NO_ARRAY, np.broadcast_to(freezes(1), (10**12,))]
MESSAGE: list[Any] = [
    None,
    1,
    b"\x93\x19\x01\x02",
    [25, 195, 2],
    Message(),
    Heartbeat(1, False),
    BuyingPowerQuery([195]),
    ChangeContract(0, 2),
    ChangeContract(195, 7),
    ChangeContract(-1, 2),
    ChangeContract(195.0, 2),  # type: ignore[arg-type]
    ChangeContract(True, 2),
    ChangeContract(2**70, 2),
    ChangeContract("195", 2),  # type: ignore[arg-type]
    ChangeContract(object(), 2),  # type: ignore[arg-type]
    SetRestraint(195, 2**60 + 1),
    SetRestraint(195, float("nan")),  # type: ignore[arg-type]
    OpenTradeDate(1),
    RegisterKey(2, 1, b"short", 0, 1, 0),
    RegisterParty(2, 1, 1, "", False),
    RegisterParty(2, 1, 1, "\ud800", False),
    RegisterParty(2, 1, 1, "broker", 1),  # type: ignore[arg-type]
    OpenContracts(98, []),
    OpenContracts(98, [ContractTerms(1, 2, 2, -1)]),
    OpenContracts(98, [ContractTerms(1, 2, 2, 1)] * 8_193),
    OpenContracts(98, None),  # type: ignore[arg-type]
]
CONTRACTS: list[Any] = [
    None,
    195,
    "195",
    b"195",
    {195},
    {195: 1},
    iter([195]),
    [],
    [195] * 65,
    [0],
    [-1],
    [195.0],
    [True],
    ["195"],
    [None],
    [2**62 + 1],
    np.array([[195]]),
    np.array([195.0]),
    np.array(195),
]
DAY = [*NO_NUMBER, -1, 0, 2**70, 19_891_231, 22_000_101, 20_260_230, 20_261_301, 20_260_100]
TRADED_ON = [one for one in DAY if one is not None]
NUMBER = [*NO_NUMBER, -1, 0, REQUEST_NUMBER_MAX + 1, 2**70]
SOURCE = [*NO_NUMBER, -1, 0, 3]

MONEY: dict[str, list[Any]] = {"contract_no": AMOUNT, "partner_ref": WORD, "valid_until_ns": UNTIL}
SINGLE: dict[str, tuple[dict[str, Any], dict[str, list[Any]]]] = {
    "freeze": (
        {"contract_no": 195, "amount_fen": 1},
        {**MONEY, "amount_fen": AMOUNT, "quantity": QUANTITY, "price": AMOUNT, "security": WORD, "market": MARKET},
    ),
    "release": (
        {"target": ACCEPTED, "contract_no": 195, "amount_fen": 1},
        {**MONEY, "target": TARGET, "amount_fen": AMOUNT},
    ),
    "fill_buy": (
        {"target": ACCEPTED, "contract_no": 195, "charge_fen": 1},
        {
            **MONEY,
            "target": TARGET,
            "charge_fen": AMOUNT,
            "release_fen": AMOUNT,
            "turnover_fen": AMOUNT,
            "quantity": QUANTITY,
            "traded_on": TRADED_ON,
        },
    ),
    "fill_sell": (
        {"contract_no": 195, "proceeds_fen": 1},
        {
            **MONEY,
            "proceeds_fen": AMOUNT,
            "turnover_fen": AMOUNT,
            "quantity": QUANTITY,
            "traded_on": TRADED_ON,
        },
    ),
    "deposit": ({"contract_no": 195, "amount_fen": 1}, {**MONEY, "amount_fen": AMOUNT}),
    "withdraw": ({"contract_no": 195, "amount_fen": 1}, {**MONEY, "amount_fen": AMOUNT}),
    "submit": ({"record": freezes(1)}, {"record": [*NO_ARRAY, freezes(2)], "valid_until_ns": UNTIL}),
}
WHOLE: dict[str, tuple[dict[str, Any], dict[str, list[Any]]]] = {
    **SINGLE,
    "submit_block": ({"records": freezes(2)}, {"records": BLOCK_OF_RECORDS, "valid_until_ns": UNTIL}),
    "freeze_block": (
        {"records": freezes(2)},
        {"records": [*BLOCK_OF_RECORDS, np.zeros(2, RECORD)], "valid_until_ns": UNTIL},
    ),
    "control": ({"message": ChangeContract(195, 2)}, {"message": MESSAGE}),
    "buying_power": ({"contract_nos": [195]}, {"contract_nos": CONTRACTS}),
    "outcome_of": ({"trade_date": TRADE_DATE, "number": 1}, {"trade_date": DAY, "number": NUMBER}),
    "totals": ({"source": 1}, {"source": [*SOURCE, 1]}),  # the seat is a broker's: the bank ends whoever asks
}


def wrong(verbs: Mapping[str, tuple[dict[str, Any], dict[str, list[Any]]]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each verb with each argument wrong in each way, the others as they should be."""
    for verb, (good, table) in verbs.items():
        for argument, values in table.items():
            for value in values:
                yield verb, {**good, argument: value}


def told(
    face: object, verbs: Mapping[str, tuple[dict[str, Any], dict[str, list[Any]]]], run: Callable[[Any], Any]
) -> int:
    """Try all that is wrong; count what was told. Whatever is told in another way stands in the failure."""
    lines = []
    for verb, arguments in wrong(verbs):
        try:
            run(getattr(face, verb)(**arguments))
        except MisuseError as error:
            lines.append(str(error))
        else:
            raise AssertionError(f"{verb} took {arguments}")
    assert [line for line in lines if len(line) > 250 or "\n" in line] == []
    return len(lines)


def picture(settings: SeatSettings) -> str:
    return hashlib.sha256(Path(settings.outbox).read_bytes()).hexdigest()


@pytest.mark.parametrize("face", [Seat, SyncSeat])
def test_the_table_has_every_argument_of_every_verb(face: type) -> None:
    for name, (_good, table) in WHOLE.items():
        assert set(inspect.signature(getattr(face, name)).parameters) - {"self"} == set(table)
    verbs = {name for name, _verb in inspect.getmembers(face, inspect.isfunction) if not name.startswith("_")}
    assert verbs - {"open", "statistics"} == set(WHOLE)
    assert set(SINGLE) == {name for name in vars(SingleVerbs) if not name.startswith("_")}


async def test_whoever_asks_wrongly_is_told_and_nobody_else_notices(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.is_deaf = True
        outcomes: list[Outcome] = []

        async def call() -> None:
            outcomes.append(await seat.freeze(195, 7))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(call)
            await bank.came(1)
            before = picture(seat.settings)
            count = told(seat, WHOLE, lambda coroutine: coroutine.close())
            await trio.testing.wait_all_tasks_blocked()

            assert (count, picture(seat.settings)) == (sum(1 for _ in wrong(WHOLE)), before)
            assert (len(bank.requests), outcomes, seat.ended) == (1, [], None)
            bank.speak()

        assert [outcome.accepted for outcome in outcomes] == [True]
        assert (seat.statistics().links, (await seat.freeze(195, 1)).number) == (1, 2)


async def test_whoever_asks_a_pool_wrongly_is_told_and_nobody_else_notices(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        settings = [bank.settings(tmp_path, seat) for seat in SEATS[:2]]
        async with SeatPool.open(settings) as pool, trio.open_nursery() as nursery:
            bank.is_deaf = True
            nursery.start_soon(pool.freeze, 195, 7)
            await bank.came(1)
            before = [picture(each) for each in settings]
            count = told(pool, SINGLE, lambda coroutine: coroutine.close())
            await trio.testing.wait_all_tasks_blocked()

            assert (count, [picture(each) for each in settings]) == (sum(1 for _ in wrong(SINGLE)), before)
            assert (len(bank.requests), [seat.ended for seat in pool.seats]) == (1, [None, None])
            bank.speak()


async def test_whoever_asks_a_blocking_seat_wrongly_is_told_and_nobody_else_notices(tmp_path: Path) -> None:
    def ask(settings: SeatSettings) -> tuple[int, int]:
        with SyncSeat.open(settings) as seat:
            frozen = seat.freeze(195, 7)
            before = picture(settings)
            count = told(seat, WHOLE, lambda _outcome: None)
            assert picture(settings) == before
            return count, seat.release(frozen, 195, 7).number

    async with FakeBank.run() as bank:
        count, number = await trio.to_thread.run_sync(ask, bank.settings(tmp_path))

    assert (count, number, len(bank.requests)) == (sum(1 for _ in wrong(WHOLE)), 2, 2)


async def test_a_blocking_verb_in_a_trio_task_is_told(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        opening = SyncSeat.open(bank.settings(tmp_path))
        seat = await trio.to_thread.run_sync(opening.__enter__)
        try:
            with pytest.raises(MisuseError, match="a trio task uses Seat"):
                seat.freeze(195, 1)
        finally:
            await trio.to_thread.run_sync(opening.__exit__, None, None, None)


async def test_a_call_of_another_thread_is_told_and_nobody_else_notices(tmp_path: Path) -> None:
    """Also where it has a trio loop of its own, whose tasks the seat could not wake."""
    calls: list[Callable[[Seat], Coroutine[object, object, object]]] = [
        lambda seat: seat.freeze(195, 1),
        lambda seat: seat.submit_block(freezes(1)),
        lambda seat: seat.control(ChangeContract(195, 2)),
        lambda seat: seat.buying_power([195]),
    ]

    def ask(seat: Seat) -> None:
        for call in calls:
            with pytest.raises(MisuseError, match="of another thread"):
                trio.run(call, seat)
            with pytest.raises(MisuseError, match="of another thread"):
                call(seat).send(None)

    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.is_deaf = True
        async with trio.open_nursery() as nursery:
            nursery.start_soon(seat.freeze, 195, 7)
            await bank.came(1)
            await trio.to_thread.run_sync(ask, seat)
            bank.speak()

        assert ((await seat.freeze(195, 1)).number, bank.requests_count) == (2, 2)


async def test_whole_numbers_of_numpy_are_whole_numbers(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        number, reference = np.int64(195), freezes(2)["partner_ref"][1]
        frozen = await seat.freeze(
            number,  # type: ignore[arg-type]
            np.uint8(9),  # type: ignore[arg-type]
            market=np.int8(1),  # type: ignore[arg-type]
            security=bytearray(b"600000"),  # type: ignore[arg-type]
            partner_ref=reference,
            valid_until_ns=np.uint64(0),  # type: ignore[arg-type]
        )
        key = RequestKey(np.int32(TRADE_DATE), np.int64(SEATS[0]), np.int64(1))  # type: ignore[arg-type]
        await seat.release(key, np.array(195), np.int16(4))  # type: ignore[arg-type]
        await seat.submit_block(freezes(1), np.int64(2**62))  # type: ignore[arg-type]
        control = await seat.control(ChangeContract(number, np.int8(2)))  # type: ignore[arg-type]
        (money,) = (await seat.buying_power(np.array([195]))).contracts  # type: ignore[arg-type]
        known = await seat.outcome_of(np.int32(TRADE_DATE), np.int64(1))  # type: ignore[arg-type]

        assert (frozen.accepted, control.accepted, money.contract_no, known.seen) == (True, True, 195, True)
        records = bank.ledger.applied_records(SEATS[0])
        fields = ["contract_no", "amount_fen", "market", "security", "target_number"]
        assert records[fields][:2].tolist() == [(195, 9, 1, b"600000", 0), (195, 4, 0, b"", 1)]
        assert records["partner_ref"][0].tobytes() == np.int64(1).tobytes()


async def test_what_the_caller_changes_after_the_call_changes_nothing(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        every_other, contract_nos = freezes(6, 3)[::2], [195]
        calls = [seat.submit_block(every_other), seat.freeze_block(every_other), seat.submit(every_other[:1])]
        question = seat.buying_power(contract_nos)
        every_other["amount_fen"], every_other["kind"] = -1, 9
        contract_nos.append(0)
        for call in calls:
            await call

        assert bank.ledger.applied_records(SEATS[0])[["kind", "amount_fen"]].tolist() == [(1, 3)] * 7
        assert len((await question).contracts) == 1
