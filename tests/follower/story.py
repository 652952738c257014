"""One trading story on three contracts, with every record kind, refusals, a restraint, a status and a roll.

Belongs here: what happens. Never here: what should come of it.
"""

from protocol.vocabulary import ContractEvent, RecordKind
from tests.bank_seats import SAVINGS_SEAT
from tests.customers import restraint
from tests.follower.journal_maker import (
    DATE,
    NEXT_DATE,
    OTHER_SEAT,
    SEAT,
    JournalMaker,
    account_no_of,
    freezes,
    joined,
    record,
)

OPENING_FEN = [10_000_000, 5_000_000, 1_000]


def trading() -> JournalMaker:
    """Opens the bank and tells the story up to the evening of the first date."""
    made = JournalMaker()
    made.open_bank(OPENING_FEN)
    made.negotiate(SEAT, 2)
    made.block((SEAT, freezes([0, 1, 2, 0], 1_001_820)), (OTHER_SEAT, freezes([1], 7)))
    fill = record(
        RecordKind.FILL_BUY,
        0,
        398_724,
        release_fen=2_004,
        turnover_fen=398_000,
        target_date=DATE,
        target_seat=SEAT,
        target_number=1,
    )
    release = record(RecordKind.RELEASE, 1, 7, target_date=DATE, target_seat=OTHER_SEAT, target_number=1)
    stray = record(RecordKind.RELEASE, 1, 7, target_date=DATE, target_seat=OTHER_SEAT, target_number=9)
    made.block((SEAT, joined([fill, release, stray, record(RecordKind.FILL_SELL, 2, 500_000)])))
    made.block(
        (SAVINGS_SEAT, joined([record(RecordKind.DEPOSIT, 1, 12_345), record(RecordKind.WITHDRAWAL, 0, 1_000_000)]))
    )
    made.control(restraint(account_no_of(1), 99_999_999))
    made.change(2, ContractEvent.SUSPEND)
    made.block((SEAT, freezes([1, 2], 100)))
    return made


def next_morning(made: JournalMaker) -> None:
    """Rolls the date, opens a contract, and fills what was carried."""
    made.roll(NEXT_DATE)
    made.open_contracts([777])
    late = record(
        RecordKind.FILL_BUY,
        0,
        595_082,
        release_fen=6_010,
        turnover_fen=594_000,
        target_date=DATE,
        target_seat=SEAT,
        target_number=1,
    )
    made.block((OTHER_SEAT, joined([late, freezes([3, 0], 700)])))
