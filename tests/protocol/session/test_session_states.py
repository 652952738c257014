"""The tables themselves: closed, reachable, and kept by the real objects under arbitrary words."""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from protocol.codes import ReplyCode
from protocol.errors import MisuseError, PeerViolation
from protocol.messages.codec import encode
from protocol.messages.queries import OutcomeAnswer, OutcomeQuery
from protocol.messages.session import NotApplied
from protocol.session import states as states
from protocol.session.states import BankState, BankTrigger, PartnerState, PartnerTrigger
from protocol.vocabulary import FrameKind
from tests.protocol.conversation import MS, TRADE_DATE, Pair, freezes, new_pair

S = TypeVar("S", bound=Enum)
T = TypeVar("T", bound=Enum)
TERMINATED = {BankState.TERMINATED, PartnerState.TERMINATED}


def check_table(table: Mapping[tuple[S, T], S], states_: type[S], triggers: type[T], start: S, end: S) -> None:
    """Every state is reached, every trigger used; `end` is reached from everywhere and left by nothing."""
    assert {start, *table.values()} == set(states_)
    assert {trigger for _, trigger in table} == set(triggers)
    assert {state for (state, _), target in table.items() if target is end} == set(states_) - {end}
    assert not [state for state, _ in table if state is end]


def test_the_banks_table_is_closed() -> None:
    start, end = BankState.AWAIT_NEGOTIATE_OR_ESTABLISH, BankState.TERMINATED
    check_table(states.BANK_TRANSITIONS, BankState, BankTrigger, start, end)


def test_the_partners_table_is_closed() -> None:
    start, end = PartnerState.OFFLINE, PartnerState.TERMINATED
    check_table(states.PARTNER_TRANSITIONS, PartnerState, PartnerTrigger, start, end)


def test_every_kind_between_partner_and_bank_is_read_by_exactly_its_readers() -> None:
    both_ways = {FrameKind.HEARTBEAT, FrameKind.TERMINATE}
    to_bank, to_partner = set(states.TO_BANK_TRIGGERS), set(states.TO_PARTNER_TRIGGERS)

    assert to_bank | to_partner == {kind for kind in FrameKind if kind < FrameKind.REGISTER}
    assert to_bank & to_partner == both_ways


def partner_says(pair: Pair, word: PartnerTrigger) -> None:
    """One word of the partner's owner, whether or not it may be said now."""
    partner, now_ns = pair.partner, pair.now_ns
    match word:
        case PartnerTrigger.NEGOTIATE_SAID:
            partner.negotiate(b"n" * 16, now_ns)
        case PartnerTrigger.ESTABLISH_SAID:
            partner.establish(b"e" * 16, 1, now_ns)
        case PartnerTrigger.REQUEST_SAID:
            partner.send_block(freezes(1), max(pair.bank.next_number, 1), 1, 0, now_ns)
        case PartnerTrigger.QUERY_SAID:
            partner.send_query(1, encode(OutcomeQuery(TRADE_DATE, 1)), now_ns)
        case _:
            partner.terminate(ReplyCode.FINISHED, "", now_ns)


def bank_says(pair: Pair, word: int) -> None:
    """One word of the bank's owner, whether or not it may be said now."""
    bank, now_ns, head = pair.bank, pair.now_ns, pair.head()
    if word == 0:
        bank.negotiated(head, now_ns)
    elif word == 1:
        bank.established(head, now_ns)
    elif word == 2:
        bank.send_answer(1, encode(OutcomeAnswer(False, 0, 0, 0, 0, 0)), now_ns)
    elif word == 3 and pair.requests:
        message = NotApplied(int(ReplyCode.BUSY), 1, 1, 0)
        bank.send_not_applied(pair.requests[0].header, message, now_ns)
    elif word == 4:
        bank.terminate(ReplyCode.STOPPING, "", now_ns)
    else:
        bank.on_deadline(now_ns)


SAID = [trigger for trigger in PartnerTrigger if trigger.name.endswith("_SAID")]
WORDS = st.one_of(st.sampled_from(SAID), st.integers(0, 5))


@given(st.lists(WORDS, max_size=12))
def test_arbitrary_words_end_in_a_legal_state(words: list[PartnerTrigger | int]) -> None:
    pair = new_pair()
    for word in words:
        pair.now_ns += MS
        before = (pair.bank.state, pair.partner.state)
        try:
            if isinstance(word, PartnerTrigger):
                partner_says(pair, word)
            else:
                bank_says(pair, word)
        except (MisuseError, PeerViolation):
            assert (pair.bank.state, pair.partner.state) == before
        pair.exchange()
        for old, new in zip(before, (pair.bank.state, pair.partner.state), strict=True):
            assert old not in TERMINATED or new is old
