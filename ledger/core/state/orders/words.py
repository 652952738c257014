"""What is kept of an order of scheme A beside its freeze: its words, in the slots of the request table.

Belongs here: the columns, what of them says that an order is open. Never here: where a slot is, how slots are carried
(ledger.core.state.requests), what an order may be and what becomes of it (rules.orders).

The columns come about with the first order, as long as the request table, and are gone with the roll that carries none:
a bank without scheme A has nothing of them. All words of a slot that holds no order are 0, its type among them.
"""

from dataclasses import dataclass, fields

import numpy as np

from ledger.core.state.columns import (
    ByteColumn,
    FenColumn,
    IntColumn,
    LongColumn,
    Mask,
    Positions,
    ShortColumn,
    byte_zeros,
    int_zeros,
    long_zeros,
    short_zeros,
)
from rules.orders.states import OrderState, is_open

_IS_OPEN = np.isin(np.arange(max(OrderState) + 1), [state for state in OrderState if is_open(state)])


@dataclass(slots=True)
class OrderWords:
    """(slots,) each, or (0,) while there is no order; prices and turnover in 1/10,000 yuan."""

    order_type: ByteColumn  # 0: no order
    side: ByteColumn
    state: ByteColumn
    formula: ByteColumn  # by which it is charged
    quantity: IntColumn
    traded: IntColumn  # of the quantity, in all
    cancelled: IntColumn  # likewise
    limit: IntColumn
    low: IntColumn  # the limits of its date when it was taken, and the interest of a unit
    high: IntColumn
    accrued: IntColumn
    version: IntColumn  # of its security
    fee_table: IntColumn
    entry: IntColumn  # its number in its broker's feed of the date
    cancel_position: IntColumn  # of the cancel that was asked for last, likewise, 0: none was
    turnover: LongColumn  # of what is traded
    booked_fen: FenColumn  # of a sale
    broker_number: LongColumn  # the broker's own of it, 0 before it told one
    last_second: LongColumn  # since 1970, up to which it may be sent to the exchange
    cancel_seat: ShortColumn  # by whom a cancel was asked for last
    # What a clearing set says that it bought, with each fee in the order of a table; another set has said nothing.
    said_quantity: IntColumn
    said_turnover_fen: FenColumn
    said_commission_fen: FenColumn
    said_stamp_fen: IntColumn
    said_transfer_fen: IntColumn
    said_handling_fen: IntColumn
    said_regulatory_fen: IntColumn

    @staticmethod
    def of_slots(slots: int) -> "OrderWords":
        """Zeros, mapped lazily."""
        return OrderWords(
            order_type=byte_zeros(slots),
            side=byte_zeros(slots),
            state=byte_zeros(slots),
            formula=byte_zeros(slots),
            quantity=int_zeros(slots),
            traded=int_zeros(slots),
            cancelled=int_zeros(slots),
            limit=int_zeros(slots),
            low=int_zeros(slots),
            high=int_zeros(slots),
            accrued=int_zeros(slots),
            version=int_zeros(slots),
            fee_table=int_zeros(slots),
            entry=int_zeros(slots),
            cancel_position=int_zeros(slots),
            turnover=long_zeros(slots),
            booked_fen=long_zeros(slots),
            broker_number=long_zeros(slots),
            last_second=long_zeros(slots),
            cancel_seat=short_zeros(slots),
            said_quantity=int_zeros(slots),
            said_turnover_fen=long_zeros(slots),
            said_commission_fen=long_zeros(slots),
            said_stamp_fen=int_zeros(slots),
            said_transfer_fen=int_zeros(slots),
            said_handling_fen=int_zeros(slots),
            said_regulatory_fen=int_zeros(slots),
        )

    @property
    def are_kept(self) -> bool:
        """Whether there are columns: an order came since the request table was last without any."""
        return len(self.order_type) > 0

    def are_orders(self, slots: Positions | slice) -> Mask:
        """(m,) which of the slots hold an order. Only while columns are kept."""
        found: Mask = self.order_type[slots] != 0
        return found

    def are_open(self, slots: Positions | slice) -> Mask:
        """(m,) which of the slots hold an order of which something may still come, whatever is frozen for it. Only
        while columns are kept."""
        found: Mask = _IS_OPEN[self.state[slots]]
        return found

    def are_open_orders(self, slots: Positions) -> Mask:
        """(m,) which of the slots hold an order that is open; none while no columns are kept."""
        return self.are_open(slots) if self.are_kept else np.zeros(len(slots), bool)

    def versions_named(self, slots_used: int) -> set[int]:
        """Numbers of versions of securities that orders have."""
        return _numbers(self.version[:slots_used])

    def fee_tables_named(self, slots_used: int) -> set[int]:
        """Numbers of fee tables that orders have."""
        return _numbers(self.fee_table[:slots_used])


def _numbers(column: IntColumn) -> set[int]:
    return set(np.unique(column).tolist()) - {0}


WORDS = tuple(each.name for each in fields(OrderWords))
"""The names of the columns, in their order in the state."""
SAID_WORDS = tuple(name for name in WORDS if name.startswith("said_"))
"""What clearing sets say: quantity, turnover, fees."""
SAID_FEES = SAID_WORDS[2:]
