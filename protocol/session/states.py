"""The two state machines of a link, as tables. Everything that decides which frame may come when is in this file.

Belongs here: states, triggers, transitions and the argument for them. Never here: numbers, time, signatures, bytes;
and this file does not know what a frame contains.

The argument. A link carries one session of one seat. The bank's side begins by waiting for the partner to say who it
is: with NEGOTIATE (a new session version, which the ledger journals) or with ESTABLISH alone (the session of an
earlier link goes on). Each of the two needs the ledger, so each has a state of its own in which the partner must wait
(NEGOTIATING, ESTABLISHING): a frame that arrives then was sent without knowing the answer and is a violation. Only
ESTABLISHED carries numbered requests, queries, heartbeats and feeds. The logon is done once per link: a partner that
wants a newer version opens a new link, so no request can ever be under way across two versions on one link.

TERMINATED is reached from everywhere and is left by nothing. Whatever still arrives is not read; whatever is still
said is not sent. There is no half-closed state, because nothing is lost by closing: the session outlives the link
and unanswered requests are repeated on the next one. A partner that has said nothing is
told nothing: the word that ends a link names what the partner has said on it.

The partner's machine is the mirror image: what one side sends is what the other receives, so each row here has a
row there with the same right-hand side, except the states in which one side waits for itself (the bank for its
ledger, the partner for its caller).
"""

from enum import Enum

from ..vocabulary import FrameKind


class BankState(Enum):
    """Where a link stands, seen from the bank."""

    AWAIT_NEGOTIATE_OR_ESTABLISH = "await negotiate or establish"
    NEGOTIATING = "negotiating"
    NEGOTIATED = "negotiated"
    ESTABLISHING = "establishing"
    ESTABLISHED = "established"
    TERMINATED = "terminated"


class BankTrigger(Enum):
    """What moves the bank's side: frames of the partner (…_CAME) and words of the owner (…_SAID)."""

    NEGOTIATE_CAME = "NEGOTIATE came"
    ESTABLISH_CAME = "ESTABLISH came"
    REQUEST_CAME = "RECORDS or CONTROL came"
    QUERY_CAME = "QUERY came"
    HEARTBEAT_CAME = "HEARTBEAT came"
    ORDERS_ACK_CAME = "ORDERS_ACK came"
    TERMINATE_CAME = "TERMINATE came"
    NEGOTIATED_SAID = "NEGOTIATED is sent"
    ESTABLISHED_SAID = "ESTABLISHED is sent"
    TERMINATE_SAID = "TERMINATE is sent"


class PartnerState(Enum):
    """Where a link stands, seen from the partner."""

    OFFLINE = "offline"
    NEGOTIATING = "negotiating"
    NEGOTIATED = "negotiated"
    ESTABLISHING = "establishing"
    ESTABLISHED = "established"
    TERMINATED = "terminated"


class PartnerTrigger(Enum):
    """What moves the partner's side: frames of the bank (…_CAME) and words of the owner (…_SAID)."""

    NEGOTIATED_CAME = "NEGOTIATED came"
    ESTABLISHED_CAME = "ESTABLISHED came"
    OUTCOMES_CAME = "OUTCOMES came"
    NOT_APPLIED_CAME = "NOT_APPLIED came"
    ANSWER_CAME = "ANSWER came"
    FEED_CAME = "FEED came"
    ORDERS_CAME = "ORDERS came"
    HEARTBEAT_CAME = "HEARTBEAT came"
    TERMINATE_CAME = "TERMINATE came"
    NEGOTIATE_SAID = "NEGOTIATE is sent"
    ESTABLISH_SAID = "ESTABLISH is sent"
    REQUEST_SAID = "RECORDS or CONTROL is sent"
    QUERY_SAID = "QUERY is sent"
    ORDERS_ACK_SAID = "ORDERS_ACK is sent"
    TERMINATE_SAID = "TERMINATE is sent"


# Frames of the partner that the bank reads; any other kind is malformed on this way.
TO_BANK_TRIGGERS: dict[int, BankTrigger] = {
    FrameKind.NEGOTIATE: BankTrigger.NEGOTIATE_CAME,
    FrameKind.ESTABLISH: BankTrigger.ESTABLISH_CAME,
    FrameKind.RECORDS: BankTrigger.REQUEST_CAME,
    FrameKind.CONTROL: BankTrigger.REQUEST_CAME,
    FrameKind.QUERY: BankTrigger.QUERY_CAME,
    FrameKind.HEARTBEAT: BankTrigger.HEARTBEAT_CAME,
    FrameKind.ORDERS_ACK: BankTrigger.ORDERS_ACK_CAME,
    FrameKind.TERMINATE: BankTrigger.TERMINATE_CAME,
}

# Frames of the bank that the partner reads.
TO_PARTNER_TRIGGERS: dict[int, PartnerTrigger] = {
    FrameKind.NEGOTIATED: PartnerTrigger.NEGOTIATED_CAME,
    FrameKind.ESTABLISHED: PartnerTrigger.ESTABLISHED_CAME,
    FrameKind.OUTCOMES: PartnerTrigger.OUTCOMES_CAME,
    FrameKind.NOT_APPLIED: PartnerTrigger.NOT_APPLIED_CAME,
    FrameKind.ANSWER: PartnerTrigger.ANSWER_CAME,
    FrameKind.FEED: PartnerTrigger.FEED_CAME,
    FrameKind.ORDERS: PartnerTrigger.ORDERS_CAME,
    FrameKind.HEARTBEAT: PartnerTrigger.HEARTBEAT_CAME,
    FrameKind.TERMINATE: PartnerTrigger.TERMINATE_CAME,
}

