"""Request numbers, repeats, gaps, credit, dates and refusals on an established link, one test per rule."""

import pytest

from frontend_sim.practice.naive_ledger import outcomes_frame
from protocol.codes import ReplyCode
from protocol.errors import MisuseError, PeerViolation
from protocol.header import Header
from protocol.keys.key_ring import BankKeyMissing, KeyRing
from protocol.keys.signing import verifier_from_bytes
from protocol.limits import BUSY_RETRY_NS, CREDIT_RECORDS_MIN, FRAME_RECORDS_MAX, OUTCOME_BYTES
from protocol.messages.codec import encode
from protocol.messages.control import OpenTradeDate
from protocol.messages.session import NotApplied
from protocol.session.bank import BankSession
from protocol.session.partner_events import (
    EstablishedEvent,
    NegotiatedEvent,
    NotAppliedReceived,
    OutcomesReceived,
    Terminated,
)
from protocol.session.states import BankState
from protocol.vocabulary import FrameKind, Suite
from tests.protocol import keys
from tests.protocol.conversation import NEXT_DATE, TRADE_DATE, Pair, freezes, new_pair, policy


def established(credit_records: int = CREDIT_RECORDS_MIN) -> Pair:
    """A pair after its logon whose ledger does not answer by itself."""
    pair = new_pair(credit_records=credit_records).log_on()
    pair.answers_requests = False
    return pair


def send(pair: Pair, first_number: int, count: int = 1, trade_date: int | None = None) -> None:
    """One block of freezes."""
    pair.partner.send_block(freezes(count), first_number, count, 0, pair.now_ns, trade_date)
    pair.exchange()


def refusal(pair: Pair) -> tuple[int, NotApplied]:
    """The date and content of the NOT_APPLIED that the partner heard last."""
    told = pair.told()
    assert isinstance(told, NotAppliedReceived)
    return told.header.trade_date, told.message


@pytest.mark.parametrize("suite", list(Suite))
def test_records_in_order_are_forwarded_as_they_came_and_answered(suite: Suite) -> None:
    pair = new_pair(suite).log_on()
    header = pair.partner.send_block(freezes(3), 1, 3, 77, pair.now_ns)
    pair.exchange()

    (request,) = pair.requests
    assert request.header == header
    assert request.wire() in bytes(pair.to_bank)
    told = pair.told()
    assert isinstance(told, OutcomesReceived)
    assert (told.preamble.sequence, told.preamble.request_digest) == (1, header.body_digest)
    assert told.outcomes["code"].tolist() == [0, 0, 0]
    assert (pair.bank.next_number, pair.bank.unanswered_records) == (4, 0)


def test_a_control_frame_consumes_one_number() -> None:
    pair = established()
    pair.partner.send_control(encode(OpenTradeDate(NEXT_DATE)), 1, pair.now_ns)
    pair.exchange()

    assert (pair.bank.next_number, pair.bank.unanswered_records) == (2, 1)
    assert pair.requests[0].header.kind == FrameKind.CONTROL


def test_a_gap_is_answered_with_the_number_to_go_back_to() -> None:
    pair = established()
    send(pair, 1, 3)
    send(pair, 9, 2)

    assert refusal(pair) == (TRADE_DATE, NotApplied(int(ReplyCode.SEQUENCE_GAP), 9, 4, 0))
    assert (len(pair.requests), pair.bank.next_number) == (1, 4)


def test_each_frame_behind_a_gap_is_told_so() -> None:
    pair = established()
    for first_number in (5, 6, 7):
        pair.partner.send_block(freezes(1), first_number, 1, 0, pair.now_ns)
    pair.exchange()

    told = [event.message for event in pair.partner_events if isinstance(event, NotAppliedReceived)]
    assert [(message.refused_number, message.next_number) for message in told] == [(5, 1), (6, 1), (7, 1)]


def test_a_repeat_is_forwarded_and_does_not_move_the_number() -> None:
    pair = established()
    send(pair, 1, 3)
    send(pair, 4, 2)
    send(pair, 1, 3)

    assert [frame.header.first_number for frame in pair.requests] == [1, 4, 1]
    assert (pair.bank.next_number, pair.bank.unanswered_records) == (6, 8)


