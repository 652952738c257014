"""The published conversations against both real sessions, from nothing but the file: every frame said again byte for
byte, every frame heard as it was, and the states of both sides after each.

Belongs here: reading tests/vectors/conversations.json as a client in another language would. Never here: the scenes.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.frame import Frame, make_unsigned_frame
from protocol.limits import HEARTBEAT_NS_MAX, HEARTBEAT_NS_MIN
from protocol.messages.base import Message
from protocol.messages.codec import decode_control, decode_page, decode_session
from protocol.messages.gateway_link import SeatHead
from protocol.messages.session import Establish, Established, Heartbeat, Negotiate, NotApplied, OrdersAck, Terminate
from protocol.session.bank import BankSession
from protocol.session.bank_events import RequestReceived, SessionPolicy
from protocol.session.partner import PartnerSession
from protocol.vocabulary import FrameKind
from tests.frames import frames_in
from tests.protocol import keys

FILE: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors" / "conversations.json").read_text())
SCENES: list[dict[str, Any]] = FILE["conversations"]
EVERY = pytest.mark.parametrize("scene", SCENES, ids=[scene["name"] for scene in SCENES])
NUMBERED = (FrameKind.RECORDS, FrameKind.CONTROL)


def frame_of(step: dict[str, Any]) -> Frame:
    return frames_in(bytes.fromhex(step["frame"]))[0]


def message_of(frame: Frame) -> Message | None:
    plain = (*NUMBERED, FrameKind.OUTCOMES, FrameKind.QUERY, FrameKind.ANSWER, FrameKind.FEED, FrameKind.ORDERS)
    return None if frame.header.kind in plain else decode_session(frame.body)


@dataclass
class Partner:
    """The partner's side of a scene."""

    scene: dict[str, Any]
    links: dict[int, PartnerSession] = field(default_factory=dict)

    def connect(self, step: dict[str, Any], version: int, key_id: int) -> None:
        party, seat = self.scene["party"], self.scene["seat"]
        others = (keys.expired_signer(), keys.next_signer())
        signer = next((one for one in others if one.key_id == key_id), keys.signer_of(party))
        self.links[step["link"]] = PartnerSession(
            party,
            seat,
            signer,
            keys.bank_verifiers(),
            FILE["partner_software"],
            FILE["heartbeat_ns"],
            version,
            step["at_ns"],
        )

    def say(self, session: PartnerSession, frame: Frame, at_ns: int) -> None:
        """Make the session say what the frame says, unless it has queued something already."""
        header, message = frame.header, message_of(frame)
        if session.unsent_bytes:
            return
        if isinstance(message, Negotiate):
            session.negotiate(message.nonce, at_ns)
        elif isinstance(message, Establish):
            session.want(message.next_position, at_ns)
            session.establish(message.nonce, message.next_number, at_ns)
        elif isinstance(message, Terminate):
            session.terminate(ReplyCode(message.code), message.detail, at_ns)
        elif isinstance(message, Heartbeat):
            session.want(message.next_position, at_ns)
            if not session.unsent_bytes:
                session.on_deadline(at_ns)
        elif isinstance(message, OrdersAck):
            session.want_orders(message, at_ns)
        elif header.kind == FrameKind.RECORDS:
            session.send_block(
                frame.body,
                header.first_number,
                header.record_count,
                header.valid_until_ns,
                at_ns,
                header.trade_date,
            )
        elif header.kind == FrameKind.CONTROL:
            session.send_control(frame.body, header.first_number, at_ns, header.trade_date)
        else:
            session.send_query(header.first_number, frame.body, at_ns)

    def hear(self, session: PartnerSession, step: dict[str, Any]) -> None:
        """Take a frame of the bank; a violation must be the one that is written down."""
        refused = None
        session.receive_data(bytes.fromhex(step["frame"]), step["at_ns"])
        try:
            while session.next_event(step["at_ns"]) is not None:
                pass
        except PeerViolation as violation:
            refused = violation.code.name
            session.terminate(violation.code, violation.detail, step["at_ns"])
        assert refused == step.get("refused_by_partner")


@EVERY
def test_the_partner_says_and_hears_every_frame(scene: dict[str, Any]) -> None:
    partner = Partner(scene)
    steps = scene["steps"]
    for place, step in enumerate(steps):
        if step.get("event") == "connect":
            first = next(frame_of(later) for later in steps[place:] if later.get("from") == "partner")
            partner.connect(step, first.header.session_version, first.header.key_id)
        session = partner.links[step["link"]]
        if step.get("from") == "partner":
            frame = frame_of(step)
            partner.say(session, frame, step["at_ns"] if step["kind"] == "HEARTBEAT" else frame.header.sent_at_ns)
            assert session.data_to_send().hex() == step["frame"], step["what"]
        elif step.get("from") == "bank":
            partner.hear(session, step)
        if "refused_by_partner" not in step:
            assert session.state.name == step["partner_state"], step["what"]


