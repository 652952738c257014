"""What a party and a link may use up: one test per rule, with times of the test's own making.

Belongs here: `Budget` and `Admission` alone. Never here: links, sockets (test_floods, test_strangers).
"""

import pytest

from gateway.dispatch.admission import (
    BANK_TIMES_MORE,
    FRAME_WORK_NS,
    LINK_WORK_INTERVAL,
    NS_PER_SECOND,
    PARTY_WORK_INTERVAL,
    WORK_BURST_NS,
    Admission,
    LinkBudget,
    work_of,
)
from gateway.dispatch.budget import Budget
from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.header import Header
from protocol.limits import (
    BODY_BYTES_MAX,
    CONTROL_AT_ONCE_MAX,
    CONTROL_PER_SECOND_MAX,
    HEARTBEATS_AT_ONCE_MAX,
    HEARTBEATS_PER_INTERVAL_MAX,
    LOGONS_AT_ONCE_MAX,
    LOGONS_PER_SEAT_AT_ONCE_MAX,
    LOGONS_PER_SECOND_MAX,
    NEGOTIATE_FRESH_NS,
    PARTIES_MAX,
)
from protocol.messages.control import RegisterChannelSeat, RegisterParty, RegisterSeat
from protocol.vocabulary import BANK_PARTY, FrameKind, Role, SeatRole, Suite
from tests.bank_seats import BANK_SEAT, DAY_SEAT, SEAT_ROLES, TELLER_SEAT
from tests.gateway.fake_ledger import blank_request
from tests.protocol import keys

SOON_NS = 50 * NS_PER_SECOND
HOUR_NS = 3_600 * NS_PER_SECOND


def logon(party: int = keys.OTHER_BROKER, seat: int = keys.OTHER_SEAT) -> Header:
    """A NEGOTIATE of this party."""
    return blank_request(FrameKind.NEGOTIATE, seat, 0, 0, b"").header._replace(sender=party)


def admission(sessions_max: int = 8) -> Admission:
    """Over the parties of the tests: the bank, broker 2 with two seats, broker 3 with one."""
    return Admission(keys.registry(), sessions_max)


def test_a_bucket_gives_its_burst_and_then_one_each_interval() -> None:
    bucket = Budget(10, 3)

    assert [bucket.take(1, SOON_NS) for _ in range(4)] == [0, 0, 0, 10]
    assert bucket.take(1, SOON_NS + 9) == 1
    assert bucket.take(1, SOON_NS + 10) == 0
    assert [bucket.take(1, HOUR_NS) for _ in range(4)] == [0, 0, 0, 10]  # never more than the burst


def test_a_debt_is_paid_before_anything_else() -> None:
    bucket = Budget(10, 3)

    assert bucket.spend(3, SOON_NS) == 0
    assert [bucket.spend(1, SOON_NS) for _ in range(3)] == [10, 20, 30]
    assert bucket.spend(1, SOON_NS + 30) == 10


def test_frames_that_ask_nothing_cost_a_link_and_its_party_their_share_of_a_processor() -> None:
    book, link = admission(), LinkBudget(NS_PER_SECOND)
    at_once = WORK_BURST_NS // FRAME_WORK_NS

    pauses = [book.asked_nothing(2, link, work_of(0), SOON_NS) for _ in range(at_once + 1)]

    assert set(pauses[:-1]) == {0}
    assert pauses[-1] == LINK_WORK_INTERVAL * FRAME_WORK_NS
    for _ in range(100):  # other links of the party: what it has left is shared
        pause_ns = book.asked_nothing(2, LinkBudget(NS_PER_SECOND), work_of(0), SOON_NS)
    assert pause_ns == PARTY_WORK_INTERVAL * FRAME_WORK_NS * 101
    assert book.asked_nothing(3, LinkBudget(NS_PER_SECOND), work_of(0), SOON_NS) == 0


def test_a_large_frame_costs_more_than_a_small_one() -> None:
    book, link = admission(), LinkBudget(NS_PER_SECOND)
    large = 0
    while book.asked_nothing(2, link, work_of(BODY_BYTES_MAX), SOON_NS) == 0:
        large += 1

    assert 3 * large < WORK_BURST_NS // FRAME_WORK_NS


@pytest.mark.parametrize("heartbeat_ns", [100_000_000, NS_PER_SECOND, 60 * NS_PER_SECOND])
def test_a_link_that_beats_far_above_its_interval_is_ended(heartbeat_ns: int) -> None:
    book, link = admission(), LinkBudget(heartbeat_ns)
    now_ns = SOON_NS
    for _ in range(10 * HEARTBEATS_AT_ONCE_MAX):  # as fast as is permitted, for ever
        book.beat(link, now_ns)
        now_ns += heartbeat_ns // HEARTBEATS_PER_INTERVAL_MAX
    for _ in range(HEARTBEATS_AT_ONCE_MAX):  # and what a stalled line brings together
        book.beat(link, now_ns)

    with pytest.raises(PeerViolation, match="RATE_EXCEEDED: more than 10 heartbeats in each interval"):
        book.beat(link, now_ns)


