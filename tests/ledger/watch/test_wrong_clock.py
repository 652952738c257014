"""A ledger whose wall clock is wrong: what expires waits, the rest goes on, and no hour is lost once it is right."""

import asyncio
import time

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from config.schema import Config
from ledger.core import engine
from ledger.core.state.book import Book
from ledger.journal.chain import Chain
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.frame import Frame
from protocol.limits import CONTROL_NUMBERS_KEPT, REQUESTS_PER_SEAT_DATE_MAX, STALE_RETRY_NS
from protocol.messages.codec import decode_link, decode_session
from protocol.messages.control import OpenTradeDate, RegisterKey
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.gateway_link import SeatHead
from protocol.messages.session import NotApplied
from protocol.vocabulary import BANK_PARTY, BANK_SEAT, FrameKind
from tests.bank_seats import DAY_SEAT, TELLER_SEAT
from tests.ledger.memory import SMALL, START_NS, MemoryLedger, control_of, logon
from tests.ledger.world import (
    BROKER,
    DATE,
    LOADED,
    SEAT,
    SECOND_SEAT,
    RawGateway,
    block,
    codes,
    freezes,
    load_master_data,
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
    key = RegisterKey(BROKER, 1, PUBLIC_KEY, 0, 2**62, 0)
    (answer,) = ledger.ask(control_of(BANK_SEAT, LOADED + 1, key, BANK_PARTY))
    assert told(answer) == NotApplied(int(ReplyCode.BUSY), LOADED + 1, LOADED + 1, STALE_RETRY_NS)
    assert codes(ledger.ask(control_of(SEAT, 1, ChangeContract(98, 2)))) == [[0]]
    assert ledger.ask(logon(SECOND_SEAT, 2))[0].header.kind == FrameKind.SEAT_HEAD
    ledger.is_sure = True

    assert codes(ledger.ask(control_of(BANK_SEAT, LOADED + 1, key, BANK_PARTY))) == [[0]]


def under(frame: Frame, key_id: int) -> Frame:
    """The same frame, signed with another key."""
    return signed(frame.header._replace(key_id=key_id), frame.body)


def with_key(end_ns: int) -> MemoryLedger:
    """A ledger whose broker has a key 6 that is good before `end_ns`."""
    ledger = MemoryLedger()
    key = RegisterKey(BROKER, 6, PUBLIC_KEY, 0, end_ns, 0)
    assert codes(ledger.ask(control_of(BANK_SEAT, LOADED + 1, key, BANK_PARTY))) == [[0]]
    return ledger


def test_an_expired_key_decides_nothing_whatever_the_gateway_let_pass() -> None:
    end_ns = START_NS + HOUR
    ledger = with_key(end_ns)
    stored = ledger.ask(under(block(SEAT, 1, freezes(2)), 6))
    assert codes(stored) == [[0, 0]]
    ledger.now_ns = end_ns
    refused = int(ReplyCode.SIGNATURE_INVALID)
    asked = [
        under(block(SEAT, 3, freezes(1)), 6),
        under(control_of(SEAT, 3, ChangeContract(98, 2)), 6),
        under(block(SEAT, 1, freezes(2)), 6),
    ]
    for frame in asked:
        (answer,) = ledger.ask(frame)
        assert told(answer) == NotApplied(refused, frame.header.first_number, 3, 0)
    (head,) = ledger.ask(under(logon(SEAT, 2), 6))
    answered = decode_link(head.body)
    assert isinstance(answered, SeatHead)
    assert answered.code == refused
    assert ledger.decider.book.session_version[SEAT] < 2

    assert codes(ledger.ask(block(SEAT, 3, freezes(1)))) == [[0]]  # under another key
    assert ledger.ask(block(SEAT, 1, freezes(2)))[0].wire() == stored[0].wire()


@pytest.mark.parametrize(("now_ns", "off_ns"), [(START_NS + HOUR // 2, -HOUR), (START_NS + 2 * HOUR, 2 * HOUR)])
def test_a_key_that_may_be_over_by_a_stepped_clock_waits(now_ns: int, off_ns: int) -> None:
    ledger = with_key(START_NS + HOUR)
    ledger.now_ns, ledger.off_ns, ledger.is_sure = now_ns, off_ns, False
    waits = NotApplied(int(ReplyCode.BUSY), 1, 1, STALE_RETRY_NS)
    assert [told(answer) for answer in ledger.ask(under(block(SEAT, 1, freezes(1)), 6))] == [waits]
    head = decode_link(ledger.ask(under(logon(SECOND_SEAT, 2), 6))[0].body)
    assert isinstance(head, SeatHead)
    assert head.code == ReplyCode.STOPPING
    assert codes(ledger.ask(block(SEAT, 1, freezes(1)))) == [[0]]  # a key that cannot be over is no matter


@pytest.mark.parametrize("sign", [1, -1])
def test_a_key_that_is_good_on_either_side_of_the_step_decides(sign: int) -> None:
    ledger = with_key(START_NS + 100 * HOUR)
    ledger.now_ns, ledger.off_ns, ledger.is_sure = START_NS + sign * HOUR, sign * HOUR, False
    assert codes(ledger.ask(under(block(SEAT, 1, freezes(1)), 6))) == [[0]]
    ledger.now_ns += 200 * HOUR

    (answer,) = ledger.ask(under(block(SEAT, 2, freezes(1)), 6))
    assert told(answer) == NotApplied(int(ReplyCode.SIGNATURE_INVALID), 2, 2, 0)


def test_a_frame_under_a_key_that_is_over_is_not_left_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking at it broke: its numbers are still its partner's, and the ledger goes on."""
    ledger = with_key(START_NS + HOUR)
    ledger.now_ns = START_NS + HOUR

    def broken(*_: object) -> None:
        raise ValueError("nobody foresaw this")

    with monkeypatch.context() as patched:
        patched.setattr(type(ledger.decider.standing), "take", broken)
        (answer,) = ledger.ask(under(block(SEAT, 1, freezes(1)), 6))
    assert told(answer) == NotApplied(int(ReplyCode.BUSY), 1, 1, 0)
    assert codes(ledger.ask(block(SEAT, 1, freezes(1)))) == [[0]]


def test_the_roll_is_decided_when_the_banks_seat_has_used_every_number_of_the_date() -> None:
    ledger = MemoryLedger()
    full = REQUESTS_PER_SEAT_DATE_MAX + CONTROL_NUMBERS_KEPT + 1
    ledger.decider.book.next_number[[TELLER_SEAT, DAY_SEAT, SEAT]] = full
    (answer,) = ledger.ask(control_of(TELLER_SEAT, full, ChangeContract(98, 2), BANK_PARTY))
    assert told(answer) == NotApplied(int(ReplyCode.SEAT_DATE_FULL), full, full, 0)
    (answer,) = ledger.ask(control_of(SEAT, full, OpenTradeDate(DATE + 1)))
    assert told(answer) == NotApplied(int(ReplyCode.SEAT_DATE_FULL), full, full, 0)
    assert codes(ledger.ask(control_of(DAY_SEAT, full, OpenTradeDate(DATE + 1), BANK_PARTY))) == [[0]]
    assert ledger.decider.book.trade_date == DATE + 1
    assert ledger.decider.book.next_number[DAY_SEAT] == 1


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
    again, chain = Book.empty(SMALL), Chain()
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
            await load_master_data(gateway)
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
            await load_master_data(gateway)
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
