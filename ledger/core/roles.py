"""Who may send which control message: roles of seats × kinds, checked before anything else about a message is believed.

Belongs here: the table of control messages and events. Never here: who may send a money record (protocol.kinds),
ownership of contracts (resolve), the state of contracts (rules.contracts).
"""

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
from protocol.messages.customers.pushes import ConfirmPush, Identify, PushContract
from protocol.messages.customers.restraints import ExtendRestraint, LiftRestraint, Restrain
from protocol.messages.day.paying import Due, Fund, Pay
from protocol.messages.day.steps import (
    AnnounceSet,
    BeginSettle,
    CompleteSet,
    FinishSending,
    Mark,
    Publish,
    Reconcile,
    SignOff,
    SignOn,
    Tell,
    TellCorrections,
    TellDayEnd,
    WithdrawSet,
)
from protocol.messages.feeds import Notice, Object, Receipt
from protocol.messages.orders.fees import NotifyFees, SetFees
from protocol.messages.orders.phases import SetPhases
from protocol.messages.orders.securities import RegisterSecurities, ResumeSecurity, SetPrices, SuspendSecurity
from protocol.messages.orders.signing_on import EndSignOn, ReportPasswordLoss, SetVerifier
from protocol.messages.outlets import RegisterOutlets
from protocol.messages.persons import Act, RegisterPersons
from protocol.vocabulary import ContractEvent, SeatRole

ROLE_NONE = 0  # of a seat that is not registered

CONTROL_RIGHTS: dict[SeatRole, frozenset[type[ControlMessage] | ContractEvent]] = {
    SeatRole.BROKER: frozenset(
        {
            *(ContractEvent.SUSPEND, ContractEvent.RESUME, ContractEvent.TERMINATE),
            *(SignOn, FinishSending, AnnounceSet, CompleteSet, WithdrawSet),
            *(Receipt, Notice, Object),
            *(PushContract, NotifyFees),
        }
    ),
    SeatRole.CHANNEL: frozenset({EndSignOn}),
    SeatRole.TELLER_DESK: frozenset(
        {*ContractEvent, SignContracts, ChangeBroker, ReplaceCard, ChangeAccount, ReportPasswordLoss, Act}
    ),
    SeatRole.DAY_DESK: frozenset(
        {
            *(OpenTradeDate, SignOff, Mark, Tell, Reconcile, TellCorrections, Publish, BeginSettle),
            *(EndSettlement, ConfirmRoll, Act, CompleteSet, WithdrawSet, TellDayEnd, Due, Pay),
            SetPhases,
        }
    ),
    SeatRole.SAVINGS_DESK: frozenset({Restrain, LiftRestraint, ExtendRestraint, ChangeAccount, Fund}),
    SeatRole.MASTER_DATA: frozenset(
        {
            *(RegisterParty, RegisterKey, EndKey, RegisterSeat, ChangeMode, RegisterOutlets, RegisterPersons, Act),
            *(OpenAccounts, SignContracts, SetScheme, RegisterChannelSeat, SetFees),
            *(RegisterSecurities, SetPrices, SuspendSecurity, ResumeSecurity),
        }
    ),
    SeatRole.IDENTITY_DESK: frozenset({Identify, ConfirmPush}),
    SeatRole.PASSWORD_DESK: frozenset({SetVerifier}),
}
"""Control messages; of ChangeContract the events. An act comes by master data too, whose first key has no end: so no
seal locks the bank out."""

NEEDS_ACT: frozenset[type[ControlMessage]] = frozenset(
    {RegisterPersons, RegisterKey, EndKey, ChangeMode, SetScheme, SetFees, Restrain, LiftRestraint, ExtendRestraint}
)
"""What no seat may say by itself any more once the bank is sealed; and a new parent of an outlet, and securities of no
list that people have signed, see ledger.core.control."""


def may_send_control(role: int, message: ControlMessage) -> bool:
    """True when a seat of the role may send this control message; for an event on a contract the event counts."""
    if role == ROLE_NONE:
        return False
    right = ContractEvent(message.event) if isinstance(message, ChangeContract) else type(message)
    return right in CONTROL_RIGHTS[SeatRole(role)]
