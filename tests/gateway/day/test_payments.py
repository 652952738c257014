"""Payments by the clock: due times act once they are over, the bank pays from 09:00, who is late is said.

Belongs here: rounds of the day desk over the core. Never here: what is taken and lent (tests.ledger_core.paying).
"""

from msgspec import structs

from ledger.core.state.day.obligations import ObligationKey
from protocol.codes import ReplyCode
from protocol.messages.day.paying import Fund
from protocol.messages.day.steps import CompleteSet
from protocol.messages.queries import AnswerMessage
from protocol.vocabulary import ObligationState
from tests.gateway.day.bank_by_clock import NS_PER_S, SETTLED, Bank, at
from tests.ledger_core.desk import BROKER, MONDAY, OTHER_BROKER, SEAT, TUESDAY, WEDNESDAY, fill_buy
from tests.ledger_core.lines.words import announce, buy, event, order, refund, send


def tuesday(bank: Bank, owed_fen: int, settled: int = 1) -> None:
    """Monday is ended, Tuesday published in its evening: broker 2 owes so much by it, below 0: is owed."""
    bank.round(MONDAY, "15:30")
    for party in (BROKER, OTHER_BROKER):
        bank.send_empty(MONDAY, party)
    bank.round(MONDAY, "16:00")
    bank.round(TUESDAY, "08:30")
    ann = bank.desk.open(1_000)
    lines = [event(ann, on=TUESDAY)]
    if owed_fen < 0:
        target = bank.desk.freeze(ann, -owed_fen)
        bank.desk.ask(SEAT, fill_buy(target, ann, -owed_fen))
        lines += [order(target, ann, -owed_fen, on=TUESDAY), buy(target, ann, -owed_fen, on=TUESDAY)]
    else:
        lines.append(refund(1, ann, owed_fen, on=TUESDAY))
    bank.round(TUESDAY, "15:30")
    announce(bank.desk, *lines, on=TUESDAY)
    for line in lines:
        send(bank.desk, line)
    assert bank.desk.control(CompleteSet(TUESDAY, 1), SEAT) == ReplyCode.ACCEPTED
    bank.send_empty(TUESDAY, OTHER_BROKER)
    assert sorted(bank.round(TUESDAY, "16:00")) == sorted([*2 * SETTLED, *["1 SETTLE {0}"] * settled])
    bank.round(WEDNESDAY, "08:30")


def test_due_times_act_in_the_first_round_behind_them_and_who_is_overdue_is_said() -> None:
    bank = Bank()
    tuesday(bank, 700)
    assert bank.round(WEDNESDAY, "09:59") == []
    assert bank.round(WEDNESDAY, "10:00") == ["Due ACCEPTED"]
    assert bank.desk.book.obligations.entries[ObligationKey(BROKER, TUESDAY, 0)].state == ObligationState.OVERDUE
    assert (bank.figures.overdue, bank.figures.bank_late) == ((BROKER,), ())
    assert bank.said[-1] == f"broker {BROKER} is overdue"
    bank.desk.now_ns = at(WEDNESDAY, "11:00") * NS_PER_S
    assert bank.desk.control(Fund(BROKER, 700, 1)) == ReplyCode.ACCEPTED
    assert bank.round(WEDNESDAY, "11:01") == ["1 CREDIT {0}"]  # what its customer was owed all the time
    assert bank.figures.overdue == ()
    assert bank.figures.taken["due"] == 1


def test_the_bank_pays_a_settled_date_from_nine_on() -> None:
    bank = Bank()
    tuesday(bank, -700)
    assert bank.round(WEDNESDAY, "08:59") == []
    assert bank.round(WEDNESDAY, "09:00") == ["Pay ACCEPTED"]
    assert bank.figures.bank_late == ()


def test_a_bank_that_has_not_paid_is_alarmed_from_half_past_nine() -> None:
    """Its customers are not settled: somebody else's desk has begun it, and is not heard of again."""
    bank = Bank()
    right = bank.settlements

    async def none_left(trade_date: int, party: int, first: int = 0) -> AnswerMessage:
        return structs.replace(await right(trade_date, party, first), contracts=[], left=0)

    bank.settlements = none_left  # type: ignore[method-assign]
    tuesday(bank, -700, settled=0)
    alarm = f"the bank has not paid broker {BROKER}, which is due before its first due time"
    bank.round(WEDNESDAY, "09:29")
    assert alarm not in bank.said
    bank.round(WEDNESDAY, "09:30")
    assert bank.figures.bank_late == (BROKER,)
    assert bank.said.count(alarm) == 1
