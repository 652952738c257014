"""Messages about securities: the largest fits its body, bounds of every number, and the digest of a list by hand.

Belongs here: bytes. Never here: what can be a security (tests/rules/orders).
"""

import hashlib

import msgspec
import pytest
from msgspec.structs import replace

from protocol.errors import PeerViolation
from protocol.limits import (
    CONTROL_BODY_BYTES_MAX,
    PRICES_PER_CONTROL_MAX,
    SECURITIES_MAX,
    SECURITIES_PER_CONTROL_MAX,
    SECURITY_NUMBER_MAX,
    SECURITY_REASON_CHARS_MAX,
    SMALL_CONTROL_BODY_BYTES_MAX,
    TRADE_DATE_MAX,
)
from protocol.messages.base import Message
from protocol.messages.codec import decode_control, encode
from protocol.messages.orders.securities import (
    PriceLimits,
    RegisterSecurities,
    SecurityVersion,
    SetPrices,
    SuspendSecurity,
    rests_of,
)
from protocol.vocabulary import Market, Product
from tests.securities import limits, priced, registered, share

MONDAY = 20_260_105
MOST = SECURITY_NUMBER_MAX
LARGEST = SecurityVersion(
    market=Market.XSHE,
    security="ZZZZZZZZ",
    product=Product.REPO,
    multiplier=MOST,
    buy_least=MOST,
    buy_step=MOST,
    buy_most=MOST,
    sell_least=MOST,
    sell_step=MOST,
    sell_most=MOST,
    odd_lots=True,
    tick=MOST,
    par=MOST,
    sold_at_once=True,
    first_date=TRADE_DATE_MAX,
    last_date=TRADE_DATE_MAX,
)
PRICED = PriceLimits(Market.XSHE, "ZZZZZZZZ", MOST, MOST, MOST)
REST = b"\xff" * 32
LAST = SECURITIES_MAX - 1


def test_the_largest_of_each_fit_their_bodies() -> None:
    versions = RegisterSecurities(2**62, LAST, [LARGEST] * SECURITIES_PER_CONTROL_MAX, REST)
    prices = SetPrices(2**62, LAST, TRADE_DATE_MAX, [PRICED] * PRICES_PER_CONTROL_MAX, REST)
    stop = SuspendSecurity(Market.XSHE, "ZZZZZZZZ", "\U0010ffff" * SECURITY_REASON_CHARS_MAX)

    for message, most in ((versions, CONTROL_BODY_BYTES_MAX), (prices, CONTROL_BODY_BYTES_MAX), (stop, 512)):
        assert decode_control(encode(message)) == message
        assert len(encode(message)) <= most
    assert SMALL_CONTROL_BODY_BYTES_MAX == 512


@pytest.mark.parametrize(
    "message",
    [
        registered(replace(share(MONDAY), market=3)),
        registered(replace(share(MONDAY), market=0)),
        registered(replace(share(MONDAY), security="")),
        registered(replace(share(MONDAY), security="60000a")),
        registered(replace(share(MONDAY), security="600000000")),
        registered(replace(share(MONDAY), product=5)),
        registered(replace(share(MONDAY), multiplier=0)),
        registered(replace(share(MONDAY), tick=2**31)),
        registered(replace(share(MONDAY), last_date=TRADE_DATE_MAX + 1)),
        registered(),
        registered(*[share(MONDAY)] * 65),
        priced(MONDAY, replace(limits(), low=0)),
        priced(MONDAY, replace(limits(), accrued=-1)),
        priced(MONDAY, *[limits()] * 257),
        replace(priced(MONDAY, limits()), first=SECURITIES_MAX),
        SuspendSecurity(Market.XSHG, "600000", ""),
        SuspendSecurity(Market.XSHG, "600000", "x" * 65),
    ],
)
def test_what_is_out_of_its_bounds_is_no_message(message: Message) -> None:
    with pytest.raises(PeerViolation):
        decode_control(encode(message))


def test_the_digest_of_a_list_is_made_from_its_end_and_each_piece_is_proved_by_what_is_behind_it() -> None:
    lines: list[SecurityVersion | PriceLimits] = [share(MONDAY), share(MONDAY, "600001"), limits()]
    packed = [msgspec.msgpack.encode(line) for line in lines]
    assert packed[2] == bytes([0x96, 18, 1, 0xA6]) + b"600000" + bytes.fromhex("ce00015f90ce0001adb000")
    third = hashlib.sha256(bytes(32) + packed[2]).digest()
    second = hashlib.sha256(third + packed[1]).digest()
    first = hashlib.sha256(second + packed[0]).digest()

    assert rests_of(lines) == [first, second, third, bytes(32)]
    assert rests_of(lines[:2], third)[0] == first
    assert rests_of([lines[1], lines[0]], third)[0] != first
