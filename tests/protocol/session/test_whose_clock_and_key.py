"""Whose clock counts, and whose key: frames that were not sent now, keys past their time, clocks that are put right."""

import pytest
from msgspec.structs import replace

from protocol.codes import ReplyCode
from protocol.errors import MisuseError, PeerViolation
from protocol.keys.signing import verifier_from_bytes
from protocol.limits import ESTABLISHES_REMEMBERED_MAX, NEGOTIATE_FRESH_NS, REQUEST_FRESH_NS, STALE_RETRY_NS
from protocol.messages.codec import encode
from protocol.messages.control import EndKey, RegisterKey
from protocol.messages.session import Heartbeat, NotApplied
from protocol.session.bank_events import EstablishReceived, PeerTerminated
from protocol.session.partner_events import NotAppliedReceived, OutcomesReceived
from protocol.session.states import BankState
from protocol.vocabulary import FrameKind, Suite
from tests.protocol import keys
from tests.protocol.conversation import (
    INTERVAL_NS,
    NEXT_DATE,
    SECOND,
    T0_NS,
    TRADE_DATE,
    Pair,
    bank_session,
    freezes,
    new_pair,
    partner_session,
    policy,
)

HOUR = 3_600 * SECOND
ED25519_ORDER_8 = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
UNFIT_ED25519 = {
    "the neutral element": b"\x01" + bytes(31),
    "order 4": bytes(32),
    "order 8": ED25519_ORDER_8,
    "order 2": bytes.fromhex("ec" + "ff" * 30 + "7f"),
    "the neutral element, y + p": bytes.fromhex("ee" + "ff" * 30 + "7f"),
    "a negative zero": b"\x01" + bytes(30) + b"\x80",
    "not on the curve": b"\x02" + bytes(31),
}


def bank_with(registry_keys: tuple[RegisterKey | EndKey, ...]) -> Pair:
    """A pair whose bank has taken these messages, and none of the broker's usual keys."""
    registry = keys.registry()
    known = registry.party(keys.BROKER)
    assert known is not None
    registry.take_over(replace(known, keys=[]))
    for message in registry_keys:
        registry.apply(message, T0_NS)
    pair = new_pair()
    pair.bank = type(pair.bank)(registry, keys.bank_signers(), policy(), T0_NS)
    return pair


# Requests


@pytest.mark.parametrize("skew_ns", [-REQUEST_FRESH_NS, REQUEST_FRESH_NS])
def test_a_request_at_the_edge_of_fresh_is_taken(skew_ns: int) -> None:
    pair = new_pair().log_on()
    pair.partner.send_block(freezes(2), 1, 2, 0, pair.now_ns + skew_ns)
    pair.exchange()

    assert isinstance(pair.told(), OutcomesReceived)


@pytest.mark.parametrize("skew_ns", [-REQUEST_FRESH_NS - 1, REQUEST_FRESH_NS + 1, -HOUR])
@pytest.mark.parametrize("kind", [FrameKind.RECORDS, FrameKind.CONTROL])
def test_a_request_that_was_not_sent_now_consumes_nothing_and_the_link_goes_on(skew_ns: int, kind: FrameKind) -> None:
    pair = new_pair().log_on()
    if kind == FrameKind.RECORDS:
        pair.partner.send_block(freezes(2), 1, 2, 0, pair.now_ns + skew_ns)
    else:
        pair.partner.send_control(encode(Heartbeat(1, False)), 1, pair.now_ns + skew_ns)
    pair.exchange()

    told = pair.told()
    assert isinstance(told, NotAppliedReceived)
    assert told.message == NotApplied(int(ReplyCode.REQUEST_STALE), 1, 1, STALE_RETRY_NS)
    assert (told.header.trade_date, pair.requests) == (TRADE_DATE, [])
    assert (pair.bank.state, pair.bank.next_number, pair.bank.unanswered_records) == (BankState.ESTABLISHED, 1, 0)
    pair.partner.send_block(freezes(2), 1, 2, 0, pair.now_ns)
    pair.exchange()
    assert isinstance(pair.told(), OutcomesReceived)


