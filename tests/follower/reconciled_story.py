"""A date of two brokers reconciled with the bank: differences are found and mended, proceeds booked, both published.

Belongs here: what happens. Never here: what should come of it.
"""

from itertools import pairwise

from protocol.given_numbers import contract_no_from_index
from protocol.messages.control import EndSettlement
from protocol.messages.customers.accounts import SignContracts
from protocol.messages.day.steps import (
    AnnounceSet,
    CompleteSet,
    FinishSending,
    Publish,
    Reconcile,
    SignOff,
    WithdrawSet,
)
from protocol.records import RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import Fate, RecordKind
from tests.bank_seats import DAY_SEAT
from tests.customers import contract
from tests.follower.clearing_story import STRAY
from tests.follower.journal_maker import (
    BROKER,
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
from tests.ledger_core.lines.words import buy, dividend, event, order, sell, totals_of

ANN, BOB, CID, DAN, EVA = range(5)
"""Contracts by index: of the first broker, then of the other one, to which proceeds come with the clearing data."""
PLACES_AT_ONCE = 4_099
"""What a comparison may go through in one step, so that it takes several: a page of freezes has 8,192 places."""
DECLARED_S = START_NS // 1_000_000_000


def no_of(index: int) -> int:
    """The number of a contract."""
    return contract_no_from_index(index)


def proceeds(index: int, sold_fen: int, excess_fen: int = 0, on: int = DATE) -> RecordArray:
    """A booking for a contract."""
    return record(RecordKind.PROCEEDS, index, sold_fen, excess_fen=excess_fen, trade_day=trade_day(on))


def traded() -> JournalMaker:
    """Ann bought for 1,000.00 + 5.02 of 1,200.00 frozen, Bob's order was released and he sold for 39.00; Cid, Dan and
    Eva sold what awaits clearing. Then the date is signed off, and both brokers have sent all."""
    made = JournalMaker()
    made.open_bank([500_000, 400_000])
    made.register(OTHER_BROKER, "西部证券", SEAT_OF_OTHER_BROKER, proceeds_at_fill=False)
    first = made.book.accounts_count
    made.open_accounts([300_000, 10_000, 400])
    made.control(SignContracts([contract(first + i, OTHER_BROKER) for i in range(3)]))
    made.block((SEAT, joined([freezes([ANN], 120_000), freezes([BOB], 70_000)])))
    target = {"target_date": DATE, "target_seat": SEAT}
    fill = record(
        RecordKind.FILL_BUY, ANN, 100_502, release_fen=19_498, turnover_fen=100_000, target_number=1, **target
    )
    made.block((SEAT, joined([fill, record(RecordKind.RELEASE, BOB, 70_000, target_number=2, **target)])))
    made.block((SEAT, record(RecordKind.FILL_SELL, BOB, 3_900)), (SEAT_OF_OTHER_BROKER, _awaiting()))
    made.control(SignOff(DATE))
    made.control(FinishSending(DATE), SEAT)
    made.control(FinishSending(DATE), SEAT_OF_OTHER_BROKER)
    return made


def _awaiting() -> RecordArray:
    return joined([record(RecordKind.FILL_SELL, index, fen) for index, fen in ((CID, 4_900), (DAN, 0), (EVA, 0))])


def _lines_of_first(frozen_fen: int = 120_000) -> RecordArray:
    """Net: 4,000 − 100 + 700 − 70 − 100,502 = −95,972."""
    return joined(
        [
            *(event(no_of(ANN)), event(no_of(BOB))),
            order((DATE, SEAT, 1), no_of(ANN), frozen_fen, 19_498),
            buy((DATE, SEAT, 1), no_of(ANN), 100_000, 502),
            order((DATE, SEAT, 2), no_of(BOB), 70_000, 70_000, Fate.CANCELLED),
            *(sell(1, no_of(BOB), 4_000, 100), dividend(2, no_of(BOB), 700, 70)),
        ]
    )


def _lines_of_other() -> RecordArray:
    """Cid sold twice, Dan and Eva for less than its fees. Net: 4,900 − 400 − 400 − 400 = 3,700."""
    sales = ((CID, 5_000, 100), (CID, 100, 500), (DAN, 100, 500), (EVA, 100, 500))
    parts = [event(no_of(index)) for index in (CID, DAN, EVA)]
    parts += [sell(place, no_of(index), *fen) for place, (index, *fen) in enumerate(sales, start=1)]
    return joined(parts)


def send_set(made: JournalMaker, seat: int, party: int, lines: RecordArray) -> None:
    """Announced, sent, completed."""
    made.control(AnnounceSet(DATE, DECLARED_S, totals_of(lines)), seat)
    made.block((seat, lines))
    made.control(CompleteSet(DATE, made.book.clearing.lane(DATE, party).number), seat)


def compare(made: JournalMaker, party: int) -> None:
    """To its end, some places at a time."""
    made.control(Reconcile(DATE, party, 0))
    while made.book.clearing.lane(DATE, party).compared:
        made.control(Reconcile(DATE, party, made.book.clearing.lane(DATE, party).compared))


def found() -> JournalMaker:
    """What the first broker says differs: another amount, an order that is not there, one whose line is missing, a
    contract that did not end. The other broker agrees."""
    made = traded()
    wrong = _lines_of_first(119_999)
    stray = (order(STRAY, no_of(ANN), 5, fate=Fate.HELD), event(no_of(BOB), 2), event(no_of(ANN)))
    kept = wrong[[1, 2, 3, 5, 6]]
    send_set(made, SEAT, BROKER, joined([kept, *stray]))
    compare(made, BROKER)
    send_set(made, SEAT_OF_OTHER_BROKER, OTHER_BROKER, _lines_of_other())
    made.control(Publish(DATE, BROKER))  # refused: it differs
    compare(made, OTHER_BROKER)
    made.control(Publish(DATE, OTHER_BROKER))  # refused: proceeds are due
    return made


def mended() -> JournalMaker:
    """The first broker's set is withdrawn and sent again as it is; a comparison is broken off and begun anew."""
    made = found()
    made.control(WithdrawSet(DATE, 1), OTHER_SEAT)
    send_set(made, OTHER_SEAT, BROKER, _lines_of_first())
    made.control(Reconcile(DATE, BROKER, 0))
    compare(made, BROKER)
    return made


def booked() -> JournalMaker:
    """On the next date proceeds are booked while orders come, wrong ones among them; then both lanes are published."""
    made = mended()
    made.roll(NEXT_DATE)
    made.block(
        (DAY_SEAT, joined([proceeds(CID, 4_901, 400), proceeds(ANN, 3_900), proceeds(CID, 4_900, 400, NEXT_DATE)]))
    )
    made.block((SEAT_OF_OTHER_BROKER, proceeds(CID, 4_900, 400)))  # refused: a broker books nothing
    made.block((DAY_SEAT, proceeds(CID, 4_900, 400)), (SEAT_OF_OTHER_BROKER, freezes([CID, CID], 1_000)))
    # Beside what a day desk may not send; Dan's are named twice.
    made.block(
        (DAY_SEAT, joined([freezes([DAN], 7), proceeds(DAN, 0, 400), proceeds(EVA, 0, 400), proceeds(DAN, 0, 400)]))
    )
    made.agree(DATE)
    made.control_run((DAY_SEAT, Publish(DATE, OTHER_BROKER), 1), (DAY_SEAT, Publish(DATE, BROKER), 1))
    made.control(WithdrawSet(DATE, 2), SEAT)  # refused: it is published
    return made


def next_date_in_one_row(made: JournalMaker) -> None:
    """An empty set is announced, reconciled and withdrawn; another one to its publishing: all of it in one row."""
    made.control(SignOff(NEXT_DATE))
    made.agree(NEXT_DATE)
    run: list[tuple[int, AnnounceSet | CompleteSet | Reconcile | WithdrawSet | Publish]] = []
    for number in (1, 2):
        run += [(SEAT, AnnounceSet(NEXT_DATE, DECLARED_S, totals_of())), (SEAT, CompleteSet(NEXT_DATE, number))]
        run += [(DAY_SEAT, Reconcile(NEXT_DATE, BROKER, 0))]
        run += [(SEAT, WithdrawSet(NEXT_DATE, number)) if number == 1 else (DAY_SEAT, Publish(NEXT_DATE, BROKER))]
    made.control_run(*((seat, message, 1) for seat, message in run))


def all_of_it() -> JournalMaker:
    """To the settlement of the first date."""
    made = booked()
    next_date_in_one_row(made)
    made.control(EndSettlement(DATE))
    assert all(before.sequence < after.sequence for before, after in pairwise(made.rows))
    return made