def test_a_frame_that_straddles_the_expected_number_ends_the_link() -> None:
    pair = established()
    send(pair, 1, 3)
    send(pair, 3, 2)

    assert pair.told() == Terminated(ReplyCode.SEQUENCE_STRADDLES, 1, "3 to 4 straddles 4")


def test_credit_may_be_used_up_and_comes_back_with_the_answer() -> None:
    pair = established()
    send(pair, 1, FRAME_RECORDS_MAX)
    send(pair, 1 + FRAME_RECORDS_MAX, FRAME_RECORDS_MAX)
    assert pair.bank.unanswered_records == CREDIT_RECORDS_MIN

    pair.answer(pair.requests[0])
    assert pair.bank.unanswered_records == FRAME_RECORDS_MAX
    send(pair, 1 + 2 * FRAME_RECORDS_MAX, FRAME_RECORDS_MAX)
    assert pair.violation is None


@pytest.mark.parametrize("first_number", [1 + 2 * FRAME_RECORDS_MAX, 1])
def test_one_record_over_the_credit_ends_the_link_repeats_included(first_number: int) -> None:
    pair = established()
    send(pair, 1, FRAME_RECORDS_MAX)
    send(pair, 1 + FRAME_RECORDS_MAX, FRAME_RECORDS_MAX)
    send(pair, first_number)

    detail = "16384 records are unanswered, 1 more came"
    assert pair.told() == Terminated(ReplyCode.CREDIT_EXCEEDED, 1, detail)


@pytest.mark.parametrize("code", [ReplyCode.BUSY, ReplyCode.DRAINING])
def test_a_busy_gateway_turns_a_request_away_and_expects_it_again(code: ReplyCode) -> None:
    pair = established()
    send(pair, 1, 3)
    pair.bank.refuse_busy(pair.requests[0], code, BUSY_RETRY_NS, pair.now_ns)
    pair.exchange()

    assert refusal(pair) == (TRADE_DATE, NotApplied(int(code), 1, 1, BUSY_RETRY_NS))
    assert (pair.bank.next_number, pair.bank.unanswered_records) == (1, 0)
    send(pair, 4)
    assert refusal(pair)[1] == NotApplied(int(ReplyCode.SEQUENCE_GAP), 4, 1, 0)


def test_a_busy_gateway_asks_for_a_repeat_again_and_forgets_no_number() -> None:
    pair = established()
    send(pair, 1, 3)
    send(pair, 1, 3)
    pair.bank.refuse_busy(pair.requests[1], ReplyCode.BUSY, 5, pair.now_ns)
    pair.exchange()

    assert refusal(pair)[1] == NotApplied(int(ReplyCode.BUSY), 1, 1, 5)
    assert (pair.bank.next_number, pair.bank.unanswered_records) == (4, 3)


def test_only_what_was_given_out_can_be_turned_away() -> None:
    pair = established()
    send(pair, 1)
    pair.answer(pair.requests[0])

    with pytest.raises(MisuseError, match="was not given out"):
        pair.bank.refuse_busy(pair.requests[0], ReplyCode.BUSY, 5, pair.now_ns)


def test_the_ledgers_refusal_sets_the_number_back() -> None:
    pair = established()
    send(pair, 1, 3)
    send(pair, 4, 3)
    for header, code in zip([each.header for each in pair.requests], ("SEAT_DATE_FULL", "SEQUENCE_GAP"), strict=True):
        message = NotApplied(int(ReplyCode[code]), header.first_number, 1, 0)
        pair.bank.send_not_applied(header, message, pair.now_ns)
    pair.exchange()

    assert refusal(pair)[1].next_number == 1
    assert (pair.bank.next_number, pair.bank.unanswered_records) == (1, 0)


