"""Orders in transfer mode, worked out on paper: what moves, what is drawn of it, what comes back."""

import numpy as np
import pytest

from protocol.codes import ReplyCode
from protocol.messages.customers.restraints import Restrain
from protocol.records import OUTCOME
from protocol.vocabulary import RestraintKind
from tests.bank_seats import SAVINGS_SEAT
from tests.ledger_core.corrections.words import BY_LANE, IN_ORDER
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    TUESDAY,
    Answer,
    Desk,
    Frame,
    deposit,
    fill_buy,
    fill_sell,
    freeze,
    joined,
    record,
    release,
    same_after_all,
    withdrawal,
)
from tests.ledger_core.moved.words import frozen, in_2420, moved, moved_of, posted, stands, transfers
from tests.ledger_core.test_lane_and_law import send_checked

BOTH_WAYS = pytest.mark.parametrize("padding", [IN_ORDER, BY_LANE])
ACCEPTED = ReplyCode.ACCEPTED


def told(desk: Desk, padding: int, *frames: Frame) -> list[Answer]:
    """What frames are told as one block, decided in order or by the lane, which say the same."""
    padded = [*frames, Frame(SEAT, joined(*[record(0, 98, 0)] * padding))] if padding else list(frames)
    outcomes = np.frombuffer(send_checked(desk, padded), OUTCOME)[["code", "state", "remaining_fen"]].tolist()
    answers = [Answer(ReplyCode(code), state, left) for code, state, left in outcomes]
    return answers[: sum(len(frame.records) for frame in frames)]


@BOTH_WAYS
def test_the_golden_order_with_4000_withdrawable(padding: int) -> None:
    """14,000.00 are there, of which 10,000.00 are restrained, and 8,000.00 sold: 4,000.00 could be withdrawn, and
    12,000.00 buy. 1,000 × 10.00 with commission 0.18 % and transfer 0.02 ‰ freeze 10,018.20 (product, *Money*).
    """
    desk = transfers(Desk())
    ann = desk.open(1_400_000)
    restrain = Restrain(desk.account(ann), 1_000_000, RestraintKind.JUDICIAL, "court", "1", 0)
    desk.done(restrain)
    desk.ask(SEAT, fill_sell(ann, 800_000))
    order = (MONDAY, SEAT, int(desk.book.next_number[SEAT]))

    # min(10,018.20, 4,000.00) moves, the other 6,018.20 stay frozen on the account.
    assert told(desk, padding, Frame(SEAT, freeze(ann, 1_001_820))) == [moved(400_000)]
    assert desk.money(ann) == (1_400_000, 1_001_820, 0, 800_000)
    assert desk.buying_power(ann) == (198_180, 0)  # 12,000.00 − 10,018.20; 4,000.00 − 10,018.20 is below 0
    assert (stands(desk, ann), in_2420(desk)) == ((1_000_000, 400_000, 0), 400_000)

    # 400 at 9.95 draw 3,987.24, all of it moved money, and release 20.04 of the 6,018.20 that are only frozen.
    assert told(desk, padding, Frame(SEAT, fill_buy(order, ann, 398_724, 2_004))) == [frozen(601_092)]
    assert (stands(desk, ann), in_2420(desk)) == ((1_000_000, 1_276, 398_724), 400_000)
    assert posted(desk) == []

    # 6,010.92 remain, of which 12.76 are moved and 5,998.16 frozen: 6,005.00 released give 6.84 back.
    assert told(desk, padding, Frame(SEAT, release(order, ann, 600_500))) == [frozen(592)]
    assert (stands(desk, ann), in_2420(desk)) == ((1_000_684, 592, 398_724), 399_316)
    assert posted(desk) == [(0, -684)]

    # The last 5.92 are moved money, and drawn.
    assert told(desk, padding, Frame(SEAT, fill_buy(order, ann, 592))) == [frozen(0)]
    assert (stands(desk, ann), in_2420(desk)) == ((1_000_684, 0, 399_316), 399_316)
    assert desk.money(ann) == (1_400_000, 0, 399_316, 800_000)
    same_after_all(desk)


@BOTH_WAYS
@pytest.mark.parametrize(
    ("has_fen", "sold_fen", "amount_fen", "moves_fen"),
    [
        (1_000, 0, 999, 999),  # all of it could be withdrawn
        (1_000, 0, 1_000, 1_000),
        (1_000, 500, 1_200, 1_000),  # the rest leans on the sale
        (0, 500, 500, 0),  # nothing could be withdrawn: it is frozen, as in the other mode
    ],
)
def test_what_could_be_withdrawn_moves(
    padding: int, has_fen: int, sold_fen: int, amount_fen: int, moves_fen: int
) -> None:
    desk = transfers(Desk())
    ann = desk.open(has_fen)
    if sold_fen:
        desk.ask(SEAT, fill_sell(ann, sold_fen))

    (answer,) = told(desk, padding, Frame(SEAT, freeze(ann, amount_fen)))

    assert answer == (moved(moves_fen) if moves_fen else frozen(amount_fen))
    assert stands(desk, ann) == (has_fen - moves_fen, moves_fen, 0)
    same_after_all(desk)


