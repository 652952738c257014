"""The conftest of a copy: the code under test is the copy's, and Hypothesis draws the same examples every time.

Belongs here: what must be so inside a copy. Never here: fixtures but the one whose server is started outside. It is
copied as `conftest.py` to the copy's root.
"""

import os
from pathlib import Path

import pytest
from hypothesis import Phase, settings

import ledger.core
import protocol
import rules

COPY = Path(__file__).resolve().parent

# A failing example need not be made small here: one is enough. No verdict depends on how fast the machine is.
settings.register_profile(
    "copy", derandomize=True, database=None, deadline=None, phases=[Phase.explicit, Phase.generate]
)
settings.load_profile("copy")


@pytest.fixture
def fresh_database() -> str:
    """The DSN of a database that is this copy's alone."""
    return os.environ["FRESH_DATABASE"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says which packages were tested, for the one who started this."""
    for package in (ledger.core, rules, protocol):
        terminalreporter.write_line(f"tested {package.__file__}")
