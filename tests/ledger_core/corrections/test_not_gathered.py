"""What a record costs that its sender may not send: nothing is looked up for it.

Belongs here: gathers of records that close, correct, take back or book proceeds. Never here: what they earn otherwise.
"""

from collections.abc import Callable

import pytest

from ledger.core.corrections import at_hand, later
from ledger.core.lines import proceeds as of_proceeds
from protocol.codes import ReplyCode
from protocol.messages.day.steps import CompleteSet
from protocol.records import RecordArray
from protocol.vocabulary import RecordKind
from tests.bank_seats import DAY_SEAT, SAVINGS_SEAT
from tests.ledger_core.corrections.words import BY_LANE, IN_ORDER, Both, closing, correction, reversal, signed_off
from tests.ledger_core.desk import BROKER, MONDAY, SEAT, TUESDAY, Desk, Frame, codes, joined, record, same_after_all
from tests.ledger_core.lines.words import announce, proceeds

FORBIDS = ReplyCode.ROLE_FORBIDS
KINDS: dict[str, Callable[[int, tuple[int, int, int]], RecordArray]] = {
    "close and correct": lambda ann, target: joined(closing(target, ann, 0, 100), correction(ann, Both(), act=1)),
    "correct": lambda ann, _: correction(ann, Both()),
    "revert": lambda ann, _: reversal(ann, Both(), 1),
    "proceeds": lambda ann, _: proceeds(ann, 5),
}


class LookedUp(AssertionError):
    """Something was gathered."""


def _looks(*_: object, **__: object) -> None:
    raise LookedUp


@pytest.mark.parametrize("padding", [IN_ORDER, BY_LANE])
@pytest.mark.parametrize("seat", [SEAT, SAVINGS_SEAT])
@pytest.mark.parametrize("made", list(KINDS.values()), ids=list(KINDS))
def test_nothing_is_looked_up_for_who_may_not_send_it(
    made: Callable[[int, tuple[int, int, int]], RecordArray], seat: int, padding: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker with a complete set and orders without number would let the ledger look at all of them for 64 bytes."""
    desk = Desk()
    ann = desk.open(1_000)
    target = desk.freeze(ann, 100)
    signed_off(desk)
    announce(desk)
    assert desk.control(CompleteSet(MONDAY, 1), SEAT) == ReplyCode.ACCEPTED
    desk.roll(TUESDAY)
    for module, name in ((at_hand, "of_lane"), (later, "_of_accounts"), (of_proceeds, "missing_fen")):
        monkeypatch.setattr(module, name, _looks)
    asked = made(ann, target)
    beside = [Frame(SEAT, joined(*[record(0, 98, 0)] * padding))] if padding else []

    answers = desk.send(Frame(seat, asked), *beside)
    assert codes(answers)[: len(asked)] == [FORBIDS] * len(asked)
    if asked["kind"][-1] != RecordKind.PROCEEDS:  # which is not due yet
        with pytest.raises(LookedUp):
            desk.send(Frame(DAY_SEAT, asked), *beside)
    assert desk.book.clearing.lane(MONDAY, BROKER).number == 1
    monkeypatch.undo()
    same_after_all(desk)
