"""Every argument of every verb, each with values that it cannot have: the caller is told, and nobody else notices.

Belongs here: the table of verbs and of what is wrong for each argument. Never here: what the bank refuses (a value).
"""

import hashlib
import inspect
from collections.abc import Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trio
import trio.testing
from msgspec.structs import replace

from frontend_sim.practice.ledger import TRADE_DATE
from protocol.client import (
    FeedEvent,
    IdentityKey,
    IdentityKeys,
    MisuseError,
    Outcome,
    Particulars,
    RequestKey,
    Seat,
    SeatPool,
    SeatSettings,
    SyncSeat,
)
from protocol.client.verbs.ordering import OrderingVerbs
from protocol.client.verbs.single import SingleVerbs
from protocol.limits import ACT_TEXT_BYTES_MAX, OBJECTION_CHARS_MAX, PARTIES_MAX
from protocol.messages.customers.accounts import ChangeContract, SecuritiesAccount
from protocol.messages.feeds import ObligationTold
from protocol.messages.persons import ActSignature
from protocol.records import RECORD
from protocol.vocabulary import FeedKind
from tests.client.arguments.single_verbs import ORDERING, SINGLE
from tests.client.fake_bank import SEATS, FakeBank
from tests.client.line.test_seat import freezes
from tests.client.wrong_values import (
    ACCEPTED,
    AMOUNT,
    BLOCK_OF_RECORDS,
    CONTRACTS,
    DAY,
    MESSAGE,
    NO_NUMBER,
    NUMBER,
    NUMBER_OR_NONE,
    PARTICULARS,
    PASSWORDS,
    SHARES,
    SOURCE,
    UNTIL,
    WANG,
)
from tests.fees import notified


def is_empty_block(value: object) -> bool:
    """Whether it is no record at all, which a set may have."""
    return isinstance(value, np.ndarray) and value.dtype == RECORD and value.shape == (0,)


