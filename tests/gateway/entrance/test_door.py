"""What a flood of connections may cost before anybody has said who he is: who comes in, how much of a pass it takes.

Belongs here: the door, counting by place, passes of the waiting room and of accepting. Never here: the order of those
that have spoken (test_entry_order), silence (test_strangers).
"""

import random
import socket

import pytest
import trio

from gateway.daemon import Gateway
from gateway.entrance.crowds import Crowds
from gateway.entrance.door import AGAIN_AT_ONCE, FRESH_AT_ONCE, INTERVAL_NS, KNOWN_AT_ONCE, Door
from gateway.entrance.places import KnownPlaces
from gateway.entrance.waiting_room import STRANGERS_PER_PASS, WaitingRoom
from tests.gateway.entrance.test_hostile_partners import is_served
from tests.gateway.entrance.test_strangers import Peers, is_closed, peers, prefix
from tests.gateway.partner import Connect

__all__ = ["peers"]
SPEAKERS = 6 * STRANGERS_PER_PASS
IN_A_PASS = 2 * STRANGERS_PER_PASS  # of one pass and the next: tasks of a pass run in any order


def come(door: Door, names: list[str], now_s: float = 0.0) -> int:
    """How many of these come in."""
    return sum(door.lets_in(name, now_s) for name in names)


def test_strangers_come_in_at_the_pace_that_they_are_worth() -> None:
    door = Door(KnownPlaces())
    flood = [f"stranger {number % 1_000}" for number in range(5_000)]

    assert come(door, flood) <= FRESH_AT_ONCE + AGAIN_AT_ONCE
    assert come(door, flood, 1.0) <= 2 * 10**9 // INTERVAL_NS + 2


def test_places_that_come_again_and_again_shut_no_newcomer_out() -> None:
    door = Door(KnownPlaces())
    flood = [f"stranger {number}" for number in range(FRESH_AT_ONCE)]
    come(door, flood)
    come(door, flood * 10, 1.0)

    assert not door.lets_in(flood[0], 1.0)
    assert door.lets_in("partner's", 1.0)


def test_strangers_shut_no_known_place_out_and_one_known_place_no_other() -> None:
    places = KnownPlaces()
    places.logged_on(2, "partner's", 0.0)
    places.logged_on(3, "other's", 0.0)
    door = Door(places)
    come(door, [f"stranger {number}" for number in range(5_000)])

    assert come(door, ["partner's"] * 5_000) == KNOWN_AT_ONCE
    assert door.lets_in("other's", 0.0)
    assert come(door, ["partner's"] * 5_000, 1.0) == 10**9 // INTERVAL_NS


def test_crowds_count_as_a_look_at_all_of_them_would() -> None:
    chance, crowds, counts = random.Random(1), Crowds(), dict.fromkeys("abcdefgh", 0)
    for _ in range(3_000):
        name = chance.choice("abcdefgh")
        if counts[name] and chance.random() < 0.5:
            crowds.remove(name)
            counts[name] -= 1
        else:
            crowds.add(name)
            counts[name] += 1
        largest = crowds.largest()
        assert (counts[largest] if largest else 0) == max(counts.values())
        assert (largest is None) == (not any(counts.values()))
    assert len(crowds) == sum(count > 0 for count in counts.values())


def test_of_several_that_have_most_it_is_the_one_that_has_had_so_many_for_longest() -> None:
    crowds = Crowds()
    for name in "abcbcab":
        crowds.add(name)
    assert crowds.largest() == "b"
    crowds.remove("b")

    assert [crowds.largest(), crowds.count("b"), crowds.count("x")] == ["c", 2, 0]


async def test_many_that_speak_at_once_are_looked_at_a_few_in_a_pass(nursery: trio.Nursery, peers: Peers) -> None:
    """Between two passes partners' sockets are looked at: else they wait for as many strangers as there are."""
    looked_at = 0

    def is_signed(_prefix: bytes, _place: str) -> bool:
        nonlocal looked_at
        looked_at += 1
        return False

    room = WaitingRoom(False, (2, 3).__contains__, is_signed, KnownPlaces())
    for number in range(SPEAKERS):
        theirs, ours = peers.pair()
        room.enter(ours, f"place {number}")
        theirs.sendall(prefix(2))
    nursery.start_soon(room.keep)

    with trio.fail_after(10):
        before, most = 0, 0
        while looked_at < SPEAKERS:
            await trio.lowlevel.checkpoint()
            before, most = looked_at, max(most, looked_at - before)
    assert 0 < most <= IN_A_PASS


async def test_silence_of_many_ends_a_few_in_a_pass(
    nursery: trio.Nursery, peers: Peers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.entrance.waiting_room.FIRST_WORDS_S", 0.0)
    room = WaitingRoom(False, (2, 3).__contains__, lambda _prefix, _place: False, KnownPlaces())
    for number in range(SPEAKERS):
        room.enter(peers.pair()[1], f"place {number}")
    nursery.start_soon(room.keep)

    with trio.fail_after(10):
        before, most = 0, 0
        while room.sent_away < SPEAKERS:
            await trio.lowlevel.checkpoint()
            before, most = room.sent_away, max(most, room.sent_away - before)
    assert 0 < most <= IN_A_PASS


async def test_whoever_is_not_let_in_is_closed_at_once_and_counted(
    connect: Connect, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    await is_served(connect)
    monkeypatch.setattr(Door, "lets_in", lambda _door, place, _now_s: place != "127.0.0.9")
    with socket.create_connection(("127.0.0.1", gateway.port), source_address=("127.0.0.9", 0)) as stranger:
        stranger.setblocking(False)
        with trio.fail_after(10):
            await trio.lowlevel.wait_readable(stranger)
        assert is_closed(stranger)

    assert gateway.listener.refused == 1
    await is_served(connect)
