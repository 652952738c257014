"""Conversations of this client with a running bank about keys, times and takeovers.

Belongs here: sections 4, 8.1, 8.3, 8.5 and 8.6 of the page, where they speak of time, keys and versions. Never here:
money.
"""

import secrets
import time
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.outsider.broker import EVERY_SEAT, Broker
from tests.outsider.client import Client, NotApplied
from tests.outsider.heard.test_links import to_the_end
from tests.outsider.link import SECOND_NS, Account, LinkEnded
from tests.outsider.wire.codes import Code, Kind, Suite
from tests.outsider.wire.frames import make_frame
from tests.outsider.wire.messages import NO_WINDOWS, Message
from tests.outsider.wire.records import freeze, pack_records
from tests.outsider.wire.signing import SigningKey

pytestmark = pytest.mark.postgres

FOREVER_NS = 2**62
HOUR_NS = 3_600 * SECOND_NS
STEP_MAX = 1_024


def test_a_key_that_the_bank_ends_signs_no_further_frame(brokers: dict[Suite, Broker], desk: Account) -> None:
    broker = brokers[Suite.ED25519]
    (contract,) = broker.contracts(1)
    private = Ed25519PrivateKey.from_private_bytes(secrets.token_bytes(32))
    public = private.public_key().public_bytes_raw()
    key = SigningKey(77, private)
    account = replace(broker.accounts[1], key=key)
    with Client(desk) as bank:
        bank.log_on()
        assert (
            bank.control(Message("RegisterKey", (broker.party, 77, public, 0, FOREVER_NS, EVERY_SEAT))) == Code.ACCEPTED
        )
        with Client(account) as client:
            client.log_on()
            assert client.decide([freeze(contract, 1)]).codes() == [Code.ACCEPTED]
            assert bank.control(Message("EndKey", (broker.party, 77))) == Code.ACCEPTED
            with pytest.raises(LinkEnded) as ended:
                client.decide([freeze(contract, 1)])
            assert ended.value.code == Code.SIGNATURE_INVALID
            client.reconnect()
            with pytest.raises(LinkEnded) as ended:
                client.establish()
            assert ended.value.message is None  # nothing of this link was believed, so nothing can be told that counts
        assert bank.control(Message("EndKey", (broker.party, 77))) == Code.KEY_UNFIT
        assert (
            bank.control(Message("RegisterKey", (broker.party, 77, public, 0, FOREVER_NS, EVERY_SEAT)))
            == Code.KEY_UNFIT
        )
        small_order = bytes(32)
        assert (
            bank.control(Message("RegisterKey", (broker.party, 78, small_order, 0, FOREVER_NS, EVERY_SEAT)))
            == Code.KEY_UNFIT
        )
    with Client(broker.accounts[1]) as client:
        client.log_on()
        client.finish()


@pytest.mark.parametrize("off_ns", [-HOUR_NS, HOUR_NS])
def test_a_request_that_was_not_sent_now_consumes_nothing(broker: Broker, off_ns: int) -> None:
    (contract,) = broker.contracts(1)
    with Client(broker.accounts[0]) as client:
        client.log_on()
        body = pack_records([freeze(contract, 3)])
        frame = client.link.frame(Kind.RECORDS, body, first_number=client.session.next_number, record_count=1)
        header = frame.header._replace(sent_at_ns=time.time_ns() + off_ns)
        stale = make_frame(header, body, client.link.account.key)
        client.link.send(stale.packed())
        number, date = frame.header.first_number, frame.header.trade_date
        assert client.collect([stale]) == [NotApplied(Code.REQUEST_STALE, number, number, SECOND_NS, date)]
        assert client.repeat(frame).outcomes.codes() == [Code.ACCEPTED]


def test_an_idle_link_hears_of_the_roll(broker: Broker, day_desk: Account) -> None:
    (contract,) = broker.contracts(1)
    with Client(broker.accounts[0]) as client, Client(day_desk) as bank:
        client.log_on(60 * SECOND_NS)
        bank.log_on()
        date = client.session.trade_date
        assert bank.control(Message("OpenTradeDate", (date + 1, NO_WINDOWS))) == Code.ACCEPTED
        told = client.link.receive()
        assert (told.header.kind, told.header.trade_date) == (Kind.HEARTBEAT, date + 1)
        assert (client.session.trade_date, client.session.next_number) == (date + 1, 1)
        outcomes = client.answer_to(client.submit([freeze(contract, 1)])).frame.header
        assert (outcomes.trade_date, outcomes.first_number) == (date + 1, 1)


def test_whoever_is_superseded_is_told_the_version_in_force(broker: Broker) -> None:
    with Client(broker.accounts[0]) as first, Client(broker.accounts[0]) as second:
        first.log_on()
        second.log_on()
        _, terminate = to_the_end(first)
        assert terminate.values[:2] == (Code.SESSION_SUPERSEDED, second.session.version)


def test_a_session_that_was_negotiated_and_left_supersedes_all_the_same(broker: Broker) -> None:
    with Client(broker.accounts[0]) as first:
        first.log_on()
        version = first.session.version + 1
        with Client(broker.accounts[0]) as second:
            second.negotiate(version)
        _, terminate = to_the_end(first)
        assert terminate.values[:2] == (Code.SESSION_SUPERSEDED, version)


def test_no_version_uses_a_seat_up(broker: Broker) -> None:
    with Client(broker.accounts[0]) as client:
        client.log_on()
        in_force = client.session.version
        for wanted in (in_force + STEP_MAX + 1, 2**31 - 1):
            client.reconnect()
            with pytest.raises(LinkEnded) as ended:
                client.negotiate(wanted)
            assert ended.value.message is not None
            assert ended.value.message.values[:2] == (Code.SESSION_VERSION_NOT_GROWING, in_force)
        client.reconnect()
        client.negotiate(in_force + 1)


def test_a_clock_that_was_ahead_and_is_put_right_is_let_in_at_once(
    broker: Broker, serving_since_ns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = time.time_ns
    behind_ns = min(4 * SECOND_NS, (real() - serving_since_ns) // 2)  # what was sent before it served it lets in never
    with Client(broker.accounts[0]) as client:
        client.log_on()
        for ahead_ns in (4 * SECOND_NS, 0, -behind_ns):
            monkeypatch.setattr("tests.outsider.link.time.time_ns", lambda ahead_ns=ahead_ns: real() + ahead_ns)
            client.reconnect()
            assert client.establish() == client.session.next_number
