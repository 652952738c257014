"""The golden frames about what keeps a contract from ending: asked by its broker, and by a desk of the bank.

Belongs here: these frames. Never here: who speaks (voices).
"""

from collections.abc import Iterator

from protocol.codes import ReplyCode
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.messages.customers.open_items import OpenDate, OpenFreeze, OpenItemsAnswer, OpenItemsQuery, OpenRestraint
from protocol.vocabulary import Direction, FrameKind, RestraintKind
from tests.bank_seats import TELLER_SEAT
from tests.vectors.voices import TRADE_DATE, Vector, Voice, bank_seat_voice

CONTRACT, FOREIGN, ACCOUNT = contract_no_from_index(1), contract_no_from_index(2), account_no_from_index(1)
EARLIER = contract_no_from_index(0)
FREEZES = [OpenFreeze(20_260_918, 11, 7, 40_000), OpenFreeze(TRADE_DATE, 11, 42, 1_001_820)]
DATES = [
    OpenDate(20_260_916, 0, 250_000, 0, 0, 0, True),
    OpenDate(TRADE_DATE, 605_000, 100_000, 605_001, 100_000, 3_000, False),
]
SUMS_FEN = (1_101_820, 605_000, 350_000)  # 60,000 more is frozen by freezes from place 8,193 on


def of(partner: Voice, bank: Voice) -> Iterator[Vector]:
    """What a broker asks and is told."""
    yield partner.message("query_open_items", "what is open", FrameKind.QUERY, OpenItemsQuery(CONTRACT, 0), 15)
    told = OpenItemsAnswer(123_481, CONTRACT, 0, *SUMS_FEN, 8_193, FREEZES, DATES, [], [EARLIER])
    what = "two freezes, to be gone on at place 8,193; a sale of a settled date is open, and a replaced card"
    yield bank.message("answer_open_items", what, FrameKind.ANSWER, told, 15)
    yield partner.message("query_open_items_foreign", "of another's", FrameKind.QUERY, OpenItemsQuery(FOREIGN, 0), 16)
    code = int(ReplyCode.CONTRACT_UNKNOWN)
    unknown = OpenItemsAnswer(123_481, FOREIGN, code, 0, 0, 0, 0, [], [], [], [])
    yield bank.message("answer_open_items_foreign", "it reads as unknown", FrameKind.ANSWER, unknown, 16)


def of_teller_desk() -> Iterator[Vector]:
    """What a desk of the bank asks of an account and is told."""
    desk = bank_seat_voice(TELLER_SEAT)
    bank = bank_seat_voice()._replace(direction=Direction.TO_PARTNER, seat=TELLER_SEAT)
    query = OpenItemsQuery(ACCOUNT, 0)
    yield desk.message("query_open_items_account", "what is open on an account", FrameKind.QUERY, query, 3)
    restraints = [OpenRestraint(4, int(RestraintKind.JUDICIAL), 2_500_000)]
    told = OpenItemsAnswer(123_481, ACCOUNT, 0, 0, 0, 0, 0, [], [], restraints, [])
    yield bank.message("answer_open_items_account", "nothing, and it is restrained", FrameKind.ANSWER, told, 3)
