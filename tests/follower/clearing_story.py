"""Two brokers' clearing sets of one date: every kind of line, one listed, refused ones, a set withdrawn and sent again.

Belongs here: what happens. Never here: what should come of it.
"""

from msgspec.structs import replace

from protocol.given_numbers import contract_no_from_index
from protocol.messages.control import EndSettlement
from protocol.messages.customers.accounts import SignContracts
from protocol.messages.day.steps import AnnounceSet, CompleteSet, FinishSending, SetTotals, SignOff, WithdrawSet
from protocol.messages.fields import sum_from_fen
from protocol.records import RecordArray
from protocol.vocabulary import ClearedEvent, Fate, RecordKind
from tests.customers import contract
from tests.follower.journal_maker import (
    DATE,
    NEXT_DATE,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SEAT_OF_OTHER_BROKER,
    START_NS,
    JournalMaker,
    freezes,
    joined,
    record,
)
from tests.ledger_core.lines.words import buy, dividend, event, order, refund, sell, totals_of

FIRST, SECOND, OF_OTHER = (contract_no_from_index(index) for index in range(3))
DECLARED_S = START_NS // 1_000_000_000 - 3_600
STRAY = (DATE, OTHER_SEAT, 77)
"""An order that is not there."""


def with_fields(line: RecordArray, **fields: int | bytes) -> RecordArray:
    """The same line with further fields."""
    made = line.copy()
    for name, value in fields.items():
        made[name] = value
    return made


def frame_of_orders() -> RecordArray:
    """What became of two orders and one that is not there, and what the first bought."""
    return joined(
        [
            with_fields(order((DATE, SEAT, 1), FIRST, 120_000, 19_498), quantity=3),
            with_fields(buy((DATE, SEAT, 1), FIRST, 100_000, 500, 11, 2, 3, 4), market=1, quantity=1_000),
            order((DATE, SEAT, 2), SECOND, 70_000, 70_000, fate=Fate.CANCELLED),
            order(STRAY, SECOND, 5, fate=Fate.HELD),
        ]
    )


def frame_of_the_rest() -> RecordArray:
    """A line of every other kind."""
    sale = with_fields(sell(7, FIRST, 30_000, 500, 30, 1, 2, 2**31 - 1), traded_security=b"600000", market=2)
    paid = with_fields(dividend(8, SECOND, 1_000, 100), traded_security=b"\xff\0A", quantity=50)
    back = with_fields(refund(9, SECOND, 5_000), quantity=2**31 - 1, traded_security=b"12345678")
    return joined([sale, paid, back, event(SECOND), event(FIRST, ClearedEvent.CLOSED)])


def mixed_frame() -> RecordArray:
    """A line between a freeze that comes too late and a release."""
    release = record(RecordKind.RELEASE, 1, 7, target_date=DATE, target_seat=SEAT, target_number=2)
    return joined([freezes([0], 100), refund(10, FIRST, 6), release])


def refused_lines() -> RecordArray:
    """Doubled, of another date, of no known fate."""
    unknown = with_fields(order((DATE, SEAT, 1), FIRST, 1), fate=-1, quantity=-5, release_fen=-1)
    return joined([frame_of_the_rest()[:1], refund(11, SECOND, 3, on=NEXT_DATE), unknown])


def totals() -> SetTotals:
    """Of the set as it is complete: a frame that holds more than lines is not in its digest."""
    frames = (frame_of_orders(), frame_of_the_rest())
    return replace(totals_of(*frames, refund(10, FIRST, 6)), digest=totals_of(*frames).digest)


def signed_off() -> JournalMaker:
    """Two brokers, three contracts, two freezes, a fill; then the date is signed off, and one broker has sent all."""
    made = JournalMaker()
    made.open_bank([500_000, 400_000])
    made.register(OTHER_BROKER, "西部证券", SEAT_OF_OTHER_BROKER)
    account = made.book.accounts_count
    made.open_accounts([300_000])
    made.control(SignContracts([contract(account, OTHER_BROKER)]))
    made.block((SEAT, joined([freezes([0], 120_000), freezes([1], 70_000)])))
    target = {"target_date": DATE, "target_seat": SEAT, "target_number": 1}
    made.block((SEAT, record(RecordKind.FILL_BUY, 0, 100_502, release_fen=19_498, turnover_fen=100_000, **target)))
    made.control(FinishSending(DATE), SEAT)
    made.control(FinishSending(DATE), SEAT)  # refused: said before
    made.control(SignOff(DATE))
    return made


def cleared() -> JournalMaker:
    """The story up to the evening: one broker is complete at its second set, the other still sends."""
    made = signed_off()
    made.block((OTHER_SEAT, refund(1, FIRST, 1)))  # refused: no set is open
    made.control(AnnounceSet(DATE, DECLARED_S, totals_of(frame_of_orders())), SEAT)
    made.block((SEAT, frame_of_orders()))
    made.block((SEAT, event(OF_OTHER)))  # refused: another broker's
    made.control(WithdrawSet(DATE, 1), OTHER_SEAT)
    made.control(AnnounceSet(DATE, DECLARED_S + 60, totals()), OTHER_SEAT)
    made.block((OTHER_SEAT, frame_of_orders()), (SEAT_OF_OTHER_BROKER, refund(1, OF_OTHER, 9)))
    made.control(CompleteSet(DATE, 2), OTHER_SEAT)  # refused: it differs
    made.block((SEAT, frame_of_the_rest()))  # refused: this seat sends no set
    told_in_vain = replace(totals_of(), net=sum_from_fen(-(2**100)))
    made.control(AnnounceSet(DATE, DECLARED_S, told_in_vain), SEAT_OF_OTHER_BROKER)
    made.block((SEAT_OF_OTHER_BROKER, refund(5, OF_OTHER, 9)), (OTHER_SEAT, frame_of_the_rest()))
    made.block((OTHER_SEAT, mixed_frame()))
    made.block((OTHER_SEAT, refused_lines()))
    made.control(CompleteSet(DATE, 2), OTHER_SEAT)
    made.block((OTHER_SEAT, refund(99, FIRST, 1)))  # refused: the set takes no more
    return made


def settled() -> JournalMaker:
    """All of it, the next date, and the settlement of the first while a set of it is open."""
    made = cleared()
    made.control_run((SEAT, WithdrawSet(DATE, 2), 1), (SEAT, AnnounceSet(DATE, DECLARED_S, totals_of()), 1))
    made.control_run((SEAT, WithdrawSet(DATE, 3), 1), (OTHER_SEAT, AnnounceSet(DATE, DECLARED_S, totals_of()), 1))
    made.control(CompleteSet(DATE, 4), OTHER_SEAT)
    made.roll(NEXT_DATE)
    made.control(EndSettlement(DATE))
    made.block((SEAT_OF_OTHER_BROKER, refund(6, OF_OTHER, 9)))  # refused: nothing takes it any more
    return made
