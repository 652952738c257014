"""`The business day`: the tree of outlets, through which the bank settles with itself.

Each outlet 储蓄所 settles its customers through the sub-branch 支行 that manages it, and that one through its
branch 分行, with the branch that keeps the broker's clearing account (004 A·三(六)2(3)). So the way up from an outlet
must be there, one level at a time, before the outlet is. A bank reorganises: an outlet moves to another parent and gets
another name, but it never becomes a sub-branch. So no way up is a circle, and what stands under one stays where it may.

An account may name an outlet that is not registered, because a bank loads in any order: the books are kept by its
number, and it has no name and nothing above it until it is.

Belongs here: levels and what may stand where. Never here: which outlets there are (the core), the accounts and books
of an outlet (entries).
"""

from protocol.codes import ReplyCode
from protocol.vocabulary import OutletLevel

NONE = 0
"""The parent of a branch; the level of what is not registered."""


def cannot_be(outlet: int, level: int, parent: int) -> bool:
    """Whether no bank could have it so: a branch under something, another level under nothing, one under itself."""
    return (level == OutletLevel.BRANCH) != (parent == NONE) or parent == outlet


def level_above(level: int) -> int:
    """The level of what one of `level` stands under, NONE for a branch."""
    return level - 1


def code_of_outlet(level: int, level_of_parent: int, level_before: int) -> ReplyCode:
    """What one outlet that can be earns; `level_before` is that under which its number is registered, or NONE."""
    if level_of_parent != level_above(level):
        return ReplyCode.OUTLET_PARENT_UNKNOWN
    return ReplyCode.ACCEPTED if level_before in (NONE, level) else ReplyCode.OUTLET_LEVEL_FIXED


assert level_above(OutletLevel.BRANCH) == NONE
