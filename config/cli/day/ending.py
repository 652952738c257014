"""The end of a trade date's books 日终: reports, and a backup that is restored into a second server, told to the bank.

Belongs here: the steps by hand, whether the bank was told. Never here: making and checking (ledger.backup,
config.cli.reports), when the clock waits for it (gateway.day.by_clock).
"""

from pathlib import Path

from config.cli.day.read_once import first_row
from config.kit.exit_codes import ExitCode, ProcessFault
from config.schema import Config
from gateway.day.desk import DayDesk
from gateway.day.lane_seen import StepRefused
from ledger.backup import command, manifest
from protocol.messages.day.steps import DayEnd, TellDayEnd
from protocol.vocabulary import DatePhase

BACKUP, REPORTS = "backup", "reports"
STEPS = {BACKUP: DayEnd.BACKUP, REPORTS: DayEnd.REPORTS}
Made = tuple[int, bytes]
"""The row as of which something is, and its digest."""
_FOUND = "SELECT told_sequence FROM day_ends WHERE trade_date = $1 AND what = $2 LIMIT 1"


def backup_is_told(config: Config, trade_date: int) -> bool:
    """Whether the read model knows of a checked backup of a trade date's end. Raises ProcessFault UNAVAILABLE."""
    return first_row(config, BACKUP, _FOUND, trade_date, int(DayEnd.BACKUP)) is not None


def make(config: Config, step: str, folder: Path | None, trade_date: int) -> Made:
    """What a step makes of a trade date's books. Raises ProcessFault, USAGE without a folder."""
    if folder is None:
        raise ProcessFault(f"day run {step}: into which new folder? --to FOLDER", ExitCode.USAGE)
    if step == REPORTS:
        from config.cli.reports.command import make_of_date  # and what draws pages: no other step waits for that

        return make_of_date(config, trade_date, folder, f"day run {step}")
    return make_and_check(config, folder)


def make_and_check(config: Config, folder: Path) -> Made:
    """A new backup in a folder, restored into a second server and decided again.

    Returns: its row, the SHA-256 of its manifest. Raises ProcessFault as `yzt backup` does, FAILED where it is not what
    was copied.
    """
    command.main(["make", str(folder)], config)
    command.main(["check", str(folder)], config)
    made = manifest.read(folder.absolute())
    return made.facts.sequence, bytes.fromhex(made.sha256)


async def must_have_ended(desk: DayDesk, step: str, trade_date: int) -> int:
    """Before the work: that trading has ended on a trade date. Returns: the exit code. Raises StepRefused."""
    open_date = (await desk.seat.trade_dates()).dates[-1]
    if trade_date > open_date.trade_date or (
        trade_date == open_date.trade_date and open_date.phase == DatePhase.TRADING
    ):
        raise StepRefused(f"day run {step}: {trade_date} has not ended: its {step} comes behind its sign-off")
    return int(ExitCode.OK)


async def tell(desk: DayDesk, step: str, trade_date: int, made: Made) -> int:
    """Tells the bank of it. Returns: the exit code. Raises StepRefused for a date on which trading has not ended."""
    await desk.tell_day_end(TellDayEnd(trade_date, int(STEPS[step]), *made))
    return int(ExitCode.OK)
