"""This client through the published conversations: what it says and what it believes, byte for byte.

Belongs here: playing the bank of the file over a pair of sockets, with its times. Never here: an import of the product.
"""

import hashlib
import json
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.outsider import golden
from tests.outsider import link as link_module
from tests.outsider.client import Answered, read_answer
from tests.outsider.link import Account, Link, LinkEnded, Session
from tests.outsider.wire.codes import Code, Kind
from tests.outsider.wire.frames import Frame, FrameRefused
from tests.outsider.wire.messages import Message, decode, decode_content, encode
from tests.outsider.wire.told_orders import Entry, unpack_page

FILE: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors" / "conversations.json").read_text())
SCENES: list[dict[str, Any]] = FILE["conversations"]
OBLIGATION = 5
LOGON_ANSWERS = (Kind.NEGOTIATED, Kind.ESTABLISHED)


@dataclass
class FileClock:
    """Stands still but for the time that a frame says that it was sent."""

    now_ns: int = 0

    def time_ns(self) -> int:
        return self.now_ns

    def monotonic_ns(self) -> int:
        return 0

    def monotonic(self) -> float:
        return 0.0


@dataclass
class Stage:
    """The links of one scene. The far end of each is played by the file."""

    scene: dict[str, Any]
    clock: FileClock
    links: dict[int, Link] = field(default_factory=dict)
    far_ends: dict[int, socket.socket] = field(default_factory=dict)
    ended: set[int] = field(default_factory=set)
    beaten: set[int] = field(default_factory=set)

    def connect(self, number: int, first_frame: Frame) -> None:
        """A new link; who we are is told by what we are to say on it first."""
        party, header = self.scene["party"], first_frame.header
        key = golden.signing_keys()[party, header.key_id]
        bank_keys = {key_id: known.key for (owner, key_id), known in golden.bank().keys.items() if owner == 1}
        session = Session(header.session_version, header.trade_date)
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            account = Account("127.0.0.1", port, party, self.scene["seat"], key, bank_keys)
            self.links[number] = Link(account, session)
            self.far_ends[number] = server.accept()[0]

    def say(self, step: dict[str, Any]) -> None:
        """Say what the step says, from its meaning, and compare the bytes that leave."""
        wanted = golden.frame_of(bytes.fromhex(step["frame"]))
        header, link = wanted.header, self.links[step["link"]]
        self.clock.now_ns = header.sent_at_ns
        kind = Kind(header.kind)
        if kind in (Kind.RECORDS, Kind.CONTROL, Kind.QUERY):
            frame = link.frame(
                kind,
                wanted.body,
                first_number=header.first_number,
                record_count=header.record_count,
                valid_until_ns=header.valid_until_ns,
                trade_date=header.trade_date,
            )
            link.send(frame.packed())
        elif step["link"] in self.beaten:
            self.beaten.discard(step["link"])  # said at once, when the bank asked for it
        else:
            link.say(kind, decode(kind, wanted.body))
        assert self.far_ends[step["link"]].recv(len(wanted.packed())) == wanted.packed(), step["what"]

    def hear(self, step: dict[str, Any]) -> None:
        """Let the step's bytes come, and make of them what the step says."""
        data, link = bytes.fromhex(step["frame"]), self.links[step["link"]]
        self.clock.now_ns = step["at_ns"]
        self.far_ends[step["link"]].sendall(data)
        if step["kind"] == "TERMINATE":
            self.ended.add(step["link"])
            with pytest.raises(LinkEnded) as end:
                link.receive()
            assert end.value.code == (None if "refused_by_partner" in step else number_of(step["code"]))
        elif "refused_by_partner" in step:
            with pytest.raises(FrameRefused) as refused:
                link.receive()
            assert refused.value.code.name == step["refused_by_partner"]
        else:
            frame = link.receive()
            assert frame.packed() == data
            self.take(frame, step, link)

    def take(self, frame: Frame, step: dict[str, Any], link: Link) -> None:
        """What a client does with a frame that it believes."""
        kind = frame.header.kind
        if kind in LOGON_ANSWERS:
            granted: Message = decode(kind, frame.body)
            assert granted.bytes("nonce") == link.nonce
            link.session.trade_date = frame.header.trade_date
            if kind == Kind.ESTABLISHED:
                link.established(granted.int("heartbeat_ns"))
        elif kind == Kind.HEARTBEAT and decode(kind, frame.body).int("answer_wanted"):
            self.beaten.add(step["link"])
        elif kind in (Kind.OUTCOMES, Kind.NOT_APPLIED):
            _, answer = read_answer(frame)
            told = answer.outcomes.codes() if isinstance(answer, Answered) else [answer.code]
            assert told == [number_of(name) for name in step.get("codes", [step.get("code")])]


