"""Due times in SQL: a person reads in the bank's own time when something is due.

Belongs here: what becomes of the windows of a date. Never here: which can be windows (tests.ledger_core.control).
"""

import asyncio
from pathlib import Path

from protocol.messages.control import OpenTradeDate
from tests.follower.journal_maker import JournalMaker
from tests.follower.world import world
from tests.ledger_core.control.test_due_times import windows

TUESDAY = 20_260_106
LOCAL = "to_char({0} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')"
TIMES = ("pay_from", "late_from", "first_due", "last_due", "day_end")


def test_windows_are_read_as_times(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.genesis()
            row = made.control(OpenTradeDate(TUESDAY, windows(TUESDAY)))
            await here.keep(made)
            await here.follow()
            times = ", ".join(LOCAL.format(name) for name in TIMES)
            found = await here.sql.fetch(f"SELECT window_no, {times}, sequence FROM bank_windows ORDER BY 1")  # noqa: S608
            assert [each["window_no"] for each in found] == list(range(1, 9))
            assert tuple(found[0])[1:] == (
                *("2026-01-07 09:00:00", "2026-01-07 09:30:00", "2026-01-07 10:00:00"),
                *("2026-01-07 14:00:00", "2026-01-07 23:59:59", row.sequence),
            )
            assert tuple(found[7])[1] == "2026-01-14 09:00:00"

    asyncio.run(scenario())