def test_logons_are_bounded_by_party_and_the_others_are_not_concerned() -> None:
    book = admission()
    at_once = LOGONS_AT_ONCE_MAX + LOGONS_PER_SEAT_AT_ONCE_MAX
    for number in range(at_once):
        book.count_logon(logon(), b"%d" % number, SOON_NS)

    with pytest.raises(PeerViolation, match="STOPPING: too many logons of this party; come back in 250 ms") as refused:
        book.count_logon(logon(), b"too many", SOON_NS)
    assert refused.value.code is ReplyCode.STOPPING
    book.count_logon(logon(keys.BROKER, keys.BROKER_SEAT), b"another party's", SOON_NS)
    book.count_logon(logon(), b"later", SOON_NS + NS_PER_SECOND // LOGONS_PER_SECOND_MAX)


def test_a_recorded_logon_uses_up_nothing_and_is_not_remembered_for_ever() -> None:
    book = admission()
    book.count_logon(logon(), b"recorded", SOON_NS)

    for _ in range(1_000):
        with pytest.raises(PeerViolation, match="STALE_TIMESTAMP: this logon of seat 21 was seen before"):
            book.count_logon(logon(), b"recorded", SOON_NS + NEGOTIATE_FRESH_NS)
    book.count_logon(logon(), b"its own next", SOON_NS + 2 * NEGOTIATE_FRESH_NS + 1)
    assert list(book._logons_seen) == [b"its own next"]


def test_control_is_bounded_by_party_and_the_bank_loads_its_master_data() -> None:
    book = admission()
    waits = [book.control_wait_ns(keys.BROKER, keys.BROKER_SEAT, b"", SOON_NS) for _ in range(CONTROL_AT_ONCE_MAX + 1)]

    assert set(waits[:-1]) == {0}
    assert waits[-1] == NS_PER_SECOND // CONTROL_PER_SECOND_MAX
    assert book.control_wait_ns(keys.OTHER_BROKER, keys.OTHER_SEAT, b"", SOON_NS) == 0


def test_each_seat_of_a_channel_has_what_a_party_has() -> None:
    """It is of one broker, whose customers use up nothing of another's."""
    known = keys.registry()
    known.apply(RegisterParty(9, Role.CHANNEL, Suite.ED25519_SHA256, "phone", False), 0)
    for seat, broker in ((91, keys.BROKER), (92, keys.OTHER_BROKER)):
        known.apply(RegisterChannelSeat(seat, 9, 1, broker), 0)
    book = Admission(known, 8)

    assert not any(book.control_wait_ns(9, 91, b"", SOON_NS) for _ in range(CONTROL_AT_ONCE_MAX))
    assert book.control_wait_ns(9, 91, b"", SOON_NS) > 0
    assert book.control_wait_ns(9, 92, b"", SOON_NS) == 0
    assert book.asked_query(9, 0, SOON_NS, WORK_BURST_NS, seat=91) > 0
    assert book.asked_query(9, 0, SOON_NS, 0, seat=92) == 0


def test_acts_of_each_seat_are_bounded_however_much_else_it_may_send() -> None:
    """Each costs the ledger two signatures and a row of its own, and people do not sign by the thousand."""
    book, act = admission(), b"\x93\x50"
    for seat in (BANK_SEAT, TELLER_SEAT, DAY_SEAT):
        waits = [book.control_wait_ns(BANK_PARTY, seat, act, SOON_NS) for _ in range(CONTROL_AT_ONCE_MAX + 1)]

        assert set(waits[:-1]) == {0}
        assert waits[-1] == NS_PER_SECOND // CONTROL_PER_SECOND_MAX
        assert book.control_wait_ns(BANK_PARTY, seat, b"\x92\x50", SOON_NS) == 0


@pytest.mark.parametrize(("seat", "role"), SEAT_ROLES.items())
def test_control_of_the_bank_is_bounded_by_the_role_of_each_seat(seat: int, role: SeatRole) -> None:
    book = admission()
    is_bulk = role != SeatRole.CHANNEL
    times = BANK_TIMES_MORE if is_bulk else 1

    assert not any(book.control_wait_ns(BANK_PARTY, seat, b"", SOON_NS) for _ in range(times * CONTROL_AT_ONCE_MAX))
    assert book.control_wait_ns(BANK_PARTY, seat, b"", SOON_NS) == NS_PER_SECOND // (times * CONTROL_PER_SECOND_MAX)
    assert not any(book.control_wait_ns(BANK_PARTY, other, b"", SOON_NS) for other in SEAT_ROLES if other != seat)


def test_a_party_that_has_no_session_yet_finds_a_slot_and_so_does_the_bank() -> None:
    book = admission(sessions_max=4)

    book.check_slots(2, False, lambda: [2, 2])  # one more is left for broker 3
    with pytest.raises(PeerViolation, match="STOPPING: all sessions that may be served at once are"):
        book.check_slots(2, False, lambda: [2, 2, 2])
    book.check_slots(2, True, lambda: [2, 2, 2])  # a link that takes over needs none
    book.check_slots(3, False, lambda: [2, 2, 2])
    with pytest.raises(PeerViolation, match="STOPPING"):
        book.check_slots(3, False, lambda: [2, 2, 2, 2])
    book.check_slots(BANK_PARTY, False, lambda: [2, 2, 2, 3])
    book.check_slots(2, False, lambda: [BANK_PARTY, 2, 2])  # the bank's own slot is none of these


def test_parties_that_never_come_leave_most_slots_to_those_that_do() -> None:
    registry = keys.registry()
    for party in range(10, PARTIES_MAX):
        registry.apply(RegisterParty(party, Role.BROKER, Suite.ED25519_SHA256, "sleeps", True), 0)
        registry.apply(RegisterSeat(party, party, SeatRole.BROKER), 0)

    Admission(registry, 8).check_slots(2, False, lambda: [2] * 5)
    with pytest.raises(PeerViolation, match="STOPPING"):
        Admission(registry, 8).check_slots(2, False, lambda: [2] * 6)


def test_a_party_with_another_seat_may_log_on_more_often_and_owes_what_it_owed() -> None:
    registry = keys.registry()
    book = Admission(registry, 8)
    book.of_party(2).unread_bytes = 7
    registry.apply(RegisterSeat(99, 2, SeatRole.BROKER), 0)

    assert book.of_party(2).unread_bytes == 7
    assert book.of_party(2) is book.of_party(2)
