"""What a channel is told of money: both amounts of whoever is signed on with it, and of nobody else anything."""

import pytest

from ledger.core.book_answers import BookAnswers
from protocol.codes import ReplyCode
from protocol.messages.orders.signing_on import EndSignOn
from protocol.messages.queries import BuyingPowerAnswer, BuyingPowerQuery, ContractMoney
from protocol.vocabulary import ContractStatus
from tests.ledger_core.desk import BROKER, CHANNEL, CHANNEL_SEAT, OTHER_BROKER, SEAT, Desk
from tests.ledger_core.orders.signing import (
    PHONE,
    UNTIL_S,
    WEB,
    WEB_SEAT,
    a_bank_with_channels,
    say,
    signed_on,
    with_password,
)

BALANCE_FEN = 70_000


def told(desk: Desk, seat: int, contract_no: int, now_s: int = 0, party: int = CHANNEL) -> ContractMoney:
    answer = BookAnswers(desk.book).answer(party, BuyingPowerQuery([contract_no]), seat, now_s)
    assert isinstance(answer, BuyingPowerAnswer)
    (money,) = answer.contracts
    return money


def nothing(contract_no: int) -> ContractMoney:
    return ContractMoney(contract_no, ReplyCode.NOT_SIGNED_ON, 0, 0, 0)


def test_who_is_signed_on_with_the_channel_is_told_both_amounts_until_his_second() -> None:
    desk = a_bank_with_channels()
    ann = with_password(desk, BALANCE_FEN)
    assert told(desk, CHANNEL_SEAT, ann) == nothing(ann)
    say(desk, signed_on(ann))

    both = ContractMoney(ann, 0, ContractStatus.ACTIVE, BALANCE_FEN, BALANCE_FEN)
    assert told(desk, CHANNEL_SEAT, ann) == both
    assert told(desk, CHANNEL_SEAT, ann, UNTIL_S - 1) == both
    assert told(desk, CHANNEL_SEAT, ann, UNTIL_S) == nothing(ann)
    assert told(desk, SEAT, ann, party=BROKER) == both  # its broker needs no sign-on


def test_by_another_channel_or_once_it_ended_nothing_is_told() -> None:
    desk = a_bank_with_channels()
    ann, bob = with_password(desk, BALANCE_FEN), with_password(desk, BALANCE_FEN)
    say(desk, signed_on(ann), signed_on(bob, WEB))

    assert [told(desk, WEB_SEAT, ann), told(desk, CHANNEL_SEAT, bob)] == [nothing(ann), nothing(bob)]
    assert desk.control(EndSignOn(ann), CHANNEL_SEAT) == ReplyCode.ACCEPTED
    assert told(desk, CHANNEL_SEAT, ann) == nothing(ann)


@pytest.mark.parametrize("contract_no", [1, 99, 9_999_999_998])
def test_of_what_is_no_contract_no_more_is_learnt(contract_no: int) -> None:
    assert told(a_bank_with_channels(), CHANNEL_SEAT, contract_no) == nothing(contract_no)


def test_of_another_brokers_customer_neither() -> None:
    desk = a_bank_with_channels()
    foreign = desk.open(BALANCE_FEN, OTHER_BROKER)

    assert told(desk, CHANNEL_SEAT, foreign) == nothing(foreign)


def test_the_gateway_is_told_by_which_channel_each_seat_is() -> None:
    seats = list(a_bank_with_channels().book.orders.channels.all_seats())

    assert seats == [(CHANNEL_SEAT, PHONE, BROKER), (WEB_SEAT, WEB, BROKER)]
    assert list(Desk().book.orders.channels.all_seats()) == []
