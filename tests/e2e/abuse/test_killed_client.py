"""A broker's program killed in mid-load and started again on its outbox: nothing is repeated, nothing is lost."""

from contextlib import AbstractContextManager
from pathlib import Path
from random import Random
from subprocess import Popen

import msgspec
import pytest

from config.keys import public_file_of
from tests.e2e.client_process import BLOCK_RECORDS, Answer, Job
from tests.e2e.house import House, wait_until
from tests.e2e.programs import running

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

SEAT, PARTY = 33, 3  # of no other test: its serials are compared
KILLS = 3
BLOCKS_OF_KILLED = 100_000  # more than it gets to submit before it is killed
BLOCKS_OF_LAST = 20
SERIALS_PER_LIFE = 10_000_000
ANSWERS_BEFORE_KILL_MAX = 60

STORED = f"""
SELECT trade_date, number, code,
       get_byte(partner_ref, 0) + get_byte(partner_ref, 1) * 256 + get_byte(partner_ref, 2) * 65536
       + get_byte(partner_ref, 3) * 16777216
FROM orders WHERE seat = {SEAT} ORDER BY number
"""  # noqa: S608 - a constant of this file


def test_lives_on_one_outbox_repeat_nothing_and_lose_nothing(shared_house: House, tmp_path: Path) -> None:
    chance = Random(1)
    for life in range(KILLS):
        wanted = chance.randrange(1, ANSWERS_BEFORE_KILL_MAX)
        with live(shared_house, tmp_path, life, BLOCKS_OF_KILLED) as process:
            goal = len(journal(tmp_path)) + wanted
            wait_until("the program's answers", lambda goal=goal: len(journal(tmp_path)) >= goal)  # type: ignore[misc]
            process.kill()
            process.wait()
    with live(shared_house, tmp_path, KILLS, BLOCKS_OF_LAST) as process:
        assert process.wait() == 0, (tmp_path / "client.log").read_text()

    told = journal(tmp_path)
    assert any(answer.is_recovered for answer in told)
    stored = stored_rows(shared_house, len(told))
    must_hold_all(stored, told)
    must_have_no_holes(stored)


def must_hold_all(stored: dict[tuple[int, int], tuple[int, int]], told: list[Answer]) -> None:
    """Every serial stands once, and what the program was told is what stands."""
    serials = [serial for _, serial in stored.values()]
    assert len(set(serials)) == len(serials), "a request was repeated"
    assert [number for _, number in stored] == list(range(1, len(stored) + 1))
    for answer in told:
        for place, (serial, code) in enumerate(zip(answer.serials, answer.codes, strict=True)):
            assert stored[answer.trade_date, answer.first_number + place] == (code, serial)


def must_have_no_holes(stored: dict[tuple[int, int], tuple[int, int]]) -> None:
    """A program sends in the order of its serials: what stands of a life is all that it sent, from its first on."""
    for life in range(KILLS + 1):
        mine = [serial for _, serial in stored.values() if serial // SERIALS_PER_LIFE == life]
        assert mine == list(range(life * SERIALS_PER_LIFE, life * SERIALS_PER_LIFE + len(mine)))
    assert len(mine) == BLOCKS_OF_LAST * BLOCK_RECORDS


def live(house: House, folder: Path, life: int, blocks_max: int) -> AbstractContextManager[Popen[bytes]]:
    """The program, running."""
    config = house.config
    job = Job(
        port=house.port,
        party=PARTY,
        seat=SEAT,
        key_file=str(config.state_directory / "keys" / f"party-{PARTY}.pem"),
        bank_keys={
            config.bank.ed25519_key_id: str(public_file_of(config.key_file("ed25519"))),
            config.bank.p256_key_id: str(public_file_of(config.key_file("p256"))),
        },
        outbox=str(folder / "client.outbox"),
        journal=str(folder / "client.journal"),
        contract_no=house.contracts_of(SEAT)[0],
        first_serial=life * SERIALS_PER_LIFE,
        blocks_max=blocks_max,
    )
    file = folder / f"job-{life}.json"
    file.write_bytes(msgspec.json.encode(job))
    return running("tests.e2e.client_process", [file], folder / "client.log")


def journal(folder: Path) -> list[Answer]:
    """What the program wrote down so far; a line that a kill cut short is none."""
    file = folder / "client.journal"
    lines = file.read_bytes().split(b"\n")[:-1] if file.exists() else []
    return [msgspec.json.decode(line, type=Answer) for line in lines]


def stored_rows(house: House, at_least: int) -> dict[tuple[int, int], tuple[int, int]]:
    """(trade date, number) → (code, serial) in the read model, once it has caught up with the journal."""
    head = int(house.sql("SELECT sequence FROM journal_head"))
    wait_until("the read model", lambda: int(house.sql("SELECT sequence FROM read_cursor")) >= head)
    rows = [tuple(map(int, line.split("|"))) for line in house.sql(STORED).splitlines()]
    return {(date, number): (code, serial) for date, number, code, serial in rows}
