"""What the bank said once is played to the partner again: nothing of it counts, and no outcome is lost by it."""

from itertools import pairwise

import pytest

from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.messages.session import NotApplied
from protocol.session.partner_events import NotAppliedReceived, OutcomesReceived
from tests.protocol.conversation import SECOND, Pair, freezes, new_pair, next_link
from tests.protocol.session.test_numbering import established


def turned_away(pair: Pair) -> bytes:
    """The partner sends number 1 and the ledger does not apply it; returns the bank's words."""
    pair.partner.send_block(freezes(1), 1, 1, 0, pair.now_ns)
    pair.bank_hears(pair.partner.data_to_send())
    message = NotApplied(int(ReplyCode.WRONG_TRADE_DATE), 1, 1, 0)
    pair.bank.send_not_applied(pair.requests[-1].header._replace(trade_date=20_260_922), message, pair.now_ns)
    return pair.bank.data_to_send()


def test_a_not_applied_of_an_earlier_link_of_the_session_is_refused_on_the_next() -> None:
    first = established()
    recorded = turned_away(first)
    second = next_link(first, next_number=1)

    second.partner.receive_data(recorded, second.now_ns)
    with pytest.raises(PeerViolation, match="STALE_TIMESTAMP: NOT_APPLIED: not later than what the bank said before"):
        second.partner.next_event(second.now_ns)


def test_a_not_applied_of_the_same_link_counts_once() -> None:
    pair = established()
    recorded = turned_away(pair)
    pair.partner_hears(recorded)
    assert isinstance(pair.told(), NotAppliedReceived)

    pair.partner.receive_data(recorded, pair.now_ns)
    with pytest.raises(PeerViolation, match="STALE_TIMESTAMP"):
        pair.partner.next_event(pair.now_ns)


def test_a_recorded_end_of_an_earlier_link_ends_nothing() -> None:
    first = established()
    first.bank.terminate(ReplyCode.SESSION_SUPERSEDED, "", first.now_ns)
    recorded = first.bank.data_to_send()
    second = next_link(first, next_number=1)

    second.partner.receive_data(recorded, second.now_ns)
    with pytest.raises(PeerViolation, match="STALE_TIMESTAMP: TERMINATE"):
        second.partner.next_event(second.now_ns)


def test_a_stored_outcome_may_be_as_old_as_it_is() -> None:
    pair = established()
    pair.partner.send_block(freezes(1), 1, 1, 0, pair.now_ns)
    pair.exchange()
    pair.ledger.take(pair.requests[0], pair.now_ns - 3_600 * SECOND)
    pair.answer(pair.requests[0])
    pair.exchange()

    assert isinstance(pair.told(), OutcomesReceived)


def test_the_banks_words_grow_later_though_its_clock_stands_still_or_goes_back() -> None:
    pair = new_pair().log_on()
    bank = pair.bank
    pair.answers_requests = False
    for step, now_ns in enumerate((pair.now_ns, pair.now_ns, pair.now_ns - SECOND)):
        pair.partner.send_block(freezes(1), 5 + step, 1, 0, pair.now_ns)
        pair.now_ns = now_ns
        bank.receive_data(pair.partner.data_to_send(), now_ns)
        assert bank.next_event(now_ns) is None
        pair.partner_hears(bank.data_to_send())

    times = [event.header.sent_at_ns for event in pair.partner_events if isinstance(event, NotAppliedReceived)]
    assert [after - before for before, after in pairwise(times)] == [1, 1]
