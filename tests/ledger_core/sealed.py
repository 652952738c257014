"""A bank that its administrators have sealed, and whom it has hired.

Belongs here: sealing it, at a desk. Never here: what people sign (tests.people), whom a subject needs.
"""

from protocol.vocabulary import Right
from tests.ledger_core.desk import Desk
from tests.people import Office, administrators


def sealed(desk: Desk, *hired: tuple[int, Right] | tuple[int, Right, int]) -> Office:
    """Its office, once people are hired: each by number and right, with an outlet or for the whole bank."""
    desk.done(administrators())
    office = Office(desk.book.bank_id)
    for each in hired:
        desk.done(office.hired(*each))
    return office
