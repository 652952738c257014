"""The digest of the whole state at each roll: the follower keeps it, and tells when the bank confirms another one.

Belongs here: the table `rolls`, what follower and audit say of a ConfirmRoll. Never here: what it earns (ledger_core).
"""

import asyncio
import struct
from hashlib import sha256
from pathlib import Path

import pytest

from config.kit.exit_codes import ExitCode
from config.schema import load, with_dsn
from ledger.audit import main as audit
from ledger.core.engine import apply_row
from ledger.core.state.book import Book
from ledger.core.state.forms.slices import state_slice_count, state_slice_digest
from ledger.follower.projection.pace import Pace
from ledger.follower.replay import Follower
from protocol.messages.control import ConfirmRoll
from tests.bank_seats import DAY_SEAT
from tests.follower.journal_maker import DATE, NEXT_DATE, SEAT, SMALL, JournalMaker, freezes
from tests.follower.naive import expect
from tests.follower.story import next_morning, trading
from tests.follower.world import World, catch_up, world

pytestmark = pytest.mark.postgres

THIRD_DATE = 20_260_107
LAYOUT = 1


def naive_digest(made: JournalMaker, sequence: int) -> bytes:
    """Of the whole state right behind a row: the journal so far on another book, all its slices in one string."""
    book = Book.empty(SMALL)
    for row in made.rows[:sequence]:
        apply_row(book, row)
    slices = [state_slice_digest(book, k) for k in range(state_slice_count(book))]
    return sha256(struct.pack("<iq", LAYOUT, len(slices)) + b"".join(slices)).digest()


def two_rolls() -> tuple[JournalMaker, list[tuple[int, int, int, bytes]]]:
    """A story of three dates, and the rolls in it as they should be kept."""
    made = trading()
    next_morning(made)
    made.roll(THIRD_DATE)
    made.block((SEAT, freezes([0], 1)))
    rows = [row for row in made.rows if row.closing_heads]
    wanted = [
        (trade_date, row.sequence, LAYOUT, naive_digest(made, row.sequence))
        for trade_date, row in zip((NEXT_DATE, THIRD_DATE), rows, strict=True)
    ]
    return made, wanted


def confirmed(roll: tuple[int, int, int, bytes], **changed: object) -> ConfirmRoll:
    """What the day desk says of a roll, with some of it changed."""
    fields: dict[str, object] = dict(zip(ConfirmRoll.__struct_fields__, roll, strict=True))
    return ConfirmRoll(**(fields | changed))  # type: ignore[arg-type]


async def kept_rolls(here: World) -> list[tuple[int, int, int, bytes]]:
    rows = await here.sql.fetch("SELECT trade_date, sequence, state_layout, digest FROM rolls ORDER BY trade_date")
    return [tuple(row) for row in rows]


def differing(follower: Follower) -> float | None:
    return follower.metrics.registry.get_sample_value("yzt_follower_rolls_that_differ_total")


@pytest.mark.parametrize("batch_rows", [1, 7, 16_384])
def test_every_roll_is_kept_with_the_digest_of_the_state_behind_it(
    batch_rows: int, fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.follower.projection.batch.BATCH_ROWS_MAX", batch_rows)

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made, wanted = two_rolls()
            await here.keep(made)
            await here.follow()
            assert await kept_rolls(here) == wanted
            await here.assert_equals(expect(made.rows))

    asyncio.run(scenario())


def test_between_slices_the_follower_rests(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As often as there are slices, besides after each run of rows and each part of what it writes."""
    rests: list[Pace] = []

    async def rest(pace: Pace) -> None:
        rests.append(pace)

    monkeypatch.setattr(Pace, "rest", rest)

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = trading()
            await here.keep(made)
            async with here.follower() as follower:
                await catch_up(follower)
                made.negotiate(SEAT, 9)
                await here.keep(made)
                rests.clear()
                await catch_up(follower)
                of_a_row = len(rests)
                made.roll(NEXT_DATE)
                await here.keep(made)
                rests.clear()
                await catch_up(follower)
            assert len(rests) == of_a_row + state_slice_count(made.book)

    asyncio.run(scenario())


@pytest.mark.parametrize("restarted", [False, True])
def test_another_digest_is_told_and_stops_nobody(restarted: bool, fresh_database: str, tmp_path: Path) -> None:
    """Also when a follower was started in between, which knows its digest from the read model alone."""

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made, (_, last) = two_rolls()
            if restarted:
                await here.keep(made)
                await here.follow()
            made.control(confirmed(last))
            made.control(confirmed(last, state_layout=LAYOUT + 1, digest=bytes(32)))
            forged = made.control(confirmed(last, digest=bytes(32)))
            made.control(confirmed(last, sequence=last[1] - 1, digest=bytes(32)))  # refused
            run = made.control_run((DAY_SEAT, confirmed(last), 1), (DAY_SEAT, confirmed(last, digest=b"x" * 32), 1))
            made.block((SEAT, freezes([0], 1)))
            await here.keep(made)
            lines: list[str] = []
            async with here.follower(lines) as follower:
                assert differing(follower) == 0
                await catch_up(follower)
                assert differing(follower) == 2
            roll = f"the roll to {THIRD_DATE} in row {last[1]} is confirmed with the state"
            assert [line for line in lines if "confirmed" in line] == [
                f"follower: row {forged.sequence}: {roll} {bytes(32).hex()}, ours is {last[3].hex()}",
                f"follower: row {run.sequence}: {roll} {(b'x' * 32).hex()}, ours is {last[3].hex()}",
            ]
            await here.assert_equals(expect(made.rows))

    asyncio.run(scenario())


def test_a_roll_that_was_never_kept_is_compared_with_nothing(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made, (_, last) = two_rolls()
            await here.keep(made)
            await here.follow()
            await here.sql.execute("DELETE FROM rolls")
            made.control(confirmed(last, digest=bytes(32)))
            await here.keep(made)
            async with here.follower() as follower:
                await catch_up(follower)
                assert differing(follower) == 0

    asyncio.run(scenario())


def test_the_audit_names_the_first_forged_confirmation_when_it_has_been_through_all(
    fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, (first, last) = two_rolls()
    made.control(confirmed(last))
    made.control(confirmed(last, state_layout=LAYOUT + 1, digest=bytes(32)))
    config = with_dsn(load(None), fresh_database)

    async def keep(*digests: bytes) -> int:
        async with world(fresh_database, tmp_path) as here:
            forged = [made.control(confirmed(last, digest=digest)) for digest in digests]
            made.block((SEAT, freezes([0], 1)))
            await here.keep(made)
            return forged[0].sequence if forged else 0

    asyncio.run(keep())
    assert audit(["verify", "--redecide"], config) == 0
    place = asyncio.run(keep(first[3], bytes(32)))
    capsys.readouterr()

    assert audit(["verify"], config) == 0  # it decides nothing again, and has no state to compare
    capsys.readouterr()
    assert audit(["verify", "--redecide"], config) == ExitCode.DATA

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[-1] == (
        f"audit: row {place}: the roll to {THIRD_DATE} in row {last[1]} is confirmed with the state {first[3].hex()}, "
        f"ours is {last[3].hex()} (of 2 such rows the first; rows 1 to {made.rows[-1].sequence} are good but for them)"
    )


def test_a_bank_without_a_roll_keeps_none(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = trading()
            assert made.book.trade_date == DATE
            await here.keep(made)
            await here.follow()
            assert await kept_rolls(here) == []

    asyncio.run(scenario())
