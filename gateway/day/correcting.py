"""The day desk's corrections 调账: what one would be, as records of its seat, as the fields that two people sign.

Belongs here: which records follow on which answer. Never here: what a correction moves (the core decides), who signs,
what is printed.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from protocol.client import Seat
from protocol.codes import ReplyCode
from protocol.messages.corrections import CorrectionAnswer
from protocol.messages.queries import Difference, SetAnswer, differences_digest
from protocol.records import RECORD, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import ComparedField, DifferenceClass, RecordKind

SUMS = (ComparedField.BOUGHT, ComparedField.SOLD)  # of a contract


@dataclass(frozen=True, slots=True)
class Corrected:
    """What became of a correction."""

    closed: int  # orders of the date
    code: ReplyCode
    case: int  # of the broker, 0 without one


async def waiting(seat: Seat, trade_date: int, party: int) -> AsyncIterator[CorrectionAnswer]:
    """What the correction of each contract would be that waits for one, by the complete set of a broker's date."""
    first = 0
    while True:
        answer = await seat.correction(trade_date, party, 0, first)
        if answer.contract_no:
            yield answer
        if not answer.next_place:
            return
        first = answer.next_place


async def correct(seat: Seat, answer: CorrectionAnswer, act_number: int = 0) -> Corrected:
    """Close the orders of a contract's date and correct it, as `answer` has both."""
    outcomes = (await seat.submit_block(_block(answer, act_number))).outcomes
    codes = outcomes["code"].tolist()
    closed = sum(code == ReplyCode.ACCEPTED for code in codes[:-1])
    return Corrected(closed, ReplyCode(codes[-1]), int(outcomes["remaining_fen"][-1]))


def fields_to_sign(
    answer: CorrectionAnswer, set_now: SetAnswer, party: int, rejected_fen: int, last_date: int
) -> dict[str, int | str]:
    """The own fields of the act that permits this correction. Its bounds are all that the set has: what the customer
    does meanwhile changes who bears it, and not what was signed.
    """
    rises_fen = max(0, answer.cleared_buys_fen - rejected_fen - answer.has_bought_fen)
    return {
        "act": "correct",
        "cleared_buys_fen": answer.cleared_buys_fen,
        "cleared_proceeds_fen": answer.cleared_proceeds_fen,
        "contract_no": answer.contract_no,
        "last_date": last_date,
        "made_good_max_fen": answer.made_good_buys_fen + answer.made_good_proceeds_fen,
        "party": party,
        "rejected_fen": rejected_fen,
        "rise_max_fen": rises_fen,
        "set_number": set_now.number,
        "trade_date": answer.trade_date,
    }


def decisions_to_sign(found: Sequence[Difference], set_now: SetAnswer, party: int) -> Iterator[dict[str, int | str]]:
    """For each class the own fields of the act by which its differences are known and stay; sums are corrected."""
    for difference_class in DifferenceClass:
        of_class = [each for each in found if each.difference_class == difference_class]
        listed = [each for each in of_class if each.compared_field not in SUMS]
        if listed:
            yield {
                "act": "decide",
                "count": len(listed),
                "difference_class": difference_class.name,
                "digest": differences_digest(listed).hex(),
                "party": party,
                "set_number": set_now.number,
                "trade_date": set_now.trade_date,
            }


def _block(answer: CorrectionAnswer, act_number: int) -> RecordArray:
    block = np.zeros(len(answer.closings) + 1, RECORD)
    block["kind"], block["contract_no"] = RecordKind.CLOSE, answer.contract_no
    block["trade_day"] = trade_day(answer.trade_date)
    for place, each in enumerate(answer.closings):
        block["amount_fen"][place], block["release_fen"][place] = each.drawn_fen, each.released_fen
        block["target_date"][place], block["target_seat"][place] = each.order_date, each.order_seat
        block["target_number"][place] = each.order_number
    last = block[-1:]
    last["kind"], last["act_number"] = RecordKind.CORRECT, act_number
    last["amount_fen"], last["cleared_proceeds_fen"] = answer.cleared_buys_fen, answer.cleared_proceeds_fen
    last["made_good_buys_fen"] = answer.made_good_buys_fen
    last["made_good_proceeds_fen"] = answer.made_good_proceeds_fen
    last["has_bought_fen"], last["has_sold_fen"] = answer.has_bought_fen, answer.has_sold_fen
    return block
