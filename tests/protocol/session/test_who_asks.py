"""Which seat may ask what: a broker, a channel, each desk of the bank. What it may not ask ends its link.

Belongs here: rights of queries at the bank's session. Never here: answers.
"""

from typing import get_args

import pytest
from msgspec.structs import replace

from protocol.codes import ReplyCode
from protocol.keys.registry import PartyRegistry
from protocol.limits import CREDIT_RECORDS_MIN, SEALED_ATTEMPT_BYTES
from protocol.messages.codec import encode
from protocol.messages.control import RegisterChannelSeat
from protocol.messages.customers.interest import InterestQuery
from protocol.messages.customers.open_items import OpenItemsQuery
from protocol.messages.customers.pushes import OpenPushQuery, PushQuery
from protocol.messages.day.corrections import ClosingsQuery, CorrectionQuery, RevertsQuery
from protocol.messages.day.dates import DatesQuery
from protocol.messages.day.marked import OutletsQuery, PairsQuery, RangesQuery
from protocol.messages.day.paying import ClearingAccountsQuery
from protocol.messages.day.settling import CreditsQuery, SettlementsQuery
from protocol.messages.feeds import FeedQuery
from protocol.messages.orders.signing_on import BoxKeysQuery, PasswordQuery
from protocol.messages.queries import (
    AccountQuery,
    BuyingPowerQuery,
    DifferenceQuery,
    OutcomeQuery,
    ProceedsQuery,
    QueryMessage,
    SetQuery,
    TotalsQuery,
)
from protocol.session.bank import BankSession
from protocol.session.bank_events import QueryReceived
from protocol.session.partner_events import Terminated
from protocol.vocabulary import BANK_PARTY, Role, SeatRole
from tests.bank_seats import SEAT_ROLES
from tests.protocol import keys
from tests.protocol.conversation import T0_NS, TRADE_DATE, Pair, partner_session, policy

ONE_EACH: list[QueryMessage] = [
    BuyingPowerQuery([98]),
    OutcomeQuery(TRADE_DATE, 1),
    TotalsQuery(1),
    AccountQuery([1]),
    SetQuery(TRADE_DATE, 0),
    DifferenceQuery(TRADE_DATE, 0, 0),
    ProceedsQuery(TRADE_DATE, 0, 0),
    RangesQuery(3, 0),
    PairsQuery(3, 0),
    OutletsQuery(),
    DatesQuery(),
    ClearingAccountsQuery(),
    FeedQuery(1),
    CorrectionQuery(TRADE_DATE, 0, 0, 0, 0),
    PushQuery([1]),
    OpenPushQuery(),
    OpenItemsQuery(98, 0),
    RevertsQuery(TRADE_DATE, 0, 0),
    ClosingsQuery(TRADE_DATE, 0, 0),
    SettlementsQuery(TRADE_DATE, 0, 0),
    CreditsQuery(0, 0),
    InterestQuery(0),
    BoxKeysQuery(),
    PasswordQuery(98, 1, bytes(SEALED_ATTEMPT_BYTES)),
]
OF_A_CHANNEL = (BuyingPowerQuery, BoxKeysQuery, PasswordQuery)
OF_PASSWORDS = (BoxKeysQuery, PasswordQuery)
BY_NAME = pytest.mark.parametrize("query", ONE_EACH, ids=lambda query: type(query).__name__)


def registry_with_a_channel() -> PartyRegistry:
    """The first broker's seat is a channel's."""
    of_a_channel = replace(keys.broker_entry(keys.BROKER, []), role=Role.CHANNEL)
    known = PartyRegistry([keys.bank_entry(), of_a_channel, keys.broker_entry(keys.OTHER_BROKER, [keys.OTHER_SEAT])])
    known.apply(RegisterChannelSeat(keys.BROKER_SEAT, keys.BROKER, 1, keys.OTHER_BROKER), 0)
    return known


def heard(query: QueryMessage, party: int, seat: int) -> ReplyCode:
    """ACCEPTED for what the bank's session gives to its owner."""
    bank = BankSession(registry_with_a_channel(), keys.bank_signers(), policy(CREDIT_RECORDS_MIN), T0_NS)
    pair = Pair(bank, partner_session(party, seat)).log_on()
    pair.partner.send_query(1, encode(query), pair.now_ns)
    pair.bank.receive_data(pair.partner.data_to_send(), pair.now_ns)
    try:
        event = pair.bank.next_event(pair.now_ns)
    except Exception as violation:
        return getattr(violation, "code", ReplyCode.MALFORMED_FRAME)
    assert isinstance(event, QueryReceived)
    return ReplyCode.ACCEPTED


def test_there_is_one_of_each_kind() -> None:
    assert {type(query) for query in ONE_EACH} == set(get_args(QueryMessage))


@BY_NAME
def test_a_channel_asks_of_passwords_and_of_a_contract_and_nothing_else(query: QueryMessage) -> None:
    wanted = ReplyCode.ACCEPTED if isinstance(query, OF_A_CHANNEL) else ReplyCode.ROLE_FORBIDS
    assert heard(query, keys.BROKER, keys.BROKER_SEAT) == wanted


def test_a_channel_asks_of_one_contract_at_a_time() -> None:
    assert heard(BuyingPowerQuery([98, 195]), keys.BROKER, keys.BROKER_SEAT) == ReplyCode.ROLE_FORBIDS


@pytest.mark.parametrize("query", [query for query in ONE_EACH if isinstance(query, OF_PASSWORDS)])
def test_of_passwords_no_broker_asks_and_of_the_bank_the_counter_alone(query: QueryMessage) -> None:
    assert heard(query, keys.OTHER_BROKER, keys.OTHER_SEAT) == ReplyCode.ROLE_FORBIDS
    permitted = {role for seat, role in SEAT_ROLES.items() if heard(query, BANK_PARTY, seat) == ReplyCode.ACCEPTED}
    assert permitted == {SeatRole.TELLER_DESK}


def test_who_may_not_is_told_why() -> None:
    bank = BankSession(registry_with_a_channel(), keys.bank_signers(), policy(CREDIT_RECORDS_MIN), T0_NS)
    pair = Pair(bank, partner_session(keys.BROKER, keys.BROKER_SEAT)).log_on()
    pair.partner.send_query(1, encode(OutcomeQuery(TRADE_DATE, 1)), pair.now_ns)
    pair.exchange()

    wanted = "a channel asks of one contract that is signed on with it"
    assert pair.told() == Terminated(ReplyCode.ROLE_FORBIDS, 1, wanted)


def test_the_registry_knows_the_channel_of_a_seat() -> None:
    known = registry_with_a_channel()
    assert known.channel_of(keys.BROKER_SEAT) == (1, keys.OTHER_BROKER)
    assert known.channel_of(keys.OTHER_SEAT) is None
