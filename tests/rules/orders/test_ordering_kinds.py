"""What the wire says of each kind of record of an order through the bank: who sends it, what it may say."""

import pytest

from protocol.kinds import KINDS, ORDERING_KINDS
from protocol.vocabulary import MARKETS_AND_SIDES, Market, RecordKind, Scheme, SeatRole, Side, market_and_side

INT32, INT64 = 2**31 - 1, 2**63 - 1
OF_BROKERS = frozenset({SeatRole.BROKER})
SAID = {
    RecordKind.ORDER: {"order_type": (1, 5), "quantity": (1, INT32), "limit": (1, INT32)},
    RecordKind.CANCEL: {},
    RecordKind.TAKEN: {"broker_number": (1, INT64)},
    RecordKind.REFUSED: {"reason": (1, 255)},
    RecordKind.EXECUTED: {"quantity": (1, INT32), "turnover": (0, 100 * 2**40)},
    RecordKind.CANCELLED: {"reason": (1, 255), "quantity": (1, INT32), "cancel_position": (0, INT32)},
    RecordKind.CANCEL_REFUSED: {"reason": (1, 255), "cancel_position": (1, INT32)},
}


@pytest.mark.parametrize("kind", ORDERING_KINDS, ids=lambda kind: kind.name)
def test_what_a_record_may_say(kind: RecordKind) -> None:
    assert dict(KINDS[kind].ranges) == SAID[kind]
    assert KINDS[kind].tells_of_order == (kind != RecordKind.ORDER)


def test_channels_order_and_cancel_tellers_cancel_and_brokers_report() -> None:
    senders = {kind: KINDS[kind].senders for kind in ORDERING_KINDS}

    assert senders.pop(RecordKind.ORDER) == {SeatRole.CHANNEL}
    assert senders.pop(RecordKind.CANCEL) == {SeatRole.CHANNEL, SeatRole.TELLER_DESK}
    assert set(senders.values()) == {OF_BROKERS}


def test_an_order_alone_may_be_late_and_all_of_it_is_of_scheme_a() -> None:
    assert [kind for kind in ORDERING_KINDS if KINDS[kind].expires] == [RecordKind.ORDER]
    assert {KINDS[kind].schemes for kind in ORDERING_KINDS} == {frozenset({Scheme.A})}


def test_the_byte_of_market_and_side() -> None:
    assert MARKETS_AND_SIDES == (0x11, 0x12, 0x21, 0x22)
    assert market_and_side(Market.XSHG, Side.SELL) == 0x12
