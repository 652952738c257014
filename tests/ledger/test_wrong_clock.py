"""A ledger whose wall clock is wrong: what expires waits, the rest goes on, and no hour is lost once it is right."""

import asyncio
import time

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from config.schema import Config
from ledger.core import engine
from ledger.core.book import Book
from ledger.follower.chain import Chain
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.frame import Frame
from protocol.limits import STALE_RETRY_NS
from protocol.messages import ChangeContract, NotApplied, RegisterKey, decode_session
from protocol.vocabulary import BANK_PARTY, BANK_SEAT, FrameKind
from tests.ledger.memory import SMALL, START_NS, MemoryLedger, control_of, logon
from tests.ledger.world import (
    BROKER,
    SEAT,
    SECOND_SEAT,
    RawGateway,
    block,
    codes,
    freezes,
    master_data,
    outcomes_of,
    serving,
    signed,
)

HOUR = 3_600 * 10**9
PUBLIC_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()


def until(frame: Frame, valid_until_ns: int) -> Frame:
    """The same request, to be decided no later than this."""
    return signed(frame.header._replace(valid_until_ns=valid_until_ns), frame.body)


def told(frame: Frame) -> NotApplied | list[int]:
    """What an answer says: its codes, or that nothing was consumed."""
    if frame.header.kind == FrameKind.OUTCOMES:
        return codes([frame])[0]
    message = decode_session(frame.body)
    assert isinstance(message, NotApplied)
    return message


def test_what_expires_waits_while_nobody_knows_the_time_and_the_rest_is_decided() -> None:
    ledger = MemoryLedger()
    ledger.is_sure = False
    answers = ledger.ask(
        until(block(SEAT, 1, freezes(2)), ledger.now_ns + HOUR),
        block(SECOND_SEAT, 1, freezes(2)),
        block(SEAT, 3, freezes(1)),
    )
    told_to: dict[int, list[NotApplied | list[int]]] = {SEAT: [], SECOND_SEAT: []}
    for answer in answers:
        told_to[answer.header.seat].append(told(answer))
    assert told_to[SECOND_SEAT] == [[0, 0]]
    assert told_to[SEAT] == [
        NotApplied(int(ReplyCode.BUSY), 1, 1, STALE_RETRY_NS),
        NotApplied(int(ReplyCode.SEQUENCE_GAP), 3, 1, 0),
    ]
    assert codes(ledger.ask(block(SEAT, 1, freezes(2)))) == [[0, 0]]  # without a bound it may go at once

    ledger.is_sure = True
    assert codes(ledger.ask(until(block(SEAT, 3, freezes(1)), ledger.now_ns + HOUR))) == [[0]]


def test_a_repeat_of_what_was_decided_before_is_answered_all_the_same() -> None:
    ledger = MemoryLedger()
    frame = until(block(SEAT, 1, freezes(2)), ledger.now_ns + HOUR)
    first = ledger.ask(frame)
    ledger.is_sure = False

    assert [answer.wire() for answer in ledger.ask(frame)] == [answer.wire() for answer in first]


def test_a_key_is_not_registered_by_a_clock_that_would_drop_others() -> None:
    ledger = MemoryLedger()
    ledger.is_sure = False
    key = RegisterKey(BROKER, 1, PUBLIC_KEY, 0, 2**62)
    (answer,) = ledger.ask(control_of(BANK_SEAT, 5, key, BANK_PARTY))
    assert told(answer) == NotApplied(int(ReplyCode.BUSY), 5, 5, STALE_RETRY_NS)
    assert codes(ledger.ask(control_of(SEAT, 1, ChangeContract(98, 2)))) == [[0]]
    assert ledger.ask(logon(SECOND_SEAT, 2))[0].header.kind == FrameKind.SEAT_HEAD
    ledger.is_sure = True

    assert codes(ledger.ask(control_of(BANK_SEAT, 5, key, BANK_PARTY))) == [[0]]


