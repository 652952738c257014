"""Bell, receive and send of tasks that wait once a frame: nothing is lost, and every end is told."""

import socket
import struct

import pytest
import trio
import trio.testing

from protocol.client.line.waits import Bell, receive, send

RESET = struct.pack("ii", 1, 0)  # linger for no time: closing resets


async def test_a_ring_wakes_the_one_that_waits() -> None:
    bell, heard = Bell(), []

    async def wait() -> None:
        await bell.wait()
        heard.append("ring")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait)
        await trio.testing.wait_all_tasks_blocked()
        assert heard == []
        bell.ring()
        bell.ring()

    assert heard == ["ring"]


async def test_rings_that_nobody_has_heard_count_as_one() -> None:
    bell = Bell()
    bell.ring()
    bell.ring()
    await bell.wait()

    with trio.move_on_after(0) as scope:
        await bell.wait()
    assert scope.cancelled_caught


async def test_a_cancelled_wait_leaves_the_ring() -> None:
    bell = Bell()
    bell.ring()
    with trio.CancelScope() as scope:
        scope.cancel()
        await bell.wait()

    with trio.fail_after(5):
        await bell.wait()


async def tcp_pair() -> tuple[trio.SocketStream, trio.SocketStream]:
    (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
    here = await trio.open_tcp_stream("127.0.0.1", listener.socket.getsockname()[1])
    there = await listener.accept()
    await listener.aclose()
    return here, there


async def test_bytes_that_come_later_and_bytes_that_are_there() -> None:
    here, there = await tcp_pair()
    async with here, there, trio.open_nursery() as nursery:
        nursery.start_soon(there.send_all, b"abcdef")
        assert await receive(here, 4) == b"abcd"
        assert await receive(here, 4) == b"ef"
        await there.send_eof()
        assert await receive(here, 4) == b""


async def test_the_end_is_told_below_the_low_water_mark() -> None:
    here, there = await tcp_pair()
    async with here, there:
        here.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1_000)
        await there.send_all(b"abc")
        await there.send_eof()
        with trio.fail_after(5):
            assert await receive(here, 4_000) == b"abc"
            assert await receive(here, 4_000) == b""


async def test_a_reset_is_an_error() -> None:
    here, there = await tcp_pair()
    async with here:
        there.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        await there.aclose()
        with pytest.raises(ConnectionResetError):
            await receive(here, 4)


async def test_a_cancelled_receive_leaves_the_bytes() -> None:
    here, there = await tcp_pair()
    async with here, there:
        with trio.move_on_after(0):
            await receive(here, 4)
        await there.send_all(b"abcd")
        assert await receive(here, 4) == b"abcd"


async def test_a_stream_closed_before_or_meanwhile_says_so() -> None:
    here, there = await tcp_pair()

    async def wait() -> None:
        with pytest.raises(trio.ClosedResourceError):
            await receive(here, 4)

    async with there, trio.open_nursery() as nursery:
        nursery.start_soon(wait)
        await trio.testing.wait_all_tasks_blocked()
        await here.aclose()
    await wait()


async def test_what_the_system_does_not_take_at_once_is_sent_later() -> None:
    here, there = await tcp_pair()
    data = bytes(range(256)) * 65_536
    heard = bytearray()
    async with here, there, trio.open_nursery() as nursery:
        nursery.start_soon(send, here, data)
        while len(heard) < len(data):
            heard += await receive(there, 1 << 20)

    assert heard == data


async def test_to_send_into_a_broken_connection_is_an_error() -> None:
    here, there = await tcp_pair()
    async with here:
        there.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        await there.aclose()
        await trio.lowlevel.wait_readable(here.socket)
        with pytest.raises(OSError, match=r"."):
            await send(here, b"abc")
