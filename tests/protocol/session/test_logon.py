"""NEGOTIATE, ESTABLISH and the end of a link, as conversations: one test per rule."""

import pytest

from protocol.codes import ReplyCode
from protocol.errors import MisuseError, PeerViolation
from protocol.limits import LOGON_NS_MAX, NEGOTIATE_FRESH_NS
from protocol.messages.codec import encode
from protocol.messages.session import Heartbeat
from protocol.session.bank_events import NegotiateReceived, PeerTerminated
from protocol.session.partner_events import EstablishedEvent, NegotiatedEvent, Terminated
from protocol.session.states import BankState, PartnerState
from protocol.vocabulary import Suite
from tests.protocol import keys
from tests.protocol.conversation import (
    INTERVAL_NS,
    T0_NS,
    TRADE_DATE,
    Pair,
    bank_session,
    freezes,
    new_pair,
    next_link,
    partner_session,
    policy,
)


@pytest.mark.parametrize("suite", list(Suite))
def test_a_logon_establishes_both_sides(suite: Suite) -> None:
    pair = new_pair(suite).log_on()

    assert pair.partner_events == [
        NegotiatedEvent(session_version=1, trade_date=TRADE_DATE),
        EstablishedEvent(next_number=1, trade_date=TRADE_DATE, credit_records=16_384),
    ]
    assert (pair.bank.state, pair.partner.state) == (BankState.ESTABLISHED, PartnerState.ESTABLISHED)
    assert (pair.bank.party, pair.bank.seat) == (pair.partner.party, pair.partner.seat)
    assert (pair.bank.session_version, pair.bank.trade_date, pair.bank.next_number) == (1, TRADE_DATE, 1)


def test_nothing_is_known_of_the_peer_before_its_signature_verified() -> None:
    bank = bank_session()

    assert (bank.party, bank.seat, bank.session_version, bank.trade_date, bank.next_number) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize("skew_ns", [-NEGOTIATE_FRESH_NS, NEGOTIATE_FRESH_NS])
def test_a_logon_at_the_edge_of_fresh_is_taken(skew_ns: int) -> None:
    pair = new_pair()
    pair.partner.negotiate(b"n" * 16, pair.now_ns + skew_ns)
    pair.exchange()

    assert pair.partner_events == [NegotiatedEvent(1, TRADE_DATE)]


@pytest.mark.parametrize("skew_ns", [-NEGOTIATE_FRESH_NS - 1, NEGOTIATE_FRESH_NS + 1])
@pytest.mark.parametrize("resumes", [False, True])
def test_a_stale_logon_is_refused(skew_ns: int, resumes: bool) -> None:
    pair = new_pair()
    if resumes:
        pair.partner.establish(b"e" * 16, 1, pair.now_ns + skew_ns)
    else:
        pair.partner.negotiate(b"n" * 16, pair.now_ns + skew_ns)
    pair.exchange()

    assert pair.violation is not None
    assert (pair.violation.code, pair.violation.detail) == (ReplyCode.STALE_TIMESTAMP, "the logon was not sent now")
    assert pair.bank.party == 0  # a recording counts for nobody
    assert pair.bank.state is BankState.TERMINATED


@pytest.mark.parametrize("current", [1, 5])
def test_a_version_that_does_not_grow_is_refused_and_the_current_one_told(current: int) -> None:
    pair = new_pair()
    pair.books.session_version = current
    pair.partner.negotiate(b"n" * 16, pair.now_ns)
    pair.exchange()

    code = ReplyCode.SESSION_VERSION_NOT_GROWING
    assert pair.told() == Terminated(code, current, f"version {current} is in force")


@pytest.mark.parametrize(
    ("in_force", "code"),
    [
        (0, ReplyCode.SESSION_UNKNOWN),
        (1, ReplyCode.SESSION_UNKNOWN),
        (3, ReplyCode.SESSION_SUPERSEDED),
    ],
)
def test_establish_alone_needs_the_version_in_force(in_force: int, code: ReplyCode) -> None:
    pair = Pair(bank_session(), partner_session(version=2))
    pair.books.session_version = in_force
    pair.partner.establish(b"e" * 16, 1, pair.now_ns)
    pair.exchange()

    assert pair.told() == Terminated(code, in_force, f"version {in_force} is in force")


def test_a_newer_negotiate_elsewhere_supersedes_one_under_way() -> None:
    pair = new_pair()
    pair.books.session_version = 1
    pair.partner.negotiate(b"n" * 16, pair.now_ns)
    pair.bank.receive_data(pair.partner.data_to_send(), pair.now_ns)
    assert isinstance(pair.bank.next_event(pair.now_ns), NegotiateReceived)
    pair.books.session_version = 2

    with pytest.raises(PeerViolation, match="SESSION_SUPERSEDED"):
        pair.bank.negotiated(pair.head(), pair.now_ns)
    assert pair.bank.next_event(pair.now_ns) is None


