"""Conversations of this client with a running bank about money: orders, blocks, fills, queries, numbers, repeats.

Belongs here: sections 6, 7 and 8.2 to 8.7 of the page, each with its exact answer. Never here: links and logons.
"""

import pytest

from tests.outsider.broker import BALANCE_FEN, Broker, open_accounts, sign_contracts
from tests.outsider.client import Client, NotApplied, RequestNotApplied
from tests.outsider.link import Account, LinkEnded
from tests.outsider.wire.codes import Code, Kind, Order, Suite
from tests.outsider.wire.frames import FrameRefused
from tests.outsider.wire.messages import NO_WINDOWS, Message
from tests.outsider.wire.records import (
    Outcome,
    Record,
    Target,
    account_no,
    contract_no,
    fill_buy,
    freeze,
    release,
    trade_day,
)

pytestmark = pytest.mark.postgres

OPEN, CLOSED = 1, 2
LONG_AGO = 19_900_101
ACTIVE, SUSPEND, RESUME = 2, 2, 3


def log_on(account: Account) -> Client:
    """A client in a new session of its seat."""
    client = Client(account)
    client.log_on()
    return client


def money(client: Client, contract: int) -> tuple[int, int]:
    """Buying power and withdrawable, in fen."""
    answer = client.ask(Message("BuyingPowerQuery", ((contract,),)))
    row = answer.messages("contracts")[0]
    assert (row.int("contract_no"), row.int("code"), row.int("status")) == (contract, Code.ACCEPTED, ACTIVE)
    return row.int("buying_power_fen"), row.int("withdrawable_fen")


def accepted(state: int, remaining_fen: int) -> Outcome:
    """The outcome of a record that moved money."""
    return Outcome(Code.ACCEPTED, state, 0, remaining_fen)


def not_applied(client: Client, code: Code, refused_number: int, next_number: int) -> NotApplied:
    """What the bank says of a frame that it passes over at once."""
    return NotApplied(code, refused_number, next_number, 0, client.session.trade_date)


def test_one_order_from_freeze_to_closed(broker: Broker) -> None:
    (contract,) = broker.contracts(1)
    with log_on(broker.accounts[0]) as client:
        buying_power_fen, withdrawable_fen = money(client, contract)
        order = Target(client.session.trade_date, broker.accounts[0].seat, client.session.next_number)
        frozen = client.decide([freeze(contract, 1_001_820, "600000", 100_000, 1_000)])
        assert frozen.outcomes == (accepted(OPEN, 1_001_820),)
        assert money(client, contract)[0] == buying_power_fen - 1_001_820
        filled = client.decide([fill_buy(contract, 398_724, 2_004, order)])
        assert filled.outcomes == (accepted(OPEN, 601_092),)
        ended = client.decide([release(contract, 601_092, order), release(contract, 1, order)])
        assert ended.outcomes == (accepted(CLOSED, 0), Outcome(Code.FREEZE_CLOSED))
        assert money(client, contract) == (buying_power_fen - 398_724, withdrawable_fen - 398_724)
        told = client.ask(Message("OutcomeQuery", (order.date, order.number)))
        assert told.values == (True, Code.ACCEPTED, OPEN, 1_001_820, frozen.sequence, frozen.decided_at_ns)
        client.finish()


def refused_records(contracts: list[int], first: Target) -> list[tuple[Record, Code]]:
    """Records with the reasons for which they are refused. `first` is a freeze of 10,000 fen on the first contract."""
    contract = contracts[1]
    return [
        (freeze(contract + 1, 5), Code.CONTRACT_UNKNOWN),
        (freeze(contract, 0), Code.AMOUNT_OUT_OF_RANGE),
        (freeze(contract, 2**40 + 1), Code.AMOUNT_OUT_OF_RANGE),
        (freeze(contract, 2**40), Code.INSUFFICIENT_FUNDS),
        (freeze(contract, 5)._replace(trade_day=1), Code.REQUEST_MALFORMED),
        (freeze(contract, 5)._replace(target=first), Code.REQUEST_MALFORMED),
        (Record(99, contract, 5), Code.REQUEST_MALFORMED),
        (Record(Order.CLEAR_ORDER, contract, 5), Code.REQUEST_MALFORMED),
        (Record(Order.DEPOSIT, contract, 5), Code.ROLE_FORBIDS),
        (release(contract, 5, first), Code.FREEZE_UNKNOWN),
        (fill_buy(contract, 5, 0, first), Code.LISTED),
        (release(contracts[0], 10_001, first), Code.AMOUNT_OVER_REMAINING),
        (fill_buy(contracts[0], 10_000, 1, first), Code.LISTED),
    ]


