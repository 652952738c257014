"""Control messages: roles, the life of a contract, keys, contracts all or none."""

import itertools

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec.structs import replace

from ledger.core.control.judge import Sender, apply_control
from protocol.acts.table import VoidAct
from protocol.codes import ReplyCode
from protocol.errors import MisuseError
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.limits import KEYS_PER_SEAT_MAX
from protocol.messages.control import (
    ChangeMode,
    ConfirmRoll,
    ControlMessage,
    EndKey,
    EndSettlement,
    Genesis,
    OpenTradeDate,
    PartyEntry,
    RegisterChannelSeat,
    RegisterKey,
    RegisterParty,
    RegisterSeat,
    SetScheme,
)
from protocol.messages.customers.accounts import (
    ChangeAccount,
    ChangeBroker,
    ChangeContract,
    OpenAccounts,
    ReplaceCard,
    SignContracts,
)
from protocol.messages.customers.restraints import ExtendRestraint, LiftRestraint
from protocol.messages.day.steps import SignOff
from protocol.messages.outlets import RegisterOutlets
from protocol.vocabulary import BANK_PARTY, AccountEvent, ContractEvent, ContractStatus, Mode, Role, Scheme, SeatRole
from rules.contracts import OWN_STATUSES, TRANSITIONS
from tests.bank_seats import TELLER_SEAT
from tests.customers import account, contract, holder_of, outlets_above, restraint
from tests.ledger_core.control.customers.test_loss_report import TERMINATED, contract_as, told
from tests.ledger_core.desk import (
    BROKER,
    CHANNEL,
    CHANNEL_SEAT,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SPARE_ACCOUNTS,
    TUESDAY,
    Desk,
    account_of,
    fill_buy,
    fill_sell,
    release,
)
from tests.people import ANN, Office, administrators, signed

PUBLIC_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

BANK_ID = Desk().book.bank_id
ROLL = 33  # the row of the OpenTradeDate below
CONTROLS: list[ControlMessage] = [
    RegisterParty(4, Role.BROKER, 1, "four", False),
    RegisterKey(BROKER, 1, PUBLIC_KEY, 0, 1, 0),
    EndKey(BROKER, 1),
    ChangeMode(BROKER, Mode.TRANSFER),
    SetScheme(BROKER, Scheme.B),
    RegisterSeat(40, BROKER, SeatRole.BROKER),
    RegisterParty(CHANNEL, Role.CHANNEL, 1, "phone", False),
    RegisterChannelSeat(CHANNEL_SEAT, CHANNEL, 1, BROKER),
    RegisterOutlets(outlets_above()),
    OpenAccounts([account(40, 0), replace(account(41, 0), holder=holder_of(0))]),
    SignContracts([contract(0, BROKER), contract(1, BROKER)]),
    restraint(account_no_from_index(1), 2, until_s=2**40),
    LiftRestraint(1, 1),
    ExtendRestraint(1, 0),
    ChangeContract(contract_no_from_index(0), ContractEvent.SUSPEND),
    ChangeContract(contract_no_from_index(0), ContractEvent.RESUME),
    ChangeAccount(account_no_from_index(0), AccountEvent.REPORT_LOSS),
    ChangeAccount(account_no_from_index(0), AccountEvent.LIFT_LOSS),
    ReplaceCard(contract_no_from_index(1), account_no_from_index(SPARE_ACCOUNTS + 2)),
    ChangeBroker(contract_no_from_index(2), contract(1, OTHER_BROKER)),
    ChangeContract(contract_no_from_index(0), ContractEvent.TERMINATE),
    ChangeAccount(account_no_from_index(2), AccountEvent.CLOSE),
    SignOff(MONDAY),
    OpenTradeDate(TUESDAY),
    EndSettlement(MONDAY),
    ConfirmRoll(TUESDAY, ROLL, 1, bytes(32)),
    administrators(),
    signed(VoidAct(**Office(BANK_ID).by(ANN)), ANN),
]
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
@pytest.mark.parametrize(("status", "event"), list(itertools.product(OWN_STATUSES, ContractEvent)))
def test_every_state_and_event_of_a_contract(status: ContractStatus, event: ContractEvent, is_lost: bool) -> None:
    """The loss report changes nothing about the life of the contract, and the contract nothing about the report."""
    desk, contract_no = contract_as(status, is_lost)

    code = desk.control(ChangeContract(contract_no, event))

    after = TRANSITIONS.get((status, event))
    assert code == (ReplyCode.STATUS_FORBIDS if after is None else ReplyCode.ACCEPTED)
    own = after or status
    assert told(desk, contract_no) == (ContractStatus.LOSS_REPORTED if is_lost and own != TERMINATED else own)
    if is_lost:
        desk.done(ChangeAccount(desk.account(contract_no), AccountEvent.LIFT_LOSS))
    assert told(desk, contract_no) == own


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
    contract_no, teller = desk.open(0), Sender(BANK_PARTY, TELLER_SEAT, 1)

    with pytest.raises(MisuseError):
        apply_control(
            desk.book,
            teller,
            ChangeContract(contract_no, ContractEvent.RESUME),
            desk.now_ns,
        )
    with pytest.raises(MisuseError):
        apply_control(
            desk.book,
            teller,
            ChangeAccount(account_of(contract_no), AccountEvent.LIFT_LOSS),
            desk.now_ns,
        )