@pytest.mark.parametrize(("number", "date"), [(9, TRADE_DATE), (1, NEXT_DATE), (3, 20_260_101)])
def test_staleness_is_told_before_gaps_repeats_and_dates(number: int, date: int) -> None:
    pair = new_pair().log_on()
    pair.partner.send_block(freezes(1), number, 1, 0, pair.now_ns - HOUR, trade_date=date)
    pair.exchange()

    told = pair.told()
    assert isinstance(told, NotAppliedReceived)
    assert told.message == NotApplied(int(ReplyCode.REQUEST_STALE), number, number, STALE_RETRY_NS)
    assert told.header.trade_date == date


# Keys


@pytest.mark.parametrize("ended_ns", [T0_NS, T0_NS - SECOND])
def test_a_key_past_its_time_at_the_bank_is_not_saved_by_an_early_date(ended_ns: int) -> None:
    """Whoever holds the key may write any time of sending into a header."""
    pair = bank_with((RegisterKey(keys.BROKER, 5, keys.broker_signer().public_key(), 0, ended_ns, 0),))
    pair.partner.negotiate(b"n" * 16, ended_ns - 1)
    pair.bank_hears(pair.partner.data_to_send())

    assert pair.violation is not None
    assert pair.violation.code == ReplyCode.SIGNATURE_INVALID


def test_a_key_that_ends_while_a_link_is_up_signs_no_further_frame() -> None:
    pair = bank_with((RegisterKey(keys.BROKER, 5, keys.broker_signer().public_key(), 0, T0_NS + SECOND, 0),)).log_on()
    pair.partner.send_block(freezes(1), 1, 1, 0, pair.now_ns)
    pair.exchange()
    assert isinstance(pair.told(), OutcomesReceived)
    pair.now_ns += SECOND
    pair.partner.send_block(freezes(1), 2, 1, 0, pair.now_ns - 1)
    pair.exchange()

    assert pair.violation is not None
    assert pair.violation.code == ReplyCode.SIGNATURE_INVALID
    assert len(pair.requests) == 1


@pytest.mark.parametrize("is_the_banks", [False, True])
@pytest.mark.parametrize("wrong_ns", [-HOUR, HOUR, REQUEST_FRESH_NS + 1, -REQUEST_FRESH_NS - 1])
@pytest.mark.parametrize("kind", [FrameKind.RECORDS, FrameKind.HEARTBEAT])
def test_a_clock_that_goes_wrong_past_the_time_of_a_key_ends_no_seat_for_good(
    kind: FrameKind, wrong_ns: int, is_the_banks: bool
) -> None:
    """One of both clocks is wrong, and by the other the key is good: the partner comes again until it is right."""
    key = RegisterKey(keys.BROKER, 5, keys.broker_signer().public_key(), T0_NS - 4 * SECOND, T0_NS + 4 * SECOND, 0)
    pair = bank_with((key,)).log_on()
    if is_the_banks:
        pair.bank.utc_offset_ns += wrong_ns
    sent_at_ns = pair.now_ns if is_the_banks else pair.now_ns + wrong_ns
    if kind == FrameKind.RECORDS:
        pair.partner.send_block(freezes(1), 1, 1, 0, sent_at_ns)
    else:
        pair.partner.utc_offset_ns += 0 if is_the_banks else wrong_ns
        pair.now_ns += INTERVAL_NS
        pair.partner.on_deadline(pair.now_ns)
    pair.exchange()

    assert pair.violation is not None
    assert pair.violation.code == ReplyCode.STALE_TIMESTAMP
    assert pair.requests == []


@pytest.mark.parametrize("wrong_ns", [-HOUR, HOUR])
def test_a_wrong_clock_tells_whoever_has_no_key_nothing(wrong_ns: int) -> None:
    pair = bank_with((RegisterKey(keys.BROKER, 5, keys.next_signer().public_key(), 0, T0_NS - SECOND, 0),))
    pair.partner.negotiate(b"n" * 16, pair.now_ns + wrong_ns)
    pair.bank_hears(pair.partner.data_to_send())

    assert pair.violation is not None
    assert pair.violation.code == ReplyCode.SIGNATURE_INVALID


