"""The layouts of the state: their numbers, and the steps that bring named arrays from one to the next.

Belongs here: one function for each step, from arrays to arrays, so that it stays as it is while the book changes. Never
here: the book and its arrays of today (arrays), how these are cut (slices), files (ledger.journal.snapshots).

A change of which columns there are, or of which bytes are in which slice, raises the number and adds its step.
"""

from collections.abc import Callable, Mapping

from ledger.core.state.columns import NamedArrays
from protocol.errors import InvariantBroken

STATE_LAYOUT = 1
"""The layout of the state that this program keeps."""

STEPS: Mapping[int, Callable[[NamedArrays], NamedArrays]] = {}
"""State layout n → what makes the arrays of layout n + 1 of arrays of layout n."""

assert sorted(STEPS) == list(range(1, STATE_LAYOUT))


def brought_forward(arrays: NamedArrays, layout: int) -> NamedArrays:
    """Arrays of an earlier `layout` as arrays of today's.

    Raises InvariantBroken for a layout that there never was or that is newer, or when a step finds no such arrays.
    """
    if not 1 <= layout <= STATE_LAYOUT:
        raise InvariantBroken(f"state layout {layout}, this program knows 1 to {STATE_LAYOUT}")
    for number in range(layout, STATE_LAYOUT):
        try:
            arrays = STEPS[number](arrays)
        except (KeyError, ValueError, IndexError) as error:
            raise InvariantBroken(f"the arrays are none of state layout {number}: {error!r}") from error
    return arrays
