"""A partner with a good key that floods: each kind of frame is bounded, and the others are served meanwhile.

Belongs here: what an established link, or a party's logons, can do to others. Never here: strangers (test_strangers).
"""

import time

import pytest
import trio

from gateway.daemon import Gateway
from gateway.dispatch.admission import FRAME_WORK_NS, PARTY_WORK_INTERVAL, QUERY_WORK_INTERVAL, Admission
from gateway.links.in_flight import InFlight
from gateway.links.partner_link import LOGON_PIECE_PAUSE_NS, LOGON_PIECES_FREE
from protocol.codes import ReplyCode
from protocol.given_numbers import contract_no_from_index
from protocol.limits import ACT_BODY_BYTES_MAX, PREFIX_BYTES, SMALL_CONTROL_BODY_BYTES_MAX
from protocol.messages.codec import encode
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.queries import OutcomeQuery
from protocol.session.partner_events import NegotiatedEvent, NotAppliedReceived, OutcomesReceived, Terminated
from protocol.vocabulary import BANK_PARTY, BANK_SEAT, ContractEvent, FrameKind
from tests.bank_seats import TELLER_SEAT
from tests.gateway.entrance.test_hostile_partners import is_served, read_to_the_end
from tests.gateway.fake_ledger import FakeLedger, blank_request
from tests.gateway.partner import Connect, Partner, freezes
from tests.protocol import keys

FEW_AT_ONCE = 20  # frames; instead of a thousand, so that a test is short
FLOOD_FRAMES = 2_000
FEW_SECONDS = 1.0
READ_WITHIN_S = 10.0
AN_ACT = b"\x93\x50"  # the first bytes of one
LINES = b"\x95\x57"  # and of lines of a list
SUSPEND = ChangeContract(contract_no_from_index(0), ContractEvent.SUSPEND)


@pytest.fixture(autouse=True)
def small_budgets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Budgets that are used up at once."""
    monkeypatch.setattr("gateway.dispatch.admission.WORK_BURST_NS", FEW_AT_ONCE * FRAME_WORK_NS)


def frames_permitted(seconds: float) -> int:
    """Small frames that ask nothing, of one party in this time."""
    return FEW_AT_ONCE + int(seconds * 1e9 / (PARTY_WORK_INTERVAL * FRAME_WORK_NS))


async def send_for_ever(partner: Partner, frames: bytes) -> None:
    """Until the gateway cuts the link."""
    try:
        while True:
            await partner.stream.send_all(frames)
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        pass


def beats(partner: Partner, count: int, answer_wanted: bool) -> bytes:
    """Signed once, sent often: a recording does for a flood."""
    partner.session._say_heartbeat(answer_wanted, time.time_ns())
    return partner.session.data_to_send() * count


def behind_a_gap(partner: Partner, count: int) -> bytes:
    partner.session.send_block(freezes(1), 7, 1, 0, time.time_ns())
    return partner.session.data_to_send() * count


@pytest.mark.parametrize("answer_wanted", [False, True])
async def test_a_flood_of_heartbeats_ends_its_link_with_a_code_of_its_own(
    connect: Connect, gateway: Gateway, nursery: trio.Nursery, answer_wanted: bool
) -> None:
    broker = await connect()
    await broker.log_on()
    before = gateway.statistics.verify.count
    nursery.start_soon(send_for_ever, broker, beats(broker, FLOOD_FRAMES, answer_wanted))

    await is_served(connect)
    told = await broker.hear(Terminated)

    assert told.code is ReplyCode.RATE_EXCEEDED
    assert gateway.statistics.links_ended_by_code[ReplyCode.RATE_EXCEEDED] == 1
    assert gateway.statistics.verify.count - before <= 100 + 20  # beats, and the frames of the other partner


async def test_frames_behind_a_gap_are_read_as_slowly_as_they_are_paid_for(
    connect: Connect, gateway: Gateway, nursery: trio.Nursery
) -> None:
    """Also over many links of one party: what it has is shared."""
    began, before = time.monotonic(), gateway.statistics.verify.count
    links = [await connect(seat=seat) for seat in (keys.BROKER_SEAT, keys.BROKER_SEAT + 1)]
    for link in links:
        await link.log_on()
        nursery.start_soon(send_for_ever, link, behind_a_gap(link, FLOOD_FRAMES))
    await is_served(connect)
    await trio.sleep(0.1)

    # The other's logon and freeze, the two logons, and each connection's first signature while it waited.
    frames = gateway.statistics.verify.count - before - 3 - 4 - 3
    assert FEW_AT_ONCE <= frames <= frames_permitted(time.monotonic() - began) + len(links)
    for link in links:
        assert (await link.hear(NotAppliedReceived)).message.code == ReplyCode.SEQUENCE_GAP


async def test_repeats_are_paid_for_as_well_and_new_requests_are_not(
    connect: Connect, gateway: Gateway, ledger: FakeLedger, nursery: trio.Nursery
) -> None:
    broker = await connect()
    await broker.log_on()
    for number in range(1, 10 * FEW_AT_ONCE + 1):
        broker.session.send_block(freezes(1), number, 1, 0, time.time_ns())
    began = time.monotonic()
    await broker.flush()
    for _ in range(10 * FEW_AT_ONCE):
        await broker.hear(OutcomesReceived)
    rows = len(ledger.rows)

    broker.session.send_block(freezes(1), 1, 1, 0, time.time_ns())
    before = gateway.statistics.request_frames
    nursery.start_soon(send_for_ever, broker, broker.session.data_to_send() * FLOOD_FRAMES)
    await is_served(connect)

    repeats = gateway.statistics.request_frames - before - 1
    assert repeats <= frames_permitted(time.monotonic() - began) + 1
    assert len(ledger.rows) == rows + 1  # the other partner's freeze


async def test_too_many_control_frames_are_told_when_to_come_back(
    connect: Connect, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each would end a group of the ledger, also a malformed one: nothing of the body is looked at here."""
    monkeypatch.setattr("gateway.dispatch.admission.CONTROL_PER_SECOND_MAX", 1)
    broker = await connect()
    await broker.log_on()
    for number in range(1, 200):
        broker.session.send_control(encode(SUSPEND), number, time.time_ns())
    await broker.flush()
    told = [await broker.next_event() for _ in range(199)]
    refused = [event.message for event in told if isinstance(event, NotAppliedReceived)]

    assert sum(isinstance(event, OutcomesReceived) for event in told) == 128
    assert [message.code for message in refused] == [ReplyCode.BUSY] + [ReplyCode.SEQUENCE_GAP] * 70
    assert (refused[0].refused_number, refused[0].next_number) == (129, 129)
    assert 0 < refused[0].retry_after_ns <= 1_000_000_000
    assert len(ledger.rows) == 1 + 128
    await is_served(connect)