@BOTH_WAYS
def test_the_order_within_a_block_decides_what_moves(padding: int) -> None:
    """10 are there. A freeze of 8 moves 8; one of 5 behind it, which a sale of 6 pays, moves the last 2; a deposit of 4
    lets the next one of 3 move 1: it is withdrawable 10 + 4 − 8 − 5 = 1.
    """
    desk = transfers(Desk())
    ann = desk.open(10)
    frames = [
        Frame(SEAT, freeze(ann, 8)),
        Frame(SEAT, fill_sell(ann, 6)),
        Frame(SEAT, freeze(ann, 5)),
        Frame(SAVINGS_SEAT, deposit(ann, 4)),
        Frame(SEAT, freeze(ann, 3)),
    ]

    answers = told(desk, padding, *frames)

    assert answers == [moved(8), Answer(ACCEPTED, 0, 0), moved(2), Answer(ACCEPTED, 0, 0), moved(1)]
    assert stands(desk, ann) == (3, 11, 0)
    assert posted(desk) == [(0, 8), (2, 2), (4, 1)]
    same_after_all(desk)


@BOTH_WAYS
def test_two_orders_of_a_block_do_not_move_the_same_money(padding: int) -> None:
    """70 are there and 30 sold: orders of 60 and 30 are covered together, and the second finds 10 that could go."""
    desk = transfers(Desk())
    ann = desk.open(70)
    desk.ask(SEAT, fill_sell(ann, 30))

    assert told(desk, padding, Frame(SEAT, joined(freeze(ann, 60), freeze(ann, 30)))) == [moved(60), moved(10)]
    assert stands(desk, ann) == (0, 70, 0)
    same_after_all(desk)


@BOTH_WAYS
@pytest.mark.parametrize("fill_first", [True, False])
def test_several_records_of_a_block_on_one_freeze(padding: int, fill_first: bool) -> None:
    """8 remain, 5 of them moved. A fill of 4 draws moved money alone, whether it stands before a release of 4 or behind
    it: 3 of that are frozen, and 1 comes back.
    """
    desk = transfers(Desk())
    ann = desk.open(5)
    desk.ask(SEAT, fill_sell(ann, 3))
    order = desk.freeze(ann, 8)
    both = [Frame(SEAT, fill_buy(order, ann, 4)), Frame(SEAT, release(order, ann, 4))]

    answers = told(desk, padding, *(both if fill_first else both[::-1]))

    assert answers == [frozen(4), frozen(0)]
    assert stands(desk, ann) == (1, 0, 4)
    assert posted(desk) == [(1 if fill_first else 0, -1)]
    same_after_all(desk)


@BOTH_WAYS
def test_a_freeze_that_is_made_and_drawn_in_one_block(padding: int) -> None:
    desk = transfers(Desk())
    ann = desk.open(100)
    own = (MONDAY, SEAT, int(desk.book.next_number[SEAT]))
    frames = [Frame(SEAT, joined(freeze(ann, 90), fill_buy(own, ann, 30, 20), release(own, ann, 40)))]

    assert told(desk, padding, *frames) == [moved(90), frozen(40), frozen(0)]
    assert stands(desk, ann) == (70, 0, 30)
    assert posted(desk) == [(0, 90), (1, -20), (2, -40)]
    same_after_all(desk)


@BOTH_WAYS
def test_what_is_drawn_is_of_the_date_of_execution(padding: int) -> None:
    """Monday's order of 50, of which 40 are moved, is filled for 30 on Monday and for 20 on Tuesday: 10 of these are
    moved money.
    """
    desk = transfers(Desk())
    ann = desk.open(40)
    desk.ask(SEAT, fill_sell(ann, 10))
    order = desk.freeze(ann, 50)
    desk.roll(TUESDAY)
    fills = joined(fill_buy(order, ann, 30, on=MONDAY), fill_buy(order, ann, 20, on=TUESDAY))

    assert told(desk, padding, Frame(SEAT, fills)) == [frozen(20), frozen(0)]
    row = int(desk.book.account_of_contract[ann // 100])
    assert {date: int(column[row]) for date, column in desk.book.moved.drawn_on.items()} == {MONDAY: 30, TUESDAY: 10}
    same_after_all(desk)


def test_brokers_in_freeze_mode_beside_it_move_nothing() -> None:
    desk = Desk()
    ann, bob = desk.open(100), desk.open(100, OTHER_BROKER)

    assert desk.ask(SEAT, freeze(ann, 60)) == [frozen(60)]
    assert desk.ask(OTHER_SEAT, freeze(bob, 60)) == [frozen(60)]
    assert (stands(desk, ann), in_2420(desk), in_2420(desk, OTHER_BROKER)) == ((100, 0, 0), 0, 0)
    assert not desk.book.moved.is_used


def test_what_is_moved_cannot_be_withdrawn_and_comes_back_whole() -> None:
    desk = transfers(Desk())
    ann = desk.open(100)
    order = desk.freeze(ann, 60)

    assert desk.ask(SAVINGS_SEAT, withdrawal(ann, 41)) == [Answer(ReplyCode.FUNDS_FROZEN, 0, 0)]
    assert desk.ask(SAVINGS_SEAT, withdrawal(ann, 40)) == [Answer(ACCEPTED, 0, 0)]
    assert (stands(desk, ann), moved_of(desk, order)) == ((0, 60, 0), 60)
    assert desk.ask(SEAT, release(order, ann, 60)) == [frozen(0)]
    assert (stands(desk, ann), moved_of(desk, order), in_2420(desk, BROKER)) == ((60, 0, 0), 0, 0)
    same_after_all(desk)


def test_an_order_that_is_carried_over_a_roll_keeps_what_is_moved() -> None:
    desk = transfers(Desk())
    ann = desk.open(100)
    order = desk.freeze(ann, 60)
    desk.roll(TUESDAY)

    assert moved_of(desk, order) == 60
    assert desk.ask(SEAT, release(order, ann, 25)) == [frozen(35)]
    assert (stands(desk, ann), moved_of(desk, order)) == ((65, 35, 0), 35)
    same_after_all(desk)
