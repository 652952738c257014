"""The end of a trade date's books 日终: a backup that is made, restored into a second server and told to the bank.

Belongs here: the step by hand, whether the bank was told. Never here: making and checking (ledger.backup), when the
clock waits for it (gateway.day.by_clock).
"""

from pathlib import Path

from config.cli.day.read_once import first_row
from config.kit.exit_codes import ExitCode, ProcessFault
from config.schema import Config
from gateway.day.desk import DayDesk, StepRefused
from ledger.backup import command, manifest
from protocol.messages.day.steps import DayEnd, TellDayEnd
from protocol.vocabulary import DatePhase

STEP = "backup"
_FOUND = "SELECT told_sequence FROM day_ends WHERE trade_date = $1 AND what = $2 LIMIT 1"


def backup_is_told(config: Config, trade_date: int) -> bool:
    """Whether the read model knows of a checked backup of a trade date's end. Raises ProcessFault UNAVAILABLE."""
    return first_row(config, STEP, _FOUND, trade_date, int(DayEnd.BACKUP)) is not None


def make_and_check(config: Config, folder: Path | None) -> tuple[int, bytes]:
    """A new backup in a folder, restored into a second server and decided again.

    Returns: the row as of which it is, the SHA-256 of its manifest. Raises ProcessFault as `yzt backup` does, FAILED
    where it is not what was copied.
    """
    if folder is None:
        raise ProcessFault("day run backup: into which new folder? --to FOLDER", ExitCode.USAGE)
    command.main(["make", str(folder)], config)
    command.main(["check", str(folder)], config)
    made = manifest.read(folder.absolute())
    return made.facts.sequence, bytes.fromhex(made.sha256)


async def must_have_ended(desk: DayDesk, trade_date: int) -> int:
    """Before the work: that trading has ended on a trade date. Raises StepRefused."""
    open_date = (await desk.seat.trade_dates()).dates[-1]
    if trade_date > open_date.trade_date or (
        trade_date == open_date.trade_date and open_date.phase == DatePhase.TRADING
    ):
        raise StepRefused(f"day run backup: {trade_date} has not ended: its backup comes behind its sign-off")
    return int(ExitCode.OK)


async def tell_backup(desk: DayDesk, trade_date: int, sequence: int, digest: bytes) -> int:
    """Tells the bank of it. Returns: the exit code. Raises StepRefused for a date on which trading has not ended."""
    await desk.tell_day_end(TellDayEnd(trade_date, int(DayEnd.BACKUP), sequence, digest))
    return int(ExitCode.OK)
