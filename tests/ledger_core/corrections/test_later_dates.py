"""What is done in the name of an earlier date leans on nothing that later dates have brought: each date is paid by what
came up to it. Worked out on paper; the last statement of `check_book` sees what an account would lack.
"""

import numpy as np
import pytest

from ledger.core.lines.answers import proceeds_to_book
from protocol.codes import ReplyCode
from protocol.messages.customers.accounts import ChangeAccount
from protocol.messages.day.steps import Reconcile, SignOff
from protocol.records import OUTCOME, STATE_DEDUCTIBLE, RecordArray
from protocol.vocabulary import AccountEvent, RecordKind, Way
from tests.bank_seats import DAY_SEAT, SAVINGS_SEAT
from tests.ledger_core.corrections.people import permitted, staffed
from tests.ledger_core.corrections.words import BY_LANE, IN_ORDER, Both, compared, correction, signed_off
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    TUESDAY,
    WEDNESDAY,
    Answer,
    Desk,
    Frame,
    Target,
    account_of,
    codes,
    deposit,
    fill_buy,
    fill_sell,
    freeze,
    joined,
    record,
    release,
    same_after_all,
)
from tests.ledger_core.lines.words import agree, buy, event, order, proceeds, sell, send_whole
from tests.ledger_core.test_lane_and_law import send_checked
from tests.people import Office

ACCEPTED, DIFFERS = ReplyCode.ACCEPTED, ReplyCode.SETTLEMENT_DIFFERS
BOTH_WAYS = pytest.mark.parametrize("padding", [IN_ORDER, BY_LANE])


def spent_on_monday(says_bought_fen: int = 150, says_sold_fen: int = 0) -> tuple[Desk, Office, int, Target]:
    """Ann has 100, sold for 50 on Monday and bought for all of the 150; on Tuesday 7 were paid in, and she
    froze them. What she bought and sold on Monday Monday's set says otherwise.
    """
    desk = Desk()
    office, ann = staffed(desk), desk.open(100)
    desk.ask(SEAT, fill_sell(ann, 50))
    target = desk.freeze(ann, 150)
    desk.ask(SEAT, fill_buy(target, ann, 150))
    signed_off(desk)
    sold = [sell(1, ann, says_sold_fen)] if says_sold_fen else []
    compared(desk, BROKER, event(ann), order(target, ann, 150), buy(target, ann, says_bought_fen), *sold)
    desk.roll(TUESDAY)
    desk.ask(SAVINGS_SEAT, deposit(ann, 7))
    return desk, office, ann, desk.freeze(ann, 7)


def told(desk: Desk, padding: int, *frames: Frame) -> list[Answer]:
    """What the records of frames are told, decided as one block, in order or by the lane."""
    padded = [*frames, Frame(SEAT, joined(*[record(0, 98, 0)] * padding))] if padding else list(frames)
    outcomes = np.frombuffer(send_checked(desk, padded), OUTCOME)[["code", "state", "remaining_fen"]].tolist()
    answers = [Answer(ReplyCode(code), state, left) for code, state, left in outcomes]
    return answers[: sum(len(frame.records) for frame in frames)]


def decided(desk: Desk, padding: int, *frames: Frame) -> list[ReplyCode]:
    """The codes of `told`."""
    return codes(told(desk, padding, *frames))


def sold_on_tuesday(ann: int, fen: int) -> Frame:
    return Frame(SEAT, fill_sell(ann, fen, on=TUESDAY))


# What else is in the block on Tuesday, and what of the 50 that Monday has too much falls. Monday has 107 + 50 − 150 = 7
# for it, which Tuesday's freeze of 7 takes unless Tuesday has something itself.
FALLS = {
    "nothing": 0,
    "a sale of Tuesday": 7,  # which pays Tuesday's freeze; what is left of it is not Monday's
    "a deposit too": 27,
    "a deposit, and a freeze that the sale pays": 27,  # 47 frozen on Tuesday of the 50
    "a deposit, and a freeze that the sale does not pay": 17,  # 60 frozen on Tuesday, of which Monday's 27 pay 10
    "Tuesday's freeze released": 7,
    "Tuesday's freeze released, and a sale": 7,
}


