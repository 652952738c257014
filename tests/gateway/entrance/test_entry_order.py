"""Who is let in next, and who has to go: known places, signed prefixes, places that had their turn.

Belongs here: turns, places and the look at a prefix, each alone and by a clock that is handed in. Never here: real
floods (test_strangers).
"""

import socket
from collections.abc import Iterator

import pytest
import trio

from gateway.clock import SystemClock
from gateway.daemon import Gateway
from gateway.entrance.entry_order import SPOKEN_MAX, SPOKEN_PER_TURN_MAX, Lanes, Order, Stranger
from gateway.entrance.places import (
    KNOWN_S,
    PLACES_PER_PARTY_MAX,
    SERVED_PLACES_MAX,
    SERVED_S,
    KnownPlaces,
    ServedPlaces,
    place_of,
)
from gateway.entrance.prefix_check import FORGED_AT_ONCE, FORGED_PLACE_AT_ONCE, SEEN_MAX, PrefixCheck
from gateway.entrance.waiting_room import SILENT_MAX, WaitingRoom
from protocol.keys.key_ring import KeyRing
from protocol.limits import NEGOTIATE_FRESH_NS, PREFIX_BYTES
from tests.gateway.entrance.test_strangers import LOGON_WITHIN_S, Peers, peers, prefix
from tests.gateway.partner import Connect
from tests.protocol import keys
from tests.protocol.conversation import partner_session

__all__ = ["peers"]
FRESH_MAX = SPOKEN_MAX * 3 // 8
NOW_NS = 1_700_000_000_000_000_000


@pytest.fixture
def ours() -> Iterator[socket.socket]:
    """A socket that nobody uses."""
    with socket.socket() as unused:
        yield unused


def stranger(ours: socket.socket, place: str, since: float = 0.0) -> Stranger:
    """One of a place."""
    return Stranger(ours, place, since, place)


def fill(order: Order, ours: socket.socket, count: int, name: str = "stranger", now_s: float = 0.0) -> list[Stranger]:
    """So many strangers, each of a place of its own. Returns those that had to go."""
    gone: list[Stranger] = []
    for number in range(count):
        one = order.put(stranger(ours, f"{name} {number}", now_s + number / 1e6), 0, False, False, now_s)
        gone += [] if one is None else [one]
    return gone


def turns_until(order: Order, wanted: Stranger, now_s: float = 0.0) -> int:
    """Lanes that it takes until this one is let in."""
    for number in range(1, 2 * SPOKEN_MAX):
        if order.take(now_s) is wanted:
            return number
    raise AssertionError("it was never let in")


def test_turns_go_round_by_place_and_then_by_party(ours: socket.socket) -> None:
    turns = Lanes()
    for address, party, since in (("a", 0, 1), ("a", 0, 2), ("a", 0, 3), ("a", 2, 4), ("b", 0, 5)):
        assert turns.put(stranger(ours, address, since), party) is None

    taken = [turns.take() for _ in range(6)]

    assert [one.since if one else 0 for one in taken] == [1, 5, 4, 2, 3, 0]


def test_a_turn_holds_so_many_and_leaves_nothing_behind(ours: socket.socket) -> None:
    turns = Lanes()
    gone = [turns.put(stranger(ours, "a", since), 0) for since in range(SPOKEN_PER_TURN_MAX + 2)]

    assert [one.since for one in gone if one] == [0, 1]  # not the newcomer
    assert turns.count == SPOKEN_PER_TURN_MAX
    assert turns.put(stranger(ours, "a", 0.0), 2) is None
    while turns.take() is not None:
        pass
    assert (turns.count, turns._by_lane, len(turns._crowds)) == (0, {}, 0)


@pytest.mark.parametrize(("is_signed", "is_known"), [(True, False), (False, True)])
def test_a_full_room_of_strangers_delays_neither_known_places_nor_signed_prefixes(
    ours: socket.socket, is_signed: bool, is_known: bool
) -> None:
    order = Order()
    fill(order, ours, 2 * SPOKEN_MAX)
    partner = stranger(ours, "partner's", 1.0)

    assert order.put(partner, 2, is_signed, is_known, 1.0) is None
    assert partner not in fill(order, ours, 2 * SPOKEN_MAX, "later", 1.0)
    assert order.count <= SPOKEN_MAX
    assert turns_until(order, partner, 1.0) <= 2


def test_the_longest_waiting_stranger_goes_and_never_the_newcomer(ours: socket.socket) -> None:
    order = Order()
    gone = fill(order, ours, SPOKEN_MAX)

    assert [one.address for one in gone] == [f"stranger {number}" for number in range(SPOKEN_MAX - FRESH_MAX)]
    newcomer = stranger(ours, "new", 2.0)
    assert order.put(newcomer, 0, False, False, 2.0) not in (None, newcomer)
    assert order.count == FRESH_MAX


