"""What is open of a contract, as section 8.7 says: listed where its end was refused.

Belongs here: this client against the running bank. Never here: an import of the product.
"""

from tests.outsider.broker import Broker
from tests.outsider.client import Client
from tests.outsider.wire.codes import Code
from tests.outsider.wire.messages import Message
from tests.outsider.wire.records import freeze

TERMINATE = 4


def test_what_keeps_a_contract_is_listed_by_the_names_of_its_freezes(broker: Broker) -> None:
    (contract,) = broker.contracts(1)
    with Client(broker.accounts[0]) as client:
        client.log_on()
        number = client.session.next_number
        assert client.decide([freeze(contract, 700)]).outcomes[0].code == Code.ACCEPTED
        assert client.control(Message("ChangeContract", (contract, TERMINATE))) == Code.ITEMS_OPEN

        told = client.ask(Message("OpenItemsQuery", (contract, 0)))

        names = [[each.int(name) for name in ("trade_date", "seat", "number")] for each in told.messages("freezes")]
        assert [client.session.trade_date, broker.accounts[0].seat, number] in names
        assert (told.int("code"), told.int("number"), told.messages("restraints")) == (Code.ACCEPTED, contract, [])
        assert told.int("frozen_fen") == sum(each.int("remaining_fen") for each in told.messages("freezes"))
        foreign = client.ask(Message("OpenItemsQuery", (contract + 1, 0)))
        assert (foreign.int("code"), foreign.int("frozen_fen")) == (Code.CONTRACT_UNKNOWN, 0)