BANK_TRANSITIONS: dict[tuple[BankState, BankTrigger], BankState] = {
    (BankState.AWAIT_NEGOTIATE_OR_ESTABLISH, BankTrigger.NEGOTIATE_CAME): BankState.NEGOTIATING,
    (BankState.AWAIT_NEGOTIATE_OR_ESTABLISH, BankTrigger.ESTABLISH_CAME): BankState.ESTABLISHING,
    (BankState.NEGOTIATING, BankTrigger.NEGOTIATED_SAID): BankState.NEGOTIATED,
    (BankState.NEGOTIATED, BankTrigger.ESTABLISH_CAME): BankState.ESTABLISHING,
    (BankState.ESTABLISHING, BankTrigger.ESTABLISHED_SAID): BankState.ESTABLISHED,
    (BankState.ESTABLISHED, BankTrigger.REQUEST_CAME): BankState.ESTABLISHED,
    (BankState.ESTABLISHED, BankTrigger.QUERY_CAME): BankState.ESTABLISHED,
    (BankState.ESTABLISHED, BankTrigger.HEARTBEAT_CAME): BankState.ESTABLISHED,
    (BankState.ESTABLISHED, BankTrigger.ORDERS_ACK_CAME): BankState.ESTABLISHED,
    (BankState.AWAIT_NEGOTIATE_OR_ESTABLISH, BankTrigger.TERMINATE_CAME): BankState.TERMINATED,
    (BankState.NEGOTIATING, BankTrigger.TERMINATE_CAME): BankState.TERMINATED,
    (BankState.NEGOTIATED, BankTrigger.TERMINATE_CAME): BankState.TERMINATED,
    (BankState.ESTABLISHING, BankTrigger.TERMINATE_CAME): BankState.TERMINATED,
    (BankState.ESTABLISHED, BankTrigger.TERMINATE_CAME): BankState.TERMINATED,
    (BankState.AWAIT_NEGOTIATE_OR_ESTABLISH, BankTrigger.TERMINATE_SAID): BankState.TERMINATED,
    (BankState.NEGOTIATING, BankTrigger.TERMINATE_SAID): BankState.TERMINATED,
    (BankState.NEGOTIATED, BankTrigger.TERMINATE_SAID): BankState.TERMINATED,
    (BankState.ESTABLISHING, BankTrigger.TERMINATE_SAID): BankState.TERMINATED,
    (BankState.ESTABLISHED, BankTrigger.TERMINATE_SAID): BankState.TERMINATED,
}

PARTNER_TRANSITIONS: dict[tuple[PartnerState, PartnerTrigger], PartnerState] = {
    (PartnerState.OFFLINE, PartnerTrigger.NEGOTIATE_SAID): PartnerState.NEGOTIATING,
    (PartnerState.OFFLINE, PartnerTrigger.ESTABLISH_SAID): PartnerState.ESTABLISHING,
    (PartnerState.NEGOTIATING, PartnerTrigger.NEGOTIATED_CAME): PartnerState.NEGOTIATED,
    (PartnerState.NEGOTIATED, PartnerTrigger.ESTABLISH_SAID): PartnerState.ESTABLISHING,
    (PartnerState.ESTABLISHING, PartnerTrigger.ESTABLISHED_CAME): PartnerState.ESTABLISHED,
    (PartnerState.ESTABLISHED, PartnerTrigger.REQUEST_SAID): PartnerState.ESTABLISHED,
    (PartnerState.ESTABLISHED, PartnerTrigger.QUERY_SAID): PartnerState.ESTABLISHED,
    (PartnerState.ESTABLISHED, PartnerTrigger.ORDERS_ACK_SAID): PartnerState.ESTABLISHED,
    (PartnerState.ESTABLISHED, PartnerTrigger.OUTCOMES_CAME): PartnerState.ESTABLISHED,
    (PartnerState.ESTABLISHED, PartnerTrigger.NOT_APPLIED_CAME): PartnerState.ESTABLISHED,
    (PartnerState.ESTABLISHED, PartnerTrigger.ANSWER_CAME): PartnerState.ESTABLISHED,
    (PartnerState.ESTABLISHED, PartnerTrigger.FEED_CAME): PartnerState.ESTABLISHED,
    (PartnerState.ESTABLISHED, PartnerTrigger.ORDERS_CAME): PartnerState.ESTABLISHED,
    (PartnerState.ESTABLISHED, PartnerTrigger.HEARTBEAT_CAME): PartnerState.ESTABLISHED,
    (PartnerState.NEGOTIATING, PartnerTrigger.TERMINATE_CAME): PartnerState.TERMINATED,
    (PartnerState.NEGOTIATED, PartnerTrigger.TERMINATE_CAME): PartnerState.TERMINATED,
    (PartnerState.ESTABLISHING, PartnerTrigger.TERMINATE_CAME): PartnerState.TERMINATED,
    (PartnerState.ESTABLISHED, PartnerTrigger.TERMINATE_CAME): PartnerState.TERMINATED,
    (PartnerState.OFFLINE, PartnerTrigger.TERMINATE_SAID): PartnerState.TERMINATED,
    (PartnerState.NEGOTIATING, PartnerTrigger.TERMINATE_SAID): PartnerState.TERMINATED,
    (PartnerState.NEGOTIATED, PartnerTrigger.TERMINATE_SAID): PartnerState.TERMINATED,
    (PartnerState.ESTABLISHING, PartnerTrigger.TERMINATE_SAID): PartnerState.TERMINATED,
    (PartnerState.ESTABLISHED, PartnerTrigger.TERMINATE_SAID): PartnerState.TERMINATED,
}