def test_a_block_is_decided_record_by_record_in_order(broker: Broker) -> None:
    contracts = broker.contracts(300)
    with log_on(broker.accounts[0]) as client:
        first = Target(client.session.trade_date, broker.accounts[0].seat, client.session.next_number)
        refused = refused_records(contracts, first)
        records = [freeze(contract, 10_000 + at) for at, contract in enumerate(contracts)]
        expected = [accepted(OPEN, record.amount_fen) for record in records]
        for at, (record, code) in enumerate(refused):
            records.insert(20 * (at + 1), record)
            expected.insert(20 * (at + 1), Outcome(code))
        assert list(client.decide(records).outcomes) == expected


def test_a_freeze_is_used_up_inside_its_own_frame_and_from_another_seat(broker: Broker) -> None:
    (contract,) = broker.contracts(1)
    with log_on(broker.accounts[0]) as client, log_on(broker.accounts[1]) as other:
        first = Target(client.session.trade_date, broker.accounts[0].seat, client.session.next_number)
        second = first._replace(number=first.number + 2)
        told = client.decide([freeze(contract, 100), fill_buy(contract, 60, 40, first), freeze(contract, 100)])
        assert told.outcomes == (accepted(OPEN, 100), accepted(CLOSED, 0), accepted(OPEN, 100))
        assert other.decide([release(contract, 30, second)]).outcomes == (accepted(OPEN, 70),)


def test_frozen_money_is_told_from_missing_money(broker: Broker) -> None:
    (contract,) = broker.contracts(1)
    with log_on(broker.accounts[0]) as client:
        all_fen = money(client, contract)[0]
        today = trade_day(client.session.trade_date)
        sold = Record(Order.FILL_SELL, contract, 500, turnover_fen=505, trade_day=today)
        told = client.decide([freeze(contract, all_fen), freeze(contract, 1), freeze(contract, all_fen + 1), sold])
        of_sale = Code.ACCEPTED if broker.proceeds_at_fill else Code.AWAITS_CLEARING
        assert told.codes() == [Code.ACCEPTED, Code.FUNDS_FROZEN, Code.INSUFFICIENT_FUNDS, of_sale]
        assert money(client, contract) == (500 if broker.proceeds_at_fill else 0, 0)


def test_an_order_decided_too_late_is_expired_and_its_release_is_not(broker: Broker) -> None:
    (contract,) = broker.contracts(1)
    with log_on(broker.accounts[0]) as client:
        order = Target(client.session.trade_date, broker.accounts[0].seat, client.session.next_number)
        client.decide([freeze(contract, 10)])
        told = client.decide([freeze(contract, 10), release(contract, 10, order)], valid_until_ns=1)
        assert told.outcomes == (Outcome(Code.EXPIRED), accepted(CLOSED, 0))


def test_a_contract_is_suspended_and_resumed_and_nothing_forbidden_happens(broker: Broker) -> None:
    (contract,) = broker.contracts(1)
    with log_on(broker.accounts[0]) as client:
        assert client.control(Message("ChangeContract", (contract, SUSPEND))) == Code.ACCEPTED
        assert client.decide([freeze(contract, 1)]).codes() == [Code.CONTRACT_SUSPENDED]
        assert client.control(Message("ChangeContract", (contract, SUSPEND))) == Code.STATUS_FORBIDS
        assert client.control(Message("ChangeContract", (contract, RESUME))) == Code.ACCEPTED
        assert client.control(Message("LiftRestraint", (1, 1))) == Code.ROLE_FORBIDS
        assert client.decide([freeze(contract, 1)]).codes() == [Code.ACCEPTED]


