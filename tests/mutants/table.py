"""All mutants, in shares for files of tests, so that workers can have them side by side.

Belongs here: the sums of the tables. Never here: single mutants (the tables).
"""

from tests.mutants.tables.of_orders.books import OF_BOOKS
from tests.mutants.tables.of_orders.control import OF_CONTROL
from tests.mutants.tables.of_orders.decisions import OF_DECISIONS
from tests.mutants.tables.of_orders.lane import OF_LANE
from tests.mutants.tables.of_orders.moved import OF_MOVED
from tests.mutants.tables.of_orders.obligations import OF_OBLIGATIONS
from tests.mutants.tables.of_orders.open_items import OF_OPEN_ITEMS
from tests.mutants.tables.of_orders.payments import OF_PAYMENTS
from tests.mutants.tables.of_orders.people import OF_PEOPLE
from tests.mutants.tables.of_orders.pushes import OF_PUSHES
from tests.mutants.tables.of_orders.restraints import OF_RESTRAINTS
from tests.mutants.tables.of_orders.savings import OF_SAVINGS
from tests.mutants.tables.of_the_close.closing import OF_CLOSING
from tests.mutants.tables.of_the_close.corrections import OF_CORRECTIONS
from tests.mutants.tables.of_the_close.lines import OF_LINES
from tests.mutants.tables.of_the_close.permits import OF_PERMITS
from tests.mutants.tables.of_the_close.proceeds import OF_PROCEEDS
from tests.mutants.tables.of_the_close.reconciliation import OF_RECONCILIATION
from tests.mutants.tables.of_the_close.reverting import OF_REVERTING
from tests.mutants.tables.of_the_close.sets import OF_SETS
from tests.mutants.tables.of_the_close.settling import OF_SETTLING
from tests.mutants.tables.read_model import OF_READ_MODEL
from tests.mutants.tables.through_the_bank.cleared import OF_CLEARED_ORDERS
from tests.mutants.tables.through_the_bank.feeds import OF_FEEDS_OF_ORDERS
from tests.mutants.tables.through_the_bank.fees import OF_FEES
from tests.mutants.tables.through_the_bank.lowered import OF_LOWERED_REPORTS
from tests.mutants.tables.through_the_bank.mirror import OF_THE_MIRROR
from tests.mutants.tables.through_the_bank.orders import OF_ORDERS_THROUGH_THE_BANK
from tests.mutants.tables.through_the_bank.passwords import OF_PASSWORDS
from tests.mutants.tables.through_the_bank.securities import OF_SECURITIES
from tests.mutants.tables.through_the_bank.wire import OF_ORDERS_ON_THE_WIRE

OF_ORDERS_AND_CUSTOMERS = [
    *OF_DECISIONS,
    *OF_CONTROL,
    *OF_LANE,
    *OF_BOOKS,
    *OF_PEOPLE,
    *OF_RESTRAINTS,
    *OF_FEES,
    *OF_MOVED,
    *OF_PUSHES,
    *OF_OPEN_ITEMS,
    *OF_OBLIGATIONS,
    *OF_PAYMENTS,
    *OF_SAVINGS,
    *OF_SECURITIES,
    *OF_PASSWORDS,
    *OF_ORDERS_THROUGH_THE_BANK,
    *OF_FEEDS_OF_ORDERS,
    *OF_LOWERED_REPORTS,
    *OF_ORDERS_ON_THE_WIRE,
    *OF_THE_MIRROR,
]
OF_THE_CLOSE = [
    *OF_LINES,
    *OF_SETS,
    *OF_RECONCILIATION,
    *OF_PROCEEDS,
    *OF_CORRECTIONS,
    *OF_PERMITS,
    *OF_REVERTING,
    *OF_CLOSING,
    *OF_CLEARED_ORDERS,
    *OF_SETTLING,
]
MUTANTS = [*OF_ORDERS_AND_CUSTOMERS, *OF_THE_CLOSE, *OF_READ_MODEL]
