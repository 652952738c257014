"""What a mutant is, and the tests that mutants name.

Belongs here: the type and the names of test files. Never here: the mutants themselves (the tables), how they are run
(copies).
"""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

REFUSALS = "tests/ledger_core/refusals/test_every_refusal.py"
RANKS = "tests/ledger_core/refusals/test_ranks.py"
RESTRAINT_ACTS = "tests/ledger_core/control/test_restraint_acts.py"
RESTRAINTS = "tests/ledger_core/test_restraints.py"
MONEY = "tests/ledger_core/test_money.py"
ROLL = "tests/ledger_core/dates/test_roll.py"
GENERAL_LEDGER = "tests/ledger_core/test_general_ledger.py"
SERIALS = "tests/ledger_core/test_serials.py"
SIGN_OFF = "tests/ledger_core/control/day/test_sign_off.py"
UNSETTLED = "tests/ledger_core/dates/test_unsettled.py"
CONTROL = "tests/ledger_core/control/test_control.py"
ACCOUNTS = "tests/ledger_core/control/customers/test_accounts.py"
OUTLETS = "tests/ledger_core/control/test_outlets.py"
CARDS = "tests/ledger_core/control/customers/test_replaced_cards.py"
SECURITIES_ACCOUNTS = "tests/ledger_core/control/customers/test_securities_accounts.py"
DESIGNATION = "tests/ledger_core/control/customers/test_designation.py"
HOLDERS = "tests/ledger_core/control/customers/test_holders.py"
OPEN_ITEMS = "tests/ledger_core/control/customers/test_open_items.py"
PUSHES = "tests/ledger_core/control/customers/test_pushes.py"
COUNTER = "tests/ledger_core/control/customers/test_counter.py"
PUSH_LIMITS = "tests/ledger_core/control/customers/test_push_limits.py"
LOSS = "tests/ledger_core/control/customers/test_loss_report.py"
HISTORIES = "tests/ledger_core/rows/test_histories.py"
ROLES = "tests/ledger_core/control/test_seat_roles.py"
ROWS = "tests/ledger_core/rows/test_rows.py"
STATE = "tests/ledger_core/rows/test_state.py"
OWN_BLOCK = "tests/ledger_core/test_lane_and_law.py::test_a_freeze_released_in_its_own_block"
CLEARING_SET = "tests/ledger_core/lines/test_set.py"
CLEARING_PAGE = "tests/ledger_core/lines/test_page.py"
CLEARING_KEPT = "tests/ledger_core/lines/test_kept.py"
LINES_AND_PAGE = "tests/ledger_core/lines/test_lines_and_page.py"
CLEARING_HELD = "tests/ledger_core/lines/test_held_back.py"
RECONCILIATION = "tests/ledger_core/lines/compared/test_reconciliation.py"
COMPARED_PLACES = "tests/ledger_core/lines/compared/test_places.py"
PROCEEDS = "tests/ledger_core/lines/test_proceeds.py"
CORRECTING = "tests/ledger_core/corrections/test_correcting.py"
CORRECTIONS_PAGE = "tests/rules/day/test_corrections.py"
RECONCILIATION_PAGE = "tests/rules/day/test_reconciliation.py"
ORDERS_PAGE = "tests/rules/money/test_freezes.py"
ACTS = "tests/ledger_core/control/test_acts.py"
PERSONS = "tests/ledger_core/control/test_persons.py"
FOUND = "tests/mutants/test_found_by_mutants.py"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One wrong line in the core, or in what the follower makes of its rows."""

    name: str
    file: str  # below ledger/core, or from the root: rules/…, protocol/…, ledger/follower/…
    text: str  # occurs exactly once in the file
    replacement: str
    plants: str  # the money error, in one line
    caught_by: tuple[str, ...]
    """Single tests as `file::test`, which always catch it: the cheapest that do. Tests of drawn examples do too, but
    not in every draw, and cost far more than the short story that was written for each such mutant
    (test_found_by_mutants).
    """

    @property
    def path(self) -> Path:
        """The file from the root."""
        is_core = not self.file.startswith(("rules/", "protocol/", "ledger/"))
        return Path("ledger", "core", self.file) if is_core else Path(self.file)

    def mutated(self, source: str) -> str:
        """The file's source with the error in it. Raises ValueError unless `text` occurs exactly once."""
        found = source.count(self.text)
        if found != 1:
            raise ValueError(f"{self.name}: the text occurs {found} times in {self.file}")
        return source.replace(self.text, self.replacement)


Row = tuple[str, str, str, str, str]
"""Name, text, replacement, what it plants, and the one test that catches it."""


def of_file(file: str, rows: list[Row]) -> list[Mutant]:
    """Mutants of one file."""
    return [Mutant(name, file, text, replacement, plants, (by,)) for name, text, replacement, plants, by in rows]
