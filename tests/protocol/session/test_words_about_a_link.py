"""What the bank says of a link: its end is about one logon and names the version in force; a roll reaches idle ones."""

import pytest

from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.frame import make_frame
from protocol.messages.codec import decode_session, encode
from protocol.messages.gateway_link import SeatHead
from protocol.messages.session import NotApplied, Terminate
from protocol.session.caller_check import NOT_KNOWN
from protocol.session.partner_events import OutcomesReceived, Terminated, TradeDateOpened
from protocol.vocabulary import FrameKind, Suite
from tests.protocol.conversation import (
    NEXT_DATE,
    SECOND,
    T0_NS,
    TRADE_DATE,
    Pair,
    bank_session,
    freezes,
    new_pair,
    partner_session,
)
from tests.vectors.voices import bank_voice, partner_voice

HOUR = 3_600 * SECOND


# A TERMINATE is about one logon


def refusal_of_another_link(code: ReplyCode = ReplyCode.SIGNATURE_INVALID) -> bytes:
    """What anybody can have the bank sign for the seat of broker 2: a header that names it, and a wrong signature."""
    attacker = bank_session()
    voice = partner_voice(Suite.ED25519_SHA256)
    forged = make_frame(voice.header(FrameKind.NEGOTIATE), b"x", lambda _: bytes(64))
    attacker.receive_data(forged.wire(), T0_NS)
    with pytest.raises(PeerViolation):
        attacker.next_event(T0_NS)
    attacker.terminate(code, "", T0_NS)
    return attacker.data_to_send()


@pytest.mark.parametrize("step", ["negotiating", "negotiated", "establishing"])
def test_a_refusal_that_the_bank_signed_for_somebody_else_reads_as_a_broken_link(step: str) -> None:
    pair = new_pair()
    pair.partner.negotiate(b"n" * 16, T0_NS)
    if step != "negotiating":
        pair.exchange()
    if step == "establishing":
        pair.partner.establish(b"e" * 16, 1, T0_NS)
    pair.partner_hears(refusal_of_another_link())

    assert pair.partner_violation is not None
    assert pair.partner_violation.code == ReplyCode.STALE_TIMESTAMP  # come again: it ends no seat
    assert not any(isinstance(event, Terminated) for event in pair.partner_events)


def test_a_recorded_end_of_an_earlier_logon_is_not_believed_on_the_next() -> None:
    first = new_pair()
    first.books.session_version = 5
    first.partner.negotiate(b"n" * 16, T0_NS)
    first.bank_hears(first.partner.data_to_send())
    recorded = first.bank.data_to_send()
    second = partner_session()
    second.negotiate(b"m" * 16, T0_NS)
    second.receive_data(recorded, T0_NS)

    with pytest.raises(PeerViolation, match="SESSION_VERSION_NOT_GROWING is not about this link"):
        second.next_event(T0_NS)


def test_either_side_names_the_logon_that_its_word_is_about() -> None:
    pair = new_pair().log_on()
    pair.bank.terminate(ReplyCode.STOPPING, "", pair.now_ns)
    pair.partner.terminate(ReplyCode.FINISHED, "", pair.now_ns)
    before = bank_session()
    before.terminate(ReplyCode.PEER_SILENT, "", T0_NS)

    words = [decode_session(side.data_to_send()[160:]) for side in (pair.bank, pair.partner, before)]
    assert [word.nonce for word in words if isinstance(word, Terminate)] == [b"e" * 16, b"e" * 16, bytes(16)]


def test_a_terminate_of_another_link_of_the_session_ends_nothing_though_it_is_later() -> None:
    pair = new_pair().log_on()
    voice = bank_voice(Suite.ED25519_SHA256)
    header = voice.header(FrameKind.TERMINATE)._replace(session_version=1, sent_at_ns=T0_NS + HOUR)
    foreign = Terminate(int(ReplyCode.SIGNATURE_INVALID), 1, "", b"x" * 16)
    pair.partner_hears(make_frame(header, encode(foreign), voice.signer.sign).wire())

    assert pair.partner_violation is not None
    assert pair.partner_violation.code == ReplyCode.STALE_TIMESTAMP


# The roll, and who took over


def test_an_idle_link_hears_of_the_roll_at_once() -> None:
    pair = new_pair().log_on()
    pair.bank.trade_date_opened(NEXT_DATE, pair.now_ns)
    pair.bank.trade_date_opened(NEXT_DATE, pair.now_ns)  # told once
    pair.exchange()
    assert pair.partner_events[2:] == [TradeDateOpened(NEXT_DATE, 1)]
    assert (pair.partner.trade_date, pair.bank.trade_date, pair.bank.next_number) == (NEXT_DATE, NEXT_DATE, 1)

    pair.ledger.roll()
    pair.partner.send_block(freezes(1), 1, 1, 0, pair.now_ns)
    pair.exchange()
    assert isinstance(pair.told(), OutcomesReceived)
    assert pair.requests[0].header.trade_date == NEXT_DATE