@BOTH_WAYS
@pytest.mark.parametrize("name", FALLS)
def test_proceeds_fall_by_nothing_that_a_later_date_brought(name: str, padding: int) -> None:
    desk, office, ann, tuesdays = spent_on_monday()
    sale, paid_in = sold_on_tuesday(ann, 50), Frame(SAVINGS_SEAT, deposit(ann, 20))
    released = release(tuesdays, ann, 7)
    before = {
        "nothing": [],
        "a sale of Tuesday": [sale],
        "a deposit too": [sale, paid_in],
        "a deposit, and a freeze that the sale pays": [sale, paid_in, Frame(SEAT, freeze(ann, 40))],
        "a deposit, and a freeze that the sale does not pay": [sale, paid_in, Frame(SEAT, freeze(ann, 53))],
        "Tuesday's freeze released": [Frame(SEAT, released)],
        "Tuesday's freeze released, and a sale": [
            Frame(SEAT, joined(release(tuesdays, ann, 7), fill_sell(ann, 50, TUESDAY)))
        ],
    }[name]
    falls_fen = FALLS[name]
    both = [Both(150, 0, 150, 50, 0, 50 - fen) for fen in (falls_fen + 1, falls_fen)]
    acts = [permitted(office, desk, BROKER, ann, each) for each in both]
    asked = [correction(ann, each, act) for each, act in zip(both, acts, strict=True)]

    found = decided(desk, padding, *before, Frame(DAY_SEAT, joined(*asked)))

    assert found == [ACCEPTED] * sum(len(frame.records) for frame in before) + [DIFFERS, ACCEPTED]
    assert desk.unsettled(ann)[MONDAY] == (150, 50 - falls_fen)
    same_after_all(desk)


@BOTH_WAYS
def test_buys_rise_by_nothing_that_a_later_date_brought(padding: int) -> None:
    """The set says 170: 20 more than was filled, and no proceeds. With 8 paid in Monday has 15 for it, and of the 50
    that come on Tuesday nothing. Falls of proceeds come first: 15 of the 50, and the rest of both is made good.
    """
    desk, office, ann, _ = spent_on_monday(170)
    both, better = Both(170, 0, 150, 50, 5, 50), Both(170, 0, 150, 50, 20, 35)
    acts = [permitted(office, desk, BROKER, ann, each) for each in (both, better)]
    asked = [correction(ann, each, act) for each, act in zip((both, better), acts, strict=True)]
    before = [sold_on_tuesday(ann, 50), Frame(SAVINGS_SEAT, deposit(ann, 8))]

    found = decided(desk, padding, *before, Frame(DAY_SEAT, joined(*asked)))

    assert found == [ACCEPTED, ACCEPTED, DIFFERS, ACCEPTED]
    assert desk.unsettled(ann) == {MONDAY: (150, 35), TUESDAY: (0, 50)}
    same_after_all(desk)


@BOTH_WAYS
def test_a_rise_of_buys_leans_on_nothing_later(padding: int) -> None:
    """The set says that she sold for the 50, and bought for 170. Monday has 7 for it: Tuesday's sale sets them free."""
    desk, office, ann, _ = spent_on_monday(170, says_sold_fen=50)
    both, better = Both(170, 50, 150, 50, 0), Both(170, 50, 150, 50, 13)
    acts = [permitted(office, desk, BROKER, ann, each) for each in (both, better)]
    asked = [correction(ann, each, act) for each, act in zip((both, better), acts, strict=True)]

    found = decided(desk, padding, sold_on_tuesday(ann, 50), Frame(DAY_SEAT, joined(*asked)))

    assert found == [ACCEPTED, DIFFERS, ACCEPTED]
    assert desk.unsettled(ann) == {MONDAY: (157, 50), TUESDAY: (0, 50)}
    same_after_all(desk)


@BOTH_WAYS
def test_each_date_behind_counts_for_those_before_it_alone(padding: int) -> None:
    """Monday has 7 for it. On Tuesday 50 came, and 57 were bought for: all of both. On Wednesday 30 came, which pays
    for neither: nothing falls.
    """
    desk, office, ann, tuesdays = spent_on_monday()
    desk.ask(SEAT, fill_sell(ann, 50, on=TUESDAY), release(tuesdays, ann, 7))
    target = desk.freeze(ann, 57)
    desk.ask(SEAT, fill_buy(target, ann, 57))
    desk.done(SignOff(TUESDAY))
    agree(desk, TUESDAY)
    desk.roll(WEDNESDAY)
    desk.ask(SEAT, fill_sell(ann, 30, on=WEDNESDAY))
    both = [Both(150, 0, 150, 50, 0, fen) for fen in (43, 50)]
    acts = [permitted(office, desk, BROKER, ann, each) for each in both]
    asked = [correction(ann, each, act) for each, act in zip(both, acts, strict=True)]

    assert decided(desk, padding, Frame(DAY_SEAT, joined(*asked))) == [DIFFERS, ACCEPTED]
    assert desk.unsettled(ann) == {MONDAY: (150, 50), TUESDAY: (57, 50), WEDNESDAY: (0, 30)}
    same_after_all(desk)


