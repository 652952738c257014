"""Dates that are none, are long past or yet to come, in headers, targets and queries: what the page says of them.

Belongs here: a running bank, asked with nonsense. Never here: rolls of the date.
"""

import pytest

from tests.outsider.broker import Broker
from tests.outsider.client import Client, NotApplied
from tests.outsider.link import LinkEnded
from tests.outsider.wire.codes import Code, Kind
from tests.outsider.wire.messagepack import pack
from tests.outsider.wire.messages import Message
from tests.outsider.wire.records import Record, Target, fill_buy, freeze, pack_records, release

NO_DATES = [0, 1, 19_000_101, 20_260_231, 20_250_101]
LATER = [20_590_918, 99_999_999, 2**31 - 1]


def ask_on(client: Client, record: Record, trade_date: int) -> NotApplied:
    """What a request of this date is told."""
    link, number = client.link, client.session.next_number
    frame = link.frame(Kind.RECORDS, pack_records([record]), first_number=number, record_count=1, trade_date=trade_date)
    link.send(frame.packed())
    told = client.collect([frame])[0]
    assert isinstance(told, NotApplied)
    return told


def test_a_request_of_a_date_that_is_not_open_is_told_the_open_one(broker: Broker) -> None:
    (contract,) = broker.contracts(1)
    with Client(broker.accounts[0]) as client:
        client.log_on()
        today, number = client.session.trade_date, client.session.next_number
        for trade_date in [*NO_DATES, *LATER]:
            told = ask_on(client, freeze(contract, 1), trade_date)
            assert (told.code, told.trade_date, told.next_number) == (Code.WRONG_TRADE_DATE, today, number)
        assert client.decide([freeze(contract, 1)]).codes() == [Code.ACCEPTED]
        client.finish()


def test_a_target_of_such_a_date_names_no_freeze(broker: Broker) -> None:
    (contract,) = broker.contracts(1)
    with Client(broker.accounts[0]) as client:
        client.log_on()
        targets = [Target(date, broker.accounts[0].seat, 1) for date in [*NO_DATES, *LATER, -1, -(2**31)]]
        assert client.decide([release(contract, 1, target) for target in targets]).codes() == [
            Code.FREEZE_UNKNOWN
        ] * len(targets)
        assert client.decide([fill_buy(contract, 1, 0, target) for target in targets]).codes() == [Code.LISTED] * len(
            targets
        )
        client.finish()


def test_a_query_for_a_date_that_never_was_is_answered_and_one_outside_the_bounds_ends_the_link(broker: Broker) -> None:
    with Client(broker.accounts[0]) as client:
        client.log_on()
        for trade_date in (20_260_231, 19_900_101, 20_250_101, 20_590_918):
            assert client.ask(Message("OutcomeQuery", (trade_date, 1))).values == (False, 0, 0, 0, 0, 0)
        body = pack([43, 0, 1])
        client.link.send(client.link.frame(Kind.QUERY, body, first_number=9).packed())
        with pytest.raises(LinkEnded) as ended:
            client.link.receive()
        assert ended.value.code == Code.MALFORMED_FRAME


def test_the_date_of_a_query_and_of_a_heartbeat_is_not_looked_at(broker: Broker) -> None:
    (contract,) = broker.contracts(1)
    with Client(broker.accounts[0]) as client:
        client.log_on()
        today = client.session.trade_date
        for trade_date in (0, 20_260_231, 2**31 - 1):
            client.session.trade_date = trade_date
            client.link.beat(answer_wanted=True)
            assert client.ask(Message("BuyingPowerQuery", ((contract,),))).messages("contracts")
        client.session.trade_date = today
        assert client.decide([freeze(contract, 1)]).codes() == [Code.ACCEPTED]
        client.finish()