async def test_control_goes_on_when_its_time_has_come(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.dispatch.admission.CONTROL_AT_ONCE_MAX", 1)
    broker = await connect()
    await broker.log_on()
    await broker.control(SUSPEND, 1)
    await broker.hear(OutcomesReceived)
    await broker.control(SUSPEND, 2)
    refused = await broker.hear(NotAppliedReceived)
    await trio.sleep(refused.message.retry_after_ns / 1e9)
    await broker.control(SUSPEND, 2)

    await broker.hear(OutcomesReceived)


async def test_too_many_logons_of_a_party_are_told_to_come_back_and_the_other_logs_on(
    connect: Connect, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    count_logon, now_ns = Admission.count_logon, time.monotonic_ns()
    # No time goes by for the budget, however busy the machine is.
    monkeypatch.setattr(
        Admission, "count_logon", lambda admission, head, sign, _now_ns: count_logon(admission, head, sign, now_ns)
    )
    codes = []
    for version in range(1, 41):
        broker = await connect(version=version)
        broker.session.negotiate(b"n" * 16, time.time_ns())
        await broker.flush()
        event = await broker.next_event()
        codes.append(event.code if isinstance(event, Terminated) else ReplyCode.ACCEPTED)
        assert isinstance(event, Terminated | NegotiatedEvent)
        await broker.stream.aclose()

    assert codes == [ReplyCode.ACCEPTED] * 24 + [ReplyCode.STOPPING] * 16  # 16, and 4 for each of its seats
    assert sum(frame.header.kind == FrameKind.NEGOTIATE for frame in ledger.received) == codes.count(ReplyCode.ACCEPTED)
    await is_served(connect)


async def test_a_recorded_logon_locks_nobody_out(connect: Connect, gateway: Gateway) -> None:
    """While it is fresh somebody plays it again and again: it counts for nobody, and costs the ledger nothing."""
    broker = await connect()
    broker.session.negotiate(b"n" * 16, time.time_ns())
    recorded = broker.session.data_to_send()
    await broker.stream.send_all(recorded)
    await broker.hear(NegotiatedEvent)
    asked = gateway.statistics.answer_frames
    for _ in range(60):
        other = await connect()
        await other.stream.send_all(recorded)
        await read_to_the_end(other.stream)

    assert gateway.statistics.links_ended_by_code[ReplyCode.STALE_TIMESTAMP] == 60
    assert gateway.statistics.answer_frames == asked
    assert (await broker.establish()).next_number == 1


async def test_a_signed_prefix_alone_counts_for_nobody(connect: Connect, gateway: Gateway) -> None:
    """The header of a logon whose body never comes: its sender is known, and not logged on."""
    broker = await connect()
    broker.session.negotiate(b"n" * 16, time.time_ns())
    prefix = broker.session.data_to_send()[:160]
    for _ in range(14):
        await (await connect()).stream.send_all(prefix)
    while sum(link.session.party == keys.BROKER for link in gateway.dispatcher.links) < 14:
        await trio.lowlevel.checkpoint()

    assert (await (await connect(version=2)).log_on()).next_number == 1


async def test_unread_answers_of_all_links_of_a_party_are_bounded_together(
    connect: Connect, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, nursery: trio.Nursery
) -> None:
    """None of the two leaves as much unread as a link may; together they leave more than a party may."""
    monkeypatch.setattr("gateway.dispatch.dispatcher.REPLY_BYTES_UNSENT_PARTY_MAX", 300_000)
    monkeypatch.setattr("gateway.dispatch.admission.WORK_BURST_NS", 10**12)
    links = [await connect(seat=seat) for seat in (keys.BROKER_SEAT, keys.BROKER_SEAT + 1)]
    unread: list[int] = []
    for link in links:
        await link.log_on()
        nursery.start_soon(send_for_ever, link, behind_a_gap(link, FLOOD_FRAMES))
    with trio.fail_after(READ_WITHIN_S):
        while not gateway.statistics.links_ended_by_code[ReplyCode.REPLIES_UNREAD]:
            unread.append(gateway.dispatcher.admission.of_party(keys.BROKER).unread_bytes)
            await trio.lowlevel.checkpoint()

    assert 200_000 < max(unread) <= 300_000
    await is_served(connect)
    await connect.close()
    while gateway.dispatcher.links:
        await gateway.dispatcher.progress.wait()
    assert gateway.dispatcher.admission.of_party(keys.BROKER).unread_bytes == 0


async def test_a_flood_of_queries_is_read_as_slowly_as_it_is_paid_for(connect: Connect, gateway: Gateway) -> None:
    broker = await connect()
    await broker.log_on()
    began, asked = time.monotonic(), 0
    while asked < 5 * FEW_AT_ONCE:
        await broker.ask(asked, OutcomeQuery(20_260_921, 1))
        await broker.next_event()
        asked += 1

    assert time.monotonic() - began >= 4 * FEW_AT_ONCE * QUERY_WORK_INTERVAL * FRAME_WORK_NS / 1e9 * 0.9


class Looks:
    """How often the gateway looks at what a partner has sent, from now on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        receive = trio.SocketStream.receive_some

        async def counted(stream: trio.SocketStream, size: int | None = None) -> bytes | bytearray:
            self.count += 1
            return await receive(stream, size)

        monkeypatch.setattr("gateway.links.partner_link.receive", counted)


async def test_what_still_comes_on_a_link_that_is_closing_is_hardly_looked_at(
    connect: Connect, gateway: Gateway, nursery: trio.Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = await connect()
    await broker.log_on()
    await broker.stream.send_all(bytes(160))
    nursery.start_soon(send_for_ever, broker, bytes(1_000_000))
    assert (await broker.hear(Terminated)).code is ReplyCode.MALFORMED_FRAME
    looks = Looks(monkeypatch)
    await is_served(connect)
    while gateway.dispatcher.links:
        await gateway.dispatcher.progress.wait()

    assert looks.count < 100


@pytest.mark.parametrize("is_established", [True, False])
async def test_a_frame_that_comes_byte_by_byte_is_read_as_slowly_as_it_is_paid_for(
    connect: Connect, gateway: Gateway, nursery: trio.Nursery, monkeypatch: pytest.MonkeyPatch, is_established: bool
) -> None:
    """Each byte wakes the gateway, no frame comes to its end, and so nothing else would ever count them."""
    broker = await connect()
    if is_established:
        await broker.log_on()
        broker.session.send_block(freezes(1) * 200, 1, 200, 0, time.time_ns())
    else:
        broker.session.negotiate(bytes(16), time.time_ns())
    frame = broker.session.data_to_send()
    await broker.stream.send_all(frame[:PREFIX_BYTES])
    looks = Looks(monkeypatch)
    began = time.monotonic()
    for place in range(PREFIX_BYTES, len(frame) - 1):
        await broker.stream.send_all(frame[place : place + 1])
        await trio.sleep(0.0002)  # so that it comes alone
        if time.monotonic() - began > FEW_SECONDS:
            break
    seconds = time.monotonic() - began

    pieces = LOGON_PIECES_FREE + int(seconds * 1e9 / LOGON_PIECE_PAUSE_NS)
    permitted = frames_permitted(seconds) if is_established else pieces
    assert looks.count <= permitted + 2


def test_the_body_of_a_query_is_small() -> None:
    """So that its price is the frame's."""
    assert len(encode(OutcomeQuery(20_260_921, 1))) < 64


async def test_a_large_control_frame_of_a_broker_ends_its_link_before_its_body_and_uses_no_number(
    connect: Connect, ledger: FakeLedger
) -> None:
    """Its body would be journaled whatever is in it; the bank's own may be large."""
    broker = await connect()
    await broker.log_on()
    broker.session.send_control(bytes(SMALL_CONTROL_BODY_BYTES_MAX), 1, time.time_ns())
    broker.session.send_control(bytes(SMALL_CONTROL_BODY_BYTES_MAX + 1), 2, time.time_ns())
    await broker.stream.send_all(broker.session.data_to_send()[: 2 * PREFIX_BYTES + SMALL_CONTROL_BODY_BYTES_MAX])
    event = await broker.next_event()
    while isinstance(event, OutcomesReceived):
        event = await broker.next_event()
    assert isinstance(event, Terminated)
    assert event.code is ReplyCode.MALFORMED_FRAME
    await ledger.until(lambda: len(ledger.rows) == 2)
    assert (await (await connect()).establish()).next_number == 2

    bank = await connect(BANK_PARTY, BANK_SEAT)
    await bank.log_on()
    bank.session.send_control(bytes(SMALL_CONTROL_BODY_BYTES_MAX + 1), 3, time.time_ns())
    await bank.flush()
    await ledger.until(lambda: len(ledger.rows) == 3)


@pytest.mark.parametrize(
    ("body", "is_taken"),
    [
        (AN_ACT[:2] + bytes(ACT_BODY_BYTES_MAX - 2), True),
        (AN_ACT[:2] + bytes(ACT_BODY_BYTES_MAX - 1), False),
        (LINES[:2] + bytes(ACT_BODY_BYTES_MAX - 2), True),
        (LINES[:2] + bytes(ACT_BODY_BYTES_MAX - 1), False),
        (bytes(SMALL_CONTROL_BODY_BYTES_MAX + 1), False),
        (bytes(SMALL_CONTROL_BODY_BYTES_MAX), True),
    ],
    ids=["an act", "too large for one", "lines", "too large for them", "no act", "small"],
)
async def test_only_an_act_of_a_desk_may_be_as_large_as_one(
    connect: Connect, ledger: FakeLedger, body: bytes, is_taken: bool
) -> None:
    """Whatever else it sends is journaled too, and nobody has signed it."""
    desk = await connect(BANK_PARTY, TELLER_SEAT)
    await desk.log_on()
    desk.session.send_control(body, 1, time.time_ns())
    await desk.stream.send_all(desk.session.data_to_send())
    event = await desk.next_event()

    if is_taken:
        assert isinstance(event, OutcomesReceived)
    else:
        assert isinstance(event, Terminated)
        assert event.code is ReplyCode.MALFORMED_FRAME


def test_bytes_under_way_are_bounded_by_party(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.links.in_flight.PARTY_BYTES_MAX", 1_000)
    table = InFlight()
    large = blank_request(FrameKind.CONTROL, 1, 1, 1, bytes(600))
    table.add(large, 1, 0, BANK_PARTY)

    assert not table.has_room(large)
    assert table.has_room(large._replace(header=large.header._replace(sender=keys.BROKER)))
