"""`The business day`: a correction 调账 brings what the bank has of a contract's date to what its clearing set says.

The broker's data are taken as they are (004 B·三(四)1, 附件二 第3条); O is never touched. The contract's orders of the
date are closed first, as far as the set says that they bought. Then the columns go where the set has them, in an order
that leaves no account overdrawn and takes nothing for which there is no money: falls of buys and rises of proceeds come
first, proceeds then fall as far as what was spent of them allows, buys rise as far as buying power goes. Neither leans
on what later dates have brought: customers are settled date by date, and each date is paid by what came up to it. What
is left, either way, the broker makes good: it is its case. Two people decide what raises buys, what is made good, what
is rejected, and what differs by more than the broker's tolerance: there is one for a contract and one for all of its
date.

Two people may withdraw a set by which something was booked: then each contract goes back to what it had without the
set, in the same order and as far. What cannot go back stays, and is nobody's case, for no set counts that says it: it
differs from the next set, whose correction says who bears it.

Belongs here: closing, correcting, taking a correction back, and what needs an act. Never here: comparing
(reconciliation), who the two people are, the entries behind a case (entries).
"""

from typing import NamedTuple

from protocol.codes import ReplyCode
from protocol.limits import AMOUNT_FEN_MAX, COLUMN_FEN_MAX
from protocol.records import STATE_NUMBER_GIVEN
from protocol.vocabulary import RecordKind
from rules.day.settlement import SETTLEMENT_DIFFERS, STEP_NOT_DUE
from rules.money.account import Account
from rules.money.moved import draw_moved, over_bought
from rules.request import (
    ACT_NEEDED,
    AMOUNT_OUT_OF_RANGE,
    DONE,
    FREEZE_CLOSED,
    FREEZE_UNKNOWN,
    LIMIT_EXCEEDED,
    Booked,
    Correction,
    Decision,
    Freezes,
    OfDate,
    Permitted,
    Request,
    of_freeze,
)

PERMITTED_KIND = RecordKind.CORRECT
"""What an act permits one record of."""


class Corrected(NamedTuple):
    """Where a contract's date stands after a correction, and what the broker makes good: bought is what the set has
    less the first, sold is what it has and the second.
    """

    bought_fen: int
    sold_fen: int
    made_good_buys_fen: int
    made_good_proceeds_fen: int

    @property
    def made_good_fen(self) -> int:
        """The broker's case."""
        return self.made_good_buys_fen + self.made_good_proceeds_fen


def corrected(account: Account, has: OfDate, buys_fen: int, proceeds_fen: int, rejected_fen: int = 0) -> Corrected:
    """Bring what the bank `has` to what is said was bought and sold; `rejected_fen` of the buys is made good.

    A contract ends when nothing of it is open. So whatever is said to be bought for one that has ended is without an
    order of its customer, and all of it is made good; what is said to be sold is owed to him, and buys nothing.
    """
    if has.has_ended:
        return Corrected(0, proceeds_fen, buys_fen, 0)
    takes_fen, later_fen = buys_fen - rejected_fen, account.later.behind(has.trade_date)
    there_fen = account.buying_power_fen + account.restrained_fen
    bought_fen = min(has.bought_fen, takes_fen)
    there_fen += has.bought_fen - bought_fen
    sold_fen = max(has.sold_fen, proceeds_fen)
    there_fen += sold_fen - has.sold_fen
    falls_fen = min(sold_fen - proceeds_fen, max(0, there_fen - later_fen))
    sold_fen -= falls_fen
    there_fen -= falls_fen
    rises_fen = min(takes_fen - bought_fen, max(0, there_fen - max(account.restrained_fen, later_fen)))
    bought_fen += rises_fen
    return Corrected(bought_fen, sold_fen, buys_fen - bought_fen, sold_fen - proceeds_fen)