def test_the_refusal_of_a_repeat_leaves_the_number_where_it_is() -> None:
    pair = established()
    send(pair, 1, 3)
    pair.answer(pair.requests[0])
    send(pair, 4, 3)
    send(pair, 1, 2)
    pair.answer(pair.requests[2])
    pair.exchange()

    assert refusal(pair)[1] == NotApplied(int(ReplyCode.DUPLICATE_OTHER_CONTENT), 1, 4, 0)
    assert (pair.bank.next_number, pair.bank.unanswered_records) == (7, 3)


def test_a_rolled_trade_date_is_told_and_taken_over_by_both_sides() -> None:
    pair = established()
    send(pair, 1, 3)
    rolled = pair.requests[0].header._replace(trade_date=NEXT_DATE)
    message = NotApplied(int(ReplyCode.WRONG_TRADE_DATE), 1, 1, 0)
    pair.bank.send_not_applied(rolled, message, pair.now_ns)
    pair.exchange()

    assert refusal(pair) == (NEXT_DATE, message)
    assert (pair.bank.trade_date, pair.bank.next_number) == (NEXT_DATE, 1)
    assert pair.partner.trade_date == NEXT_DATE
    send(pair, 1, 3)
    assert pair.requests[1].header.trade_date == NEXT_DATE
    assert pair.bank.next_number == 4


def test_a_repeat_of_an_older_date_is_forwarded_under_its_own_date() -> None:
    pair = established()
    send(pair, 1, 3)
    send(pair, 500, 2, trade_date=TRADE_DATE - 3)

    assert pair.requests[1].header.trade_date == TRADE_DATE - 3
    assert (pair.bank.next_number, pair.bank.unanswered_records) == (4, 5)


def test_a_later_date_is_forwarded_and_taken_over_when_the_ledger_accepts_it() -> None:
    pair = established()
    send(pair, 1, 3)
    send(pair, 1, 2, trade_date=NEXT_DATE)
    send(pair, 3, 2, trade_date=NEXT_DATE)
    assert (pair.bank.trade_date, pair.bank.next_number) == (TRADE_DATE, 4)

    pair.answer(pair.requests[0])
    pair.ledger.roll()
    pair.answer(pair.requests[1])
    assert (pair.bank.trade_date, pair.bank.next_number) == (NEXT_DATE, 5)
    pair.answer(pair.requests[2])
    assert (pair.bank.next_number, pair.bank.unanswered_records) == (5, 0)


def test_a_later_date_that_is_not_open_is_told_and_changes_nothing() -> None:
    pair = established()
    send(pair, 1, 3)
    send(pair, 1, 2, trade_date=NEXT_DATE)
    pair.answer(pair.requests[0])
    pair.answer(pair.requests[1])
    pair.exchange()

    assert refusal(pair) == (TRADE_DATE, NotApplied(int(ReplyCode.WRONG_TRADE_DATE), 1, 4, 0))
    assert (pair.bank.trade_date, pair.bank.next_number) == (TRADE_DATE, 4)


def test_an_outcome_of_a_request_of_an_earlier_link_is_passed_on() -> None:
    pair = established()
    header = pair.partner.send_block(freezes(2), 1, 2, 0, pair.now_ns)
    pair.bank.send_outcomes(outcomes_frame(header, bytes(2 * OUTCOME_BYTES), 9, pair.now_ns), pair.now_ns)
    pair.partner_hears(pair.bank.data_to_send())

    assert isinstance(pair.told(), OutcomesReceived)
    assert (pair.bank.next_number, pair.bank.unanswered_records) == (3, 0)


def test_an_outcome_of_an_older_version_is_good() -> None:
    pair = established()
    send(pair, 1)
    stored = pair.requests[0].header._replace(session_version=0)
    pair.bank.send_outcomes(outcomes_frame(stored, bytes(OUTCOME_BYTES), 9, pair.now_ns), pair.now_ns)
    pair.exchange()

    assert isinstance(pair.told(), OutcomesReceived)