@dataclass
class Bank:
    """The bank's side of a scene: one registry, a session for each link, and what the ledger is told by the script."""

    scene: dict[str, Any]
    links: dict[int, BankSession] = field(default_factory=dict)
    queued: dict[int, list[Frame]] = field(default_factory=dict)
    given: list[Frame] = field(default_factory=list)
    violation: PeerViolation | None = None

    def __post_init__(self) -> None:
        self.registry = keys.registry()

    def connect(self, step: dict[str, Any]) -> None:
        policy = SessionPolicy(self.scene["credit_records"], HEARTBEAT_NS_MIN, HEARTBEAT_NS_MAX, FILE["bank_software"])
        self.links[step["link"]] = BankSession(self.registry, keys.bank_signers(), policy, step["at_ns"])
        self.queued[step["link"]] = []

    def hear(self, step: dict[str, Any]) -> None:
        """Take a frame of the partner; a violation must be the one that is written down."""
        session = self.links[step["link"]]
        self.violation = None
        session.receive_data(bytes.fromhex(step["frame"]), step["at_ns"])
        try:
            while (event := session.next_event(step["at_ns"])) is not None:
                if isinstance(event, RequestReceived):
                    self.given.append(event.frame)
        except PeerViolation as violation:
            self.violation = violation
        assert (self.violation.code.name if self.violation else None) == step.get("refused_by_bank")

    def said(self, step: dict[str, Any]) -> str:
        """What the session says now, given what the frame says that its owner told it."""
        session, queued, at_ns = self.links[step["link"]], self.queued[step["link"]], step["at_ns"]
        queued += frames_in(session.data_to_send())
        if not queued:
            try:
                self._tell(session, frame_of(step), at_ns)
            except PeerViolation as violation:
                session.terminate(violation.code, violation.detail, at_ns)
            queued += frames_in(session.data_to_send())
        return queued.pop(0).wire().hex()

    def _tell(self, session: BankSession, frame: Frame, at_ns: int) -> None:
        header, message = frame.header, message_of(frame)
        if self.violation is not None:
            raise self.violation
        if header.kind == FrameKind.NEGOTIATED:
            session.negotiated(SeatHead(header.session_version, header.trade_date, 1, 0), at_ns)
        elif isinstance(message, Established):
            head = SeatHead(header.session_version, header.trade_date, message.next_number, 0)
            session.established(head, at_ns)
        elif header.kind == FrameKind.OUTCOMES:
            session.send_outcomes(make_unsigned_frame(header, frame.body), at_ns)
        elif header.kind == FrameKind.FEED:
            session.send_feed(decode_page(frame.body), at_ns)
        elif header.kind == FrameKind.ORDERS:
            session.send_feed(frame.body, at_ns)
        elif header.kind == FrameKind.ANSWER:
            session.send_answer(header.first_number, frame.body, at_ns)
        elif isinstance(message, NotApplied):
            self._refuse(session, frame, message, at_ns)
        elif isinstance(message, Heartbeat) and header.trade_date > session.trade_date:
            session.trade_date_opened(header.trade_date, at_ns)
        elif isinstance(message, Heartbeat):
            session.on_deadline(at_ns)
        elif isinstance(message, Terminate):
            self._end(session, message, at_ns)

    def _refuse(self, session: BankSession, frame: Frame, message: NotApplied, at_ns: int) -> None:
        code = ReplyCode(message.code)
        if code in (ReplyCode.WRONG_TRADE_DATE, ReplyCode.DUPLICATE_OTHER_CONTENT):
            session.send_not_applied(frame.header, message, at_ns)
            return
        request = next(one for one in reversed(self.given) if one.header.first_number == message.refused_number)
        session.refuse_busy(request, code, message.retry_after_ns, at_ns)

    def _end(self, session: BankSession, message: Terminate, at_ns: int) -> None:
        code = ReplyCode(message.code)
        head = SeatHead(message.session_version, 20_260_921, 1, int(code))
        if session.state.name == "NEGOTIATING":
            session.negotiated(head, at_ns)
        elif session.state.name == "ESTABLISHING":
            session.established(head, at_ns)
        elif code == ReplyCode.PEER_SILENT:
            session.on_deadline(at_ns)
        else:
            session.terminate(code, message.detail, at_ns, message.session_version)


@EVERY
def test_the_bank_hears_and_says_every_frame(scene: dict[str, Any]) -> None:
    bank = Bank(scene)
    for step in scene["steps"]:
        if step.get("event") == "connect":
            bank.connect(step)
        elif "control" in step:
            bank.registry.apply(decode_control(bytes.fromhex(step["control"])), 0)
        if step.get("from") == "partner" and "is_lost" not in step:
            bank.hear(step)
        elif step.get("from") == "bank" and "is_replayed" not in step:
            assert bank.said(step) == step["frame"], step["what"]
        assert bank.links[step["link"]].state.name == step["bank_state"], step["what"]


def test_the_scenes_cover_what_a_client_must_live_through() -> None:
    told = {step["code"] for scene in SCENES for step in scene["steps"] if "code" in step}
    codes = {code for scene in SCENES for step in scene["steps"] for code in step.get("codes", [])}
    assert told >= {
        "BUSY",
        "SEQUENCE_GAP",
        "REQUEST_STALE",
        "WRONG_TRADE_DATE",
        "DUPLICATE_OTHER_CONTENT",
        "SESSION_SUPERSEDED",
        "SESSION_VERSION_NOT_GROWING",
        "SIGNATURE_INVALID",
        "CREDIT_EXCEEDED",
        "SEQUENCE_STRADDLES",
        "PEER_SILENT",
        "CODE_199",
        "CODE_299",
    }
    assert codes >= {"ACCEPTED", "INSUFFICIENT_FUNDS", "CODE_799"}
    assert all(step["what"] or step.get("from") for scene in SCENES for step in scene["steps"])


def test_a_stored_outcome_is_said_byte_for_byte() -> None:
    (scene,) = (one for one in SCENES if one["name"] == "repeat")
    first, again = (step["frame"] for step in scene["steps"] if step.get("kind") == "OUTCOMES")
    assert first == again
