"""A broker's program that is interrupted with Ctrl-C at each store into its outbox, one life after the other.

Belongs here: the program that `test_abandoned_calls` starts with a port and a directory. Never here: judging more than
what the callers were told against what the outbox holds. Life k gets SIGINT in its k-th store; the last one gets none.
"""

import signal
import sys
from pathlib import Path

import numpy as np
import trio

from protocol.client import RECORD, OutcomeUnknown, Seat, SeatSettings, SessionEnded
from protocol.client.outbox.outbox import Outbox
from protocol.client.outbox.outbox_file import OutboxFile
from tests.client.fake_bank import SEAT, FakeBank
from tests.client.line.test_seat import freezes

Told = dict[int, str]  # by amount: how the call ended


class _Fate:
    stores_left = 0


def interrupt_at_a_store() -> None:
    """From now on SIGINT comes when `_Fate.stores_left` stores were begun."""
    write_bytes, write_word = OutboxFile.write_bytes, OutboxFile.write_word

    def come() -> None:
        _Fate.stores_left -= 1
        if _Fate.stores_left == 0:
            signal.raise_signal(signal.SIGINT)

    def fatal_bytes(file: OutboxFile, place: int, data: bytes) -> None:
        write_bytes(file, place, data)
        come()

    def fatal_word(file: OutboxFile, place: int, word: int) -> None:
        write_word(file, place, word)
        come()

    setattr(OutboxFile, "write_bytes", fatal_bytes)  # noqa: B010 - replaces a method, which an assignment may not
    setattr(OutboxFile, "write_word", fatal_word)  # noqa: B010


async def live(settings: SeatSettings, told: Told) -> None:
    """Single calls and a block, by tasks that outlive the seat."""

    all_told = trio.Event()

    def note(amount_fen: int, end: str) -> None:
        told[amount_fen] = end
        if len(told) == 3:
            all_told.set()

    async def single(seat: Seat, amount_fen: int) -> None:
        try:
            await seat.freeze(195, amount_fen)
            note(amount_fen, "outcome")
        except (SessionEnded, OutcomeUnknown) as error:
            note(amount_fen, type(error).__name__)

    async def block(seat: Seat, amount_fen: int) -> None:
        try:
            await seat.submit_block(freezes(1, amount_fen))
            note(amount_fen, "outcome")
        except (SessionEnded, OutcomeUnknown) as error:
            note(amount_fen, type(error).__name__)

    async with trio.open_nursery() as callers, Seat.open(settings) as seat:
        for amount_fen in (1, 2):
            callers.start_soon(single, seat, amount_fen)
        callers.start_soon(block, seat, 3)
        await all_told.wait()


def left_in(settings: SeatSettings) -> list[int]:
    """Amounts of all frames that the outbox holds."""
    box = Outbox.open(settings.outbox, settings.party, SEAT, records_max=settings.outbox_records)
    try:
        bodies = b"".join(box.body(slot) for slot, _cell in box.live())
        return [int(amount_fen) for amount_fen in np.frombuffer(bodies, RECORD)["amount_fen"]]
    finally:
        box.close()


def main(port: int, directory: Path) -> None:
    """Run lives until one is not interrupted any more; a line for each."""
    bank = FakeBank()
    bank.port = port
    interrupt_at_a_store()
    life, end = 0, "KeyboardInterrupt"
    while end:
        life += 1
        (directory / str(life)).mkdir()
        settings = bank.settings(directory / str(life))
        told: Told = {}
        _Fate.stores_left = life
        try:
            trio.run(live, settings, told)
            end = ""
        except BaseException as error:
            end = repr(error)
        _Fate.stores_left = 0
        wrong = [amount_fen for amount_fen in left_in(settings) if told.get(amount_fen) == "SessionEnded"]
        print(life, end, told, f"told wrongly: {wrong}" if wrong else "none told wrongly")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