def test_an_outcome_frame_of_another_seat_is_a_bug_of_ours() -> None:
    pair = established()
    send(pair, 1)
    frame = outcomes_frame(pair.requests[0].header, bytes(OUTCOME_BYTES), 9, pair.now_ns)

    with pytest.raises(MisuseError, match="do not fit this link"):
        pair.bank.send_outcomes(frame._replace(header=frame.header._replace(seat=12)), pair.now_ns)


@pytest.mark.parametrize(("field", "value"), [("suite", 2), ("key_id", 7)])
def test_an_outcome_under_a_key_that_we_were_not_given_is_the_operators_to_mend(field: str, value: int) -> None:
    pair = established()
    send(pair, 1)
    frame = outcomes_frame(pair.requests[0].header, bytes(OUTCOME_BYTES), 9, pair.now_ns)
    changed = Header._make(value if name == field else old for name, old in frame.header._asdict().items())

    with pytest.raises(BankKeyMissing, match=r"^seat 11: an outcome is journaled under bank key \d of suite \d, not"):
        pair.bank.send_outcomes(frame._replace(header=changed), pair.now_ns)
    assert pair.bank.data_to_send() == b""


def test_a_former_key_signs_what_it_decided_and_nothing_else() -> None:
    new = keys.signer_from_seed(Suite.ED25519_SHA256, b"n" * 32, 9)
    former = keys.bank_signers()[Suite.ED25519_SHA256]
    ring = KeyRing({Suite.ED25519_SHA256: new}, [former])
    pair = new_pair()
    pair.bank = BankSession(keys.registry(), ring, policy(), pair.now_ns)
    pair.partner._bank_verifiers[9] = verifier_from_bytes(Suite.ED25519_SHA256, new.public_key())
    pair.log_on()
    send(pair, 1)  # decided under key 1

    told = pair.told()
    assert isinstance(told, OutcomesReceived)
    assert told.frame.header.key_id == 1
    assert pair.partner_events[:2] == [NegotiatedEvent(1, TRADE_DATE), EstablishedEvent(1, TRADE_DATE, 16_384)]


def test_two_keys_cannot_have_one_name() -> None:
    signers = keys.bank_signers()
    with pytest.raises(MisuseError, match="two bank keys of suite 1 have the id 1"):
        KeyRing(signers, [keys.signer_from_seed(Suite.ED25519_SHA256, b"n" * 32, 1)])
    with pytest.raises(MisuseError, match="needs a signing key"):
        BankSession(keys.registry(), {}, policy(), 0)


def test_what_the_ledger_says_to_a_link_that_is_gone_is_dropped() -> None:
    pair = established()
    send(pair, 1)
    header = pair.requests[0].header
    pair.bank.terminate(ReplyCode.STOPPING, "", pair.now_ns)
    pair.bank.data_to_send()
    pair.answer(pair.requests[0])
    message = NotApplied(int(ReplyCode.BUSY), 1, 1, 0)
    pair.bank.send_not_applied(header, message, pair.now_ns)
    pair.bank.refuse_busy(pair.requests[0], ReplyCode.BUSY, 0, pair.now_ns)
    pair.bank.send_answer(1, b"", pair.now_ns)

    assert pair.bank.state is BankState.TERMINATED
    assert (pair.bank.data_to_send(), pair.bank.unsent_bytes) == (b"", 0)


def test_what_is_queued_is_counted_until_it_is_taken() -> None:
    pair = established()
    pair.partner.send_block(freezes(2), 1, 2, 0, pair.now_ns)

    assert pair.partner.unsent_bytes == 96 + 64 + 2 * 64
    assert len(pair.partner.data_to_send()) == 288
    assert pair.partner.unsent_bytes == 0


@pytest.mark.parametrize("code", [ReplyCode.SEQUENCE_STRADDLES, ReplyCode.SESSION_SUPERSEDED])
def test_what_the_ledger_finds_against_the_session_ends_the_link(code: ReplyCode) -> None:
    pair = established()
    send(pair, 1, 5)
    message = NotApplied(int(code), 1, 1, 0)

    with pytest.raises(PeerViolation) as caught:
        pair.bank.send_not_applied(pair.requests[0].header, message, pair.now_ns)

    assert caught.value.code is code
