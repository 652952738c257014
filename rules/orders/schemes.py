"""`Two schemes, one switch per broker`: which brokers may have scheme A, when a scheme changes, what is of one alone.

Customers of a broker of scheme B 方案二 order at the broker, which freezes, releases and reports fills (004 B·三(二));
those of scheme A 方案一 order through the bank, which reckons what is frozen (004 A·三(二)). A broker has one of them.

A needs freeze mode, and proceeds that enter buying power at the fill: a limit of ours, for an order of A moves nothing
between accounts, and what a sale brings is booked when it is reported.

Belongs here: that, and the control messages of one scheme. Never here: the records of one (protocol.kinds), who may say
it (ledger.core.roles).
"""

from protocol.codes import ReplyCode
from protocol.messages.control import ControlMessage
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.customers.pushes import PushContract
from protocol.vocabulary import Mode, Scheme

OF_B_ALONE: frozenset[type[ControlMessage]] = frozenset({PushContract, ChangeContract})
"""What a broker of scheme B sends of contracts; those of scheme A are signed, and changed, at the bank's counter."""


def sends(scheme: Scheme, message: ControlMessage) -> bool:
    """Whether a broker of the scheme sends such a message, where it has a right to it."""
    return scheme == Scheme.B or type(message) not in OF_B_ALONE


def scheme_code(scheme: Scheme, modes: set[Mode], proceeds_at_fill: bool) -> ReplyCode:
    """What naming a scheme earns of a broker with these modes, in force and coming."""
    fits = scheme == Scheme.B or (modes == {Mode.FREEZE} and proceeds_at_fill)
    return ReplyCode.ACCEPTED if fits else ReplyCode.SCHEME_FORBIDS


def mode_code(mode: Mode, schemes: set[Scheme]) -> ReplyCode:
    """What naming a mode earns of a broker with these schemes, in force and coming."""
    fits = mode == Mode.FREEZE or schemes == {Scheme.B}
    return ReplyCode.ACCEPTED if fits else ReplyCode.SCHEME_FORBIDS


def may_change(is_contract_left: bool, is_push_left: bool, is_lane_left: bool) -> bool:
    """Whether a scheme that was named may take the place of the other: all that came about under it is over.

    Left is a contract that has not ended, or ended on a date whose customers are not settled; a push that waits; a
    lane that was begun and is not settled.
    """
    return not (is_contract_left or is_push_left or is_lane_left)
