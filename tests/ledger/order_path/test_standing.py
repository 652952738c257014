"""Where frames of one group stand, asked of a book in memory.

Belongs here: what is remembered within a group. Never here: groups (test_groups), single arrivals (test_order_path).
"""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core.sequence import Arrival
from ledger.order_path.moments import Moments
from ledger.order_path.standing import Standing
from protocol.messages.control import RegisterKey
from protocol.vocabulary import FrameKind
from tests.ledger.world import header
from tests.ledger_core.desk import BROKER, NOW_NS, SEAT, SECOND_SEAT, Desk

KEY_ID = 5
PUBLIC_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()


@pytest.mark.parametrize("order", [(SEAT, SECOND_SEAT), (SECOND_SEAT, SEAT)])
def test_a_bound_key_is_asked_for_each_seat_of_a_group(order: tuple[int, int]) -> None:
    desk = Desk()
    desk.done(RegisterKey(BROKER, KEY_ID, PUBLIC_KEY, 0, 2**62, SEAT))
    standing = Standing(desk.book)
    standing.moments = Moments(NOW_NS, NOW_NS, True)
    standing.begin()

    found = {seat: standing.key_over(header(FrameKind.RECORDS, seat, 1, 1)) for seat in order}

    assert found == {SEAT: None, SECOND_SEAT: Arrival.KEY_OVER}
