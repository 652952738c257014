"""The bank's seats in tests: master data, its desks, and which of them sends what.

Belongs here: numbers and who may. Never here: keys, sending.
"""

from frontend_sim.market.desks import DAY_SEAT, IDENTITY_SEAT, PASSWORD_SEAT, ROLES, SAVINGS_SEAT, TELLER_SEAT
from ledger.core.roles import may_send_control
from protocol.messages.control import SeatEntry
from protocol.vocabulary import BANK_SEAT, SeatRole

__all__ = [
    "BANK_SEAT",
    "BANK_SEATS",
    "DAY_SEAT",
    "IDENTITY_SEAT",
    "PASSWORD_SEAT",
    "SAVINGS_SEAT",
    "SEAT_ROLES",
    "TELLER_SEAT",
    "bank_seat_for",
]

SEAT_ROLES = {BANK_SEAT: SeatRole.MASTER_DATA, **ROLES}
BANK_SEATS = [SeatEntry(seat, role) for seat, role in SEAT_ROLES.items()]
"""All of them: a test's genesis row may hold them, which saves a row for each."""


def bank_seat_for(message: object) -> int:
    """The first of the bank's seats that may send a control message; that of master data for what none may."""
    permitted = (seat for seat, role in SEAT_ROLES.items() if may_send_control(role, message))  # type: ignore[arg-type]
    return next(permitted, BANK_SEAT)
