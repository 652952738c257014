"""Who may send what: the table of roles × kinds, checked before anything else about a request is believed.

Belongs here: the table, for the law as sets and for the lane as an array. Never here: ownership of contracts
(resolve), the state of contracts (contract_states).
"""

import numpy as np

from ledger.core.state.columns import ByteColumn
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
from protocol.vocabulary import ContractEvent, RecordKind, Role

RECORD_KINDS: dict[Role, frozenset[RecordKind]] = {
    Role.BANK: frozenset({RecordKind.DEPOSIT, RecordKind.WITHDRAWAL}),
    Role.BROKER: frozenset({RecordKind.FREEZE, RecordKind.RELEASE, RecordKind.FILL_BUY, RecordKind.FILL_SELL}),
}

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

KIND_CODES = 256  # a kind is read as one byte; tables by kind cover all of them
ROLE_NONE = 0  # of a party that is not registered


def _may_send_table() -> ByteColumn:
    table = np.zeros((max(Role) + 1) * KIND_CODES, np.int8)
    for role, kinds in RECORD_KINDS.items():
        for kind in kinds:
            table[role * KIND_CODES + kind] = 1
    return table


MAY_SEND = _may_send_table()
"""((roles + 1) × 256,) int8 at role × 256 + kind: 1 where the role may send the record kind."""


def may_send_control(role: int, message: ControlMessage) -> bool:
    """True when the role may send this control message; for an event on a contract the event counts too."""
    if role not in CONTROL_KINDS or type(message) not in CONTROL_KINDS[Role(role)]:
        return False
    return not isinstance(message, ChangeContract) or message.event in CONTRACT_EVENTS[Role(role)]