def test_of_places_that_have_several_the_one_with_most_loses_one(ours: socket.socket) -> None:
    order = Order()
    fill(order, ours, FRESH_MAX - 3)
    many = [stranger(ours, "many", 5.0 + number) for number in range(4)]

    assert [order.put(each, 0, False, False, 5.0) for each in many] == [None, None, None, many[0]]


def test_a_place_that_had_its_turn_lately_comes_after_one_that_had_none(ours: socket.socket) -> None:
    order = Order()
    fill(order, ours, 100)
    while order.take(0.0) is not None:
        pass
    fill(order, ours, 100, now_s=1.0)
    newcomer = stranger(ours, "new", 2.0)
    order.put(newcomer, 0, False, False, 2.0)
    assert turns_until(order, newcomer, 2.0) == 1

    late = stranger(ours, "stranger 7", SERVED_S + 9)
    while order.take(9.0) is not None:
        pass
    order.put(late, 0, False, False, 2 * SERVED_S)  # long ago is forgotten
    fill(order, ours, 100, "new", 2 * SERVED_S)
    assert turns_until(order, late, 2 * SERVED_S) == 1


def test_places_that_had_their_turn_and_fresh_ones_push_out_and_starve_none_of_each_other(ours: socket.socket) -> None:
    order = Order()
    order.put(stranger(ours, "served"), 0, False, False, 0.0)
    order.take(0.0)
    again = stranger(ours, "served", 1.0)
    assert order.put(again, 0, False, False, 1.0) is None
    assert again not in fill(order, ours, SPOKEN_MAX)
    assert turns_until(order, again) <= 4


def test_every_fourth_turn_is_for_the_rest(ours: socket.socket) -> None:
    order = Order()
    for number in range(20):
        order.put(stranger(ours, "known", number), 2, False, True, 0.0)
    waiting = stranger(ours, "new", 20.0)
    order.put(waiting, 0, False, False, 0.0)

    assert turns_until(order, waiting) == 4


def test_one_party_that_signs_much_leaves_another_its_turn(ours: socket.socket) -> None:
    order = Order()
    for number in range(3 * SPOKEN_PER_TURN_MAX):
        order.put(stranger(ours, f"place {number}", number), 2, True, False, 0.0)
    other = stranger(ours, "elsewhere", 1e3)
    order.put(other, 3, True, False, 0.0)

    assert order.is_full_of_signed(2)
    assert not order.is_full_of_signed(3)
    assert turns_until(order, other) <= 2


def test_what_counts_as_one_place() -> None:
    assert place_of("192.0.2.7") == place_of("::ffff:192.0.2.200") == "192.0.2.0/24" != place_of("192.0.3.7")
    assert place_of("2001:db8::1") == place_of("2001:db8::ffff:1") != place_of("2001:db8:0:1::1")
    assert place_of("fe80::1%eth0") == place_of("fe80::2")
    assert place_of("127.0.0.1") == place_of("::ffff:127.0.0.1") == "127.0.0.1" != place_of("127.0.0.2")
    assert place_of("::1") == "::1"


def test_places_of_parties_are_remembered_for_long_and_not_for_ever() -> None:
    places = KnownPlaces()
    places.logged_on(2, "a", 0.0)
    places.logged_on(3, "a", 10.0)

    assert places.is_known("a", KNOWN_S + 9.0)
    assert not places.is_known("a", KNOWN_S + 10.0)
    assert not places.is_known("b", 0.0)
    assert places._last_s == {}


def test_a_party_of_many_places_makes_its_own_forgotten_and_nobody_elses() -> None:
    places = KnownPlaces()
    places.logged_on(3, "a", 0.0)
    for number in range(PLACES_PER_PARTY_MAX + 1):
        places.logged_on(2, f"{number}", 0.0)

    assert places.is_known("a", 0.0)
    assert [places.is_known(f"{number}", 0.0) for number in range(3)] == [False, True, True]
    assert len(places._last_s) == PLACES_PER_PARTY_MAX + 1


def test_places_that_had_their_turn_are_forgotten_in_the_end() -> None:
    served = ServedPlaces()
    for number in range(SERVED_PLACES_MAX + 1):
        served.served(f"{number}", 0.0)

    assert [served.was_served(f"{number}", 1.0) for number in range(2)] == [False, True]
    assert not served.was_served("1", SERVED_S)


class Still(SystemClock):
    """A clock that is put on by hand."""

    now_ns = 0

    def elapsed_ns(self) -> int:
        """Since whenever."""
        return self.now_ns

    def utc_offset_ns(self) -> int:
        """What makes it UTC."""
        return NOW_NS


@pytest.fixture
def clock() -> Still:
    """At zero."""
    return Still()


@pytest.fixture
def check(clock: Still) -> PrefixCheck:
    """Of the tests' registry."""
    return PrefixCheck(keys.registry(), KeyRing(keys.bank_signers()), clock)


