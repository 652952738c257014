"""Which of several refusals is answered: the lowest number, by the fen."""

from typing import NamedTuple

from protocol.codes import ReplyCode
from protocol.limits import AMOUNT_FEN_MAX, COLUMN_FEN_MAX
from protocol.records import RecordArray
from protocol.vocabulary import RecordKind
from tests.bank_seats import SAVINGS_SEAT
from tests.ledger_core.desk import SEAT, Desk, Frame, deposit, freeze, joined, record, release, withdrawal
from tests.ledger_core.refusals.bank import bank


def test_one_fen_less_earns_the_rank_before() -> None:
    b = bank()

    assert b.desk.ask(SEAT, freeze(b.ann, 1_050))[0].code == ReplyCode.FUNDS_FROZEN
    assert b.desk.ask(SAVINGS_SEAT, withdrawal(b.ann, 1_050))[0].code == ReplyCode.FUNDS_FROZEN
    assert b.desk.ask(SAVINGS_SEAT, withdrawal(b.ann, 750))[0].code == ReplyCode.PROCEEDS_UNSETTLED
    assert b.desk.ask(SEAT, freeze(b.ann, 750))[0] == (ReplyCode.ACCEPTED, 1, 750)
    assert b.desk.ask(SAVINGS_SEAT, deposit(b.rich, 100))[0].code == ReplyCode.ACCEPTED
    assert b.desk.ask(SEAT, release(b.open_freeze, b.ann, 300))[0] == (ReplyCode.ACCEPTED, 2, 0)


class Wrongs(NamedTuple):
    """What is wrong with a request, to be put right one after the other."""

    record: RecordArray
    seat: int
    valid_until_ns: int


def test_where_several_refusals_apply_the_lowest_number_wins() -> None:
    """One freeze with everything wrong; each line puts one thing right, and the next rank is answered."""
    b = bank()
    too_much = AMOUNT_FEN_MAX + 1
    wrong_form = record(RecordKind.FREEZE, b.foreign, too_much, target_seat=1)
    steps = [
        (ReplyCode.REQUEST_MALFORMED, Wrongs(wrong_form, SAVINGS_SEAT, 5)),
        (ReplyCode.ROLE_FORBIDS, Wrongs(freeze(b.foreign, too_much), SAVINGS_SEAT, 5)),
        (ReplyCode.EXPIRED, Wrongs(freeze(b.foreign, too_much), SEAT, 5)),
        (ReplyCode.CONTRACT_UNKNOWN, Wrongs(freeze(b.foreign, too_much), SEAT, 0)),
        (ReplyCode.CONTRACT_SUSPENDED, Wrongs(freeze(b.suspended, too_much), SEAT, 0)),
        (ReplyCode.AMOUNT_OUT_OF_RANGE, Wrongs(freeze(b.ann, too_much), SEAT, 0)),
        (ReplyCode.INSUFFICIENT_FUNDS, Wrongs(freeze(b.ann, AMOUNT_FEN_MAX), SEAT, 0)),
    ]
    for padding in (0, 20):
        for code, (asked, seat, valid_until_ns) in steps:
            frames = [Frame(seat, asked, valid_until_ns)]
            if padding:
                frames.append(Frame(SEAT, joined(*[record(0, b.ann, 0)] * padding)))
            assert b.desk.send(*frames)[0].code == code


def test_limit_ranks_before_money() -> None:
    """Frozen 2⁶⁰ − 1 of a balance of 2⁶⁰ − 1: two more fen pass the limit, and are not covered either."""
    desk = Desk()
    whale = desk.open(COLUMN_FEN_MAX - 1)
    row = int(desk.book.account_of_contract[whale // 100])
    desk.book.frozen_fen[row] = COLUMN_FEN_MAX - 1
    desk.book.power_fen[row] = 0

    assert desk.ask(SEAT, freeze(whale, 1))[0].code == ReplyCode.FUNDS_FROZEN
    assert desk.ask(SEAT, freeze(whale, 2))[0].code == ReplyCode.LIMIT_EXCEEDED
    assert {answer.code for answer in desk.ask(SEAT, *[freeze(whale, 2)] * 20)} == {ReplyCode.LIMIT_EXCEEDED}
