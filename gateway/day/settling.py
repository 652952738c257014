"""The day desk's settlements 交收 and credits 入账: page by page what is due, and the records that say so.

Belongs here: which records follow on which answer, asking until nothing is left. Never here: what a settlement moves
(the core decides), when one is due (by_clock), what is printed.
"""

from collections.abc import Callable

import numpy as np

from protocol.client import Seat
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.messages.day.settling import CreditsAnswer, SettlementsAnswer
from protocol.records import RECORD, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import RecordKind

PASSES_MAX = 8  # in a row that settle or credit nothing although something is left
DONE_MEANWHILE = ReplyCode.STEP_NOT_DUE  # of one contract: another desk, or its settlement, has done it
_OF_SETTLEMENT = {
    "contract_no": "contract_no",
    "amount_fen": "from_savings_fen",
    "from_moved_fen": "from_moved_fen",
    "settled_proceeds_fen": "proceeds_fen",
    "settled_other_fen": "other_fen",
}  # fields of the record by those of the answer
_OF_CREDIT = {"contract_no": "contract_no", "amount_fen": "proceeds_fen", "other_fen": "other_fen"}
Look = Callable[[set[ReplyCode]], object]
"""Raises when a code is none that a step lives with."""


async def settle_contracts(seat: Seat, trade_date: int, party: int, look: Look, told: Callable[[str], None]) -> bool:
    """Settle every contract that is to be settled of a date. Returns False when amounts never stood still.

    Raises what `look` raises.
    """
    settled = passes = first = 0
    while passes < PASSES_MAX:
        answer = await seat.settlements(trade_date, party, first)
        if answer.contracts:
            codes = await _sent(seat, _settlements(answer), look)
            done = codes.count(ReplyCode.ACCEPTED)
            settled, passes = settled + done, 0 if done else passes + 1
            told(f"broker {party}: {settled:,} contracts are settled, {answer.left - done:,} are left")
        first = further(first, answer.next_place)
        if not first and not answer.left:
            return True
        passes += not first and not answer.contracts
    return False


async def credit_contracts(seat: Seat, party: int, look: Look, told: Callable[[str], None]) -> int:
    """Credit what is due to customers of a broker, date by date. Returns to how many; below 0 when amounts never stood
    still. Raises what `look` raises.
    """
    credited = passes = first = 0
    while passes < PASSES_MAX:
        answer = await seat.due_credits(party, first)
        if not answer.trade_date:
            return credited
        if answer.contracts:
            codes = await _sent(seat, _credits(answer), look)
            done = codes.count(ReplyCode.ACCEPTED)
            credited, passes = credited + done, 0 if done else passes + 1
            told(f"broker {party}: {credited:,} credits are posted, of {answer.trade_date} last")
        first = further(first, answer.next_place)
        passes += not first and not answer.contracts
    return -1


async def _sent(seat: Seat, block: RecordArray, look: Look) -> list[ReplyCode]:
    codes = list(map(ReplyCode, (await seat.submit_block(block)).outcomes["code"].tolist()))
    look(set(codes) - {DONE_MEANWHILE})
    return codes


def _settlements(answer: SettlementsAnswer) -> RecordArray:
    block = np.zeros(len(answer.contracts), RECORD)
    block["kind"], block["trade_day"] = RecordKind.SETTLE, trade_day(answer.trade_date)
    for field, of in _OF_SETTLEMENT.items():
        block[field] = [getattr(each, of) for each in answer.contracts]
    return block


def _credits(answer: CreditsAnswer) -> RecordArray:
    block = np.zeros(len(answer.contracts), RECORD)
    block["kind"], block["trade_day"] = RecordKind.CREDIT, trade_day(answer.trade_date)
    for field, of in _OF_CREDIT.items():
        block[field] = [getattr(each, of) for each in answer.contracts]
    return block


def further(place: int, told: int) -> int:
    """The place to go on from, 0 at the end. Raises InvariantBroken when it is none: a step would never end."""
    if 0 < told <= place:
        raise InvariantBroken(f"the bank sends a step from place {place} to {told}")
    return told
