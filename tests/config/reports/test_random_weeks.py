"""Reports of weeks by chance: whatever customers and brokers did, their tables add up to the ledger.

Belongs here: that each report finds itself right. Never here: what it must say (test_tables, test_paid), what happens
in a week (tests.ledger_core.weeks).
One seed again: `pytest tests/config/reports/test_random_weeks.py -k "[17]"`, with `-m chaos` for many of them.
"""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from config.kit.exit_codes import ExitCode
from tests.config.reports.story import reports_of
from tests.config.reports.test_paid import followed
from tests.ledger_core.weeks.bank import DATES, PARTIES
from tests.ledger_core.weeks.walk import lived, week_of

FEW, MANY = (2,), range(30)
SHEETS = [*(("settlement", "--date", date) for date in DATES), ("settled", "--month", 202_601)]
ALL = [
    *(("all", "--date", date) for date in DATES),
    *(("clearing", "--broker", party) for party in PARTIES),
    *(("all", "--month", 202_601), ("trial",)),
]

pytestmark = pytest.mark.postgres


def they_add_up(
    seed: int, asked: Sequence[tuple[object, ...]], dsn: str, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bank = lived(week_of(seed), random.Random(seed))
    followed(dsn, folder / "state", bank.house)
    run = reports_of(dsn, folder / "out", capfd)
    for words in asked:
        code, _, said = run(*words)
        assert code == ExitCode.OK, (words, said)


@pytest.mark.parametrize("seed", FEW)
def test_the_sheets_of_a_week_add_up(
    seed: int, fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    they_add_up(seed, SHEETS, fresh_database, tmp_path, capfd)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", MANY)
def test_all_tables_of_many_more_weeks_add_up(
    seed: int, fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    they_add_up(seed, ALL, fresh_database, tmp_path, capfd)
