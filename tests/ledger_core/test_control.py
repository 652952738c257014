"""Control messages: roles, the life of a contract, keys, contracts all or none."""

import itertools

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ledger.core.control.judge import apply_control
from protocol.codes import ReplyCode
from protocol.errors import MisuseError
from protocol.limits import KEYS_PER_SEAT_MAX
from protocol.messages.control import (
    ChangeContract,
    ContractTerms,
    ControlMessage,
    EndKey,
    EndSettlement,
    Genesis,
    OpenContracts,
    OpenTradeDate,
    PartyEntry,
    RegisterKey,
    RegisterParty,
    RegisterSeat,
    SetRestraint,
)
from protocol.vocabulary import (
    ContractEvent,
    ContractStatus,
    Role,
    SeatRole,
    contract_no_from_index,
)
from rules.contracts import OWN_STATUSES, TRANSITIONS
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    TUESDAY,
    Desk,
    fill_buy,
    fill_sell,
    release,
)
from tests.ledger_core.test_loss_report import contract_as

PUBLIC_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

CONTROLS: list[ControlMessage] = [
    RegisterParty(4, Role.BROKER, 1, "four", False),
    RegisterKey(BROKER, 1, PUBLIC_KEY, 0, 1, 0),
    EndKey(BROKER, 1),
    RegisterSeat(40, BROKER, SeatRole.BROKER),
    OpenContracts(contract_no_from_index(1), [ContractTerms(5, BROKER, ContractStatus.ACTIVE, 0)]),
    SetRestraint(contract_no_from_index(0), 1),
    ChangeContract(contract_no_from_index(0), ContractEvent.SUSPEND),
    ChangeContract(contract_no_from_index(0), ContractEvent.RESUME),
    ChangeContract(contract_no_from_index(0), ContractEvent.REPORT_LOSS),
    ChangeContract(contract_no_from_index(0), ContractEvent.LIFT_LOSS),
    ChangeContract(contract_no_from_index(0), ContractEvent.TERMINATE),
    OpenTradeDate(TUESDAY),
    EndSettlement(MONDAY),
]
LIFE = [event for event in ContractEvent if event not in (ContractEvent.REPORT_LOSS, ContractEvent.LIFT_LOSS)]
OF_BROKERS = {ContractEvent.SUSPEND, ContractEvent.RESUME, ContractEvent.TERMINATE}


def test_the_banks_seats_together_may_send_every_control_message() -> None:
    desk = Desk()
    desk.open(0)

    assert [desk.control(message) for message in CONTROLS] == [ReplyCode.ACCEPTED] * len(CONTROLS)


def test_a_broker_reads_foreign_contracts_as_unknown() -> None:
    desk = Desk()
    foreign = desk.open(0, OTHER_BROKER)

    assert desk.control(ChangeContract(foreign, ContractEvent.SUSPEND), SEAT) == ReplyCode.CONTRACT_UNKNOWN
    assert desk.control(ChangeContract(foreign, ContractEvent.SUSPEND), OTHER_SEAT) == ReplyCode.ACCEPTED


@pytest.mark.parametrize("is_lost", [False, True])
@pytest.mark.parametrize(("status", "event"), list(itertools.product(OWN_STATUSES, LIFE)))
def test_every_state_and_event_of_a_contract(status: ContractStatus, event: ContractEvent, is_lost: bool) -> None:
    """The loss report changes nothing about the life of the contract, and the contract nothing about the report."""
    desk, contract_no = contract_as(status, is_lost)

    code = desk.control(ChangeContract(contract_no, event))

    after = TRANSITIONS.get((status, event))
    assert code == (ReplyCode.STATUS_FORBIDS if after is None else ReplyCode.ACCEPTED)
    told = ContractStatus.LOSS_REPORTED if is_lost else after or status
    assert desk.book.contract_statuses().tolist() == [told]
    if is_lost:
        desk.done(ChangeContract(contract_no, ContractEvent.LIFT_LOSS))
    assert desk.book.contract_statuses().tolist() == [after or status]