def test_after_a_lost_link_establish_alone_resumes_the_session() -> None:
    first = new_pair().log_on()
    first.partner.send_block(freezes(3), 1, 3, 0, first.now_ns)
    first.exchange()
    second = next_link(first, next_number=4)

    assert second.partner_events == [EstablishedEvent(4, TRADE_DATE, 16_384)]
    assert second.bank.next_number == 4


def test_a_recorded_session_cannot_be_played_again() -> None:
    registry = keys.registry()
    first = new_pair()
    first.bank = type(first.bank)(registry, keys.bank_signers(), policy(), T0_NS)
    first.log_on()
    first.partner.send_block(freezes(3), 1, 3, 0, first.now_ns)
    first.exchange()
    recorded = bytes(first.to_bank)
    again = Pair(type(first.bank)(registry, keys.bank_signers(), policy(), T0_NS), partner_session())
    again.ledger = first.ledger
    again.bank_hears(recorded)

    assert again.violation is not None
    assert again.violation.code == ReplyCode.SESSION_VERSION_NOT_GROWING
    assert again.requests == []


def test_a_recorded_establish_cannot_be_played_again() -> None:
    registry = keys.registry()
    ledger = new_pair().log_on().ledger
    partner = partner_session()
    partner.establish(b"e" * 16, 1, T0_NS + 1)
    recorded = partner.data_to_send()
    violations = []
    for _ in range(2):
        pair = Pair(type(bank_session())(registry, keys.bank_signers(), policy(), T0_NS), partner, ledger)
        pair.bank_hears(recorded)
        violations.append(pair.violation and pair.violation.code)

    assert violations == [None, ReplyCode.STALE_TIMESTAMP]


def test_frames_of_an_older_session_are_refused_in_the_new_one() -> None:
    old = new_pair().log_on()
    old.partner.send_block(freezes(1), 1, 1, 0, old.now_ns)
    recorded = old.partner.data_to_send()
    new = Pair(bank_session(), partner_session(version=2), old.ledger).log_on()
    new.bank_hears(recorded)
    new.exchange()

    assert new.told() == Terminated(ReplyCode.SESSION_SUPERSEDED, 2, "version 2 is in force")
    assert new.requests == []


def test_frames_of_a_version_not_negotiated_are_refused() -> None:
    pair = new_pair().log_on()
    ahead = Pair(bank_session(), partner_session(version=2)).log_on()
    ahead.partner.send_block(freezes(1), 1, 1, 0, ahead.now_ns)
    pair.bank_hears(ahead.partner.data_to_send())

    assert pair.violation is not None
    assert pair.violation.code == ReplyCode.SESSION_UNKNOWN


def test_requests_before_the_logon_are_refused() -> None:
    established = new_pair().log_on()
    established.partner.send_block(freezes(1), 1, 1, 0, established.now_ns)
    pair = new_pair()
    pair.bank_hears(established.partner.data_to_send())
    assert pair.bank.party == 0

    assert pair.violation is not None
    assert pair.violation.code == ReplyCode.SESSION_UNKNOWN


def test_a_link_carries_one_seat() -> None:
    pair = new_pair().log_on()
    other = partner_session(seat=12)
    other.establish(b"e" * 16, 1, pair.now_ns)
    pair.bank_hears(other.data_to_send())

    assert pair.violation is not None
    assert (pair.violation.code, pair.violation.detail) == (ReplyCode.SESSION_UNKNOWN, "a link carries one seat")


def test_an_answer_to_another_logon_is_refused() -> None:
    pair = new_pair()
    pair.partner.negotiate(b"n" * 16, pair.now_ns)
    pair.bank_hears(pair.partner.data_to_send())
    other = partner_session()
    other.negotiate(b"m" * 16, pair.now_ns)
    other.receive_data(pair.bank.data_to_send(), pair.now_ns)

    with pytest.raises(PeerViolation, match="STALE_TIMESTAMP"):
        other.next_event(pair.now_ns)


def test_a_link_without_logon_is_closed() -> None:
    bank = bank_session()
    assert bank.next_deadline_ns() == T0_NS + LOGON_NS_MAX
    bank.on_deadline(T0_NS + LOGON_NS_MAX - 1)

    with pytest.raises(PeerViolation, match="PEER_SILENT: no logon in time"):
        bank.on_deadline(T0_NS + LOGON_NS_MAX)


