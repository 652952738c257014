"""Every cell of both tables, tried on the real objects: the table's target, or an orderly no that changes nothing."""

from collections.abc import Mapping
from typing import TypeVar

import pytest

from frontend_sim.practice.naive_ledger import outcomes_frame
from protocol.codes import ReplyCode
from protocol.errors import MisuseError, PeerViolation
from protocol.frame import make_frame
from protocol.limits import OUTCOME_BYTES
from protocol.messages.base import Message
from protocol.messages.codec import encode
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.feeds import NO_ENTRY, FeedPage
from protocol.messages.gateway_link import SeatHead
from protocol.messages.queries import OutcomeAnswer, OutcomeQuery
from protocol.messages.session import (
    Establish,
    Established,
    Heartbeat,
    Negotiate,
    Negotiated,
    NotApplied,
    OrdersAck,
    Terminate,
)
from protocol.order_pages import NO_STRETCH, OrderPageHead, pack_page
from protocol.session.bank import BankSession
from protocol.session.partner import PartnerSession
from protocol.session.states import (
    BANK_TRANSITIONS,
    PARTNER_TRANSITIONS,
    BankState,
    BankTrigger,
    PartnerState,
    PartnerTrigger,
)
from protocol.vocabulary import FrameKind, Suite
from tests.protocol.conversation import T0_NS, TRADE_DATE, bank_session, freezes, partner_session
from tests.vectors.voices import VERSION, bank_voice, partner_voice

S = TypeVar("S")
T = TypeVar("T")
NONCE = b"n" * 16
HEAD = SeatHead(VERSION, TRADE_DATE, 1, 0)
B, P = BankTrigger, PartnerTrigger
ORDERS_WANTED = OrdersAck(TRADE_DATE, 1, NO_STRETCH)
PAGE = pack_page(OrderPageHead(TRADE_DATE, 20_260_922, 1, 1, NO_STRETCH), b"")  # the date is over
TERMINATE = Terminate(int(ReplyCode.FINISHED), VERSION, "", NONCE)
FROM_PARTNER: dict[BankTrigger, tuple[FrameKind, Message]] = {
    B.NEGOTIATE_CAME: (FrameKind.NEGOTIATE, Negotiate(NONCE, "")),
    B.ESTABLISH_CAME: (FrameKind.ESTABLISH, Establish(NONCE, 1, 10**9)),
    B.REQUEST_CAME: (FrameKind.CONTROL, ChangeContract(195, 2)),
    B.QUERY_CAME: (FrameKind.QUERY, OutcomeQuery(TRADE_DATE, 1)),
    B.HEARTBEAT_CAME: (FrameKind.HEARTBEAT, Heartbeat(1, False)),
    B.ORDERS_ACK_CAME: (FrameKind.ORDERS_ACK, ORDERS_WANTED),
    B.TERMINATE_CAME: (FrameKind.TERMINATE, TERMINATE),
}
FROM_BANK: dict[PartnerTrigger, tuple[FrameKind, Message]] = {
    P.NEGOTIATED_CAME: (FrameKind.NEGOTIATED, Negotiated(NONCE, "")),
    P.ESTABLISHED_CAME: (FrameKind.ESTABLISHED, Established(NONCE, 1, 10**9, 16_384)),
    P.NOT_APPLIED_CAME: (FrameKind.NOT_APPLIED, NotApplied(int(ReplyCode.BUSY), 1, 1, 0)),
    P.ANSWER_CAME: (FrameKind.ANSWER, OutcomeAnswer(False, 0, 0, 0, 0, 0)),
    P.FEED_CAME: (FrameKind.FEED, FeedPage(1, 1, NO_ENTRY, [])),
    P.HEARTBEAT_CAME: (FrameKind.HEARTBEAT, Heartbeat(1, False)),
    P.TERMINATE_CAME: (FrameKind.TERMINATE, TERMINATE),
}


def path_to(goal: S, start: S, table: Mapping[tuple[S, T], S]) -> list[T]:
    """The triggers that lead from `start` to `goal` by the shortest way."""
    paths: dict[S, list[T]] = {start: []}
    for _ in table:
        for (state, trigger), target in table.items():
            if state in paths and target not in paths:
                paths[target] = [*paths[state], trigger]
    return paths[goal]


