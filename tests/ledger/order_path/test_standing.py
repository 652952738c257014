"""Where frames of one group stand, asked of a book in memory.

Belongs here: what is remembered within a group. Never here: groups (test_groups), single arrivals (test_order_path).
"""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core.sequence import Arrival
from ledger.order_path.moments import Moments
from ledger.order_path.standing import Standing
from protocol.frame import Frame, make_unsigned_frame
from protocol.limits import PARTIES_MAX
from protocol.messages.control import RegisterKey
from protocol.records import RecordArray
from protocol.vocabulary import BANK_PARTY, FrameKind, Scheme
from tests.bank_seats import DAY_SEAT, TELLER_SEAT
from tests.ledger.world import header
from tests.ledger_core.desk import (
    BROKER,
    CHANNEL,
    CHANNEL_SEAT,
    MONDAY,
    NOW_NS,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SECOND_SEAT,
    Desk,
    freeze,
    joined,
)
from tests.ledger_core.ordering.trading import Name, cancel, order, taken
from tests.ledger_core.orders.signing import WEB_SEAT, a_bank_with_channels

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


NAME = Name(MONDAY, CHANNEL_SEAT, 1)


def sent(seat: int, *records: RecordArray, sender: int = CHANNEL) -> Frame:
    body = joined(*records)
    return make_unsigned_frame(header(FrameKind.RECORDS, seat, 1, len(body))._replace(sender=sender), body.tobytes())


def standing_of(desk: Desk, is_sure: bool = True) -> Standing:
    standing = Standing(desk.book)
    standing.moments = Moments(NOW_NS, NOW_NS, is_sure)
    standing.begin()
    return standing


def test_while_nobody_knows_the_time_no_order_is_decided_and_a_cancel_is() -> None:
    """A frame in which one order is waits as a whole."""
    desk = a_bank_with_channels()
    doubtful = standing_of(desk, is_sure=False)

    assert doubtful.take(sent(WEB_SEAT, cancel(NAME, 98), order(98))) is Arrival.UNTIMED
    assert doubtful.take(sent(CHANNEL_SEAT, cancel(NAME, 98))) is Arrival.NEXT
    assert doubtful.take(sent(SEAT, taken(NAME, 98), sender=BROKER)) is Arrival.NEXT
    assert doubtful.take(sent(SECOND_SEAT, order(98), sender=BROKER)) is Arrival.NEXT  # it may not order anyhow
    assert standing_of(desk).take(sent(WEB_SEAT, order(98))) is Arrival.NEXT


def test_each_seat_of_a_channel_has_turns_of_its_own() -> None:
    standing = standing_of(a_bank_with_channels())

    assert (standing.turns_of(SEAT), standing.turns_of(SECOND_SEAT)) == (BROKER, BROKER)
    own = standing.turns_of(CHANNEL_SEAT), standing.turns_of(WEB_SEAT)
    assert len({*own}) == 2
    assert min(own) > PARTIES_MAX
    assert standing.turns_of(DAY_SEAT) == BANK_PARTY


def test_records_about_orders_are_counted_where_they_may_have_to_be_decided() -> None:
    desk = a_bank_with_channels()
    standing = standing_of(desk)
    mixed = [taken(NAME, 98), freeze(98, 1), taken(NAME, 98)]

    assert int(desk.book.orders.schemes.now[BROKER]) == Scheme.A
    assert standing.ordering_in(sent(SEAT, *mixed, sender=BROKER)) == 2
    assert standing.ordering_in(sent(OTHER_SEAT, *mixed, sender=OTHER_BROKER)) == 0  # of scheme B: refused at a glance
    assert standing.ordering_in(sent(CHANNEL_SEAT, order(98), order(98))) == 2
    assert standing.ordering_in(sent(TELLER_SEAT, cancel(NAME, 98), sender=BANK_PARTY)) == 1
    assert standing.ordering_in(sent(DAY_SEAT, cancel(NAME, 98), sender=BANK_PARTY)) == 0
