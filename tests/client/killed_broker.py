"""A broker's program that is killed with SIGKILL at each store into its outbox, one life after the other.

Belongs here: the program that `test_killed_process` starts with a port, a directory and a number of lives.
Never here: judging what became of it. Life k is killed at its k-th store; a store of bytes is first done by half.
Each life sends blocks whose records carry (life, block) and writes to a log what it was told; the last one is spared.
"""

import os
import signal
import sys
from pathlib import Path

import numpy as np
import trio

from protocol.client import Recovered, Seat
from protocol.client.outbox.outbox_file import OutboxFile
from protocol.records import RecordArray
from tests.client.fake_bank import FakeBank
from tests.frames import make_records

BLOCKS_PER_LIFE = 3


class _Doom:
    """Counts stores and ends the process at the one appointed."""

    def __init__(self, stores_left: int) -> None:
        self.stores_left = stores_left

    def is_now(self) -> bool:
        self.stores_left -= 1
        return self.stores_left == 0


def doom(stores_left: int) -> None:
    """From now on the process dies at this store."""
    fate = _Doom(stores_left)
    write_bytes, write_word = OutboxFile.write_bytes, OutboxFile.write_word

    def fatal_bytes(file: OutboxFile, place: int, data: bytes) -> None:
        if fate.is_now():
            write_bytes(file, place, data[: len(data) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        write_bytes(file, place, data)

    def fatal_word(file: OutboxFile, place: int, word: int) -> None:
        write_word(file, place, word)
        if fate.is_now():
            os.kill(os.getpid(), signal.SIGKILL)

    setattr(OutboxFile, "write_bytes", fatal_bytes)  # noqa: B010 - replaces a method, which an assignment may not
    setattr(OutboxFile, "write_word", fatal_word)  # noqa: B010


def block(life: int, index: int) -> RecordArray:
    """Two freezes that say in `partner_ref` where they come from."""
    return make_records(2, 195, 1, partner_ref=np.array([life * 100 + index], "<i8").view("V8"))


async def live(port: int, directory: Path, life: int) -> None:
    """Take over what is left, then send blocks, two at a time."""
    bank = FakeBank()
    bank.port = port
    with (directory / "told.log").open("a", buffering=1) as log:

        async def send(seat: Seat, index: int) -> None:
            await seat.freeze_block(block(life, index))
            log.write(f"told {life * 100 + index}\n")

        async with Seat.open(bank.settings(directory)) as seat:
            for left in seat.recovered:
                log.write(f"recovered {reference(left)}\n")
            async with trio.open_nursery() as nursery:
                for index in range(BLOCKS_PER_LIFE):
                    nursery.start_soon(send, seat, index)


def reference(left: Recovered) -> int:
    """Which block a recovered outcome is of."""
    return int(np.frombuffer(left.records["partner_ref"][0].tobytes(), "<i8")[0])


def main(port: int, directory: Path, lives: int) -> None:
    """Run all lives, each in a process of its own; print how each ended."""
    for life in range(1, lives + 1):
        child = os.fork()
        if child == 0:
            if life < lives:
                doom(life)
            trio.run(live, port, directory, life)
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        print(life, os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