@pytest.mark.parametrize("seat", [keys.BROKER_SEAT, 12])
def test_a_key_signs_for_the_seat_that_it_is_bound_to_and_is_unknown_at_any_other(seat: int) -> None:
    registry = keys.registry()
    registry.apply(EndKey(keys.BROKER, 5), T0_NS)
    bound = RegisterKey(keys.BROKER, 8, keys.broker_signer().public_key(), 0, keys.FOREVER_NS, seat)
    registry.apply(bound, T0_NS)
    unknown, pair = new_pair(), new_pair()
    for one, known, signer in ((unknown, keys.registry(), 99), (pair, registry, 8)):
        one.bank = type(one.bank)(known, keys.bank_signers(), policy(), T0_NS)
        key = keys.signer_from_seed(Suite.ED25519_SHA256, keys.BROKER_SEED, signer)
        one.partner = type(one.partner)(
            keys.BROKER, keys.BROKER_SEAT, key, keys.bank_verifiers(), "partner", SECOND, 1, T0_NS
        )
        one.partner.negotiate(b"n" * 16, one.now_ns)
        one.exchange()

    assert unknown.violation is not None
    if seat == keys.BROKER_SEAT:
        assert pair.violation is None
    else:
        assert repr(pair.violation) == repr(unknown.violation)
        assert pair.violation is not None
        assert pair.violation.code == ReplyCode.SIGNATURE_INVALID
    at_seat_12 = registry.verifier(keys.BROKER, 12, 8, (T0_NS, T0_NS)), registry.verifier_of_any_time(2, 12, 8)
    assert [verifier is not None for verifier in at_seat_12] == [seat == 12] * 2


def test_an_ended_key_signs_nothing_from_the_next_frame_on() -> None:
    registry = keys.registry()
    pair = new_pair()
    pair.bank = type(pair.bank)(registry, keys.bank_signers(), policy(), T0_NS)
    pair.log_on()
    registry.apply(EndKey(keys.BROKER, 5), T0_NS)
    registry.apply(EndKey(keys.BROKER, 5), T0_NS)  # a row may be fed twice
    pair.partner.send_block(freezes(1), 1, 1, 0, pair.now_ns)
    pair.exchange()

    assert pair.violation is not None
    assert pair.violation.code == ReplyCode.SIGNATURE_INVALID
    assert registry.verifier(keys.OTHER_BROKER, keys.OTHER_SEAT, 6, (T0_NS, T0_NS)) is not None


def test_a_registry_taken_over_anew_knows_no_key_that_is_gone() -> None:
    """The gateway may miss the outcome of an EndKey: it learns of it when it registers again."""
    registry = keys.registry()
    entry = next(entry for entry in registry.entries() if entry.party == keys.BROKER)
    ended = keys.registry()
    ended.apply(EndKey(keys.BROKER, 5), T0_NS)
    registry.take_over(next(one for one in ended.entries() if one.party == keys.BROKER))

    assert [key.key_id for key in entry.keys] == [5, keys.EXPIRED_KEY_ID]
    assert registry.verifier(keys.BROKER, keys.BROKER_SEAT, 5, (T0_NS, T0_NS)) is None


@pytest.mark.parametrize("name", list(UNFIT_ED25519))
def test_a_point_that_signs_anything_is_no_key(name: str) -> None:
    with pytest.raises(MisuseError, match="not a ED25519_SHA256 public key"):
        verifier_from_bytes(Suite.ED25519_SHA256, UNFIT_ED25519[name])


# What may come before the logon is done


def test_a_recorded_prefix_makes_nobody_a_party() -> None:
    """160 bytes recorded once: before the logon they count for nobody, and are refused without waiting for a body."""
    established = new_pair().log_on()
    established.partner.send_block(freezes(1), 1, 1, 0, T0_NS)
    recorded = [established.partner.data_to_send()[:160]]
    stale = partner_session()
    stale.negotiate(b"n" * 16, T0_NS - NEGOTIATE_FRESH_NS - 1)
    recorded.append(stale.data_to_send()[:160])
    found = []
    for prefix in recorded:
        bank = bank_session()
        bank.receive_data(prefix, T0_NS)
        with pytest.raises(PeerViolation) as violation:
            bank.next_event(T0_NS)
        found.append((violation.value.code, bank.party))

    assert found == [(ReplyCode.SESSION_UNKNOWN, 0), (ReplyCode.STALE_TIMESTAMP, 0)]


