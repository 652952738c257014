"""`Two schemes, one switch per broker`: the states of an order through the bank, as one table.

An order is open until the exchange, its broker or its date's clearing set has ended it. A request to cancel moves
nothing: only what the exchange has cancelled is released (004 A·三(二)), so an order that is being cancelled may
still be executed, in part or all of it. A subscription that is held and a placing wait for their allotment: they are
ended neither by their own date nor by its set, and one that was allotted is open until the set that names it. An order
that was refused has ended like any other: it is told apart so that its broker may say so again. So is one of which two
people have lowered what was reported: they do so once. And so is one that its date ended by its clearing set: it has
what the set says, which no report says again, also where the set is withdrawn later.

Belongs here: states, events, the table. Never here: when a report fits and what it moves (reports), who may tell it.
"""

from enum import IntEnum

from protocol.vocabulary import OrderType

WAITING_TYPES = frozenset({OrderType.SUBSCRIPTION_HELD, OrderType.PLACING})
"""What waits for its allotment, which alone executes it; whatever brokers, or a set of its date, report of it."""


class OrderState(IntEnum):
    """Where an order is."""

    SENT = 1  # on its way to the broker
    TAKEN = 2  # the broker has it
    ENDING = 3  # a cancel is under way
    ALLOTTED = 4  # its lots are told, its set is not settled
    ENDED = 5
    REFUSED = 6  # ended by its broker or the exchange, which may tell it again
    LOWERED = 7  # ended by two people, who have lowered what was reported
    CLOSED = 8  # ended with its date, by what its set says


class OrderEvent(IntEnum):
    """What happens to an order; a report that does not fit is none."""

    TAKE = 1  # the broker has taken it, or has reported something of it
    FILL = 2  # all that was open is executed
    CANCEL = 3  # asked for
    END_CANCEL = 4  # the cancel under way was answered: a part is cancelled, or none
    CANCEL_REST = 5  # all that was open is cancelled
    REFUSE = 6  # by the broker or the exchange
    ALLOT = 7
    END_ISSUE = 8  # nothing was won
    CLOSE = 9  # as its clearing set says
    TAKE_BACK = 10  # the broker has signed that it never handed it out
    CORRECT = 11  # two people have lowered what was reported


_S, _E = OrderState, OrderEvent
_OPEN = (_S.SENT, _S.TAKEN, _S.ENDING)
ORDER_STATES: dict[tuple[OrderState, OrderEvent], OrderState] = {
    (_S.SENT, _E.TAKE): _S.TAKEN,
    (_S.TAKEN, _E.TAKE): _S.TAKEN,
    (_S.ENDING, _E.TAKE): _S.ENDING,
    (_S.SENT, _E.CANCEL): _S.ENDING,
    (_S.TAKEN, _E.CANCEL): _S.ENDING,
    (_S.ENDING, _E.END_CANCEL): _S.TAKEN,
    (_S.ALLOTTED, _E.CLOSE): _S.CLOSED,
    (_S.ENDED, _E.CORRECT): _S.LOWERED,  # the usual wrong report is one that filled it
    **{(state, _E.ALLOT): _S.ALLOTTED for state in _OPEN},
    **{(state, event): _S.ENDED for state in _OPEN for event in (_E.FILL, _E.CANCEL_REST, _E.END_ISSUE, _E.TAKE_BACK)},
    **{(state, _E.CLOSE): _S.CLOSED for state in _OPEN},
    **{(state, _E.CORRECT): _S.LOWERED for state in _OPEN},
    **{(state, _E.REFUSE): _S.REFUSED for state in _OPEN},
}
"""The state after an event; a cell that is missing refuses it, or lists the report."""


def next_order_state(state: OrderState, event: OrderEvent) -> OrderState | None:
    """The state after `event`, None where it is not due."""
    return ORDER_STATES.get((state, event))


def is_open(state: int) -> bool:
    """Whether anything of an order may still come, whatever is frozen for it: a sale and a placing freeze nothing."""
    return state not in (OrderState.ENDED, OrderState.REFUSED, OrderState.LOWERED, OrderState.CLOSED)
