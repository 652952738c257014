"""Who may send which control message: roles × kinds, checked before anything else about a message is believed.

Belongs here: the table of control messages and events. Never here: who may send a money record (protocol.kinds),
ownership of contracts (resolve), the state of contracts (rules.contracts).
"""

from protocol.messages.control import (
    ChangeContract,
    ControlMessage,
    EndKey,
    OpenContracts,
    OpenTradeDate,
    RegisterKey,
    RegisterParty,
    RegisterSeat,
    SetRestraint,
)
from protocol.vocabulary import ContractEvent, Role

CONTROL_KINDS: dict[Role, frozenset[type]] = {
    Role.BANK: frozenset(
        {
            RegisterParty,
            RegisterKey,
            EndKey,
            RegisterSeat,
            OpenContracts,
            ChangeContract,
            SetRestraint,
            OpenTradeDate,
        }
    ),
    Role.BROKER: frozenset({ChangeContract}),
}

CONTRACT_EVENTS: dict[Role, frozenset[ContractEvent]] = {
    Role.BANK: frozenset(ContractEvent),
    Role.BROKER: frozenset({ContractEvent.SUSPEND, ContractEvent.RESUME, ContractEvent.TERMINATE}),
}


def may_send_control(role: int, message: ControlMessage) -> bool:
    """True when the role may send this control message; for an event on a contract the event counts too."""
    if role not in CONTROL_KINDS or type(message) not in CONTROL_KINDS[Role(role)]:
        return False
    return not isinstance(message, ChangeContract) or message.event in CONTRACT_EVENTS[Role(role)]