def test_a_recorded_end_counts_for_nobody() -> None:
    recorded = new_pair().log_on()
    recorded.partner.terminate(ReplyCode.FINISHED, "", T0_NS)
    bank = bank_session()
    wire = recorded.partner.data_to_send()
    bank.receive_data(wire[:160], T0_NS)
    assert bank.next_event(T0_NS) is None
    assert bank.party == 0
    bank.receive_data(wire[160:], T0_NS)

    assert bank.next_event(T0_NS) == PeerTerminated(ReplyCode.FINISHED, "")


# Clocks that are put right


def test_a_clock_that_was_ahead_and_is_put_right_logs_on_at_once() -> None:
    """The bank remembers what it saw, not the latest time: a partner that was 5 s ahead is not shut out."""
    registry = keys.registry()
    ledger = new_pair().log_on().ledger
    states = []
    for partner_ns in (T0_NS + NEGOTIATE_FRESH_NS, T0_NS, T0_NS - NEGOTIATE_FRESH_NS):
        bank = type(bank_session())(registry, keys.bank_signers(), policy(), T0_NS)
        pair = Pair(bank, partner_session(now_ns=partner_ns), ledger)
        pair.partner.establish(b"e" * 16, 1, partner_ns)
        pair.exchange()
        states.append(pair.bank.state)

    assert states == [BankState.ESTABLISHED] * 3


def test_an_establish_is_remembered_as_long_as_it_is_fresh_and_no_longer() -> None:
    registry = keys.registry()
    sent_ns = T0_NS + NEGOTIATE_FRESH_NS
    registry.check_first_establish(11, sent_ns, b"e" * 16, T0_NS)
    for later_ns in (0, NEGOTIATE_FRESH_NS, 2 * NEGOTIATE_FRESH_NS):
        with pytest.raises(PeerViolation, match="STALE_TIMESTAMP"):
            registry.check_first_establish(11, sent_ns, b"e" * 16, T0_NS + later_ns)
    registry.check_first_establish(12, sent_ns, b"e" * 16, T0_NS)  # of another seat
    registry.check_first_establish(11, sent_ns, b"f" * 16, T0_NS)  # another logon of the same moment


def test_the_memory_of_establishes_is_bounded() -> None:
    registry = keys.registry()
    for number in range(ESTABLISHES_REMEMBERED_MAX):
        registry.check_first_establish(11, T0_NS + number, b"e" * 16, T0_NS)
    with pytest.raises(PeerViolation, match="STOPPING"):
        registry.check_first_establish(11, T0_NS, b"f" * 16, T0_NS)
    registry.check_first_establish(11, T0_NS + HOUR, b"f" * 16, T0_NS + HOUR)


@pytest.mark.parametrize("offset_ns", [0, HOUR, -HOUR])
def test_headers_are_utc_and_heartbeats_are_not(offset_ns: int) -> None:
    """The clock of either side is put forward or back while a link is up: nobody is found silent by that."""
    pair = new_pair()
    pair.bank.utc_offset_ns = pair.partner.utc_offset_ns = 7 * HOUR
    pair.log_on()
    assert pair.violation is pair.partner_violation is None
    pair.bank.utc_offset_ns += offset_ns
    pair.partner.utc_offset_ns += offset_ns
    pair.at(T0_NS + INTERVAL_NS - 1, pair.bank.on_deadline)
    pair.partner.on_deadline(pair.now_ns)
    assert (pair.bank.data_to_send(), pair.partner.data_to_send()) == (b"", b"")
    assert pair.bank.next_deadline_ns() == pair.partner.next_deadline_ns() == T0_NS + INTERVAL_NS

    pair.partner.send_block(freezes(1), 1, 1, 0, pair.now_ns)
    pair.exchange()
    assert pair.requests[0].header.sent_at_ns == pair.now_ns + 7 * HOUR + offset_ns


def test_the_bank_takes_the_time_of_a_logon_by_utc() -> None:
    bank, partner = bank_session(), partner_session()
    bank.utc_offset_ns = HOUR
    partner.utc_offset_ns = HOUR - 1
    partner.establish(b"e" * 16, 1, T0_NS)
    bank.receive_data(partner.data_to_send(), T0_NS)

    assert isinstance(bank.next_event(T0_NS), EstablishReceived)
