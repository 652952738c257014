"""Days of a broker in transfer mode that are settled: figures are as if nothing had been moved, entries are not."""

from ledger.core.settling.answers import to_settle
from protocol.codes import ReplyCode
from protocol.messages.day.settling import Settlement, SettlementsQuery
from protocol.vocabulary import LaneState
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.desk import BROKER, MONDAY, SEAT, Desk, codes, fill_buy, fill_sell, freeze, same_after_all
from tests.ledger_core.lines.words import buy, event, order, sell
from tests.ledger_core.moved.words import moved, stands, transfers
from tests.ledger_core.settling.words import begin, published, set_off, settlement, state


def test_a_buy_is_debited_from_what_was_moved_and_the_rest_from_the_account() -> None:
    """Ann has 50.00 and sells for 100.00: of her order of 120.00 the 50.00 that could be withdrawn are moved. It is
    filled with 90.00: the moved 50.00 are drawn first. O = 100.00 − 90.00 = +10.00: gated.

    50.00 come from 2420 and 40.00 from 2110. y = 50.00 − 0 − (90.00 − 90.00) = 50.00, x = min(100, 90 − 50) = 40.00:
    balance 50.00 + 40.00 − 90.00 = 0, of which nothing is moved; 60.00 stay gated.
    """
    desk = transfers(Desk())
    ann = desk.open(5_000)
    assert codes(desk.ask(SEAT, fill_sell(ann, 10_000))) == [ReplyCode.ACCEPTED]
    target = (MONDAY, SEAT, int(desk.book.next_number[SEAT]))
    assert desk.ask(SEAT, freeze(ann, 12_000)) == [moved(5_000)]
    assert codes(desk.ask(SEAT, fill_buy(target, ann, 9_000, 3_000))) == [ReplyCode.ACCEPTED]
    assert stands(desk, ann) == (0, 0, 5_000)
    published(desk, event(ann), sell(1, ann, 10_000), order(target, ann, 12_000, 3_000), buy(target, ann, 9_000))
    begin(desk)
    asked = to_settle(desk.book, SettlementsQuery(MONDAY, BROKER, 0))
    assert asked.contracts == [Settlement(ann, 4_000, 5_000, 10_000, 0)]
    right = settlement(ann, 4_000, 10_000)
    right["from_moved_fen"] = 5_000

    told = desk.ask(DAY_SEAT, settlement(ann, 9_000, 10_000), right)

    assert (told[0].code, told[1]) == (ReplyCode.SETTLEMENT_DIFFERS, set_off(4_000))
    assert desk.money(ann) == (0, 0, 0, 6_000)
    assert stands(desk, ann) == (0, 0, 0)
    assert desk.book.general_ledger.moved_fen(BROKER) == 0
    assert desk.book.general_ledger.suspense_fen(BROKER, MONDAY) == 6_000 - 1_000  # gated less unpaid
    assert state(desk) == LaneState.SETTLED
    same_after_all(desk)
