"""Payments by the clock: due times act once they are over, the bank pays from 09:00, who is late is said.

Belongs here: rounds of the day desk over the core. Never here: what is taken and lent (tests.ledger_core.paying).
"""

from ledger.core.state.day.obligations import ObligationKey
from protocol.codes import ReplyCode
from protocol.messages.day.paying import Fund
from protocol.messages.day.steps import CompleteSet
from protocol.vocabulary import ObligationState
from tests.gateway.day.bank_by_clock import NS_PER_S, PUBLISHED, Bank, at
from tests.ledger_core.desk import BROKER, MONDAY, OTHER_BROKER, SEAT, TUESDAY, WEDNESDAY, fill_buy
from tests.ledger_core.lines.words import announce, buy, event, order, refund, send


def tuesday(bank: Bank, owed_fen: int) -> None:
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
    assert sorted(bank.round(TUESDAY, "16:00")) == sorted(2 * PUBLISHED)
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
    assert bank.round(WEDNESDAY, "11:01") == []
    assert bank.figures.overdue == ()
    assert bank.figures.taken["due"] == 1


def test_the_bank_pays_a_settled_date_and_is_alarmed_from_half_past_nine() -> None:
    bank = Bank()
    tuesday(bank, -700)
    bank.round(WEDNESDAY, "09:29")
    late = bank.said.count(f"the bank has not paid broker {BROKER}, which is due before its first due time")
    paid = [each for each in bank.sent if each.startswith("Pay")]
    if not paid:  # its customers are not settled
        bank.round(WEDNESDAY, "09:30")
        assert bank.figures.bank_late == (BROKER,)
        assert bank.said.count(f"the bank has not paid broker {BROKER}, which is due before its first due time") == 1
        bank.round(WEDNESDAY, "14:01")
    assert late == 0
    assert bank.sent.count("Pay ACCEPTED") == 1
    assert bank.figures.bank_late == ()