def signed(nonce: int = 0, sent_at_ns: int = NOW_NS) -> bytes:
    """The first 160 bytes of a logon of a broker."""
    session = partner_session()
    session.negotiate(nonce.to_bytes(16, "big"), sent_at_ns)
    return session.data_to_send()[:PREFIX_BYTES]


def forged(number: int = 0) -> bytes:
    """As good as one, but for the signature."""
    return signed(number)[:-1] + b"\x7f"


def test_a_signed_and_fresh_prefix_is_believed_once(check: PrefixCheck) -> None:
    assert check.is_signed(signed(), "a")
    assert not check.is_signed(signed(), "b")  # a recording
    assert check.is_signed(signed(1), "a")


def test_what_is_no_fresh_logon_costs_no_look_at_its_signature(check: PrefixCheck) -> None:
    assert not check.is_signed(bytes(160), "a")
    assert not check.is_signed(signed(0, NOW_NS - NEGOTIATE_FRESH_NS - 1), "a")
    assert not check.is_signed(signed(0, NOW_NS + NEGOTIATE_FRESH_NS + 1), "a")
    assert check.checked == 0


def test_forged_prefixes_of_one_place_are_soon_no_longer_looked_at(check: PrefixCheck, clock: Still) -> None:
    for number in range(100):
        assert not check.is_signed(forged(number), "a")

    assert check.checked <= FORGED_PLACE_AT_ONCE + 1
    assert not check.is_signed(signed(), "a")  # it waits for its turn like others
    assert check.is_signed(signed(), "b")
    clock.now_ns = 3 * 10**9 * 2
    assert check.is_signed(signed(1, NOW_NS + clock.now_ns), "a")


def test_forged_prefixes_of_many_places_cost_a_bounded_share(check: PrefixCheck, clock: Still) -> None:
    for number in range(1_000):
        check.is_signed(forged(), f"{number}")
        clock.now_ns += 100_000

    assert check.checked <= FORGED_AT_ONCE + 100 + 1
    clock.now_ns += 10**9
    assert check.is_signed(signed(1, NOW_NS + clock.now_ns), "partner's")


def test_what_was_seen_is_kept_in_bounds(check: PrefixCheck) -> None:
    for number in range(SEEN_MAX + 5):
        check._remember(number.to_bytes(64, "big"), 0)

    assert len(check._seen) == SEEN_MAX


async def test_a_logon_and_the_end_of_its_link_make_a_place_known(connect: Connect, gateway: Gateway) -> None:
    places = gateway.listener.places
    assert not places.is_known("127.0.0.1", trio.current_time())
    broker = await connect()
    await broker.log_on()

    assert places.is_known("127.0.0.1", trio.current_time())
    assert gateway.dispatcher.prefix_check.checked == 1  # it was let in on its signature


async def test_a_signed_prefix_is_let_in_before_strangers_of_hundreds_of_places(
    nursery: trio.Nursery, peers: Peers
) -> None:
    good = prefix(2)[:-1] + b"s"
    room = WaitingRoom(False, (2, 3).__contains__, lambda words, _place: words == good, KnownPlaces())
    nursery.start_soon(room.keep)
    for number in range(200):
        theirs, hidden = peers.pair()
        room.enter(hidden, f"place {number}")
        theirs.sendall(prefix(2))
    theirs, partners = peers.pair()
    room.enter(partners, "partner's")
    theirs.sendall(good)
    while room.count and room._silent:
        await trio.lowlevel.checkpoint()

    with trio.fail_after(LOGON_WITHIN_S):
        assert (await room.next()).address == "partner's"


@pytest.mark.parametrize("is_tls", [False, True])
async def test_silent_strangers_go_before_silent_known_places(
    nursery: trio.Nursery, peers: Peers, is_tls: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.entrance.waiting_room.SILENT_MAX", 3)
    places = KnownPlaces()
    places.logged_on(2, "partner's", trio.current_time())
    room = WaitingRoom(is_tls, (2, 3).__contains__, lambda _words, _place: False, places)
    nursery.start_soon(room.keep)
    for address in ("partner's", "partner's", "a", "b", "c"):
        room.enter(peers.pair()[1], address)

    assert sorted(one.address for one in room._silent.values()) == ["c", "partner's", "partner's"]
    assert SILENT_MAX > 3


async def test_with_tls_a_known_place_is_let_in_first(nursery: trio.Nursery, peers: Peers) -> None:
    places = KnownPlaces()
    places.logged_on(2, "partner's", trio.current_time())
    room = WaitingRoom(True, (2, 3).__contains__, lambda _words, _place: False, places)
    nursery.start_soon(room.keep)
    for address in ("a", "b", "c", "partner's"):
        theirs, hidden = peers.pair()
        room.enter(hidden, address)
        theirs.sendall(bytes([22, 3, 1, 0, 200]) + bytes(200))
    while room._silent:
        await trio.lowlevel.checkpoint()

    assert (await room.next()).address == "partner's"
