"""Orders through the bank, as verbs and as records for a block: each field where it belongs, and which go together.

Belongs here: bytes of these records, frames of single calls. Never here: what is wrong for an argument
(test_arguments), what the bank makes of them (ledger.core).
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest
import trio

from protocol.client import (
    RECORD,
    BankOrder,
    MisuseError,
    RequestKey,
    Seat,
    cancel_record,
    cancel_refused_record,
    cancelled_record,
    executed_record,
    order_record,
    refused_record,
    taken_record,
)
from protocol.kinds import KINDS, ORDERING_KINDS
from protocol.records import RecordArray
from protocol.vocabulary import Market, OrderType, RecordKind, Side, market_and_side
from tests.client.fake_bank import FakeBank

DATE, PHONE = 20_260_105, 71
ORDER = BankOrder(RequestKey(DATE, PHONE, 9), 195, Market.XSHE, Side.SELL, b"000001")
NAMED = {
    "market_and_side": 0x22,
    "contract_no": 195,
    "security": b"000001",
    "target_date": DATE,
    "target_seat": PHONE,
    "target_number": 9,
    "partner_ref": b"ref",
}
BUILT: dict[RecordKind, tuple[bytes, dict[str, object]]] = {
    RecordKind.ORDER: (
        order_record(195, Market.XSHG, Side.BUY, b"600000", 1_000, 100_000, partner_ref=b"ref"),
        {
            **{"market_and_side": 0x11, "contract_no": 195, "security": b"600000", "partner_ref": b"ref"},
            **{"order_type": OrderType.LIMIT, "quantity": 1_000, "limit": 100_000},
        },
    ),
    RecordKind.CANCEL: (cancel_record(ORDER, partner_ref=b"ref"), NAMED),
    RecordKind.TAKEN: (taken_record(ORDER, 2**62, partner_ref=b"ref"), {**NAMED, "broker_number": 2**62}),
    RecordKind.REFUSED: (refused_record(ORDER, 255, partner_ref=b"ref"), {**NAMED, "reason": 255}),
    RecordKind.EXECUTED: (
        executed_record(ORDER, 400, 39_800_000, partner_ref=b"ref"),
        {**NAMED, "quantity": 400, "turnover": 39_800_000},
    ),
    RecordKind.CANCELLED: (
        cancelled_record(ORDER, 600, 7, cancel_position=12, partner_ref=b"ref"),
        {**NAMED, "quantity": 600, "reason": 7, "cancel_position": 12},
    ),
    RecordKind.CANCEL_REFUSED: (
        cancel_refused_record(ORDER, 12, 7, partner_ref=b"ref"),
        {**NAMED, "reason": 7, "cancel_position": 12},
    ),
}
VERBS: dict[RecordKind, Callable[[Seat], Awaitable[object]]] = {
    RecordKind.ORDER: lambda seat: seat.order(
        195, Market.XSHG, Side.BUY, b"600000", 1_000, 100_000, partner_ref=b"ref"
    ),
    RecordKind.CANCEL: lambda seat: seat.cancel(ORDER, partner_ref=b"ref"),
    RecordKind.TAKEN: lambda seat: seat.taken(ORDER, 2**62, partner_ref=b"ref"),
    RecordKind.REFUSED: lambda seat: seat.refused_order(ORDER, 255, partner_ref=b"ref"),
    RecordKind.EXECUTED: lambda seat: seat.executed(ORDER, 400, 39_800_000, partner_ref=b"ref"),
    RecordKind.CANCELLED: lambda seat: seat.cancelled(ORDER, 600, 7, cancel_position=12, partner_ref=b"ref"),
    RecordKind.CANCEL_REFUSED: lambda seat: seat.cancel_refused(ORDER, 12, 7, partner_ref=b"ref"),
}


def block(*records: bytes) -> RecordArray:
    return np.frombuffer(b"".join(records), RECORD)


@pytest.mark.parametrize("kind", ORDERING_KINDS, ids=lambda kind: kind.name)
def test_each_field_lies_where_the_layout_has_it_and_all_else_is_zero(kind: RecordKind) -> None:
    data, fields = BUILT[kind]
    made = np.zeros(1, RECORD)
    made["kind"] = kind
    for name, value in fields.items():
        made[name] = (
            np.frombuffer(value.ljust(8, b"\0"), "V8") if isinstance(value, bytes) and name[0] == "p" else value
        )

    assert data == made.tobytes()
    assert set(fields) | {"kind"} == set(KINDS[kind].all_fields)


@pytest.mark.parametrize("kind", ORDERING_KINDS, ids=lambda kind: kind.name)
async def test_the_verb_sends_that_record(tmp_path: Path, kind: RecordKind) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        await VERBS[kind](seat)

        assert bank.requests[0].body == BUILT[kind][0]
        assert KINDS[kind].verb in dir(seat)


async def test_orders_and_cancels_of_one_moment_go_in_two_frames(tmp_path: Path) -> None:
    """While the bank does not know the time it keeps orders waiting, and a cancel must not wait with them."""
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        async with trio.open_nursery() as nursery:
            for kind in (RecordKind.ORDER, RecordKind.CANCEL) * 3:
                nursery.start_soon(VERBS[kind], seat)

        kinds = [set(np.frombuffer(frame.body, RECORD)["kind"].tolist()) for frame in bank.requests]
        assert sorted(map(list, kinds)) == [[RecordKind.ORDER], [RecordKind.CANCEL]]
        assert [frame.header.record_count for frame in bank.requests] == [3, 3]


async def test_an_order_carries_its_time_and_a_cancel_beside_it_none(tmp_path: Path) -> None:
    until_ns = 4 * 10**18
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        async with trio.open_nursery() as nursery:
            order = (195, Market.XSHG, Side.BUY, b"600000", 1_000, 100_000)
            nursery.start_soon(lambda: seat.order(*order, valid_until_ns=until_ns))
            nursery.start_soon(seat.cancel, ORDER)

        assert sorted(frame.header.valid_until_ns for frame in bank.requests) == [0, until_ns]


async def test_a_block_of_orders_has_nothing_beside_them(tmp_path: Path) -> None:
    order, cancel = BUILT[RecordKind.ORDER][0], BUILT[RecordKind.CANCEL][0]
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        with pytest.raises(MisuseError, match="in a block of their own"):
            await seat.submit_block(block(order, cancel))
        await seat.submit_block(block(order, order))
        await seat.submit_block(block(cancel, BUILT[RecordKind.EXECUTED][0]))

        assert [frame.header.record_count for frame in bank.requests] == [2, 2]


async def test_no_frame_has_more_of_them_than_the_bank_takes(tmp_path: Path) -> None:
    order, freeze = BUILT[RecordKind.ORDER][0], bytes([RecordKind.FREEZE]) + bytes(63)
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        await seat.submit_block(block(*[order] * 2_500))
        await seat.submit_block(block(*[freeze] * 2_500))
        async with trio.open_nursery() as nursery:
            for _ in range(1_100):
                nursery.start_soon(VERBS[RecordKind.EXECUTED], seat)

        counts = [frame.header.record_count for frame in bank.requests]
        assert (counts[:4], max(counts[4:]), sum(counts[4:])) == ([1_024, 1_024, 452, 2_500], 1_024, 1_100)


def test_market_and_side_are_those_of_the_wire() -> None:
    for market in (Market.XSHG, Market.XSHE):
        for side in Side:
            (record,) = block(order_record(195, market, side, b"1", 1, 1))
            assert record["market_and_side"] == market_and_side(market, side)