def test_what_is_said_of_an_obligation_follows_from_what_was_told() -> None:
    """By nothing but the scene's frames: the digest that is signed is the chained one behind the entry, notice and
    objection name an obligation that was told, in time by its seconds, and each is answered so.
    """
    (scene,) = [scene for scene in SCENES if scene["name"] == "obligation"]
    entries, digests, answers = list[Message](), [bytes(32)], list[tuple[Message, int, str]]()
    for step in (step for step in scene["steps"] if "frame" in step):
        frame = golden.frame_of(bytes.fromhex(step["frame"]))
        if step["kind"] == "FEED":
            page = decode(Kind.FEED, frame.body)
            assert page.bytes("digest_before") == digests[-1]
            entries += page.messages("entries")
            for entry in page.messages("entries"):
                digests.append(hashlib.sha256(digests[-1] + encode(entry)).digest())
        elif step["kind"] == "CONTROL":
            said = decode(Kind.CONTROL, frame.body)
            assert encode(said) == frame.body
            answers.append((said, frame.header.sent_at_ns // 10**9, ""))
        elif step["kind"] == "OUTCOMES":
            said, at_s, _ = answers[-1]
            answers[-1] = (said, at_s, step["codes"][0])

    accepted = set[Message]()
    for said, at_s, code in answers:
        assert code == expected(said, at_s, entries, digests, accepted), said
        if code == "ACCEPTED":
            accepted.add(said)
    assert [each.name for each in accepted].count("Object") == 2
    assert len(answers) == 11


def test_the_orders_of_a_conversation_follow_each_other_as_they_are_wanted() -> None:
    (scene,) = [scene for scene in SCENES if scene["name"] == "told_of_orders"]
    date, wanted, told = 20_260_921, (0, 0), list[Entry]()
    for step in (step for step in scene["steps"] if "frame" in step):
        frame = golden.frame_of(bytes.fromhex(step["frame"]))
        if step["kind"] == "ORDERS_ACK":
            said = decode(Kind.ORDERS_ACK, frame.body)
            wanted = said.int("trade_date"), said.int("next_number")
            if wanted[0] == date and step["what"] == "the second is wanted again":
                del told[wanted[1] - 1 :]  # on a new link nothing was sent
        elif step["kind"] == "ORDERS":
            page = unpack_page(frame.body)
            assert (page.trade_date, page.first, page.digest_before) == (date, len(told) + 1, bytes(32))
            assert page.entries or page.next_date == 20_260_922
            told += page.entries
    order, cancel = told
    assert cancel.own == (date, order.said.seat, order.said.number)
    assert wanted == (20_260_922, 0)


def expected(said: Message, at_s: int, entries: list[Message], digests: list[bytes], accepted: set[Message]) -> str:
    """What section 19.3 says that a word of this broker's is answered. Contract 195 is its own."""
    if said.name == "Receipt":
        place = said.int("position")
        is_so = entries[place - 1].int("trade_date") == said.int("trade_date") and digests[place] == said.bytes(
            "digest"
        )
        return ("STEP_NOT_DUE" if said in accepted else "ACCEPTED") if is_so else "FEED_ENTRY_UNKNOWN"
    if said.name == "Object" and said.int("contract_no") not in (0, 195):
        return "CONTRACT_UNKNOWN"
    dates = {each.int("trade_date"): each for each in entries if each.int("kind") == OBLIGATION}
    told = dates.get(said.int("trade_date"))
    if told is None or said.int("case"):
        return "OBLIGATION_UNKNOWN"
    owed = decode_content(OBLIGATION, told.bytes("content"))
    assert owed is not None
    if said in accepted:
        return "STEP_NOT_DUE"
    if said.name == "Notice":
        return "ACCEPTED" if at_s < owed.int("first_due_s") else "DUE_TIME_PAST"
    return "ACCEPTED" if at_s <= owed.int("objection_until_s") else "DUE_TIME_PAST"


def number_of(name: str) -> int:
    """A code by its name in the file; CODE_n is one that is in no list yet."""
    return int(name.removeprefix("CODE_")) if name.startswith("CODE_") else int(Code[name])


@pytest.mark.parametrize("scene", SCENES, ids=[scene["name"] for scene in SCENES])
def test_this_client_lives_through_the_conversation(scene: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FileClock()
    monkeypatch.setattr(link_module, "time", clock)
    stage = Stage(scene, clock)
    steps = scene["steps"]
    try:
        for place, step in enumerate(steps):
            if step.get("event") == "connect":
                first = next(later for later in steps[place:] if later.get("from") == "partner")
                stage.connect(step["link"], golden.frame_of(bytes.fromhex(first["frame"])))
            elif step.get("from") == "partner" and step["link"] not in stage.ended:
                stage.say(step)
            elif step.get("from") == "bank":
                stage.hear(step)
    finally:
        for number, link in stage.links.items():
            link.close()
            stage.far_ends[number].close()
