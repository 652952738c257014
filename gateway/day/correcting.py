"""The day desk's corrections 调账: what one would be, as records of its seat, as the fields that two people sign; and
what takes them back once two people have withdrawn the set; and what ends the orders of a published date.

Belongs here: which records follow on which answer. Never here: what a correction moves (the core decides), who signs,
what is printed.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from msgspec import structs

from config.kit.exit_codes import ExitCode, ProcessFault
from protocol.client import Seat
from protocol.codes import ReplyCode
from protocol.limits import CORRECTIONS_TOLD_MAX, DIGEST_BYTES
from protocol.messages.day.corrections import ClosingsAnswer, CorrectionAnswer, RevertsAnswer
from protocol.messages.day.steps import ListedCorrection, TellCorrections, list_digest
from protocol.messages.queries import Difference, SetAnswer, differences_digest
from protocol.records import RECORD, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import ComparedField, DifferenceClass, RecordKind

FRAME_RECORDS = 1_024
ENDED_ASKED_MAX = 128  # contracts that wait, by the clock: where more do, people look into it anyhow
SUMS = (ComparedField.BOUGHT, ComparedField.SOLD)  # of a contract
_OF_REVERT = {
    "contract_no": "contract_no",
    "amount_fen": "bought_fen",
    "cleared_proceeds_fen": "sold_fen",
    "has_bought_fen": "has_bought_fen",
    "has_sold_fen": "has_sold_fen",
    "made_good_buys_fen": "stays_bought_fen",
    "made_good_proceeds_fen": "stays_sold_fen",
}  # fields of the record by those of the answer


_OF_CLOSING = {
    "contract_no": "contract_no",
    "amount_fen": "drawn_fen",
    "release_fen": "released_fen",
    "target_date": "order_date",
    "target_seat": "order_seat",
    "target_number": "order_number",
}  # likewise


class ListRefused(ProcessFault):
    """The bank does not take lines of a list: another was signed, or none."""

    def __init__(self, message: str) -> None:
        """Takes the one line; the code is always ExitCode.FAILED."""
        super().__init__(message, ExitCode.FAILED)


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


@dataclass(frozen=True, slots=True)
class OfEnded:
    """What waits for a correction of a broker's date and has ended: what needs no act, what two people must sign."""

    to_send: list[CorrectionAnswer]
    to_sign: list[CorrectionAnswer]
    is_all: bool  # that waits


async def of_ended(seat: Seat, trade_date: int, party: int) -> OfEnded:
    """Of the first ENDED_ASKED_MAX contracts that wait by a complete set, those that have ended."""
    found, asked = OfEnded([], [], is_all=True), 0
    async for answer in waiting(seat, trade_date, party):
        if asked == ENDED_ASKED_MAX:
            return replace(found, is_all=False)
        asked += 1
        if answer.has_ended:
            (found.to_sign if answer.needs_act else found.to_send).append(answer)
    return replace(found, is_all=asked == len(found.to_send) + len(found.to_sign))


async def correct(seat: Seat, answers: Sequence[CorrectionAnswer], act_number: int = 0) -> list[Corrected]:
    """Close the orders of contracts' dates and correct them, as `answers` have both, several in a frame."""
    found = []
    for blocks in _frames([_block(answer, act_number) for answer in answers]):
        records = np.frombuffer(b"".join(block.tobytes() for block in blocks), RECORD)
        outcomes, end = (await seat.submit_block(records)).outcomes, 0
        for block in blocks:
            first, end = end, end + len(block)
            codes, case = outcomes["code"][first:end].tolist(), int(outcomes["remaining_fen"][end - 1])
            closed = sum(code == ReplyCode.ACCEPTED for code in codes[:-1])
            found.append(Corrected(closed, ReplyCode(codes[-1]), case))
    return found


async def tell_list(seat: Seat, act_number: int, lines: Sequence[ListedCorrection]) -> None:
    """Tell the lines of the list that an act permits, from where it stands on: what was told before is not told again.

    Raises ListRefused when it is not the list that was signed, or nothing permits it.
    """
    first, rests = 0, _rests(lines)
    while first < len(lines):
        end = min(first + CORRECTIONS_TOLD_MAX, len(lines))
        told = await seat.control(TellCorrections(act_number, first, list(lines[first:end]), rests[end]))
        is_further = first < told.remaining_fen <= len(lines)
        if not (told.accepted or told.code is ReplyCode.ACT_REPEATED) or not is_further:
            raise ListRefused(f"lines {first + 1} to {end} of the list by act {act_number}: {told.code.name}")
        first = told.remaining_fen