def tolerated_fen(bought_fen: int, sold_fen: int, proceeds_counted: bool) -> int:
    """What of a move of bought and sold needs to be tolerated: proceeds that come with the correction are none."""
    return max(0, -bought_fen) + (abs(sold_fen) if proceeds_counted else 0)


def is_within(has: OfDate, after: Corrected) -> bool:
    """Whether the day desk may correct without an act: amounts within what is tolerated, and the excess of a sale,
    which is a cost like any other as far as buying power goes. Buys rise by nothing else.

    Of scheme A order by order, and nothing is taken from a customer: bought falls by all that orders cost less, so none
    costs more; no proceeds fall, and an excess is booked already.
    """
    excess_fen = 0 if has.is_excess_booked else has.excess_fen
    rises_fen, sold_fen = after.bought_fen - has.bought_fen, after.sold_fen - has.sold_fen
    if has.falls_fen is not None and (rises_fen + has.falls_fen > 0 or sold_fen < 0):
        return False
    differs_fen = tolerated_fen(rises_fen, sold_fen, has.proceeds_counted)
    return (
        after.made_good_fen == 0
        and rises_fen <= excess_fen
        and differs_fen <= min(has.tolerance.contract_fen, has.tolerance.left_fen)
    )


def is_permitted(has: OfDate, after: Corrected, permit: Permitted) -> bool:
    """Whether two people have signed for this: they saw what the set says, and a bound of what customers can change."""
    return (
        (permit.buys_fen, permit.proceeds_fen) == (has.buys_fen, has.proceeds_fen)
        and after.bought_fen - has.bought_fen <= permit.rise_max_fen
        and after.made_good_fen <= permit.made_good_max_fen
    )


def close(request: Request, account: Account, freezes: Freezes) -> Decision:
    """End an order of the date: what its set says was bought and is not drawn yet is drawn, the rest released. In front
    of the correction of its contract, or once the date is published. An order of scheme A is open until it is ended,
    whatever remains of it: a sale freezes nothing.
    """
    target, has = freezes.get(request.target_slot), request.of_date
    if target is None or target.contract != request.contract:
        return FREEZE_UNKNOWN
    if not target.is_open:
        return FREEZE_CLOSED
    if has is None or not (has.is_due or has.is_told) or request.target_slot not in has.open_slots:
        return STEP_NOT_DUE
    drawn_fen = min(target.remaining_fen, target.due_fen)
    if (request.amount_fen, request.release_fen) != (drawn_fen, target.remaining_fen - drawn_fen):
        return SETTLEMENT_DIFFERS
    if account.bought_fen + drawn_fen > COLUMN_FEN_MAX:
        return LIMIT_EXCEEDED
    # From here the closing must succeed.
    account.frozen_fen -= target.remaining_fen
    account.bought_fen += drawn_fen
    has.bought_fen += drawn_fen
    account.clamp_seniors()
    has.moved_fen += draw_moved(account, target, drawn_fen, target.remaining_fen - drawn_fen)
    target.remaining_fen, target.due_fen, target.is_open_order = 0, 0, False
    return of_freeze(0)


def correct(request: Request, account: Account, freezes: Freezes) -> Decision:
    """Correct a contract of the date; the record names both values of both sums and what is made good."""
    has, says = request.of_date, request.correction
    assert says is not None
    if not _is_in_range(says):
        return AMOUNT_OUT_OF_RANGE
    if has is None or not has.is_due or has.is_corrected:
        return STEP_NOT_DUE
    if any(freezes[slot].is_open for slot in has.open_slots):
        return STEP_NOT_DUE
    if says.act_number and says.permit is None:
        return ACT_NEEDED
    rejected_fen = says.permit.rejected_fen if says.permit is not None else 0
    after = corrected(account, has, has.buys_fen, has.proceeds_fen, min(rejected_fen, has.buys_fen))
    if _named(request, says) != (has.buys_fen, has.proceeds_fen, has.bought_fen, has.sold_fen, *after[2:]):
        return SETTLEMENT_DIFFERS
    if not (is_within(has, after) if says.permit is None else is_permitted(has, after, says.permit)):
        return ACT_NEEDED
    return _moved(account, has, after, is_tolerated=says.permit is None)


