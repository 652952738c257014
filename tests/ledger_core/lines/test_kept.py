"""What a set keeps from block to block: of each freeze, of events and references, and nothing of a set before it."""

from ledger.core.state.requests import BUY_TOLD, FATE_MASK, ORDER_TOLD, key_parts
from protocol.codes import ReplyCode
from protocol.messages.day.steps import SignOff, WithdrawSet
from protocol.trade_dates import trade_day
from protocol.vocabulary import ClearedEvent, Fate
from tests.ledger_core.desk import BROKER, MONDAY, OTHER_BROKER, OTHER_SEAT, SEAT, Desk, codes, same_after_all
from tests.ledger_core.lines.words import announce, buy, by_contract, event, order, sell, send

ACCEPTED, DOUBLED = ReplyCode.ACCEPTED, ReplyCode.LINE_DOUBLED


def collecting(*amounts_fen: int) -> tuple[Desk, int, list[tuple[int, int, int]]]:
    """A desk whose Monday is signed off and has an open set, a customer, and a freeze of each amount."""
    desk = Desk()
    customer = desk.open(sum(amounts_fen))
    targets = [desk.freeze(customer, amount_fen) for amount_fen in amounts_fen]
    desk.done(SignOff(MONDAY))
    announce(desk)
    return desk, customer, targets


def slots(desk: Desk) -> list[int]:
    """Where the accepted freezes lie, in the order of their numbers."""
    return desk.book.requests.contract.nonzero()[0].tolist()


def test_what_is_told_of_a_freeze_lies_with_it() -> None:
    """Frozen 60 and told as 60; frozen 40 and told as 41; 7 given back; bought for 30 with fees of 5 and 1."""
    desk, customer, (right, wrong) = collecting(60, 40)

    send(desk, order(right, customer, 60, 7, Fate.PARTLY), buy(right, customer, 30, 5, 1))
    send(desk, order(wrong, customer, 41, 0, Fate.HELD))

    requests, (first, second) = desk.book.requests, slots(desk)
    assert int(requests.cleared_fen[first]) == 36
    assert int(requests.told_released_fen[first]) == 7
    assert int(requests.told[first]) == Fate.PARTLY | ORDER_TOLD | BUY_TOLD
    assert int(requests.told[second]) & FATE_MASK == Fate.HELD
    assert not int(requests.told[second]) & BUY_TOLD
    assert requests.told_frozen_fen[[first, second]].tolist() == [60, 41]
    same_after_all(desk)


def test_a_set_after_a_withdrawal_may_tell_each_half_of_an_order_anew() -> None:
    desk, customer, (target,) = collecting(60)
    send(desk, order(target, customer, 61, 9, Fate.HELD), buy(target, customer, 30), event(customer))
    desk.control(WithdrawSet(MONDAY, 1), SEAT)
    announce(desk)

    assert codes(send(desk, order(target, customer, 60))) == [ACCEPTED]
    (slot,) = slots(desk)
    assert int(desk.book.requests.told[slot]) == Fate.FILLED | ORDER_TOLD
    assert (int(desk.book.requests.cleared_fen[slot]), int(desk.book.requests.told_released_fen[slot])) == (0, 0)
    assert codes(send(desk, buy(target, customer, 20), event(customer))) == [ACCEPTED] * 2
    assert by_contract(desk, customer) == (20, 0, 0, 0, 0)
    same_after_all(desk)


def test_a_contract_opens_and_closes_on_one_date_and_each_is_told_once() -> None:
    desk, customer, _ = collecting()
    both = (event(customer), event(customer, ClearedEvent.CLOSED))
    assert codes(send(desk, *both, *both)) == [ACCEPTED] * 2 + [DOUBLED] * 2
    assert codes(send(desk, *both)) == [DOUBLED] * 2


def test_a_reference_is_remembered_over_blocks_without_any() -> None:
    desk, customer, _ = collecting()
    assert codes(send(desk, sell(7, customer, 5))) == [ACCEPTED]
    assert codes(send(desk, event(customer))) == [ACCEPTED]
    assert codes(send(desk, sell(7, customer, 5), sell(6, customer, 5), sell(8, customer, 5))) == [
        DOUBLED,
        DOUBLED,
        ACCEPTED,
    ]


def test_a_line_of_another_day_is_not_in_the_set_that_is_open() -> None:
    desk, customer, _ = collecting()
    stray = sell(1, customer, 5)
    stray["trade_day"] = trade_day(MONDAY) - 1
    assert codes(send(desk, stray, sell(1, customer, 5))) == [ReplyCode.SET_NOT_OPEN, ACCEPTED]
    assert desk.book.clearing.lane(MONDAY, 2).arrived.counts == [0, 0, 1, 0, 0, 0]


def test_names_that_are_not_there_stand_in_order_however_they_come() -> None:
    """Two brokers' sets are open: names of each come in any order, one at a time and many, and none moves another."""
    desk, customer, _ = collecting()
    other = desk.open(0, OTHER_BROKER)
    announce(desk, seat=OTHER_SEAT)
    first, second = (desk.book.clearing.lane(MONDAY, party).inner for party in (BROKER, OTHER_BROKER))

    send(desk, order((MONDAY, SEAT, 50), customer, 1), order((MONDAY, SEAT, 20), customer, 1))
    send(desk, order((MONDAY, OTHER_SEAT, 9), other, 1), seat=OTHER_SEAT)
    send(desk, buy((MONDAY, SEAT, 40), customer, 1), order((MONDAY, SEAT, 30), customer, 1))
    send(desk, order((MONDAY, SEAT, 60), customer, 1), buy((MONDAY, SEAT, 10), customer, 1))

    def numbers(inner: int, is_buy: bool) -> list[int]:
        return [key_parts(int(key))[2] for key in desk.book.clearing.listed(inner, is_buy)]

    assert (numbers(first, False), numbers(first, True)) == ([20, 30, 50, 60], [10, 40])
    assert (numbers(second, False), numbers(second, True)) == ([9], [])
    assert codes(send(desk, order((MONDAY, SEAT, 30), customer, 1))) == [DOUBLED]
    same_after_all(desk)