def test_a_foreign_contract_reads_as_unknown(brokers: dict[Suite, Broker]) -> None:
    one, other = brokers.values()
    (foreign,) = other.contracts(1)
    with log_on(one.accounts[0]) as client:
        answer = client.ask(Message("BuyingPowerQuery", ((foreign,),)))
        assert answer.messages("contracts")[0].values == (foreign, Code.CONTRACT_UNKNOWN, 0, 0, 0)
        assert client.decide([freeze(foreign, 1)]).codes() == [Code.CONTRACT_UNKNOWN]


def test_a_repeated_frame_brings_the_same_bytes_on_this_link_and_in_a_later_session(broker: Broker) -> None:
    contracts = broker.contracts(3)
    with log_on(broker.accounts[0]) as client:
        request = client.submit([freeze(contract, 100) for contract in contracts])
        first = client.answer_to(request)
        assert first.frame.header.session_version == client.session.version
        assert client.repeat(request).frame.packed() == first.frame.packed()
        client.reconnect()
        client.log_on()
        assert client.repeat(request).frame.packed() == first.frame.packed()
        assert client.session.next_number == request.header.first_number + 3


def test_a_gap_is_told_for_every_frame_behind_it_and_the_client_goes_back(broker: Broker) -> None:
    contracts = broker.contracts(3)
    with log_on(broker.accounts[0]) as client:
        start = client.session.next_number
        client.session.next_number = start + 2
        early = [client.submit([freeze(contract, 7)]) for contract in contracts[1:]]
        assert client.collect(early) == [
            not_applied(client, Code.SEQUENCE_GAP, start + 2, start),
            not_applied(client, Code.SEQUENCE_GAP, start + 3, start),
        ]
        client.session.next_number = start
        assert client.decide([freeze(contracts[0], 7), freeze(contracts[0], 8)]).codes() == [Code.ACCEPTED] * 2
        assert [answer.outcomes.codes() for answer in client.repeat_unanswered()] == [[Code.ACCEPTED]] * 2


def test_a_used_number_with_other_content_moves_nothing(broker: Broker) -> None:
    (contract,) = broker.contracts(1)
    with log_on(broker.accounts[0]) as client:
        number = client.session.next_number
        kept = client.decide([freeze(contract, 700)])
        before = money(client, contract)
        client.session.next_number = number
        with pytest.raises(RequestNotApplied) as refused:
            client.decide([freeze(contract, 701)])
        assert refused.value.told == not_applied(client, Code.DUPLICATE_OTHER_CONTENT, number, number + 1)
        assert money(client, contract) == before
        told = client.ask(Message("OutcomeQuery", (client.session.trade_date, number)))
        assert told.values == (True, Code.ACCEPTED, OPEN, 700, kept.sequence, kept.decided_at_ns)


def test_a_number_that_nobody_used_was_not_seen(broker: Broker) -> None:
    with log_on(broker.accounts[0]) as client:
        told = client.ask(Message("OutcomeQuery", (client.session.trade_date, client.session.next_number)))
        assert told.values == (False, 0, 0, 0, 0, 0)


def test_a_frame_that_straddles_the_next_number_ends_the_link_and_uses_nothing(broker: Broker) -> None:
    (contract,) = broker.contracts(1)
    with log_on(broker.accounts[0]) as client:
        client.decide([freeze(contract, 1)])
        expected = client.session.next_number
        client.session.next_number = expected - 1
        with pytest.raises(LinkEnded) as ended:
            client.decide([freeze(contract, 1), freeze(contract, 2)])
        assert ended.value.code == Code.SEQUENCE_STRADDLES
        client.reconnect()
        assert client.establish() == expected