def line_of(answer: CorrectionAnswer, rejected_fen: int = 0) -> ListedCorrection:
    """A correction as a line of a list that two people sign. Its bounds are all that the set has: what the customer
    does meanwhile changes who bears it, and not what was signed.
    """
    rises_fen = max(0, answer.cleared_buys_fen - rejected_fen - answer.has_bought_fen)
    return ListedCorrection(
        contract_no=answer.contract_no,
        cleared_buys_fen=answer.cleared_buys_fen,
        cleared_proceeds_fen=answer.cleared_proceeds_fen,
        rejected_fen=rejected_fen,
        rise_max_fen=rises_fen,
        made_good_max_fen=answer.made_good_buys_fen + answer.made_good_proceeds_fen,
    )


def list_to_sign(
    lines: Sequence[ListedCorrection], set_now: SetAnswer, party: int, last_date: int
) -> dict[str, int | str]:
    """The own fields of the act that permits these corrections, lines in their order."""
    return {
        "act": "correct_list",
        "count": len(lines),
        "digest": list_digest(lines).hex(),
        "last_date": last_date,
        "party": party,
        "set_number": set_now.number,
        "trade_date": set_now.trade_date,
    }


async def close_orders(seat: Seat, answers: Sequence[ClosingsAnswer]) -> list[ReplyCode]:
    """End all orders that answers of a date name. Returns the code of each."""
    closings = [each for answer in answers for each in answer.closings]
    block = np.zeros(len(closings), RECORD)
    block["kind"], block["trade_day"] = RecordKind.CLOSE, trade_day(answers[0].trade_date)
    for field, of in _OF_CLOSING.items():
        block[field] = [getattr(each, of) for each in closings]
    return list(map(ReplyCode, (await seat.submit_block(block)).outcomes["code"].tolist()))


async def take_back(seat: Seat, answer: RevertsAnswer) -> set[ReplyCode]:
    """Send all that an answer names. Returns the codes."""
    block = np.zeros(len(answer.contracts), RECORD)
    block["kind"], block["trade_day"] = RecordKind.REVERT, trade_day(answer.trade_date)
    block["act_number"] = answer.act_number
    for field, of in _OF_REVERT.items():
        block[field] = [getattr(each, of) for each in answer.contracts]
    return set(map(ReplyCode, (await seat.submit_block(block)).outcomes["code"].tolist()))


def withdrawal_to_sign(set_now: SetAnswer, party: int) -> dict[str, int | str]:
    """The own fields of the act by which a set counts no more, and what was booked by it is taken back."""
    return {
        "act": "withdraw_set",
        "party": party,
        "set_number": set_now.number,
        "trade_date": set_now.trade_date,
    }


def fields_to_sign(
    answer: CorrectionAnswer, set_now: SetAnswer, party: int, rejected_fen: int, last_date: int
) -> dict[str, int | str]:
    """The own fields of the act that permits this correction, with the bounds of `line_of`."""
    line = structs.asdict(line_of(answer, rejected_fen))
    of_set = {"party": party, "set_number": set_now.number, "trade_date": answer.trade_date}
    return {"act": "correct", **dict(sorted({**line, **of_set, "last_date": last_date}.items()))}


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


def _rests(lines: Sequence[ListedCorrection]) -> list[bytes]:
    """The digest of the lines behind each place, that behind none first."""
    digests = [bytes(DIGEST_BYTES)]
    for line in reversed(lines):
        digests.append(list_digest([line], digests[-1]))
    return digests[::-1]


def _frames(blocks: Sequence[RecordArray]) -> Iterator[list[RecordArray]]:
    """What stands together: a contract's orders and its correction in one frame, which holds no order up for long."""
    together: list[RecordArray] = []
    for block in blocks:
        if together and sum(map(len, together)) + len(block) > FRAME_RECORDS:
            yield together
            together = []
        together.append(block)
    if together:
        yield together


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