def test_expiry_is_judged_by_the_clock_and_order_by_what_only_grows() -> None:
    """The clock was an hour ahead for one row and is right again: nothing is expired for an hour."""
    ledger = MemoryLedger()
    ledger.now_ns += HOUR
    assert codes(ledger.ask(until(block(SEAT, 1, freezes(1)), START_NS + HOUR // 2))) == [[int(ReplyCode.EXPIRED)]]
    ledger.now_ns -= HOUR
    answers = ledger.ask(
        until(block(SEAT, 2, freezes(1)), START_NS + HOUR // 2), until(block(SEAT, 3, freezes(9)), START_NS + HOUR // 2)
    )
    assert codes(answers) == [[0], [0] * 9]
    ahead, *rows = ledger.rows[-2:] if len(ledger.rows[-1].records) > 9 * 64 else ledger.rows[-3:]
    assert [row.decided_at_ns < ahead.decided_at_ns - HOUR // 2 for row in rows] == [True] * len(rows)
    assert [row.ordered_at_ns for row in (ahead, *rows)] == [
        ahead.decided_at_ns + place for place in range(1 + len(rows))
    ]
    assert outcomes_of(answers[0])[0].decided_at_ns == answers[0].header.sent_at_ns == rows[0].decided_at_ns


def test_rows_of_a_stepped_clock_are_applied_and_verified_as_they_were_decided() -> None:
    ledger = MemoryLedger()
    for step_ns in (HOUR, -HOUR, 2 * HOUR, -3 * HOUR):
        ledger.now_ns += step_ns
        number = int(ledger.decider.book.next_number[SEAT])
        ledger.ask(until(block(SEAT, number, freezes(3)), START_NS + HOUR // 2))
    again, chain = Book.empty(SMALL), Chain(1, 0, bytes(32))
    for row in ledger.rows:
        assert chain.fault_of(row) is None
        chain.advance(row)
        engine.apply_row(again, row)
    assert again.ordered_at_ns == ledger.decider.book.ordered_at_ns
    assert engine.state_slice_digest(again, 0) == engine.state_slice_digest(ledger.decider.book, 0)
    forged = type(row)(
        **{name: getattr(row, name) for name in row.__slots__}
        | {"sequence": row.sequence + 1, "ordered_at_ns": row.ordered_at_ns + 2, "trade_date": again.trade_date}
    )
    with pytest.raises(InvariantBroken, match="which does not follow the row in front of it"):
        engine.apply_row(again, forged)


def test_slices_of_the_state_are_told_though_the_clock_is_put_back() -> None:
    ledger = MemoryLedger()
    ledger.now_ns -= HOUR
    checked = []
    for number in range(1, 30):
        ledger.elapsed_ns += 10**9
        ledger.ask(block(SEAT, number, freezes(1)))
        checked.append(bool(ledger.rows[-1].state_check))

    assert np.count_nonzero(checked) > 5


@pytest.mark.postgres
def test_after_a_restart_nothing_is_expired_by_a_row_of_the_future(config: Config) -> None:
    """The clock was an hour ahead at the last row; the ledger is started anew with a clock that is right."""
    valid_until_ns = time.time_ns() + HOUR // 2

    async def story() -> None:
        async with serving(config) as service:
            service.pipeline.clock._utc_ns = lambda: time.time_ns() + HOUR
            service.pipeline.clock.watch = type(service.pipeline.clock.watch)(time.time_ns() + HOUR, _elapsed_ns())
            gateway = await RawGateway.register(config)
            await gateway.ask(*master_data())
            answers = await gateway.ask(until(block(SEAT, 1, freezes(1)), valid_until_ns))
            assert codes(answers) == [[int(ReplyCode.EXPIRED)]]
            await gateway.close()
        said: list[str] = []
        async with serving(config, said.append):
            gateway = await RawGateway.register(config)
            assert codes(await gateway.ask(until(block(SEAT, 2, freezes(1)), valid_until_ns))) == [[0]]
            await gateway.close()
        assert [line for line in said if "s ahead of the clock" in line]

    asyncio.run(story())


@pytest.mark.postgres
def test_a_step_while_serving_is_said_counted_and_over_when_the_clock_is_back(config: Config) -> None:
    valid_until_ns = time.time_ns() + 2 * HOUR

    async def story() -> None:
        async with serving(config) as service:
            gateway = await RawGateway.register(config)
            await gateway.ask(*master_data())
            clock = service.pipeline.clock
            clock._utc_ns = lambda: time.time_ns() + HOUR
            (refused,) = await gateway.ask(until(block(SEAT, 1, freezes(1)), valid_until_ns))
            assert told(refused) == NotApplied(int(ReplyCode.BUSY), 1, 1, STALE_RETRY_NS)
            clock._utc_ns = time.time_ns
            clock.now()
            assert clock.watch._back_since_ns is not None
            clock.watch._back_since_ns -= 10 * 10**9
            assert codes(await gateway.ask(until(block(SEAT, 1, freezes(1)), valid_until_ns))) == [[0]]
            assert clock.watch.steps == 1
            await gateway.close()

    asyncio.run(story())


def _elapsed_ns() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
