"""Rights belong to seats: every role × every record kind and control message, and which seat may have which role.

Belongs here: the whole matrix, written down once more by hand. Never here: what a message earns besides (test_control).
"""

import itertools

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from ledger.core.roles import CONTROL_RIGHTS, may_send_control
from ledger.core.state.people.permits import PermitList
from protocol.acts.table import VoidAct
from protocol.codes import ReplyCode
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.kinds import KINDS, may_send
from protocol.messages.control import (
    ChangeMode,
    ConfirmRoll,
    ControlMessage,
    EndKey,
    EndSettlement,
    OpenTradeDate,
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
from protocol.messages.customers.pushes import ConfirmPush, Identify
from protocol.messages.customers.restraints import ExtendRestraint, LiftRestraint
from protocol.messages.day.paying import Due, Fund, Pay
from protocol.messages.day.steps import (
    NO_TOTALS,
    AnnounceSet,
    BeginSettle,
    CompleteSet,
    DayEnd,
    FinishSending,
    ListedCorrection,
    Mark,
    Publish,
    Reconcile,
    SignOff,
    SignOn,
    Tell,
    TellCorrections,
    TellDayEnd,
    WithdrawSet,
    list_digest,
)
from protocol.messages.feeds import Notice, Object, Receipt
from protocol.messages.orders.securities import ResumeSecurity, SetPrices, SuspendSecurity
from protocol.messages.orders.signing_on import EndSignOn, ReportPasswordLoss, SetVerifier, SigningMessage
from protocol.messages.outlets import RegisterOutlets
from protocol.messages.persons import RegisterPersons
from protocol.vocabulary import (
    BANK_PARTY,
    MARKETS_AND_SIDES,
    AccountEvent,
    ContractEvent,
    ContractStatus,
    Market,
    Mode,
    RecordKind,
    Role,
    Scheme,
    SeatRole,
    Suite,
)
from rules.day.clearing import LINES
from tests.bank_seats import SEAT_ROLES
from tests.customers import account, contract, holder_of, outlets_above, restraint
from tests.fees import fees_set, notified
from tests.ledger_core.control.customers.pushing import a_push, pushed
from tests.ledger_core.desk import (
    BROKER,
    CHANNEL,
    CHANNEL_SEAT,
    MONDAY,
    OTHER_BROKER,
    SEAT,
    SPARE_ACCOUNTS,
    TUESDAY,
    WEDNESDAY,
    Desk,
    Frame,
    account_of,
    joined,
    record,
)
from tests.ledger_core.lines.words import agree, announce, event, refund, send_whole
from tests.people import ANN, BEN, Office, new_person, signed
from tests.phases import morning
from tests.securities import limits, priced, registered, share

SEAT_OF = {SeatRole.BROKER: SEAT, SeatRole.CHANNEL: CHANNEL_SEAT, **{role: seat for seat, role in SEAT_ROLES.items()}}
PUBLIC_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
FIRST = contract_no_from_index(0)
ROLL = 20  # the row in which `bank_with_every_role` rolls
MARK = ROLL + 2  # one behind all its rows

LINES_OF_SETS = {
    *(RecordKind.CLEAR_ORDER, RecordKind.CLEAR_BUY, RecordKind.CLEAR_SELL),
    *(RecordKind.CLEAR_DIVIDEND, RecordKind.CLEAR_REFUND, RecordKind.CLEAR_CONTRACT),
}
RECORDS: dict[SeatRole, set[RecordKind]] = {
    SeatRole.BROKER: {
        *(RecordKind.FREEZE, RecordKind.RELEASE, RecordKind.FILL_BUY, RecordKind.FILL_SELL),
        *(RecordKind.TAKEN, RecordKind.REFUSED, RecordKind.EXECUTED),
        *(RecordKind.CANCELLED, RecordKind.CANCEL_REFUSED),
        *LINES_OF_SETS,
    },
    SeatRole.CHANNEL: {RecordKind.ORDER, RecordKind.CANCEL},
    SeatRole.SAVINGS_DESK: {RecordKind.DEPOSIT, RecordKind.WITHDRAWAL},
    SeatRole.TELLER_DESK: {RecordKind.CANCEL},
    SeatRole.DAY_DESK: {
        *(RecordKind.PROCEEDS, RecordKind.CLOSE, RecordKind.CORRECT, RecordKind.REVERT),
        *(RecordKind.SETTLE, RecordKind.CREDIT, RecordKind.INTEREST),
        *LINES_OF_SETS,
    },
    SeatRole.MASTER_DATA: set(),
    SeatRole.IDENTITY_DESK: set(),
    SeatRole.PASSWORD_DESK: {RecordKind.SIGNED_ON},
}
A_FAILURE = {"verdict": 2, "channel": 1, "nonce": 1}
OF_NO_PASSWORD: dict[type[SigningMessage], ReplyCode] = {
    SetVerifier: ReplyCode.SCHEME_FORBIDS,
    EndSignOn: ReplyCode.NOT_SIGNED_ON,
    ReportPasswordLoss: ReplyCode.PASSWORD_NOT_SET,
}
"""What messages about passwords earn from who may send them, of a broker of B."""
LISTED = ListedCorrection(FIRST, 0, 0, 0, 0, 0)
BANK_ID = Desk().rows[0].digest[:8]
CONTROLS: dict[str, tuple[ControlMessage, set[SeatRole]]] = {
    "RegisterParty": (RegisterParty(4, Role.BROKER, Suite.ED25519_SHA256, "four", False), {SeatRole.MASTER_DATA}),
    "RegisterKey": (RegisterKey(BROKER, 2, PUBLIC_KEY, 0, 1, 0), {SeatRole.MASTER_DATA}),
    "EndKey": (EndKey(BROKER, 1), {SeatRole.MASTER_DATA}),
    "ChangeMode": (ChangeMode(BROKER, Mode.TRANSFER), {SeatRole.MASTER_DATA}),
    "RegisterChannelSeat": (RegisterChannelSeat(40, CHANNEL, 1, OTHER_BROKER), {SeatRole.MASTER_DATA}),
    "NotifyFees": (notified(TUESDAY), {SeatRole.BROKER}),
    "SetFees": (fees_set(BROKER, TUESDAY), {SeatRole.MASTER_DATA}),
    "SetPhases": (morning(WEDNESDAY), {SeatRole.DAY_DESK}),
    "SetScheme": (SetScheme(OTHER_BROKER, Scheme.B), {SeatRole.MASTER_DATA}),
    "RegisterSeat": (RegisterSeat(40, BROKER, SeatRole.BROKER), {SeatRole.MASTER_DATA}),
    "RegisterOutlets": (RegisterOutlets(outlets_above()), {SeatRole.MASTER_DATA}),
    "RegisterSecurities": (registered(share(TUESDAY)), {SeatRole.MASTER_DATA}),
    "SetPrices": (priced(TUESDAY, limits()), {SeatRole.MASTER_DATA}),
    "SuspendSecurity": (SuspendSecurity(Market.XSHG, "600000", "why"), {SeatRole.MASTER_DATA}),
    "ResumeSecurity": (ResumeSecurity(Market.XSHG, "600000", "why"), {SeatRole.MASTER_DATA}),
    "RegisterPersons": (RegisterPersons([new_person(BEN)]), {SeatRole.MASTER_DATA}),
    "Act": (
        signed(VoidAct(**Office(BANK_ID).by(ANN)), ANN),
        {SeatRole.TELLER_DESK, SeatRole.DAY_DESK, SeatRole.MASTER_DATA},
    ),
    "SetVerifier": (SetVerifier(FIRST, 0, bytes(16), bytes(32)), {SeatRole.PASSWORD_DESK}),
    "EndSignOn": (EndSignOn(FIRST), {SeatRole.CHANNEL}),
    "ReportPasswordLoss": (ReportPasswordLoss(FIRST), {SeatRole.TELLER_DESK}),
    "OpenAccounts": (OpenAccounts([account(40, 0)]), {SeatRole.MASTER_DATA}),
    "SignContracts": (SignContracts([contract(0, BROKER)]), {SeatRole.MASTER_DATA, SeatRole.TELLER_DESK}),
    "ChangeBroker": (ChangeBroker(FIRST, contract(SPARE_ACCOUNTS, OTHER_BROKER)), {SeatRole.TELLER_DESK}),
    "ReplaceCard": (ReplaceCard(FIRST, account_no_from_index(SPARE_ACCOUNTS + 3)), {SeatRole.TELLER_DESK}),
    "ChangeAccount": (
        ChangeAccount(account_of(FIRST), AccountEvent.REPORT_LOSS),
        {SeatRole.TELLER_DESK, SeatRole.SAVINGS_DESK},
    ),
    "EndSettlement": (EndSettlement(MONDAY), {SeatRole.DAY_DESK}),
    "ConfirmRoll": (ConfirmRoll(TUESDAY, ROLL, 1, bytes(32)), {SeatRole.DAY_DESK}),
    "SignOff": (SignOff(TUESDAY), {SeatRole.DAY_DESK}),
    "SignOn": (SignOn(TUESDAY), {SeatRole.BROKER}),
    "FinishSending": (FinishSending(TUESDAY), {SeatRole.BROKER}),
    "AnnounceSet": (AnnounceSet(MONDAY, 0, NO_TOTALS), {SeatRole.BROKER}),
    "CompleteSet": (CompleteSet(MONDAY, 1), {SeatRole.BROKER, SeatRole.DAY_DESK}),
    "WithdrawSet": (WithdrawSet(MONDAY, 1), {SeatRole.BROKER, SeatRole.DAY_DESK}),
    "Reconcile": (Reconcile(MONDAY, BROKER, 0), {SeatRole.DAY_DESK}),
    "TellCorrections": (TellCorrections(1, 0, [LISTED], bytes(32)), {SeatRole.DAY_DESK}),
    "Publish": (Publish(MONDAY, BROKER), {SeatRole.DAY_DESK}),
    "Fund": (Fund(BROKER, 1, 1), {SeatRole.SAVINGS_DESK}),
    "Due": (Due(BROKER), {SeatRole.DAY_DESK}),
    "Pay": (Pay(MONDAY, BROKER), {SeatRole.DAY_DESK}),
    "BeginSettle": (BeginSettle(MONDAY, BROKER), {SeatRole.DAY_DESK}),
    "Mark": (Mark(MONDAY, False), {SeatRole.DAY_DESK}),
    "Receipt": (Receipt(MONDAY, 1, bytes(32)), {SeatRole.BROKER}),
    "Notice": (Notice(MONDAY, 0), {SeatRole.BROKER}),
    "Object": (Object(MONDAY, 0, 5, 0, "why"), {SeatRole.BROKER}),
    "Tell": (Tell(MONDAY, MARK, bytes(32)), {SeatRole.DAY_DESK}),
    "TellDayEnd": (TellDayEnd(MONDAY, DayEnd.BACKUP, 1, bytes(32)), {SeatRole.DAY_DESK}),
    "OpenTradeDate": (OpenTradeDate(WEDNESDAY), {SeatRole.DAY_DESK}),
    "PushContract": (a_push(1), {SeatRole.BROKER}),
    "Identify": (Identify(1, holder_of(1)), {SeatRole.IDENTITY_DESK}),
    "ConfirmPush": (ConfirmPush(1, BROKER, account_no_from_index(1), [], 0, 1), {SeatRole.IDENTITY_DESK}),
    "Restrain": (restraint(account_of(FIRST), 2, until_s=2**40), {SeatRole.SAVINGS_DESK}),
    "LiftRestraint": (LiftRestraint(1, 1), {SeatRole.SAVINGS_DESK}),
    "ExtendRestraint": (ExtendRestraint(1, 0), {SeatRole.SAVINGS_DESK}),
    "CONFIRM": (ChangeContract(contract_no_from_index(2), ContractEvent.CONFIRM), {SeatRole.TELLER_DESK}),
    "SUSPEND": (ChangeContract(FIRST, ContractEvent.SUSPEND), {SeatRole.TELLER_DESK, SeatRole.BROKER}),
    "RESUME": (
        ChangeContract(contract_no_from_index(1), ContractEvent.RESUME),
        {SeatRole.TELLER_DESK, SeatRole.BROKER},
    ),
    "TERMINATE": (ChangeContract(FIRST, ContractEvent.TERMINATE), {SeatRole.TELLER_DESK, SeatRole.BROKER}),
}


def bank_with_every_role() -> Desk:
    """A contract that is active, one suspended with its card lost, one that waits; a key; a seat of each role."""
    desk = Desk()
    desk.open(100)
    second = desk.open(100)
    desk.open(100, status=ContractStatus.PRE_ASSIGNED)
    desk.done(ChangeContract(second, ContractEvent.SUSPEND))
    desk.done(ChangeAccount(account_of(second), AccountEvent.REPORT_LOSS))
    desk.open_account(0, holder=SPARE_ACCOUNTS)
    desk.done(RegisterPersons([new_person(ANN)]))
    desk.done(RegisterParty(CHANNEL, Role.CHANNEL, Suite.ED25519_SHA256, "phone", False))
    desk.done(RegisterChannelSeat(CHANNEL_SEAT, CHANNEL, 1, BROKER))
    desk.roll(TUESDAY)
    assert desk.book.sequence == ROLL
    desk.done(RegisterKey(BROKER, 1, PUBLIC_KEY, 0, 2**62, 0))
    return desk


@pytest.mark.parametrize(("role", "name"), list(itertools.product(SeatRole, CONTROLS)))
def test_every_role_and_control_message(role: SeatRole, name: str) -> None:
    message, permitted = CONTROLS[name]
    desk = bank_with_every_role()
    if isinstance(message, CompleteSet | WithdrawSet):
        assert announce(desk).code == ReplyCode.ACCEPTED
    if isinstance(message, Reconcile | Publish | BeginSettle):
        send_whole(desk, event(FIRST), event(contract_no_from_index(1)))
    if isinstance(message, Receipt | Notice | Object):
        money = refund(1, FIRST, 7)
        send_whole(desk, event(FIRST), event(contract_no_from_index(1)), money)
    if isinstance(message, Publish | BeginSettle | Receipt | Notice | Object):
        desk.done(Reconcile(MONDAY, BROKER, 0))
        agree(desk)
    if isinstance(message, SetPrices | SuspendSecurity | ResumeSecurity):
        desk.done(registered(share(TUESDAY)))
    if isinstance(message, ResumeSecurity):
        desk.done(SuspendSecurity(Market.XSHG, "600000", "why"))
    if isinstance(message, LiftRestraint | ExtendRestraint):
        desk.done(restraint(account_of(FIRST), 2, until_s=2**39))
    if isinstance(message, BeginSettle | Receipt | Notice | Object):
        desk.done(Publish(MONDAY, BROKER))
    if isinstance(message, Receipt):
        position = int(desk.book.feeds.positions[BROKER])
        message = replace(message, position=position, digest=desk.book.feeds.digests[BROKER])
    if isinstance(message, Identify | ConfirmPush):
        pushed(desk, 1)
    if isinstance(message, ConfirmPush):
        desk.done(Identify(1, holder_of(1)))
    if isinstance(message, TellCorrections):
        whole = (1, list_digest([LISTED]), 0, bytes(32), TUESDAY)
        desk.book.permits.put_list(PermitList(1, BROKER, MONDAY, 1, 0, *whole))
    if isinstance(message, Tell):
        desk.done(Mark(MONDAY, False))
        assert desk.book.marked_sequence == message.sequence
        message = replace(message, digest=desk.book.marked_digest)
    wanted = ReplyCode.ACCEPTED if role in permitted else ReplyCode.ROLE_FORBIDS
    if role == SeatRole.DAY_DESK and isinstance(message, CompleteSet | WithdrawSet):
        wanted = ReplyCode.SET_UNKNOWN  # this one is the broker's own, and two people adopted none
    if role in permitted and isinstance(message, Pay):
        wanted = ReplyCode.OBLIGATION_UNKNOWN  # nothing is published
    if role in permitted and isinstance(message, SetVerifier | EndSignOn | ReportPasswordLoss):
        wanted = OF_NO_PASSWORD[type(message)]

    assert desk.control(message, SEAT_OF[role]) == wanted


@pytest.mark.parametrize("padding", [1, 40], ids=["law", "lane"])
@pytest.mark.parametrize(("role", "kind"), list(itertools.product(SeatRole, RecordKind)))
def test_every_role_and_record_kind(role: SeatRole, kind: RecordKind, padding: int) -> None:
    desk = bank_with_every_role()

    named = account_of(FIRST) if KINDS[kind].names_account else FIRST
    told = {"event": 1} if kind in LINES and LINES[kind].told_max else A_FAILURE if KINDS[kind].is_verdict else {}
    if KINDS[kind].is_ordering:
        told = {"market_and_side": MARKETS_AND_SIDES[0]} | {
            name: most for name, (_, most) in KINDS[kind].ranges.items()
        }
    answers = desk.ask(SEAT_OF[role], joined(*[record(kind, named, KINDS[kind].amount_fen_min, **told)] * padding))

    assert {answer.code == ReplyCode.ROLE_FORBIDS for answer in answers} == {kind not in RECORDS[role]}


def test_a_row_of_frames_of_every_role_is_judged_seat_by_seat() -> None:
    desk = bank_with_every_role()
    frames = [Frame(seat, record(RecordKind.DEPOSIT, account_of(FIRST), 1)) for seat in SEAT_OF.values()]

    codes = dict(zip(SEAT_OF, (answer.code for answer in desk.send(*frames * 4)), strict=False))

    assert codes == dict.fromkeys(SEAT_OF, ReplyCode.ROLE_FORBIDS) | {SeatRole.SAVINGS_DESK: ReplyCode.ACCEPTED}


def test_the_tables_name_every_role_and_every_message() -> None:
    assert set(CONTROL_RIGHTS) == set(SeatRole) == set(SEAT_OF)
    assert {role: set(may_send(role)) for role in SeatRole} == RECORDS
    told = {right if isinstance(right, type) else right.name for rights in CONTROL_RIGHTS.values() for right in rights}
    written = {message.event for message, _ in CONTROLS.values() if isinstance(message, ChangeContract)}
    assert written == set(ContractEvent)
    assert told == {
        name if isinstance(message, ChangeContract) else type(message) for name, (message, _) in CONTROLS.items()
    }
    assert not may_send_control(0, CONTROLS["RegisterParty"][0])


@pytest.mark.parametrize(("party", "role"), list(itertools.product([BANK_PARTY, BROKER, 9], SeatRole)))
def test_a_seat_has_a_role_of_its_party(party: int, role: SeatRole) -> None:
    code = Desk().control(RegisterSeat(77, party, role))

    if (party == BANK_PARTY) == (role == SeatRole.BROKER) or role == SeatRole.CHANNEL:
        assert code == ReplyCode.REQUEST_MALFORMED
    else:
        assert code == (ReplyCode.PARTY_UNKNOWN if party == 9 else ReplyCode.ACCEPTED)


def test_a_seats_role_is_in_snapshots_and_in_the_digest_of_the_state() -> None:
    desk = bank_with_every_role()
    again = desk.replayed()

    np.testing.assert_array_equal(again.seat_role, desk.book.seat_role)
    assert [int(again.seat_role[seat]) for seat in SEAT_OF.values()] == [int(role) for role in SEAT_OF]
