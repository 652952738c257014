"""A backup is the journal at one row: whoever restores it reckons the same, and whatever was changed is told."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.processes import Progress
from ledger.backup import making, manifest, programs, restoring
from ledger.backup.facts import PartyFigures
from ledger.backup.manifest import DUMP, MANIFEST
from ledger.core.rows.rolls import roll_behind
from ledger.core.state.forms.layouts import STATE_LAYOUT
from ledger.core.state.forms.slices import state_slices
from ledger.database.migrate import migrations
from tests.follower.backups.world import facts_in, forge, journal, left_of_checks, made_in, replace, told, two_days
from tests.follower.journal_maker import BROKER, NEXT_DATE, JournalMaker
from tests.follower.world import world
from tests.ledger.world import configuration

pytestmark = pytest.mark.postgres

ALL_AS_SAID = "chain, state and control totals of 2 parties are those of the manifest"
FLIPPED = "UPDATE journal SET control = set_bit(control, 9, 1 - get_bit(control, 9)) WHERE sequence = 2"


def test_what_is_restored_and_decided_again_is_what_was_copied(
    fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = two_days()
    config = journal(fresh_database, made, tmp_path)
    last, backup = made.rows[-1], tmp_path / "backup"

    code, lines = told(capsys, config, "make", backup)

    assert (code, lines[0].partition(",")[0]) == (0, f"{backup}: row {last.sequence} of {NEXT_DATE}")
    assert lines[1] == f"chain     {last.digest.hex()}"
    assert lines[2] == f"manifest  {manifest.read(backup).sha256}"
    assert sorted(entry.name for entry in backup.iterdir()) == [DUMP, MANIFEST]
    assert [entry.stat().st_mode & 0o077 for entry in (backup, *backup.iterdir())] == [0, 0, 0]
    facts = facts_in(backup)
    assert facts.bank == made.rows[0].digest[:8].hex()
    assert (facts.sequence, facts.trade_date, facts.phase) == (last.sequence, NEXT_DATE, "TRADING")
    assert facts.state_digest == roll_behind(made.book, list(state_slices(made.book))).digest.hex()
    assert told(capsys, config, "check", backup, "--in", tmp_path) == (
        0,
        [
            f"rows 1 to {last.sequence}, 16 records: signatures verify, decided again, all the same",
            f"row {last.sequence} of {NEXT_DATE}: {ALL_AS_SAID}",
        ],
    )
    assert left_of_checks(tmp_path) == []


def test_it_is_of_one_moment_though_the_journal_goes_on_and_a_date_opens_meanwhile(
    fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = JournalMaker()
    made.open_bank([1_000_000])
    then, copy = made.rows[-1], programs.copy_database
    backup = tmp_path / "backup"

    async def scenario() -> None:
        async with world(fresh_database, tmp_path / "state") as here:
            await here.keep(made)
            loop = asyncio.get_running_loop()

            def goes_on_first(dsn: str, schema: str, snapshot: str, file: Path, progress: Progress) -> None:
                made.roll()
                made.open_contracts([5_000])
                asyncio.run_coroutine_threadsafe(here.keep(made), loop).result()
                copy(dsn, schema, snapshot, file, progress)

            monkeypatch.setattr(making, "copy_database", goes_on_first)
            assert (await asyncio.to_thread(told, capsys, config, "make", backup))[0] == 0

    config = configuration(tmp_path / "state", fresh_database)
    asyncio.run(scenario())
    facts = facts_in(backup)
    assert made.rows[-1].sequence > then.sequence
    assert (facts.sequence, facts.digest) == (then.sequence, then.digest.hex())
    # 3 spare accounts of 70,000 count for the bank, the contract's 1,000,000 for its broker.
    assert facts.parties == (
        PartyFigures(1, "210000", "0", "0", "0"),
        PartyFigures(BROKER, "1000000", "0", "0", "0"),
    )
    assert told(capsys, config, "check", backup, "--in", tmp_path)[0] == 0


def test_every_figure_that_differs_is_told_with_both_values(
    fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = JournalMaker()
    made.open_bank([1_000_000])
    config = journal(fresh_database, made, tmp_path)
    backup = made_in(config, tmp_path, capsys)
    facts = facts_in(backup)
    first, second = facts.parties
    figures = (replace(first, frozen_fen="5"), PartyFigures(3, "1", "2", "3", "4"))
    wrong = replace(facts, sequence=9, digest="ab", state_digest="cd", phase="SIGNED_OFF", parties=figures)
    forge(backup, wrong)

    code, lines = told(capsys, config, "check", backup, "--in", tmp_path)

    assert code == ExitCode.FAILED
    assert lines[1:] == [
        f"sequence: 9 in the manifest, {facts.sequence} restored",
        "phase: SIGNED_OFF in the manifest, TRADING restored",
        f"digest: ab in the manifest, {facts.digest} restored",
        f"state digest: cd in the manifest, {facts.state_digest} restored",
        "frozen of party 1, fen: 5 in the manifest, 0 restored",
        f"balance of party 2, fen: none in the manifest, {second.balance_fen} restored",
        "frozen of party 2, fen: none in the manifest, 0 restored",
        "bought unsettled of party 2, fen: none in the manifest, 0 restored",
        "sold unsettled of party 2, fen: none in the manifest, 0 restored",
        "balance of party 3, fen: 1 in the manifest, none restored",
        "frozen of party 3, fen: 2 in the manifest, none restored",
        "bought unsettled of party 3, fen: 3 in the manifest, none restored",
        "sold unsettled of party 3, fen: 4 in the manifest, none restored",
        f"{backup}: not what the manifest says: 13 figures differ",
    ]


def test_a_manifest_of_another_journal_is_one_line(
    fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = JournalMaker()
    made.open_bank([1_000_000])
    config = journal(fresh_database, made, tmp_path)
    backup = made_in(config, tmp_path, capsys)
    facts = facts_in(backup)
    forge(backup, replace(facts, bank="00" * 8, sequence=1))

    code, lines = told(capsys, config, "check", backup, "--in", tmp_path)

    assert code == ExitCode.FAILED
    assert lines[1:] == [
        f"the manifest is of another journal: bank {'00' * 8}, restored is that of bank {facts.bank}",
        f"{backup}: not what the manifest says: 1 figure differs",
    ]


def test_one_byte_of_a_file_that_was_flipped_is_noticed(
    fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = journal(fresh_database, two_days(), tmp_path)
    backup = made_in(config, tmp_path, capsys)
    whole = (backup / MANIFEST).read_bytes()
    for place in range(len(whole)):
        (backup / MANIFEST).write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(ProcessFault, match=r"damaged|later version") as found:
            manifest.read(backup)
        assert "\n" not in str(found.value)
    (backup / MANIFEST).write_bytes(whole)
    dump = (backup / DUMP).read_bytes()
    for place in (0, len(dump) // 2, len(dump) - 1):
        (backup / DUMP).write_bytes(dump[:place] + bytes([dump[place] ^ 128]) + dump[place + 1 :])
        code, lines = told(capsys, config, "check", backup)
        assert (code, len(lines)) == (ExitCode.DATA, 1)
        assert lines[0].startswith(f"{backup / DUMP}: damaged: its SHA-256 is ")
    (backup / DUMP).write_bytes(dump[:-1])
    assert told(capsys, config, "check", backup) == (
        ExitCode.DATA,
        [f"{backup / DUMP}: {len(dump) - 1:,} bytes, {len(dump):,} in the manifest"],
    )
    (backup / DUMP).unlink()
    assert told(capsys, config, "check", backup) == (ExitCode.DATA, [f"{backup / DUMP}: No such file or directory"])


def test_a_row_that_was_changed_behind_the_newest_snapshot_is_found_in_the_second_server(
    fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Making goes by the snapshot and the rows behind it, as the ledger does at its start."""
    made = JournalMaker()
    made.open_bank([1_000_000])

    async def scenario() -> None:
        async with world(fresh_database, tmp_path / "state") as here:
            await here.follow_row_by_row(made)
            made.open_contracts([5_000])
            await here.keep(made)
            await here.sql.execute(FLIPPED)

    asyncio.run(scenario())
    config = configuration(tmp_path / "state", fresh_database)
    backup = made_in(config, tmp_path, capsys)

    code, lines = told(capsys, config, "check", backup, "--in", tmp_path)

    assert (code, len(lines)) == (ExitCode.DATA, 1)
    assert lines[0].startswith(f"{backup}: row 2: ")
    assert left_of_checks(tmp_path) == []