def test_a_request_of_another_date_is_told_the_open_date_and_number(broker: Broker) -> None:
    (contract,) = broker.contracts(1)
    with log_on(broker.accounts[0]) as client:
        open_date, number = client.session.trade_date, client.session.next_number
        for date in (0, LONG_AGO, open_date + 1):
            client.session.trade_date = date
            with pytest.raises(RequestNotApplied) as refused:
                client.decide([freeze(contract, 1)])
            client.session.next_number = number
            assert refused.value.told == NotApplied(Code.WRONG_TRADE_DATE, number, number, 0, open_date)


def test_the_trade_date_rolls_under_an_open_link(broker: Broker, day_desk: Account) -> None:
    (contract,) = broker.contracts(1)
    with log_on(broker.accounts[0]) as client, log_on(day_desk) as bank:
        old = Target(client.session.trade_date, broker.accounts[0].seat, client.session.next_number)
        asked = client.submit([freeze(contract, 100)])
        carried = client.answer_to(asked)
        assert bank.control(Message("OpenTradeDate", (old.date + 1, NO_WINDOWS))) == Code.ACCEPTED
        late = [client.submit([release(contract, part, old)]) for part in (30, 70)]
        told = client.collect(late)
        assert told == [NotApplied(Code.WRONG_TRADE_DATE, old.number + 1 + at, 1, 0, old.date + 1) for at in range(2)]
        assert isinstance(told[0], NotApplied)
        answers = client.adopt(told[0], late)
        assert [answer.outcomes.outcomes for answer in answers] == [(accepted(OPEN, 70),), (accepted(CLOSED, 0),)]
        headers = [answer.frame.header for answer in answers]
        assert [(header.trade_date, header.first_number) for header in headers] == [
            (old.date + 1, 1),
            (old.date + 1, 2),
        ]
        assert client.repeat(asked) == carried


def test_the_books_of_ledger_and_gateway_agree_at_the_desk(broker: Broker, desk: Account) -> None:
    with log_on(broker.accounts[0]) as client, log_on(desk) as bank:
        client.decide([freeze(contract, 11) for contract in broker.contracts(2)])
        ledger, gateway = (bank.ask(Message("TotalsQuery", (source,))) for source in (1, 2))
        assert ledger.int("complete") == gateway.int("complete") == 1
        assert ledger.messages("parties") == gateway.messages("parties")
        assert broker.party in [row.int("party") for row in ledger.messages("parties")]


def test_the_bank_finds_an_account_by_its_own_number_and_the_contract_on_it(broker: Broker, desk: Account) -> None:
    own_number = 7_000_000_000_000_000 + 10 * broker.party
    with log_on(broker.accounts[0]) as client, log_on(desk) as bank:
        first = open_accounts(bank, own_number, 3)
        contract = contract_no(sign_contracts(bank, broker.party, range(first + 2, first + 3)))
        query = Message("AccountQuery", ((own_number + 2, own_number, own_number - 1),))
        told = [facts.values for facts in bank.ask(query).messages("accounts")]
        assert told == [
            (own_number + 2, Code.ACCEPTED, account_no(first + 2), 0, contract, ACTIVE),
            (own_number, Code.ACCEPTED, account_no(first), 0, 0, 0),
            (own_number - 1, Code.ACCOUNT_UNKNOWN, 0, 0, 0, 0),
        ]
        assert money(client, contract) == (BALANCE_FEN, BALANCE_FEN)
        again = bank.control(
            Message("SignContracts", ((Message("ContractTerms", (account_no(first + 2), 2, (), 2)),),))
        )
        assert again == Code.ACCOUNT_HAS_CONTRACT
        unknown = client.ask(query).messages("accounts")
        assert [facts.int("code") for facts in unknown] == [Code.ACCOUNT_UNKNOWN] * 3


def test_the_client_refuses_an_answer_to_other_content(broker: Broker) -> None:
    (contract,) = broker.contracts(1)
    with log_on(broker.accounts[0]) as client:
        sent = client.submit([freeze(contract, 1)])
        body = freeze(contract, 2).packed()
        meant = client.link.frame(Kind.RECORDS, body, first_number=sent.header.first_number, record_count=1)
        with pytest.raises(FrameRefused, match="other content"):
            client.collect([meant])