def test_the_bank_does_not_count_its_own_turn_against_the_partner() -> None:
    pair = new_pair()
    pair.partner.negotiate(b"n" * 16, pair.now_ns)
    pair.bank.receive_data(pair.partner.data_to_send(), pair.now_ns)
    assert isinstance(pair.bank.next_event(pair.now_ns), NegotiateReceived)

    assert pair.bank.next_deadline_ns() is None
    pair.bank.on_deadline(pair.now_ns + 10 * LOGON_NS_MAX)


def test_a_partner_waits_for_the_logon_answer_only_so_long() -> None:
    partner = partner_session()
    assert partner.next_deadline_ns() is None
    partner.negotiate(b"n" * 16, T0_NS)
    assert partner.next_deadline_ns() == T0_NS + LOGON_NS_MAX

    with pytest.raises(PeerViolation, match="PEER_SILENT"):
        partner.on_deadline(T0_NS + LOGON_NS_MAX)


def test_terminate_says_why_and_is_not_answered() -> None:
    pair = new_pair().log_on()
    pair.partner.terminate(ReplyCode.FINISHED, "end of day", pair.now_ns)
    pair.exchange()

    assert pair.bank_events[-1] == PeerTerminated(ReplyCode.FINISHED, "end of day")
    assert (pair.bank.state, pair.partner.state) == (BankState.TERMINATED, PartnerState.TERMINATED)
    assert pair.bank.data_to_send() == b""


def test_a_terminated_session_stays_terminated() -> None:
    pair = new_pair().log_on()
    partner = partner_session()
    pair.bank.terminate(ReplyCode.STOPPING, "going down", pair.now_ns)
    said = pair.bank.data_to_send()
    partner.establish(b"e" * 16, 1, pair.now_ns)
    pair.bank.receive_data(partner.data_to_send(), pair.now_ns)

    assert said
    assert pair.bank.next_event(pair.now_ns) is None
    pair.bank.terminate(ReplyCode.BUSY, "again", pair.now_ns)
    pair.bank.established(pair.head(), pair.now_ns)
    pair.bank.on_deadline(pair.now_ns + 100 * INTERVAL_NS)
    assert (pair.bank.data_to_send(), pair.bank.next_deadline_ns()) == (b"", None)
    assert pair.bank.state is BankState.TERMINATED


def test_after_a_violation_nothing_more_is_read() -> None:
    pair = new_pair()
    pair.bank.receive_data(b"\0" * 200, pair.now_ns)
    with pytest.raises(PeerViolation, match="MALFORMED_FRAME"):
        pair.bank.next_event(pair.now_ns)

    pair.partner.negotiate(b"n" * 16, pair.now_ns)
    pair.bank.receive_data(pair.partner.data_to_send(), pair.now_ns)
    assert pair.bank.next_event(pair.now_ns) is None
    assert pair.bank.next_deadline_ns() is None


def test_a_refusal_reaches_the_party_that_an_unverified_header_names() -> None:
    pair = Pair(bank_session(), partner_session(seat=77))
    pair.partner.negotiate(b"n" * 16, pair.now_ns)
    pair.exchange()

    detail = "TERMINATE SIGNATURE_INVALID is not about this link: party, seat, key or signature is not known here"
    assert pair.partner_violation is not None
    assert (pair.partner_violation.code, pair.partner_violation.detail) == (ReplyCode.STALE_TIMESTAMP, detail)
    assert pair.bank.seat == 0


def test_a_session_that_is_not_established_takes_no_requests() -> None:
    partner = partner_session()
    for say in (
        lambda: partner.send_block(freezes(1), 1, 1, 0, T0_NS),
        lambda: partner.send_control(encode(Heartbeat(1, False)), 1, T0_NS),
        lambda: partner.send_query(1, b"", T0_NS),
    ):
        with pytest.raises(MisuseError, match="not while offline"):
            say()
    assert partner.data_to_send() == b""


def test_the_owner_may_not_answer_what_was_not_asked() -> None:
    pair = new_pair()
    with pytest.raises(MisuseError, match="not while await"):
        pair.bank.negotiated(pair.head(), pair.now_ns)
    with pytest.raises(MisuseError, match="not while await"):
        pair.bank.established(pair.head(), pair.now_ns)
    with pytest.raises(MisuseError, match="needs a signing key"):
        type(pair.bank)(keys.registry(), {}, policy(), T0_NS)


def test_the_heartbeat_interval_is_kept_within_the_policy() -> None:
    pair = new_pair()
    narrow = policy().__class__(16_384, 2 * INTERVAL_NS, 3 * INTERVAL_NS, "yzt-test 1")
    pair.bank = type(pair.bank)(keys.registry(), keys.bank_signers(), narrow, T0_NS)
    pair.log_on()

    assert pair.partner.next_deadline_ns() == T0_NS + 2 * INTERVAL_NS
    assert pair.bank.next_deadline_ns() == T0_NS + 2 * INTERVAL_NS
