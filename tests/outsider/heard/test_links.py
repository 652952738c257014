"""Conversations of this client with a running bank about links: logon, resuming, heartbeats, strangers, the end.

Belongs here: sections 4 and 8.1, 8.4, 8.5 of the page. Never here: what a record does.
"""

import pytest

from tests.outsider.broker import Broker
from tests.outsider.client import Client
from tests.outsider.link import SECOND_NS, LinkEnded
from tests.outsider.wire.codes import Code, Kind
from tests.outsider.wire.messages import Message, decode, encode
from tests.outsider.wire.records import freeze

pytestmark = pytest.mark.postgres

HEARTBEAT_NS = SECOND_NS // 5
FRAMES_MAX = 20
CREDIT_RECORDS_MIN, CREDIT_RECORDS_MAX = 16_384, 262_144


def to_the_end(client: Client) -> tuple[list[Message], Message]:
    """Listens without a word until the bank ends the link. Returns: what came before, and the TERMINATE."""
    heard: list[Message] = []
    while len(heard) < FRAMES_MAX:
        try:
            frame = client.link.receive(alive=False)
        except LinkEnded as ended:
            if ended.message is None:
                raise
            return heard, ended.message
        heard.append(decode(frame.header.kind, frame.body))
    raise AssertionError("the bank does not end the link")


def ended_with(client: Client) -> Code:
    """The reason that the bank gives when it ends the link next."""
    return Code(to_the_end(client)[1].int("code"))


def test_a_logon_is_granted_number_interval_and_credit(broker: Broker) -> None:
    with Client(broker.accounts[0]) as client:
        client.log_on(HEARTBEAT_NS)
        assert client.link.heartbeat_ns == HEARTBEAT_NS
        assert CREDIT_RECORDS_MIN <= client.credit_records <= CREDIT_RECORDS_MAX
        assert client.session.next_number >= 1
        client.finish()


def test_a_lost_link_is_resumed_by_establish_alone_and_the_outcome_comes(broker: Broker) -> None:
    contracts = broker.contracts(2)
    with Client(broker.accounts[0]) as client:
        client.log_on()
        number = client.session.next_number
        client.submit([freeze(contract, 5) for contract in contracts])
        expected, answers = client.resume()
        assert expected in (number, number + 2)
        assert [answer.outcomes.codes() for answer in answers] == [[Code.ACCEPTED] * 2]
        assert client.resume() == (number + 2, [])
        client.finish()
        assert client.resume() == (number + 2, [])


def test_a_session_version_must_grow_and_the_one_in_force_is_told(broker: Broker) -> None:
    with Client(broker.accounts[0]) as client, Client(broker.accounts[0]) as second:
        client.log_on()
        in_force = client.session.version
        with pytest.raises(LinkEnded) as ended:
            second.negotiate(in_force)
        assert ended.value.message is not None
        assert ended.value.code == Code.SESSION_VERSION_NOT_GROWING
        assert ended.value.message.int("session_version") == in_force


def test_a_newer_session_and_a_newer_link_end_the_older_one(broker: Broker) -> None:
    with Client(broker.accounts[0]) as first, Client(broker.accounts[0]) as second:
        first.log_on()
        second.log_on()
        assert ended_with(first) == Code.SESSION_SUPERSEDED
        first.reconnect()
        with pytest.raises(LinkEnded) as ended:
            first.establish()
        assert ended.value.code == Code.SESSION_SUPERSEDED
        first.reconnect()
        first.session.version = second.session.version
        first.establish()
        assert ended_with(second) == Code.SESSION_SUPERSEDED


def test_a_version_that_was_never_negotiated_is_unknown(broker: Broker) -> None:
    with Client(broker.accounts[0]) as client:
        client.log_on()
        client.session.version += 1
        client.reconnect()
        with pytest.raises(LinkEnded) as ended:
            client.establish()
        assert ended.value.code == Code.SESSION_UNKNOWN


def test_a_recorded_establish_cannot_be_played_again(broker: Broker) -> None:
    with Client(broker.accounts[0]) as client:
        client.log_on()
        client.reconnect()
        message = Message("Establish", (bytes(16), 1, SECOND_NS, 0))
        recorded = client.link.frame(Kind.ESTABLISH, encode(message)).packed()
        client.link.send(recorded)
        assert client.link.receive().header.kind == Kind.ESTABLISHED
        client.reconnect()
        client.link.send(recorded)
        assert ended_with(client) == Code.STALE_TIMESTAMP


def test_requests_before_the_logon_are_refused(broker: Broker) -> None:
    with Client(broker.accounts[0]) as client:
        client.link.beat(answer_wanted=True)
        assert ended_with(client) == Code.SESSION_UNKNOWN


def test_a_heartbeat_is_answered_at_once_when_that_is_wanted(broker: Broker) -> None:
    with Client(broker.accounts[0]) as client:
        client.log_on()
        client.link.beat(answer_wanted=True)
        answer = client.link.receive()
        assert answer.header.kind == Kind.HEARTBEAT
        assert decode(Kind.HEARTBEAT, answer.body).values == (client.session.next_number, False, 0)


def test_a_link_without_business_lives_by_heartbeats(broker: Broker) -> None:
    (contract,) = broker.contracts(1)
    with Client(broker.accounts[0]) as client:
        client.log_on(HEARTBEAT_NS)
        assert [client.link.receive().header.kind for _ in range(3)] == [Kind.HEARTBEAT] * 3
        assert client.decide([freeze(contract, 1)]).codes() == [Code.ACCEPTED]


def test_a_silent_partner_is_asked_and_then_given_up(broker: Broker) -> None:
    with Client(broker.accounts[0]) as client:
        client.log_on(HEARTBEAT_NS)
        heard, terminate = to_the_end(client)
        assert True in [message.field("answer_wanted") for message in heard]
        assert terminate.int("code") == Code.PEER_SILENT
        assert client.resume()[0] == client.session.next_number


def test_a_wrong_signature_ends_an_established_link(broker: Broker) -> None:
    with Client(broker.accounts[0]) as client:
        client.log_on()
        frame = client.link.frame(Kind.HEARTBEAT, encode(Message("Heartbeat", (1, True, 0))))
        client.link.send(frame._replace(signature=bytes(64)).packed())
        _, terminate = to_the_end(client)
        assert terminate.values[:2] == (Code.SIGNATURE_INVALID, client.session.version)


def test_totals_are_for_the_bank_only(broker: Broker) -> None:
    with Client(broker.accounts[0]) as client:
        client.log_on()
        with pytest.raises(LinkEnded) as ended:
            client.ask(Message("TotalsQuery", (1,)))
        assert ended.value.code == Code.ROLE_FORBIDS
