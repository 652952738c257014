"""The tables of docs/protocol.md that say which state follows on which event: of sessions, contracts, accounts, lanes.

Belongs here: tables of states to Markdown. Never here: prose, other tables (document).
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import TypeVar

from protocol import vocabulary
from protocol.kinds import KINDS
from protocol.session.states import BANK_TRANSITIONS, PARTNER_TRANSITIONS
from rules.contracts import ACCOUNT_TRANSITIONS, ENDED, OWN_STATUSES, TRANSITIONS, state_of, status_told
from rules.day.states import LANE_STATES
from rules.kinds import LAW, refusals_by_state
from rules.pushes import PUSH_STATES
from tests.protocol.page.tables import table

LOSS_WORDS = {False: "not reported", True: "reported"}

S = TypeVar("S", bound=Enum)
T = TypeVar("T", bound=Enum)


def _transitions(moves: Mapping[tuple[S, T], S], states: type[S], triggers: type[T]) -> str:
    rows = []
    for trigger in triggers:
        cells = [f"**{trigger.value}**"]
        for state in states:
            target = moves.get((state, trigger))
            cells.append("" if target is None else target.name)
        rows.append(cells)
    return table(["event \\ state", *(state.name for state in states)], rows)


def bank_states() -> str:
    """States × events, the bank's side."""
    states, triggers = type(next(iter(BANK_TRANSITIONS))[0]), type(next(iter(BANK_TRANSITIONS))[1])
    return _transitions(BANK_TRANSITIONS, states, triggers)


def partner_states() -> str:
    """States × events, the partner's side."""
    states, triggers = type(next(iter(PARTNER_TRANSITIONS))[0]), type(next(iter(PARTNER_TRANSITIONS))[1])
    return _transitions(PARTNER_TRANSITIONS, states, triggers)


def _moves(moves: Mapping[tuple[S, T], S], events: type[T], states: Sequence[S]) -> str:
    rows = []
    for event in events:
        targets = [moves.get((state, event)) for state in states]
        rows.append([f"**{event.name}**", *("" if target is None else target.name for target in targets)])
    return table(["event \\ state", *(state.name for state in states)], rows)


def contract_states() -> str:
    """States × events of a contract, and what each state tells and refuses."""
    refused = [kind for kind, row in LAW.items() if row.refused_in and not KINDS[kind].names_account]
    rows = []
    for status in OWN_STATUSES:
        for is_lost, word in LOSS_WORDS.items():
            if is_lost and status == ENDED:
                continue  # nothing is told of the account of a contract that has ended
            state = state_of(status, is_lost)
            told = vocabulary.ContractStatus(status_told(state)).name
            rows.append([status.name, word, told, *(_code_name(kind, state) for kind in refused)])
    heads = ["state", "loss of the account", "status told", *(f"{kind.name} is refused" for kind in refused)]
    return _moves(TRANSITIONS, vocabulary.ContractEvent, OWN_STATUSES) + "\n" + table(heads, rows)


def account_states() -> str:
    """States × events of an account, and what each state refuses."""
    refused = [kind for kind, row in LAW.items() if KINDS[kind].names_account]
    rows = [[status.name, *(_code_name(kind, int(status)) for kind in refused)] for status in vocabulary.AccountStatus]
    moves = _moves(ACCOUNT_TRANSITIONS, vocabulary.AccountEvent, list(vocabulary.AccountStatus))
    return moves + "\n" + table(["state", *(f"{kind.name} is refused" for kind in refused)], rows)


def _code_name(kind: vocabulary.RecordKind, state: int) -> str:
    code = refusals_by_state(kind).get(state)
    return "" if code is None else code.name


def lane_states() -> str:
    """States × events of a lane."""
    return _moves(LANE_STATES, vocabulary.LaneEvent, list(vocabulary.LaneState))


def push_states() -> str:
    """States × events of a push."""
    return _moves(PUSH_STATES, vocabulary.PushEvent, list(vocabulary.PushState))