def revert(request: Request, account: Account, freezes: Freezes) -> Decision:
    """Take back what a withdrawn set has booked; the record names both values of both sums and what stays."""
    has, says = request.of_date, request.correction
    assert says is not None
    if not _is_in_range(says):
        return AMOUNT_OUT_OF_RANGE
    if has is None or has.booked is None:
        return STEP_NOT_DUE
    if says.act_number != has.booked.act_number:
        return ACT_NEEDED
    without, after = reverted(account, has, has.booked)
    if _named(request, says) != (*without, has.bought_fen, has.sold_fen, *after[2:]):
        return SETTLEMENT_DIFFERS
    if not _has_room(account, has, after):
        return LIMIT_EXCEEDED
    # From here it must succeed.
    _move(account, has, after)
    case, has.booked = has.booked.case, None
    return (int(ReplyCode.ACCEPTED), STATE_NUMBER_GIVEN, case) if case else DONE


def reverted(account: Account, has: OfDate, booked: Booked) -> tuple[tuple[int, int], Corrected]:
    """What was bought and sold without the set, and where the date comes to; "made good" in that is what stays.

    Fills may have more than a record can name: what is above that stays.
    """
    bought_fen = min(has.bought_fen - booked.bought_fen, AMOUNT_FEN_MAX)
    sold_fen = min(has.sold_fen - booked.sold_fen, AMOUNT_FEN_MAX)
    return (bought_fen, sold_fen), corrected(account, has, bought_fen, sold_fen)


def _is_in_range(says: Correction) -> bool:
    columns_fen = (says.has_bought_fen, says.has_sold_fen, says.made_good_proceeds_fen)
    return all(0 <= fen <= COLUMN_FEN_MAX for fen in columns_fen) and says.act_number >= 0


def _named(request: Request, says: Correction) -> tuple[int, ...]:
    """What a record names: buys, proceeds, what the bank has of both, what is made good of both."""
    set_says = (request.amount_fen, request.release_fen)
    return (*set_says, says.has_bought_fen, says.has_sold_fen, request.turnover_fen, says.made_good_proceeds_fen)


def _moved(account: Account, has: OfDate, after: Corrected, *, is_tolerated: bool) -> Decision:
    if not _has_room(account, has, after):
        return LIMIT_EXCEEDED
    # From here the correction must succeed.
    if is_tolerated:
        moved_fen = (after.bought_fen - has.bought_fen, after.sold_fen - has.sold_fen)
        has.tolerance.left_fen -= tolerated_fen(*moved_fen, has.proceeds_counted)
    _move(account, has, after)
    has.is_corrected = True
    if not after.made_good_fen:
        return DONE
    return (int(ReplyCode.ACCEPTED), STATE_NUMBER_GIVEN, has.cases.open_one())


def _has_room(account: Account, has: OfDate, after: Corrected) -> bool:
    """Whether the columns can hold what comes of it."""
    if has.has_ended:
        return True
    bought_fen = account.bought_fen + after.bought_fen - has.bought_fen
    return max(bought_fen, account.sold_fen + after.sold_fen - has.sold_fen) <= COLUMN_FEN_MAX


def _move(account: Account, has: OfDate, after: Corrected) -> None:
    """Bring the date, and its account with it, to what comes of it."""
    if not has.has_ended:
        account.bought_fen += after.bought_fen - has.bought_fen
        account.sold_fen += after.sold_fen - has.sold_fen
        account.clamp_seniors()
        back_fen = over_bought(has.moved_fen, after.bought_fen)
        account.moved_drawn_fen -= back_fen
        has.moved_fen -= back_fen
    has.bought_fen, has.sold_fen = after.bought_fen, after.sold_fen
