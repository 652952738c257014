"""`yzt audit verify` names the first bad row of a journal that somebody changed in the database."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from config.kit.exit_codes import ExitCode, ProcessFault
from config.postgres.server import EmbeddedPostgres
from config.schema import Config, load, with_dsn
from ledger.audit import UNDECIDED_NAMED_MAX, main
from ledger.core.rows.layouts import row_digest
from ledger.core.rows.row import Row
from protocol.messages.control import RegisterKey, RegisterParty, RegisterSeat
from protocol.vocabulary import Role, SeatRole, Suite
from tests.follower.journal_maker import ALWAYS_NS, BROKER, KEY_ID, OTHER_SEAT, SEAT, SIGNERS, JournalMaker, freezes
from tests.follower.story import next_morning, trading
from tests.follower.world import world

pytestmark = pytest.mark.postgres

BLOCK = 10  # the first block row of the story
FLIPS = {
    "epoch": "epoch = epoch + 1",
    "rules_version": "rules_version = 2",
    "layout": "layout = 0",
    "decided_at_ns": "decided_at_ns = decided_at_ns + 1",
    "ordered_at_ns": "ordered_at_ns = ordered_at_ns + 1",
    "bank_key_1": "bank_key_1 = 9",
    "bank_key_2": "bank_key_2 = 9",
    "outcome_count": "outcome_count = 2147483647",
    "headers": "headers = set_bit(headers, 999, 1 - get_bit(headers, 999))",
    "records": "records = set_bit(records, 130, 1 - get_bit(records, 130))",
    "closing_heads": "closing_heads = 'x'",
    "outcomes": "outcomes = set_bit(outcomes, 3, 1 - get_bit(outcomes, 3))",
    "state_check": "state_check = decode(repeat('00', 40), 'hex')",
    "digest": "digest = set_bit(digest, 0, 1 - get_bit(digest, 0))",
    "shard": "shard = 2",
    "sequence": "sequence = 1000",
}
"""SET clauses, by the column that each changes in the first block row."""
MISSING = {"shard", "sequence"}  # the changed row is no longer found in its place: the next one is named


def changing(clause: str, sequence: int) -> str:
    """The statement that changes one row."""
    return f"UPDATE journal SET {clause} WHERE sequence = {sequence}"  # noqa: S608 - words of this file


def deleting(sequence: int) -> str:
    """The statement that deletes one row."""
    return f"DELETE FROM journal WHERE sequence = {sequence}"  # noqa: S608 - a number


def story() -> JournalMaker:
    """Two days with every kind of row."""
    made = trading()
    next_morning(made)
    assert made.rows[BLOCK - 1].records
    return made


def journal(dsn: str, made: JournalMaker, state: Path, *damage: str) -> Config:
    """Commits the rows, does the damage in SQL, and gives a configuration that points there."""

    async def scenario() -> None:
        async with world(dsn, state) as here:
            await here.keep(made)
            for statement in damage:
                await here.sql.execute(statement)

    asyncio.run(scenario())
    return with_dsn(load(None), dsn)


def audit(config: Config, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `yzt audit verify`."""
    code = main(["verify", *options], config)
    said = capsys.readouterr()
    return code, said.out.strip(), said.err.strip()


