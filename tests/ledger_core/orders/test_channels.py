"""Channels: a party that owns no contract, its seats of one broker each, and that nothing comes by them yet."""

import pytest

from ledger.core.roles import CONTROL_RIGHTS
from protocol.codes import ReplyCode
from protocol.messages.control import RegisterChannelSeat, RegisterParty, RegisterSeat, SetScheme
from protocol.messages.customers.accounts import SignContracts
from protocol.messages.orders.signing_on import EndSignOn
from protocol.vocabulary import BANK_PARTY, Role, Scheme, SeatRole, Suite
from tests.customers import contract
from tests.ledger_core.desk import (
    BROKER,
    CHANNEL,
    CHANNEL_SEAT,
    OTHER_BROKER,
    SEAT,
    SPARE_ACCOUNTS,
    Desk,
    codes,
    freeze,
    same_after_all,
)

PHONE, KIOSKS = CHANNEL, 8
BY_PHONE, BY_KIOSK = 1, 2  # channels


def channel_party(number: int, name: str) -> RegisterParty:
    return RegisterParty(number, Role.CHANNEL, Suite.ED25519_SHA256, name, False)


def a_bank() -> Desk:
    """Of two channels: the bank's own phone, and somebody's kiosks."""
    desk = Desk()
    desk.done(channel_party(PHONE, "phone"))
    desk.done(channel_party(KIOSKS, "kiosks"))
    return desk


def test_a_seat_of_a_channel_is_of_one_broker() -> None:
    desk = a_bank()

    desk.done(RegisterChannelSeat(CHANNEL_SEAT, PHONE, BY_PHONE, BROKER))
    desk.done(RegisterChannelSeat(42, PHONE, BY_PHONE, OTHER_BROKER))

    channels = desk.book.orders.channels
    assert [int(channels.channel[seat]) for seat in (SEAT, CHANNEL_SEAT, 42)] == [0, BY_PHONE, BY_PHONE]
    assert [int(channels.broker[seat]) for seat in (SEAT, CHANNEL_SEAT, 42)] == [0, BROKER, OTHER_BROKER]
    assert (int(desk.book.seat_owner[CHANNEL_SEAT]), int(desk.book.seat_role[CHANNEL_SEAT])) == (
        PHONE,
        SeatRole.CHANNEL,
    )
    same_after_all(desk)


@pytest.mark.parametrize(
    ("seat", "code"),
    [
        (RegisterChannelSeat(CHANNEL_SEAT, 9, BY_PHONE, BROKER), ReplyCode.PARTY_UNKNOWN),
        (RegisterChannelSeat(CHANNEL_SEAT, BANK_PARTY, BY_PHONE, BROKER), ReplyCode.PARTY_UNKNOWN),
        (RegisterChannelSeat(CHANNEL_SEAT, BROKER, BY_PHONE, BROKER), ReplyCode.PARTY_UNKNOWN),
        (RegisterChannelSeat(CHANNEL_SEAT, PHONE, BY_PHONE, 9), ReplyCode.PARTY_UNKNOWN),
        (RegisterChannelSeat(CHANNEL_SEAT, PHONE, BY_PHONE, KIOSKS), ReplyCode.PARTY_UNKNOWN),
        (RegisterChannelSeat(SEAT, PHONE, BY_PHONE, BROKER), ReplyCode.SEAT_EXISTS),
        (RegisterChannelSeat(CHANNEL_SEAT, PHONE, BY_KIOSK, BROKER), ReplyCode.CHANNEL_TAKEN),
        (RegisterChannelSeat(CHANNEL_SEAT, PHONE, BY_PHONE, BROKER), ReplyCode.ACCEPTED),
        (RegisterChannelSeat(CHANNEL_SEAT, KIOSKS, BY_KIOSK, BROKER), ReplyCode.ACCEPTED),
    ],
)
def test_what_a_seat_of_a_channel_earns(seat: RegisterChannelSeat, code: ReplyCode) -> None:
    desk = a_bank()
    desk.done(RegisterChannelSeat(40, KIOSKS, BY_KIOSK, BROKER))

    assert desk.control(seat) == code


@pytest.mark.parametrize(
    ("seat", "code"),
    [
        (RegisterSeat(CHANNEL_SEAT, PHONE, SeatRole.CHANNEL), ReplyCode.REQUEST_MALFORMED),  # of no broker
        (RegisterSeat(CHANNEL_SEAT, BANK_PARTY, SeatRole.CHANNEL), ReplyCode.REQUEST_MALFORMED),
        (RegisterSeat(CHANNEL_SEAT, PHONE, SeatRole.BROKER), ReplyCode.PARTY_UNKNOWN),
    ],
)
def test_a_channel_has_no_other_seat_and_nobody_else_has_one_of_a_channel(seat: RegisterSeat, code: ReplyCode) -> None:
    assert a_bank().control(seat) == code


def test_a_channel_is_no_broker() -> None:
    desk = a_bank()
    malformed = RegisterParty(6, Role.CHANNEL, Suite.ED25519_SHA256, "six", True)

    assert desk.control(malformed) == ReplyCode.REQUEST_MALFORMED  # proceeds are a broker's
    assert desk.control(SetScheme(PHONE, Scheme.A)) == ReplyCode.PARTY_UNKNOWN
    assert desk.control(SignContracts([contract(SPARE_ACCOUNTS, PHONE)])) == ReplyCode.ACCOUNT_UNKNOWN
    desk.open(5)
    assert desk.control(SignContracts([contract(0, PHONE)])) == ReplyCode.PARTY_UNKNOWN


def test_no_order_comes_by_a_channel_yet() -> None:
    desk = a_bank()
    ann = desk.open(10)
    desk.done(RegisterChannelSeat(CHANNEL_SEAT, PHONE, BY_PHONE, BROKER))

    assert codes(desk.ask(CHANNEL_SEAT, freeze(ann, 1))) == [ReplyCode.ROLE_FORBIDS]
    assert CONTROL_RIGHTS[SeatRole.CHANNEL] == frozenset({EndSignOn})
