"""All mutants, in two shares for two files of tests, so that two workers can have them.

Belongs here: the sums of the tables. Never here: single mutants (the tables).
"""

from tests.mutants.table_of_books import OF_BOOKS
from tests.mutants.table_of_control import OF_CONTROL
from tests.mutants.table_of_corrections import OF_CORRECTIONS
from tests.mutants.table_of_decisions import OF_DECISIONS
from tests.mutants.table_of_lane import OF_LANE
from tests.mutants.table_of_lines import OF_LINES
from tests.mutants.table_of_obligations import OF_OBLIGATIONS
from tests.mutants.table_of_open_items import OF_OPEN_ITEMS
from tests.mutants.table_of_people import OF_PEOPLE
from tests.mutants.table_of_proceeds import OF_PROCEEDS
from tests.mutants.table_of_pushes import OF_PUSHES
from tests.mutants.table_of_reconciliation import OF_RECONCILIATION
from tests.mutants.table_of_restraints import OF_RESTRAINTS
from tests.mutants.table_of_reverting import OF_REVERTING
from tests.mutants.table_of_sets import OF_SETS

OF_ORDERS_AND_CUSTOMERS = [
    *OF_DECISIONS,
    *OF_CONTROL,
    *OF_LANE,
    *OF_BOOKS,
    *OF_PEOPLE,
    *OF_RESTRAINTS,
    *OF_PUSHES,
    *OF_OPEN_ITEMS,
    *OF_OBLIGATIONS,
]
OF_THE_CLOSE = [
    *OF_LINES,
    *OF_SETS,
    *OF_RECONCILIATION,
    *OF_PROCEEDS,
    *OF_CORRECTIONS,
    *OF_REVERTING,
]
MUTANTS = [*OF_ORDERS_AND_CUSTOMERS, *OF_THE_CLOSE]