def test_a_roll_behind_what_the_partner_uses_already_keeps_its_numbers() -> None:
    pair = new_pair().log_on()
    pair.answers_requests = False
    pair.partner.send_block(freezes(3), 1, 3, 0, pair.now_ns, trade_date=NEXT_DATE)
    pair.exchange()
    pair.bank.trade_date_opened(NEXT_DATE, pair.now_ns)

    assert pair.bank.next_number == 4


def test_a_link_that_is_not_established_is_told_no_date() -> None:
    bank = bank_session()
    bank.trade_date_opened(NEXT_DATE, T0_NS)

    assert bank.data_to_send() == b""


def test_a_link_that_a_newer_session_ended_is_told_its_version() -> None:
    pair = new_pair().log_on()
    pair.bank.terminate(ReplyCode.SESSION_SUPERSEDED, "", pair.now_ns, version_in_force=9)
    pair.exchange()

    assert pair.told() == Terminated(ReplyCode.SESSION_SUPERSEDED, 9, "")


def test_a_version_that_would_use_the_seat_up_is_refused_and_the_one_in_force_told() -> None:
    pair = Pair(bank_session(), partner_session(version=2**31 - 1))
    pair.books.session_version = 3
    pair.partner.negotiate(b"n" * 16, T0_NS)
    pair.exchange()

    assert pair.told() == Terminated(ReplyCode.SESSION_VERSION_NOT_GROWING, 3, "version 3 is in force")


def test_a_head_that_says_the_key_is_gone_ends_the_link() -> None:
    """Its NEGOTIATE was forwarded before the key was ended and decided after."""
    pair = new_pair()
    pair.partner.negotiate(b"n" * 16, T0_NS)
    pair.bank.receive_data(pair.partner.data_to_send(), T0_NS)
    pair.bank.next_event(T0_NS)

    with pytest.raises(PeerViolation, match="SIGNATURE_INVALID"):
        pair.bank.negotiated(SeatHead(0, TRADE_DATE, 1, int(ReplyCode.SIGNATURE_INVALID)), T0_NS)


@pytest.mark.parametrize("found", ["by the ledger", "version 9 is in force", "key 7 is not known", "x" * 999])
def test_a_wrong_signature_is_told_in_the_same_words_whatever_was_wrong(found: str) -> None:
    pair = new_pair()
    pair.log_on()
    pair.bank.terminate(ReplyCode.SIGNATURE_INVALID, found, T0_NS)
    pair.exchange()

    assert pair.told() == Terminated(ReplyCode.SIGNATURE_INVALID, 1, NOT_KNOWN)


def test_a_wrong_signature_before_the_logon_is_done_tells_no_version() -> None:
    pair = new_pair()
    pair.partner.negotiate(b"n" * 16, T0_NS)
    pair.bank.receive_data(pair.partner.data_to_send(), T0_NS)
    pair.bank.next_event(T0_NS)
    head = SeatHead(3, TRADE_DATE, 1, int(ReplyCode.SIGNATURE_INVALID))
    with pytest.raises(PeerViolation) as found:
        pair.bank.negotiated(head, T0_NS)
    pair.bank.terminate(found.value.code, found.value.detail, T0_NS, version_in_force=3)
    pair.exchange()

    assert pair.told() == Terminated(ReplyCode.SIGNATURE_INVALID, 0, NOT_KNOWN)


def test_what_the_ledger_finds_wrong_with_a_key_is_told_as_what_the_gateway_finds() -> None:
    """A key ended between the two: the request was forwarded, and is not applied."""
    pair = new_pair()
    pair.log_on()
    pair.answers_requests = False
    pair.partner.send_block(freezes(1), 1, 1, 0, pair.now_ns)
    pair.bank_hears(pair.partner.data_to_send())
    (request,) = pair.requests
    refusal = NotApplied(int(ReplyCode.SIGNATURE_INVALID), 1, 1, 0)
    with pytest.raises(PeerViolation, match="SIGNATURE_INVALID") as found:
        pair.bank.send_not_applied(request.header, refusal, pair.now_ns)
    pair.bank.terminate(found.value.code, found.value.detail, pair.now_ns)
    pair.exchange()

    assert pair.told() == Terminated(ReplyCode.SIGNATURE_INVALID, 1, NOT_KNOWN)