@pytest.mark.parametrize(
    ("statement", "code", "said"),
    [
        ("UPDATE journal SET layout = 99 WHERE sequence = 8", ExitCode.CONFIG, "row 8: row layout 99"),
        (
            "UPDATE journal SET digest = set_bit(digest, 0, 1 - get_bit(digest, 0)) WHERE sequence = 3",
            ExitCode.TAMPERED,
            "row 3: its digest does not follow",
        ),
        ("UPDATE journal_head SET sequence = 0", ExitCode.UNAVAILABLE, "there is no row in this journal"),
        ("DROP TABLE schema_migrations", ExitCode.UNAVAILABLE, "there is no row in this journal"),
    ],
)
def test_of_a_journal_that_no_ledger_would_serve_nothing_is_made(
    fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], statement: str, code: int, said: str
) -> None:
    made = JournalMaker()
    made.open_bank([1_000_000])
    assert len(made.rows) == 8
    config = journal(fresh_database, made, tmp_path, statement)

    found, lines = told(capsys, config, "make", tmp_path / "backup")

    assert (found, len(lines)) == (code, 1)
    assert lines[0].startswith(said)
    assert not (tmp_path / "backup").exists()


def test_a_dump_that_is_none_is_told_though_the_manifest_fits_it(
    fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = journal(fresh_database, two_days(), tmp_path)
    backup = made_in(config, tmp_path, capsys)
    (backup / DUMP).write_bytes(b"no archive of any kind")
    forge(backup, facts_in(backup), files=(manifest.copied_file(backup / DUMP),))

    code, lines = told(capsys, config, "check", backup, "--in", tmp_path)

    assert (code, len(lines)) == (ExitCode.DATA, 1)
    assert lines[0].startswith(f"{backup / DUMP}: pg_restore failed: ")

    def no_room(*_arguments: object) -> None:
        raise ProcessFault("pg_restore failed: error: … No space left on device", ExitCode.UNAVAILABLE)

    monkeypatch.setattr(restoring, "restore_database", no_room)
    code, lines = told(capsys, config, "check", backup, "--in", tmp_path)
    assert code == ExitCode.UNAVAILABLE
    assert lines[0].startswith(f"{backup / DUMP}: cannot be restored here: pg_restore failed: ")
    assert left_of_checks(tmp_path) == []


def test_what_a_later_version_has_made_is_said(
    fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = journal(fresh_database, two_days(), tmp_path)
    backup = made_in(config, tmp_path, capsys)
    facts, later = facts_in(backup), "a later version made this backup"
    tables, layout = len(migrations()), STATE_LAYOUT
    for forged, said in (
        (lambda: forge(backup, facts, backup_layout=2), "backup layout 2, this program knows up to 1"),
        (lambda: forge(backup, facts, tables=tables + 1), f"migration {tables + 1}, this program knows up to {tables}"),
        (
            lambda: forge(backup, replace(facts, state_layout=layout + 1)),
            f"state layout {layout + 1}, this program knows up to {layout}",
        ),
    ):
        _anew(backup, forged)
        assert told(capsys, config, "check", backup) == (ExitCode.CONFIG, [f"{backup / MANIFEST}: {said}: {later}"])


def _anew(backup: Path, forged: Callable[[], None]) -> None:
    """Forges from what was written first."""
    whole = backup.with_name("whole.json")
    if not whole.exists():
        whole.write_bytes((backup / MANIFEST).read_bytes())
    (backup / MANIFEST).write_bytes(whole.read_bytes())
    forged()
