"""Whatever a peer signs: an event or a violation, never another exception, and the link can still be ended."""

from hypothesis import given
from hypothesis import strategies as st

from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.frame import make_frame
from protocol.messages.codec import encode
from protocol.messages.session import Heartbeat
from protocol.session.states import BankState, PartnerState
from protocol.vocabulary import FrameKind, Suite
from tests.protocol.conversation import TRADE_DATE, Pair, freezes, new_pair
from tests.vectors.frames.valid import of_bank_seat, of_suite
from tests.vectors.voices import Voice, bank_voice, partner_voice

BODIES = [vector.frame.body for vector in (*of_suite(Suite.ED25519_SHA256), *of_bank_seat())]
KIND = st.sampled_from([int(kind) for kind in FrameKind])
NUMBER = st.one_of(st.integers(0, 8), st.sampled_from([2**31, 2**62, 2**62 + 1, 2**63 - 1]))
COUNT = st.integers(0, 4)
DATE = st.sampled_from([0, TRADE_DATE - 1, TRADE_DATE, TRADE_DATE + 1, 2**31 - 1])
VERSION = st.sampled_from([0, 1, 2, 2**31 - 1])
TIME_NS = st.sampled_from([0, 1, 1_790_000_000_000_000_000, 2**62 - 1, 2**63 - 1])
BODY = st.one_of(st.sampled_from(BODIES), st.binary(max_size=40), st.integers(1, 4).map(freezes))
NONSENSE = st.tuples(KIND, NUMBER, COUNT, DATE, VERSION, TIME_NS, BODY)
Nonsense = tuple[int, int, int, int, int, int, bytes]


def signed(voice: Voice, nonsense: Nonsense) -> bytes:
    """A frame with arbitrary fields under a right signature."""
    kind, number, count, date, version, time_ns, body = nonsense
    header = voice.header(FrameKind.RECORDS)._replace(
        kind=kind,
        first_number=number,
        record_count=count,
        trade_date=date,
        session_version=version,
        sent_at_ns=time_ns,
    )
    return make_frame(header, body, voice.signer.sign).wire()


@given(st.booleans(), st.lists(NONSENSE, min_size=1, max_size=6))
def test_the_bank_survives_whatever_a_partner_signs(is_established: bool, talk: list[Nonsense]) -> None:
    pair = new_pair().log_on() if is_established else new_pair()
    voice = partner_voice(Suite.ED25519_SHA256)
    for nonsense in talk:
        pair.bank_hears(signed(voice, nonsense))
        assert 0 <= pair.bank.unanswered_records <= 16_384
        pair.bank.data_to_send()
    pair.bank.terminate(ReplyCode.STOPPING, "", pair.now_ns)

    assert pair.bank.state is BankState.TERMINATED


def partner_survives(pair: Pair, talk: list[Nonsense]) -> None:
    """The partner hears the bank say all of it."""
    voice = bank_voice(Suite.ED25519_SHA256)
    for nonsense in talk:
        pair.partner.receive_data(signed(voice, nonsense), pair.now_ns)
        try:
            while pair.partner.next_event(pair.now_ns) is not None:
                pass
        except PeerViolation as violation:
            pair.partner.terminate(violation.code, violation.detail, pair.now_ns)


@given(st.booleans(), st.lists(NONSENSE, min_size=1, max_size=6))
def test_a_partner_survives_whatever_the_bank_signs(is_established: bool, talk: list[Nonsense]) -> None:
    pair = new_pair().log_on() if is_established else new_pair()
    partner_survives(pair, talk)
    pair.partner.terminate(ReplyCode.FINISHED, "", pair.now_ns)

    assert pair.partner.state is PartnerState.TERMINATED


def test_nonsense_is_not_always_refused() -> None:
    pair = new_pair().log_on()
    body = encode(Heartbeat(1, True))
    pair.bank_hears(signed(partner_voice(Suite.ED25519_SHA256), (FrameKind.HEARTBEAT, 0, 0, 0, 1, 0, body)))

    assert pair.violation is None
    assert pair.bank.unsent_bytes > 0
