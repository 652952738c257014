"""The golden frames of people 经办与复核: who may sign, and an act that two of them have signed.

Belongs here: these frames and what they mean. Never here: who speaks (voices), what an act earns.
"""

from collections.abc import Iterator

from protocol.acts.parties import StopBrokerAct
from protocol.acts.table import text_of
from protocol.codes import ReplyCode
from protocol.messages.persons import Act, RegisterPersons
from protocol.records import STATE_NUMBER_GIVEN
from protocol.vocabulary import Direction, FrameKind, Right
from tests.bank_seats import BANK_SEAT, TELLER_SEAT
from tests.people import new_person, signature
from tests.vectors.frames.outcomes import outcomes
from tests.vectors.voices import SENT_AT_NS, Vector, bank_seat_voice

AUTHOR, SECOND = 11, 12  # Ed25519 and P-256
ACT_NUMBER = 4_242


def golden_act() -> Act:
    """A broker is stopped by two people."""
    act = StopBrokerAct(
        author=AUTHOR,
        bank="0123456789abcdef",
        reason="营业部系统故障，应证券公司要求",
        serial=7,
        valid_until_s=SENT_AT_NS // 10**9 + 3_600,
        party=2,
    )
    text = text_of(act)
    return Act(text, [signature(text, AUTHOR), signature(text, SECOND)])


def of_people(first_number: int, teller_number: int) -> Iterator[Vector]:
    """What master data registers, what the teller desk carries, and what it is told."""
    people = RegisterPersons([new_person(AUTHOR, Right.BROKERS), new_person(SECOND, Right.BROKERS | Right.DAY)])
    what = "two people and their first keys, one of each suite"
    yield bank_seat_voice(BANK_SEAT).message("register_persons", what, FrameKind.CONTROL, people, first_number)
    teller = bank_seat_voice(TELLER_SEAT)
    carried = teller.message("act", "two people stop a broker", FrameKind.CONTROL, golden_act(), teller_number)
    yield carried
    bank = bank_seat_voice()._replace(direction=Direction.TO_PARTNER, seat=TELLER_SEAT)
    told = [(ReplyCode.ACCEPTED, STATE_NUMBER_GIVEN, ACT_NUMBER)]
    yield outcomes(bank, "outcome_act", "it took effect as the bank's act 4,242", carried.frame, told)
    told = [(ReplyCode.ACT_REPEATED, STATE_NUMBER_GIVEN, ACT_NUMBER)]
    yield outcomes(bank, "outcome_act_repeated", "the same act under another number", carried.frame, told)