def move_bank(bank: BankSession, trigger: BankTrigger) -> None:
    """Let `trigger` happen to the bank's side. Raises PeerViolation or MisuseError."""
    match trigger:
        case B.NEGOTIATED_SAID:
            bank.negotiated(HEAD, T0_NS)
        case B.ESTABLISHED_SAID:
            bank.established(HEAD, T0_NS)
        case B.TERMINATE_SAID:
            bank.terminate(ReplyCode.STOPPING, "", T0_NS)
        case _:
            kind, message = FROM_PARTNER[trigger]
            voice = partner_voice(Suite.ED25519_SHA256)
            bank.receive_data(voice.message("", "", kind, message, 1).frame.wire(), T0_NS)
            bank.next_event(T0_NS)


def outcome_wire() -> bytes:
    """An outcome frame as the bank's side would send it."""
    voice = bank_voice(Suite.ED25519_SHA256)
    request = voice.header(FrameKind.RECORDS)._replace(
        sender=voice.recipient, first_number=1, record_count=1, body_digest=bytes(32)
    )
    frame = outcomes_frame(request, bytes(OUTCOME_BYTES), 1, T0_NS)
    return frame._replace(signature=voice.signer.sign(frame.header_bytes)).wire()


def move_partner(partner: PartnerSession, trigger: PartnerTrigger) -> None:
    """Let `trigger` happen to the partner's side. Raises PeerViolation or MisuseError."""
    match trigger:
        case P.NEGOTIATE_SAID:
            partner.negotiate(NONCE, T0_NS)
        case P.ESTABLISH_SAID:
            partner.establish(NONCE, 1, T0_NS)
        case P.REQUEST_SAID:
            partner.send_block(freezes(1), 1, 1, 0, T0_NS)
        case P.QUERY_SAID:
            partner.send_query(1, encode(OutcomeQuery(TRADE_DATE, 1)), T0_NS)
        case P.ORDERS_ACK_SAID:
            partner.want_orders(ORDERS_WANTED, T0_NS)
        case P.TERMINATE_SAID:
            partner.terminate(ReplyCode.FINISHED, "", T0_NS)
        case P.OUTCOMES_CAME:
            partner.receive_data(outcome_wire(), T0_NS)
            partner.next_event(T0_NS)
        case P.ORDERS_CAME:
            hear(partner, FrameKind.ORDERS, PAGE)
        case _:
            kind, message = FROM_BANK[trigger]
            hear(partner, kind, encode(message))


def hear(partner: PartnerSession, kind: FrameKind, body: bytes) -> None:
    """The bank says this, later than what it said before."""
    voice = bank_voice(Suite.ED25519_SHA256)
    header = voice.header(kind)._replace(first_number=1)
    later = header._replace(sent_at_ns=header.sent_at_ns + (partner.state is PartnerState.ESTABLISHED))
    partner.receive_data(make_frame(later, body, voice.signer.sign).wire(), T0_NS)
    partner.next_event(T0_NS)


@pytest.mark.parametrize("trigger", list(BankTrigger))
@pytest.mark.parametrize("state", list(BankState))
def test_the_banks_side_keeps_its_table(state: BankState, trigger: BankTrigger) -> None:
    bank = bank_session()
    for step in path_to(state, BankState.AWAIT_NEGOTIATE_OR_ESTABLISH, BANK_TRANSITIONS):
        move_bank(bank, step)
    assert bank.state is state
    target = BANK_TRANSITIONS.get((state, trigger))
    if target is None and state is not BankState.TERMINATED:
        with pytest.raises((PeerViolation, MisuseError)):
            move_bank(bank, trigger)
    else:
        move_bank(bank, trigger)
    assert bank.state is (target or state)


@pytest.mark.parametrize("trigger", list(PartnerTrigger))
@pytest.mark.parametrize("state", list(PartnerState))
def test_the_partners_side_keeps_its_table(state: PartnerState, trigger: PartnerTrigger) -> None:
    partner = partner_session(version=VERSION)
    for step in path_to(state, PartnerState.OFFLINE, PARTNER_TRANSITIONS):
        move_partner(partner, step)
    assert partner.state is state
    target = PARTNER_TRANSITIONS.get((state, trigger))
    is_ignored = state is PartnerState.TERMINATED and (trigger.name.endswith("_CAME") or trigger is P.TERMINATE_SAID)
    if target is None and not is_ignored:
        with pytest.raises((PeerViolation, MisuseError)):
            move_partner(partner, trigger)
    else:
        move_partner(partner, trigger)
    assert partner.state is (target or state)
