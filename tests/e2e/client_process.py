"""A broker's program that is killed: `python -m tests.e2e.client_process SEAT_FILE`.

It submits blocks whose records carry a serial of its own, writes each answer down, and is opened on its outbox again.
Belongs here: what such a program does. Never here: killing it, checks.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np
import trio

from protocol.client import Seat, SeatSettings
from protocol.client.keys import load_signer, load_verifier
from protocol.client.outcomes import BlockOutcome
from protocol.records import RecordArray
from tests.frames import make_records

BLOCK_RECORDS = 64
TASKS = 4
AMOUNT_FEN = 1


class Job(msgspec.Struct, frozen=True):
    """Where to connect, as whom, and what to do. `blocks_max`: end in order after so many."""

    port: int
    party: int
    seat: int
    key_file: str
    bank_keys: dict[int, str]
    outbox: str
    journal: str
    contract_no: int
    first_serial: int
    blocks_max: int


class Answer(msgspec.Struct, frozen=True):
    """One line of the program's journal: numbers and serials of a block and what was answered."""

    trade_date: int
    first_number: int
    serials: list[int]
    codes: list[int]
    is_recovered: bool


def blocks_of(job: Job) -> Iterator[RecordArray]:
    """The blocks of a life, with serials that grow by one."""
    for place in range(job.blocks_max):
        first = job.first_serial + place * BLOCK_RECORDS
        serials = np.arange(first, first + BLOCK_RECORDS, dtype=np.int64).view("V8")
        yield make_records(BLOCK_RECORDS, job.contract_no, AMOUNT_FEN, partner_ref=serials)


def serials_of(records: RecordArray) -> list[int]:
    """The program's own serials."""
    serials: list[int] = np.frombuffer(records["partner_ref"].tobytes(), np.int64).tolist()
    return serials


async def work(job: Job, journal: BinaryIO) -> None:
    """Opens the seat, writes down what an earlier life left, and submits until done or killed."""
    blocks = blocks_of(job)

    async def submit_all(seat: Seat) -> None:
        for block in blocks:
            write_down(journal, block, await seat.submit_block(block), is_recovered=False)

    async with Seat.open(settings_of(job)) as seat:
        for left in seat.recovered:
            write_down(journal, left.records, left.outcome, is_recovered=True)
        async with trio.open_nursery() as nursery:
            for _ in range(TASKS):
                nursery.start_soon(submit_all, seat)


def write_down(journal: BinaryIO, records: RecordArray, answer: BlockOutcome, is_recovered: bool) -> None:
    """One line, which the kernel has when this returns."""
    codes = answer.outcomes["code"].tolist()
    line = Answer(answer.trade_date, answer.first_number, serials_of(records), codes, is_recovered)
    journal.write(msgspec.json.encode(line) + b"\n")


def settings_of(job: Job) -> SeatSettings:
    """The SDK's settings."""
    return SeatSettings(
        host="127.0.0.1",
        port=job.port,
        party=job.party,
        seat=job.seat,
        signer=load_signer(job.key_file, 1),
        bank_verifiers={key_id: load_verifier(file) for key_id, file in job.bank_keys.items()},
        outbox=job.outbox,
    )


def main(file: Path) -> None:
    """Does the job of a file."""
    job = msgspec.json.decode(file.read_bytes(), type=Job)
    with Path(job.journal).open("ab", buffering=0) as journal:
        trio.run(work, job, journal)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
