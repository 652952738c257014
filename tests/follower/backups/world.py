"""A journal on the shared server and backups of it, made and checked by the command.

Belongs here: what more than one of these tests needs. Never here: an opinion on what is printed.
"""

import asyncio
from pathlib import Path

import msgspec
import pytest

from config.kit.exit_codes import ProcessFault
from config.schema import Config
from ledger.backup import manifest
from ledger.backup.checking import FOLDER_PREFIX
from ledger.backup.command import main
from ledger.backup.facts import Facts
from ledger.backup.manifest import MANIFEST, Manifest
from tests.follower.journal_maker import JournalMaker
from tests.follower.story import next_morning, trading
from tests.follower.world import world
from tests.ledger.world import configuration

replace = msgspec.structs.replace


def two_days() -> JournalMaker:
    """Rows of two dates, with every kind."""
    made = trading()
    next_morning(made)
    return made


def journal(dsn: str, made: JournalMaker, folder: Path, *statements: str) -> Config:
    """Commits the rows, follows them, then runs statements; a configuration that points there, with a state directory
    in the folder.
    """

    async def scenario() -> None:
        async with world(dsn, folder / "state") as here:
            await here.keep(made)
            await here.follow()
            for statement in statements:
                await here.sql.execute(statement)

    asyncio.run(scenario())
    return configuration(folder / "state", dsn)


def told(capsys: pytest.CaptureFixture[str], config: Config, *arguments: str | Path) -> tuple[int, list[str]]:
    """Exit code and lines of `yzt backup`: what it prints, and the one of a fault."""
    capsys.readouterr()
    try:
        code, faults = main(list(map(str, arguments)), config), []
    except ProcessFault as fault:
        code, faults = int(fault.exit_code), [str(fault)]
    return code, capsys.readouterr().out.splitlines() + faults


def forge(folder: Path, facts: Facts, **fields: object) -> None:
    """A manifest that somebody has written anew, and sealed as the program does."""
    said = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    manifest.write(folder, replace(said, facts=facts, sha256="", **fields))


def facts_in(folder: Path) -> Facts:
    """What the manifest says of the journal."""
    return manifest.read(folder).facts


def made_in(config: Config, folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A backup in a new folder."""
    backup = folder / "backup"
    assert told(capsys, config, "make", backup)[0] == 0
    return backup


def left_of_checks(folder: Path) -> list[str]:
    """Second servers below a folder."""
    return [entry.name for entry in folder.iterdir() if entry.name.startswith(FOLDER_PREFIX)]
