"""People who decide about differences, and what they sign.

Belongs here: a bank with such people, acts in one word each. Never here: assertions.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from ledger.core.lines.answers import clearing_set, set_differences
from protocol.acts.corrections import CorrectAct, CorrectListAct, DecideAct, ToleranceAct, WithdrawSetAct
from protocol.messages.day.steps import ListedCorrection, list_digest
from protocol.messages.persons import Act
from protocol.messages.queries import differences_digest
from protocol.vocabulary import ComparedField, DifferenceClass, Right
from tests.ledger_core.corrections.words import Both, compared, signed_off
from tests.ledger_core.desk import BROKER, MONDAY, Answer, Desk
from tests.ledger_core.lines.words import sell
from tests.ledger_core.sealed import sealed
from tests.people import Office, signed

DEE, EVE = 4, 5  # may decide about differences
FAR = 20_260_201


def staffed(desk: Desk) -> Office:
    """A sealed bank, with two people who may decide about differences."""
    return sealed(desk, (DEE, Right.RECONCILE), (EVE, Right.RECONCILE))


def tolerance(office: Office, party: int, contract_fen: int, date_fen: int) -> Act:
    act = ToleranceAct(**office.by(DEE), party=party, contract_fen=contract_fen, date_fen=date_fen)
    return signed(act, DEE, EVE)


def permission(
    office: Office,
    desk: Desk,
    party: int,
    contract_no: int,
    both: Both,
    rejected_fen: int = 0,
    changed: Mapping[str, int] | None = None,
    on: int = MONDAY,
) -> Act:
    """What two people sign for a correction: its bounds are what it moves, but for what is `changed`."""
    rise_fen = max(0, both.buys_fen - both.good_buys_fen - both.bought_fen)
    act = CorrectAct(
        **office.by(DEE),
        party=party,
        trade_date=on,
        set_number=clearing_set(desk.book, party, on).number,
        contract_no=contract_no,
        cleared_buys_fen=both.buys_fen,
        cleared_proceeds_fen=both.proceeds_fen,
        rejected_fen=rejected_fen,
        rise_max_fen=rise_fen,
        made_good_max_fen=both.good_buys_fen + both.good_proceeds_fen,
        last_date=FAR,
    )
    return signed(replace(act, **(changed or {})), DEE, EVE)


def decision(
    office: Office,
    desk: Desk,
    party: int,
    name: str,
    changed: Mapping[str, int | str] | None = None,
    on: int = MONDAY,
) -> Act:
    """What two people sign for the differences of a class that are told now, but for what is `changed`."""
    found = set_differences(desk.book, party, on, 0).differences
    of_class = [each for each in found if each.difference_class == DifferenceClass[name]]
    listed = [each for each in of_class if each.compared_field not in (ComparedField.BOUGHT, ComparedField.SOLD)]
    act = DecideAct(
        **office.by(DEE),
        party=party,
        trade_date=on,
        set_number=clearing_set(desk.book, party, on).number,
        difference_class=name,
        count=max(1, len(listed)),
        digest=differences_digest(listed).hex(),
    )
    return signed(replace(act, **(changed or {})), DEE, EVE)


def line_of(contract_no: int, both: Both, rejected_fen: int = 0) -> ListedCorrection:
    """A line of a list, whose bounds are what the correction moves."""
    rise_fen = max(0, both.buys_fen - both.good_buys_fen - both.bought_fen)
    good_fen = both.good_buys_fen + both.good_proceeds_fen
    return ListedCorrection(contract_no, both.buys_fen, both.proceeds_fen, rejected_fen, rise_fen, good_fen)


def list_permission(
    office: Office,
    desk: Desk,
    party: int,
    lines: Sequence[ListedCorrection],
    changed: Mapping[str, int | str] | None = None,
) -> Act:
    """What two people sign for a list, but for what is `changed`."""
    act = CorrectListAct(
        **office.by(DEE),
        party=party,
        trade_date=MONDAY,
        set_number=clearing_set(desk.book, party, MONDAY).number,
        count=len(lines),
        digest=list_digest(lines).hex(),
        last_date=FAR,
    )
    return signed(replace(act, **(changed or {})), DEE, EVE)


def withdrawal(office: Office, party: int, number: int = 1, on: int = MONDAY) -> Act:
    """What two people sign for a set that counts no more."""
    act = WithdrawSetAct(**office.by(DEE), party=party, trade_date=on, set_number=number)
    return signed(act, DEE, EVE)


def permitted(office: Office, desk: Desk, party: int, contract_no: int, both: Both, rejected_fen: int = 0) -> int:
    """The number of an act that permits a correction."""
    answer: Answer = desk.told(permission(office, desk, party, contract_no, both, rejected_fen))
    assert answer.code == 0
    return answer.remaining_fen


def decided_otherwise(desk: Desk) -> Act:
    """A decision about one difference where there is none: what is apart are sums."""
    office, ann = staffed(desk), desk.open(1_000)
    signed_off(desk)
    compared(desk, BROKER, sell(1, ann, 5))
    return decision(office, desk, BROKER, "STATE")