OF_A_DATE: dict[str, Any] = {"trade_date": TRADE_DATE, "party": 0, "first": 0}
TOLD = FeedEvent(
    1, bytes(32), FeedKind.OBLIGATION, TRADE_DATE, 0, ObligationTold(1, 0, bytes(16), 0, False, False, *[0] * 6), 1, 1
)
NOTIFIED = notified(TRADE_DATE)
PARTY_OR_NONE = [*NO_NUMBER, -1, PARTIES_MAX + 1]
PLACE = [*AMOUNT, 2**40 + 1]
WHOLE: dict[str, tuple[dict[str, Any], dict[str, list[Any]]]] = {
    **SINGLE,
    "submit_block": ({"records": freezes(2)}, {"records": BLOCK_OF_RECORDS, "valid_until_ns": UNTIL}),
    "freeze_block": (
        {"records": freezes(2)},
        {"records": [*BLOCK_OF_RECORDS, np.zeros(2, RECORD)], "valid_until_ns": UNTIL},
    ),
    "control": ({"message": ChangeContract(195, 2)}, {"message": MESSAGE}),
    "act": (  # as `totals`
        {"text": b"{}", "signatures": [ActSignature(1, 1, bytes(64))]},
        {
            "text": [None, 1, "{}", bytearray(b"{}"), b"", bytes(ACT_TEXT_BYTES_MAX + 1), b"{}"],
            "signatures": [None, 1, b"", [], [b""], [ActSignature(1, 1, bytes(64))] * 3, [ActSignature(0, 1, b"")]],
        },
    ),
    "buying_power": ({"contract_nos": [195]}, {"contract_nos": CONTRACTS}),
    "accounts": ({"bank_account_nos": [195]}, {"bank_account_nos": [*CONTRACTS, [10**18], [195]]}),  # as `totals`
    "outcome_of": ({"trade_date": TRADE_DATE, "number": 1}, {"trade_date": DAY, "number": NUMBER}),
    "correction": (  # as `totals`
        {"trade_date": TRADE_DATE, "party": 0, "contract_no": 195, "first": 0, "rejected_fen": 0},
        {"trade_date": DAY, "party": PARTY_OR_NONE, "contract_no": PLACE, "first": PLACE, "rejected_fen": PLACE},
    ),
    "settlements": (OF_A_DATE, {"trade_date": DAY, "party": PARTY_OR_NONE, "first": PLACE}),  # likewise
    "due_credits": ({"party": 0, "first": 0}, {"party": PARTY_OR_NONE, "first": PLACE}),  # likewise
    "interest_due": ({"first": 0}, {"first": PLACE}),  # as `totals`
    "closings": (OF_A_DATE, {"trade_date": DAY, "party": PARTY_OR_NONE, "first": PLACE}),  # likewise
    "reverts": (OF_A_DATE, {"trade_date": DAY, "party": PARTY_OR_NONE, "first": PLACE}),  # as `totals`
    "clearing_set": ({"trade_date": TRADE_DATE, "party": 0}, {"trade_date": DAY, "party": PARTY_OR_NONE}),
    "differences": (OF_A_DATE, {"trade_date": DAY, "party": PARTY_OR_NONE, "first": PLACE}),
    "proceeds_due": (OF_A_DATE, {"trade_date": DAY, "party": PARTY_OR_NONE, "first": PLACE}),
    "send_clearing_set": (
        {"trade_date": TRADE_DATE, "declared_s": 0, "lines": np.zeros(0, RECORD), "told": None, "party": 0},
        {
            "trade_date": DAY,
            "declared_s": PLACE,
            "lines": [*(each for each in BLOCK_OF_RECORDS if not is_empty_block(each)), freezes(1)],
            "told": [1, "told", b""],
            "party": PARTY_OR_NONE,
        },
    ),
    "marked_ranges": ({"source": 3, "first": 0}, {"source": [*SOURCE, 3], "first": PLACE}),  # as `totals`
    "marked_pairs": ({"source": 3, "first": 0}, {"source": [*SOURCE, 3], "first": PLACE}),
    "outlets_apart": ({}, {}),
    "trade_dates": ({}, {}),
    "clearing_accounts": ({}, {}),
    "feed": (
        {"after": 0, "digest": b""},
        {"after": [*NO_NUMBER, -1, 2**62], "digest": [None, 1, "", bytes(31), bytes(33), bytearray(32)]},
    ),
    "orders": ({}, {}),
    "reports": ({}, {}),
    "receipt": ({"event": TOLD}, {"event": [None, 1, b"", ACCEPTED]}),
    "notice": ({"trade_date": TRADE_DATE, "case": 0}, {"trade_date": DAY, "case": [*NO_NUMBER, -1, 2**31]}),
    "notify_fees": (
        {"fees": NOTIFIED},
        {"fees": [None, 1, b"", replace(NOTIFIED, side=3), replace(NOTIFIED, stamp=1)]},
    ),
    "objection": (
        {"trade_date": TRADE_DATE, "amount_fen": 1, "reason": "fees", "contract_no": 195, "case": 0},
        {
            "trade_date": DAY,
            "amount_fen": AMOUNT,
            "reason": [None, 1, b"fees", "", "x" * (OBJECTION_CHARS_MAX + 1), "\0", "\ud800"],
            "contract_no": [*NO_NUMBER, -1, 2**62 + 1],
            "case": [*NO_NUMBER, -1, 2**31],
        },
    ),
    "push_contract": (
        {
            "serial": 1,
            "bank_account_no": 1,
            "securities_accounts": [SecuritiesAccount(1, "A1")],
            "particulars": Particulars(WANG, ""),
            "keys": IdentityKeys(*[IdentityKey(1, bytes(range(32)))] * 2),
            "replaces": 0,
        },
        {
            "serial": NUMBER,
            "bank_account_no": [*NUMBER, 10**18],
            "securities_accounts": SHARES,
            "particulars": PARTICULARS,
            "keys": [None, 1, IdentityKey(1, bytes(32))],
            "replaces": NUMBER_OR_NONE,
        },
    ),
    **PASSWORDS,
    "pushes": ({"numbers": [1]}, {"numbers": CONTRACTS}),
    "open_pushes": ({}, {}),
    "open_items": ({"number": 1, "first": 0}, {"number": NUMBER, "first": [*NO_NUMBER, -1, 2**40 + 1]}),
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
    assert set(ORDERING) == {name for name in vars(OrderingVerbs) if not name.startswith("_")}
    assert set(SINGLE) - set(ORDERING) == {name for name in vars(SingleVerbs) if not name.startswith("_")}


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
