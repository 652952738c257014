"""Signs of life, and queries, on an established link."""

import pytest

from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.limits import QUERIES_IN_FLIGHT_MAX
from protocol.messages.codec import decode_answer, encode
from protocol.messages.queries import OutcomeAnswer, OutcomeQuery, TotalsQuery
from protocol.session.bank_events import FrameSpent, RequestReceived
from protocol.session.partner_events import AnswerReceived, Terminated
from protocol.vocabulary import BANK_PARTY, BANK_SEAT, FrameKind
from tests.protocol.conversation import (
    INTERVAL_NS,
    MS,
    T0_NS,
    TRADE_DATE,
    Pair,
    bank_session,
    freezes,
    new_pair,
    partner_session,
)

HEARTBEAT_BYTES = 96 + 64 + 5


def test_an_idle_side_gives_a_sign_of_life_each_interval() -> None:
    pair = new_pair().log_on()
    assert pair.bank.next_deadline_ns() == pair.partner.next_deadline_ns() == T0_NS + INTERVAL_NS
    for beat in range(1, 6):
        pair.at(T0_NS + beat * INTERVAL_NS, pair.bank.on_deadline)
        pair.at(T0_NS + beat * INTERVAL_NS, pair.partner.on_deadline)
        assert pair.bank.unsent_bytes == pair.partner.unsent_bytes == HEARTBEAT_BYTES
        pair.exchange()

    assert pair.violation is None
    assert pair.bank.next_deadline_ns() == T0_NS + 6 * INTERVAL_NS


def test_nothing_is_due_before_the_interval_is_over() -> None:
    pair = new_pair().log_on()
    pair.at(T0_NS + INTERVAL_NS - 1, pair.bank.on_deadline)

    assert pair.bank.unsent_bytes == 0


def test_whoever_speaks_need_not_beat() -> None:
    pair = new_pair().log_on()
    pair.now_ns = T0_NS + 900 * MS
    pair.partner.send_block(freezes(1), 1, 1, 0, pair.now_ns)
    pair.exchange()

    assert pair.partner.next_deadline_ns() == pair.bank.next_deadline_ns() == pair.now_ns + INTERVAL_NS


@pytest.mark.parametrize("side", ["bank", "partner"])
def test_a_silent_peer_is_asked_after_two_intervals_and_dead_after_three(side: str) -> None:
    pair = new_pair().log_on()
    one = pair.bank if side == "bank" else pair.partner
    sent = []
    for beat in (1, 2):
        assert one.next_deadline_ns() == T0_NS + beat * INTERVAL_NS
        one.on_deadline(T0_NS + beat * INTERVAL_NS)
        sent.append(one.data_to_send())

    wants_an_answer = [data[-2] == 0xC3 for data in sent]
    assert wants_an_answer == [False, True]
    assert one.next_deadline_ns() == T0_NS + 3 * INTERVAL_NS
    one.on_deadline(T0_NS + 3 * INTERVAL_NS - 1)
    with pytest.raises(PeerViolation, match="PEER_SILENT: nothing heard for 3000 ms"):
        one.on_deadline(T0_NS + 3 * INTERVAL_NS)


def test_a_demanded_sign_of_life_is_given_at_once() -> None:
    pair = new_pair().log_on()
    for beat in (1, 2):
        pair.at(T0_NS + beat * INTERVAL_NS, pair.bank.on_deadline)
        pair.partner_hears(pair.bank.data_to_send())
    answer = pair.partner.data_to_send()
    assert len(answer) == HEARTBEAT_BYTES

    pair.bank_hears(answer)
    assert pair.bank.next_deadline_ns() == T0_NS + 3 * INTERVAL_NS
    pair.at(T0_NS + 3 * INTERVAL_NS, pair.bank.on_deadline)
    assert pair.bank.next_deadline_ns() == T0_NS + 4 * INTERVAL_NS


def test_a_query_is_answered_under_its_correlation_id() -> None:
    pair = new_pair().log_on()
    pair.partner.send_query(7, encode(OutcomeQuery(TRADE_DATE, 1)), pair.now_ns)
    pair.exchange()

    told = pair.told()
    assert isinstance(told, AnswerReceived)
    assert (told.correlation_id, decode_answer(told.body)) == (7, OutcomeAnswer(False, 0, 0, 0, 0, 0))
    assert pair.bank.next_number == 1


def ask(pair: Pair, correlation_ids: range | list[int]) -> None:
    """Queries that the bank hears and does not answer yet."""
    for correlation_id in correlation_ids:
        pair.partner.send_query(correlation_id, encode(OutcomeQuery(TRADE_DATE, 1)), pair.now_ns)
    pair.bank.receive_data(pair.partner.data_to_send(), pair.now_ns)
    while pair.bank.next_event(pair.now_ns) is not None:
        pass


def test_sixteen_queries_may_be_under_way() -> None:
    pair = new_pair().log_on()
    ask(pair, range(QUERIES_IN_FLIGHT_MAX))
    with pytest.raises(PeerViolation, match="CREDIT_EXCEEDED: 16 queries are under way"):
        ask(pair, [99])


def test_an_answer_makes_room_for_a_query() -> None:
    pair = new_pair().log_on()
    ask(pair, range(QUERIES_IN_FLIGHT_MAX))
    pair.bank.send_answer(3, encode(OutcomeAnswer(False, 0, 0, 0, 0, 0)), pair.now_ns)
    assert pair.bank.unsent_bytes > 0
    ask(pair, [3])


def test_a_correlation_id_under_way_may_not_be_used_again() -> None:
    pair = new_pair().log_on()
    with pytest.raises(PeerViolation, match="MALFORMED_FRAME: query 5 is under way"):
        ask(pair, [5, 5])


def test_an_answer_that_nobody_awaits_is_dropped() -> None:
    pair = new_pair().log_on()
    pair.bank.send_answer(3, encode(OutcomeAnswer(False, 0, 0, 0, 0, 0)), pair.now_ns)

    assert pair.bank.unsent_bytes == 0


def test_totals_are_refused_to_a_broker() -> None:
    pair = new_pair().log_on()
    pair.partner.send_query(1, encode(TotalsQuery(1)), pair.now_ns)
    pair.exchange()

    assert pair.told() == Terminated(ReplyCode.ROLE_FORBIDS, 1, "totals are the bank's own")


def test_totals_are_given_to_the_banks_own_seat() -> None:
    pair = Pair(bank_session(), partner_session(BANK_PARTY, BANK_SEAT)).log_on()
    pair.partner.send_query(1, encode(TotalsQuery(2)), pair.now_ns)
    pair.exchange()

    assert isinstance(pair.told(), AnswerReceived)


def test_an_owner_that_counts_frames_is_shown_each_one() -> None:
    """Also those that need nothing of it: else a link could send them without end in one turn."""
    pair = new_pair().log_on()
    for answer_wanted in (False, True):
        pair.partner._say_heartbeat(answer_wanted, pair.now_ns)
    pair.partner.send_block(freezes(1), 2, 1, 0, pair.now_ns)
    for _ in ("the number due", "its repeat"):
        pair.partner.send_block(freezes(1), 1, 1, 0, pair.now_ns)
    pair.bank.receive_data(pair.partner.data_to_send(), pair.now_ns)

    taken = [pair.bank.take_frame(pair.now_ns) for _ in range(6)]

    beat, gap = FrameSpent(FrameKind.HEARTBEAT, 5), FrameSpent(FrameKind.RECORDS, 64)
    assert taken[:3] == [beat, beat, gap]
    assert [isinstance(event, RequestReceived) and event.is_next for event in taken[3:5]] == [True, False]
    assert taken[5] is None
