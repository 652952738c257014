"""A broker's feed as section 19 says: asked for by position, chained, acknowledged, begun again behind what was had.

Belongs here: this client against the running bank. Never here: an import of the product.
"""

from tests.outsider.broker import Broker
from tests.outsider.client import Client
from tests.outsider.link import SECOND_NS, Account
from tests.outsider.wire.codes import Code
from tests.outsider.wire.messages import NO_WINDOWS, Message, decode_content

CONTRACT_CHANGED, DATE_OPENED, SIGNED_OFF = 3, 1, 2
ACTIVE, SUSPENDED = 2, 3
SUSPEND, RESUME = 2, 3


def said(entry: Message) -> Message:
    message = decode_content(entry.int("kind"), entry.bytes("content"))
    assert message is not None
    return message


def end_of(client: Client) -> int:
    """The position that the next entry of the feed will have."""
    return client.ask(Message("FeedQuery", (2**61,))).int("next_position")


def test_a_feed_is_read_acknowledged_and_begun_again(broker: Broker, day_desk: Account) -> None:
    (contract,) = broker.contracts(1)
    with Client(broker.accounts[0]) as client, Client(day_desk) as bank:
        client.log_on()
        first = end_of(client)
        assert client.control(Message("ChangeContract", (contract, SUSPEND))) == Code.ACCEPTED
        ((suspended, behind),) = client.read_feed(first, 1)
        assert (suspended.int("kind"), suspended.int("contract_no")) == (CONTRACT_CHANGED, contract)
        assert said(suspended).values == (1, ACTIVE, SUSPENDED, False)

        client.reconnect()  # what was acknowledged is known to this client alone
        client.session.next_number = client.establish()
        assert client.control(Message("ChangeContract", (contract, RESUME))) == Code.ACCEPTED
        both = client.read_feed(first, 2)
        assert both[0] == (suspended, behind)
        assert said(both[1][0]).values == (1, SUSPENDED, ACTIVE, False)

        bank.log_on()
        date = bank.session.trade_date
        assert bank.control(Message("SignOff", (date,))) in (Code.ACCEPTED, Code.STEP_NOT_DUE)
        assert bank.control(Message("OpenTradeDate", (date + 1, NO_WINDOWS))) == Code.ACCEPTED
        page = client.ask(Message("FeedQuery", (first + 2,)))
        *_, opened = page.messages("entries")
        assert (opened.int("kind"), opened.int("trade_date")) == (DATE_OPENED, date + 1)
        assert said(opened).values == (date,)

        client.reconnect()
        client.session.next_number = client.establish(SECOND_NS)
        receipt = Message("Receipt", (date, first, behind))
        assert client.control(receipt) == Code.FEED_ENTRY_UNKNOWN
        assert client.control(Message("Notice", (date, 0))) == Code.OBLIGATION_UNKNOWN
        assert client.control(Message("Object", (date, 0, 1, contract, "fees"))) == Code.OBLIGATION_UNKNOWN