def test_an_untouched_journal_verifies(fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = story()
    config = journal(fresh_database, made, tmp_path)
    last = made.rows[-1].sequence

    assert audit(config, capsys) == (0, f"rows 1 to {last}, 16 records: chain and bodies verify", "")
    assert audit(config, capsys, "--redecide") == (
        0,
        f"rows 1 to {last}, 16 records: signatures verify, decided again, all the same",
        "",
    )
    assert audit(config, capsys, "--from", "10", "--to", "11")[1] == (
        "rows 10 to 11, 9 records: chain and bodies verify"
    )


@pytest.mark.parametrize("more", [0, 2])
def test_rows_that_nobody_decided_are_counted_and_named(
    fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: int
) -> None:
    """They are believed, since nobody can decide them again: so whoever reads the audit must know of them."""
    made = story()
    count = UNDECIDED_NAMED_MAX + more if more else 1
    rows = [made.undecided(SEAT, freezes([0, 1], 1)).sequence for _ in range(count)]
    config = journal(fresh_database, made, tmp_path)

    named = ", ".join(map(str, rows[:UNDECIDED_NAMED_MAX])) + (f" and {more} more" if more else "")
    for option in ("--redecide", f"--to={rows[-1]}"):
        code, said, error = audit(config, capsys, option)
        assert (code, error) == (0, "")
        assert said.splitlines()[1:] == [
            f"{count} of these rows hold NOT_DECIDED and are taken as they stand: {named} (why: table quarantine)"
        ]


@pytest.mark.parametrize("column", FLIPS)
def test_a_change_in_any_column_is_found_in_its_row(
    column: str, fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = journal(fresh_database, story(), tmp_path, changing(FLIPS[column], BLOCK))

    code, out, err = audit(config, capsys)

    assert (code, out) == (ExitCode.DATA, "")
    place = BLOCK + 1 if column in MISSING else BLOCK
    assert err.startswith((f"audit: row {place}: ", f"audit: row {place} is not what was committed: "))
    assert len(err.splitlines()) == 1


def test_a_row_of_another_date_is_found(
    fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = journal(fresh_database, story(), tmp_path, changing("trade_date = 20260106", BLOCK))

    assert audit(config, capsys)[2].startswith(f"audit: row {BLOCK}: its digest does not follow")


def test_a_changed_control_message_is_found(
    fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damage = changing("control = set_bit(control, 9, 1 - get_bit(control, 9))", 2)
    config = journal(fresh_database, story(), tmp_path, damage)

    assert audit(config, capsys)[2].startswith("audit: row 2: ")


def test_a_deleted_row_is_found(fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = journal(fresh_database, story(), tmp_path, deleting(BLOCK))

    assert audit(config, capsys)[2] == (
        f"audit: row {BLOCK + 1}: found where row {BLOCK} should be: a row is missing or moved"
    )


def test_two_rows_that_changed_places_are_found(
    fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    swap = [
        changing("sequence = 1000", BLOCK),
        changing(f"sequence = {BLOCK}", BLOCK + 1),
        changing(f"sequence = {BLOCK + 1}", 1_000),
    ]
    config = journal(fresh_database, story(), tmp_path, *swap)

    assert audit(config, capsys)[2].startswith(f"audit: row {BLOCK}: ")


def test_a_lost_tail_is_found(fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = story()
    last = made.rows[-1].sequence
    config = journal(fresh_database, made, tmp_path, deleting(last))

    assert audit(config, capsys)[2] == (f"audit: row {last} is missing: the journal should reach row {last}")


def test_a_head_that_was_moved_back_is_found(
    fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = story()
    last = made.rows[-1].sequence
    back = (
        "UPDATE journal_head h SET sequence = j.sequence, digest = j.digest FROM journal j "
        "WHERE j.sequence = h.sequence - 1"
    )
    config = journal(fresh_database, made, tmp_path, back)

    assert audit(config, capsys)[2] == f"audit: row {last}: it stands behind the journal's head"


def test_a_changed_head_is_found(fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = story()
    config = journal(fresh_database, made, tmp_path, "UPDATE journal_head SET digest = sha256('')")

    assert audit(config, capsys)[2] == (
        f"audit: row {made.rows[-1].sequence}: its digest is not the one in the journal's head"
    )


def test_a_wrong_decision_under_a_fitting_chain_is_found_by_deciding_again(
    fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = JournalMaker()
    made.open_bank([1_000])
    made.block((SEAT, freezes([0, 0], 600)))
    lie = made.rows.pop()
    made.rows.append(accepting_all(lie, made.rows[-1].digest))
    config = journal(fresh_database, made, tmp_path)

    assert audit(config, capsys)[0] == 0
    code, _, err = audit(config, capsys, "--redecide")

    assert code == ExitCode.DATA
    assert err == (
        f"audit: row {lie.sequence}: record 1: stored ACCEPTED with 600 fen remaining, "
        "decided again FUNDS_FROZEN with 0"
    )


def test_a_signature_by_nobody_under_a_fitting_chain_is_found_by_deciding_again(
    fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = JournalMaker()
    made.open_bank([1_000])
    row = made.block((SEAT, freezes([0], 1)), (OTHER_SEAT, freezes([0], 2)))
    made.rows[-1] = resigned(row, bytes(64), made.rows[-2].digest)
    config = journal(fresh_database, made, tmp_path)

    assert audit(config, capsys)[0] == 0
    code, _, err = audit(config, capsys, "--redecide")

    assert code == ExitCode.DATA
    assert err == f"audit: row {row.sequence}: frame 1: its signature is not by key {KEY_ID} of party {BROKER}"


def test_a_signature_by_a_key_that_is_registered_only_later_is_found(
    fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = JournalMaker()
    made.genesis()
    made.control(RegisterParty(BROKER, Role.BROKER, Suite.ED25519_SHA256, "东方证券", True))
    made.control(RegisterSeat(SEAT, BROKER, SeatRole.BROKER))
    row = made.negotiate(SEAT, 2)
    made.control(RegisterKey(BROKER, KEY_ID, SIGNERS[BROKER].public_key(), 0, ALWAYS_NS, 0))
    config = journal(fresh_database, made, tmp_path)

    whose = f"key {KEY_ID} of party {BROKER}"
    assert audit(config, capsys, "--redecide")[2] == (
        f"audit: row {row.sequence}: frame 0: {whose} is not known, not valid when it was sent, "
        "or bound to another seat"
    )


def resigned(row: Row, signature: bytes, previous_digest: bytes) -> Row:
    """The row with the last frame's signature replaced, chained as if it had come so."""
    forged = replace(row, headers=row.headers[:-64] + signature)
    return replace(forged, digest=row_digest(previous_digest, forged))


def accepting_all(row: Row, previous_digest: bytes) -> Row:
    """The row with its first outcome given to every record, chained as if it had been decided so."""
    lie = replace(row, outcomes=row.outcomes[:16] * (len(row.outcomes) // 16))
    return replace(lie, digest=row_digest(previous_digest, lie))


def test_an_empty_journal_verifies(fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = journal(fresh_database, JournalMaker(), tmp_path)

    assert audit(config, capsys)[:2] == (0, "rows 1 to 0, 0 records: chain and bodies verify")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["verify", "--from", "2", "--redecide"], "leave --from out"),
        (["verify", "--from", "0"], "--from is at least 1"),
        (["verify", "--from", "5", "--to", "4"], "--to not below it"),
        (["verify", "--what"], "unrecognized arguments"),
        ([], "required"),
    ],
)
def test_a_wrong_command_line_is_one_line(options: list[str], words: str) -> None:
    with pytest.raises(ProcessFault, match=words) as fault:
        main(options, load(None))

    assert fault.value.exit_code == ExitCode.USAGE


def test_rows_that_are_not_there_cannot_be_verified(
    fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = journal(fresh_database, story(), tmp_path)

    assert audit(config, capsys, "--to", "999")[0] == ExitCode.DATA
    assert audit(config, capsys, "--from", "999")[2].startswith("audit: row 998 is missing from the journal")


def embedded_config(tmp_path: Path) -> Config:
    """A configuration whose journal is in an embedded server below `tmp_path`."""
    file = tmp_path / "yzt.toml"
    file.write_text('[state]\ndirectory = "state"\n')
    return load(file)


@pytest.mark.slow
def test_the_embedded_server_is_started_for_the_while_when_nothing_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = embedded_config(tmp_path)
    server = EmbeddedPostgres.prepare(config.state_directory)
    server.start()
    try:
        journal(server.dsn, story(), tmp_path)
    finally:
        server.stop()

    code, out, _ = audit(config, capsys)

    assert (code, out[:9]) == (0, "rows 1 to")
    server.start()  # the audit has left nothing running
    server.stop()
    server.remove()


def test_where_there_is_no_journal_none_is_made(tmp_path: Path) -> None:
    config = embedded_config(tmp_path)

    with pytest.raises(ProcessFault, match="there is no journal here") as fault:
        main(["verify"], config)

    assert fault.value.exit_code == ExitCode.UNAVAILABLE
    assert not config.state_directory.exists()