def test_terminated_is_terminal() -> None:
    assert not [event for status, event in TRANSITIONS if status == ContractStatus.TERMINATED]


@pytest.mark.parametrize("what", ["frozen", "bought", "sold"])
def test_a_contract_ends_only_without_open_items(what: str) -> None:
    desk = Desk()
    contract_no = desk.open(1_000)
    order = desk.freeze(contract_no, 10)
    if what == "bought":
        desk.ask(SEAT, fill_buy(order, contract_no, 10))
        desk.roll(TUESDAY)
    if what == "sold":
        desk.ask(SEAT, release(order, contract_no, 10), fill_sell(contract_no, 1))

    assert desk.control(ChangeContract(contract_no, ContractEvent.TERMINATE), SEAT) == ReplyCode.ITEMS_OPEN


def test_contracts_are_opened_all_or_none() -> None:
    desk = Desk()
    terms = [ContractTerms(10, BROKER, 2, 5), ContractTerms(11, BROKER, 1, 6)]
    first = contract_no_from_index(0)

    for code, wrong in (
        (ReplyCode.PARTY_UNKNOWN, ContractTerms(12, 9, 2, 0)),
        (ReplyCode.PARTY_UNKNOWN, ContractTerms(12, 1, 2, 0)),  # the bank is no broker
        (ReplyCode.ACCOUNT_HAS_CONTRACT, ContractTerms(10, BROKER, 2, 0)),  # twice in one message
        (ReplyCode.STATUS_FORBIDS, ContractTerms(12, BROKER, ContractStatus.TERMINATED, 0)),
    ):
        assert desk.control(OpenContracts(first, [*terms, wrong])) == code
        assert desk.book.contracts_count == 0

    desk.done(OpenContracts(first, terms))
    assert desk.book.contract_statuses().tolist() == [2, 1]
    assert desk.book.contract_parties().tolist() == [BROKER, BROKER]
    assert desk.book.account_no[:2].tolist() == [10, 11]


def test_keys_that_do_not_fit() -> None:
    desk = Desk()
    desk.done(RegisterKey(BROKER, 1, PUBLIC_KEY, 0, 2**62, 0))

    for wrong in (
        RegisterKey(BROKER, 1, PUBLIC_KEY, 0, 10, 0),  # the number is taken
        RegisterKey(BROKER, 2, PUBLIC_KEY[:-1] + b"xx", 0, 10, 0),  # 33 bytes
        RegisterKey(BROKER, 2, PUBLIC_KEY, 10, 10, 0),  # valid at no time
    ):
        assert desk.control(wrong) == ReplyCode.KEY_UNFIT
    for key_id in range(2, KEYS_PER_SEAT_MAX + 1):
        desk.done(RegisterKey(BROKER, key_id, PUBLIC_KEY, 0, 2**62, 0))
    assert desk.control(RegisterKey(BROKER, 99, PUBLIC_KEY, 0, 10, 0)) == ReplyCode.KEY_UNFIT
    assert [key.key_id for key in desk.book.parties[BROKER].keys] == list(range(1, KEYS_PER_SEAT_MAX + 1))


def test_there_is_one_bank() -> None:
    desk = Desk()
    second = PartyEntry(9, Role.BANK, 1, "second", False, [], [])

    assert desk.control(RegisterParty(9, Role.BANK, 1, "second", False)) == ReplyCode.REQUEST_MALFORMED
    assert desk.control(Genesis(second, TUESDAY)) == ReplyCode.ROLE_FORBIDS


def test_a_body_that_is_no_message_burns_its_number() -> None:
    desk = Desk()

    assert desk.control(None, SEAT) == ReplyCode.REQUEST_MALFORMED
    assert desk.book.next_number[SEAT] == 2


def test_an_effect_that_was_not_judged_is_our_own_fault() -> None:
    desk = Desk()
    contract_no = desk.open(0)

    with pytest.raises(MisuseError):
        apply_control(desk.book, ChangeContract(contract_no, ContractEvent.RESUME), desk.now_ns)
