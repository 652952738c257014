"""The table of docs/protocol.md about orders through the bank: what each record of one says, who may, in which ranges.

Belongs here: code to Markdown, of these records. Never here: prose, other tables (document).
"""

from protocol.kinds import KINDS, ORDERING_KINDS, SIDED_FIELDS, TARGET_FIELDS, WireKind
from protocol.limits import ORDER_TURNOVER_MAX
from tests.protocol.page.tables import golden, hex_lines, table

_BOUNDS = {2**31 - 1: "2^31 − 1", 2**63 - 1: "2^63 − 1", ORDER_TURNOVER_MAX: "2^40 × 100"}


def ordering() -> str:
    """Every kind: its meaning, whose seats send it, and the ranges of its numbers."""
    heads = ["kind", "meaning", "seats", "names", "numbers"]
    kinds = [KINDS[kind] for kind in ORDERING_KINDS]
    rows = [[row.name, row.meaning, _seats(row), _named(row), _ranges(row)] for row in kinds]
    return table(heads, rows)


def worked_order() -> str:
    """The first golden order and its outcome, and the first execution of it that is reported."""
    order, outcome = golden("orders").body[:64], golden("outcomes_orders").body[80:96]
    executed, remains = golden("order_reports").body[64:128], golden("outcomes_order_reports").body[96:112]
    return (
        f"The order, and its outcome:\n\n{hex_lines(order)}\n{hex_lines(outcome)}"
        f"\nThat 400 of it were executed at 9.95, and what remains:\n\n{hex_lines(executed)}\n{hex_lines(remains)}"
    )


def _seats(row: WireKind) -> str:
    return ", ".join(role.name for role in sorted(row.senders))


def _named(row: WireKind) -> str:
    return "the order" if row.tells_of_order else "market, side and security"


def _ranges(row: WireKind) -> str:
    numbers = [name for name in row.fields if name not in (*SIDED_FIELDS, *TARGET_FIELDS)]
    return "; ".join(f"`{name}` {_told(row.ranges[name][0])} to {_told(row.ranges[name][1])}" for name in numbers)


def _told(bound: int) -> str:
    return _BOUNDS.get(bound, f"{bound}")
