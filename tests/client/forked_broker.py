"""A broker's program that forks with a seat open: by os.fork, by multiprocessing, in a trio task.

Belongs here: the program that `test_forked` starts with a port and a directory. Never here: judging what it says. The
child says what it was told in a line, then lives on until its parent is done.
"""

import multiprocessing
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import trio

from protocol.client import Seat, SeatSettings, SyncSeat
from protocol.client.outbox.outbox import Outbox
from tests.client.fake_bank import SEATS, FakeBank
from tests.client.line.test_seat import freezes

warnings.simplefilter("ignore", DeprecationWarning)  # a fork with threads about is what is tried here


def say(line: str) -> None:
    """At once, from whichever process."""
    os.write(1, f"{line}\n".encode())


def tried(name: str, call: Callable[[], object]) -> None:
    """Say how a call ended."""
    try:
        say(f"{name}: {call()}")
    except BaseException as error:
        say(f"{name}: {type(error).__name__}: {error}")


def be_a_child(seat: SyncSeat, other: SeatSettings) -> None:
    """Try every kind of call on what the parent has; then use a seat of its own."""
    tried("child single", lambda: seat.freeze(195, 1))
    tried("child block", lambda: seat.freeze_block(freezes(1)))
    tried("child question", lambda: seat.buying_power([195]))
    with SyncSeat.open(other) as own:
        say(f"child own seat: {own.freeze(195, 1).number}")


def forked(work: Callable[[], None]) -> tuple[int, int]:
    """A child that works, says so, and lives until the pipe is closed. Returns its id and our end."""
    theirs, ours = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        try:
            work()
        finally:
            say("child works on")
            os.read(theirs, 1)
            os._exit(0)
    os.close(theirs)
    return child, ours


def block_left_by_child(settings: SeatSettings) -> None:
    """The child leaves the parent's block in order, and with an error."""
    for leaving in (None, LookupError("the child's own")):
        with SyncSeat.open(settings) as seat:
            child = os.fork()
            if child == 0:
                try:
                    if leaving is not None:
                        raise leaving
                    os._exit(leave(seat))
                except LookupError:
                    os._exit(leave(seat))
            os.waitpid(child, 0)
            say(f"parent after the child left: {seat.freeze(195, 1).accepted}")


def leave(seat: SyncSeat) -> int:
    """As the end of the block does."""
    seat._close()
    return 0


def main(port: int, directory: Path) -> None:
    """Each way to fork, one after the other."""
    bank = FakeBank()
    bank.port = port
    settings, other = (bank.settings(directory, seat) for seat in SEATS[:2])

    with SyncSeat.open(settings) as seat:
        seat.freeze(195, 1)
        child, end = forked(lambda: be_a_child(seat, other))
        say(f"parent goes on: {seat.freeze(195, 1).number}")
    Outbox.open(settings.outbox, settings.party, settings.seat, records_max=settings.outbox_records).close()
    say("parent's outbox is free while the child lives")
    os.close(end)
    os.waitpid(child, 0)

    with SyncSeat.open(settings) as seat:
        worker = multiprocessing.get_context("fork").Process(target=tried, args=("worker", lambda: seat.freeze(195, 1)))
        worker.start()
        worker.join()
        say(f"parent goes on: {seat.freeze(195, 1).number}")

    block_left_by_child(settings)
    child, end = trio.run(in_trio, settings)
    Outbox.open(settings.outbox, settings.party, settings.seat, records_max=settings.outbox_records).close()
    say("parent's outbox is free while the child lives")
    os.close(end)
    os.waitpid(child, 0)


async def in_trio(settings: SeatSettings) -> tuple[int, int]:
    """A task forks; its child tries the verbs, which do not get as far as waiting. Returns what `forked` does."""
    async with Seat.open(settings) as seat:
        child, end = forked(lambda: tried("trio child", lambda: stepped(seat)))
        await trio.to_thread.run_sync(Path(settings.outbox).stat)
        say(f"parent goes on: {(await seat.freeze(195, 1)).accepted}")
    return child, end


def stepped(seat: Seat) -> object:
    """The first step of a call."""
    return seat.freeze(195, 1).send(None)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