@BOTH_WAYS
def test_an_excess_takes_nothing_that_a_later_date_brought(padding: int) -> None:
    """Cid has 100 and sold a share on Monday whose fees exceed its turnover by 300. By Tuesday's set, which is booked
    before Monday's, he sold for 500: Monday takes 100 of its cost, and the 500 are Tuesday's.
    """
    desk = Desk()
    cid = desk.open(100, OTHER_BROKER)
    signed_off(desk)
    desk.roll(TUESDAY)
    desk.done(SignOff(TUESDAY))
    agree(desk, TUESDAY)
    for date, lines in (
        (TUESDAY, [sell(1, cid, 520, 20, on=TUESDAY)]),
        (MONDAY, [event(cid), sell(1, cid, 200, 500)]),
    ):
        send_whole(desk, *lines, on=date, seat=OTHER_SEAT)
        desk.done(Reconcile(date, OTHER_BROKER, 0))
    assert decided(desk, padding, Frame(DAY_SEAT, proceeds(cid, 500, 0, on=TUESDAY))) == [ACCEPTED]

    (due,) = proceeds_to_book(desk.book, OTHER_BROKER, MONDAY, 0).contracts
    assert (due.proceeds_fen, due.excess_fen) == (0, 100)
    for booked_fen, code in ((300, DIFFERS), (101, DIFFERS), (100, ACCEPTED)):
        assert decided(desk, padding, Frame(DAY_SEAT, proceeds(cid, 0, booked_fen))) == [code]
    assert desk.unsettled(cid) == {MONDAY: (100, 0), TUESDAY: (0, 500)}
    same_after_all(desk)


@BOTH_WAYS
def test_nothing_is_collected_from_what_covers_an_earlier_date(padding: int) -> None:
    """Ann has 100 and bought for 60 on Monday when her card was lost, and a debit of 40 came: all of it is withheld.
    Then she sold for 100 and bought for 100 more. By the correction 40 of the proceeds fall: 100 + 60 − 160 = 0, and
    nothing can be collected, also when 50 come on Tuesday; of 5 that are paid in, 5.
    """
    desk = Desk()
    office, ann = staffed(desk), desk.open(100)
    orders = [desk.freeze(ann, 60)]
    desk.ask(SEAT, fill_buy(orders[0], ann, 60))
    desk.done(ChangeAccount(account_of(ann), AccountEvent.REPORT_LOSS))
    desk.ask(SAVINGS_SEAT, by(Way.FORCED_CARD, ann, 40))
    desk.done(ChangeAccount(account_of(ann), AccountEvent.LIFT_LOSS))
    desk.ask(SEAT, fill_sell(ann, 100))
    orders.append(desk.freeze(ann, 100))
    desk.ask(SEAT, fill_buy(orders[1], ann, 100))
    signed_off(desk)
    lines = (order(orders[0], ann, 60), order(orders[1], ann, 100), buy(orders[0], ann, 60), buy(orders[1], ann, 100))
    compared(desk, BROKER, event(ann), *lines)
    desk.roll(TUESDAY)
    both = Both(160, 0, 160, 100, 0, 60)
    act = permitted(office, desk, BROKER, ann, both)
    assert decided(desk, padding, Frame(DAY_SEAT, correction(ann, both, act))) == [ACCEPTED]

    took = (by(Way.CARD_COLLECTED, ann, fen) for fen in (6, 5))
    paid_in = Frame(SAVINGS_SEAT, joined(deposit(ann, 5), *took))

    found = told(desk, padding, sold_on_tuesday(ann, 50), paid_in)

    assert found[2:] == [Answer(ReplyCode.AMOUNT_OVER_REMAINING, STATE_DEDUCTIBLE, 5), Answer(ACCEPTED, 0, 0)]
    assert desk.unsettled(ann) == {MONDAY: (160, 60), TUESDAY: (0, 50)}
    same_after_all(desk)


def by(way: Way, contract_no: int, amount_fen: int) -> RecordArray:
    return record(RecordKind.WITHDRAWAL, account_of(contract_no), amount_fen, way=way)
