"""`yzt day correct` and `withdraw`: contracts brought to what a complete clearing set says, or the fields of the act
that it takes; those of the act by which a set counts no more.

Belongs here: what is printed and what is sent of it. Never here: the records (gateway.day.correcting), the options,
files of lists (lists).
"""

import argparse
from collections import Counter
from collections.abc import Mapping

from config.cli.acts.writing import LIST_FIELD
from config.cli.day.asked import date_of, parties_of
from config.cli.day.lists import read_list, said_of, write_list, yuan
from config.kit.exit_codes import ExitCode, ProcessFault
from gateway.day.correcting import correct as send
from gateway.day.correcting import fields_to_sign, line_of, list_to_sign, tell_list, waiting, withdrawal_to_sign
from gateway.day.desk import PASSES_MAX, DayDesk
from protocol.codes import ReplyCode
from protocol.limits import CORRECTIONS_PER_LIST_MAX
from protocol.messages.day.corrections import CorrectionAnswer
from protocol.messages.day.steps import ListedCorrection
from protocol.vocabulary import LaneState

ASKED_AT_ONCE = 64  # contracts: what is asked of the last one is not old when the first is corrected
DONE, BEFORE = "corrected", "corrected before"


async def correct(desk: DayDesk, options: argparse.Namespace) -> int:
    """Prints both values of each correction and what would be booked; sends what needs no act, or has one.

    Returns: FAILED when one was refused, or waits for an act. Raises: ProcessFault USAGE for options that do not go
    together, FAILED for a contract of which there is nothing to correct, DATA for a file.
    """
    trade_date, is_whole = date_of(desk, options), True
    _check(options)
    if options.list is not None:
        return await _by_list(desk, options, trade_date)
    if options.write_list is not None:
        return await _write_list(desk, options, trade_date)
    is_found = False
    for party in await parties_of(desk, options):
        if options.contract:
            answer = await desk.seat.correction(trade_date, party, options.contract, 0, options.rejected)
            if answer.contract_no:
                is_found = True
                is_whole &= await _one(desk, options, party, answer)
            continue
        count = 0
        async for answer in waiting(desk.seat, trade_date, party):
            count += 1
            is_whole &= await _one(desk, options, party, answer)
        if not count:
            print(f"broker {party}: {await _why_nothing(desk, trade_date, party)}")
    if options.contract and not is_found:
        of_one = "" if options.party is None else f": {await _why_nothing(desk, trade_date, options.party)}"
        raise ProcessFault(f"day correct: nothing to correct of {options.contract}{of_one}", ExitCode.FAILED)
    return int(ExitCode.OK if is_whole else ExitCode.FAILED)


async def _why_nothing(desk: DayDesk, trade_date: int, party: int) -> str:
    """Why no correction of a broker's date is told: there is none, or it is not its turn."""
    lane = await desk.lane(trade_date, party)
    if lane.state not in (LaneState.COMPLETE, LaneState.RECONCILED):
        return f"{lane.state.name.lower()}, no complete set to correct by"
    dates = (await desk.seat.trade_dates()).dates
    if not any(each.trade_date == trade_date and each.is_agreed for each in dates):
        return "the bank does not agree with itself on the date yet: yzt day run agree"
    return "nothing waits for a correction"


def _check(options: argparse.Namespace) -> None:
    lists = [each for each in (options.list, options.write_list) if each is not None]
    if lists and (options.party is None or options.contract or options.rejected or len(lists) > 1):
        raise ProcessFault("day correct: a list is of one --party, and has its own contracts", ExitCode.USAGE)
    if options.list is not None and not options.act:
        raise ProcessFault("day correct: --list takes --act, the number of the act that permits it", ExitCode.USAGE)
    if (not options.contract and options.rejected) or (options.act and not (options.contract or options.list)):
        raise ProcessFault("day correct: --act and --rejected are of one --contract, or of a --list", ExitCode.USAGE)


async def _write_list(desk: DayDesk, options: argparse.Namespace, trade_date: int) -> int:
    """What needs an act, as a list that two people may sign; the rest is for `day correct` without a list."""
    lines = [line_of(answer) async for answer in waiting(desk.seat, trade_date, options.party) if answer.needs_act]
    if not lines:
        raise ProcessFault(f"day correct: no contract of broker {options.party} waits for an act", ExitCode.FAILED)
    if len(lines) > CORRECTIONS_PER_LIST_MAX:
        desk.told(f"{len(lines):,} contracts wait for an act; a list has the first {CORRECTIONS_PER_LIST_MAX:,}")
        lines = lines[:CORRECTIONS_PER_LIST_MAX]
    write_list(options.write_list, lines)
    lane = await desk.lane(trade_date, options.party)
    fields = list_to_sign(lines, lane.answer, options.party, desk.seat.trade_date)
    of_list = {name: value for name, value in fields.items() if name not in ("count", "digest")}
    print(f"{options.write_list}: {said_of(lines)}")
    print(f"    {as_act({**of_list, LIST_FIELD: str(options.write_list)})}")
    return int(ExitCode.OK)


async def _by_list(desk: DayDesk, options: argparse.Namespace, trade_date: int) -> int:
    """Tell the list that was signed, and correct its contracts. What was done before is done."""
    lines = read_list(options.list)
    if options.dry_run:
        print(f"{options.list}: {said_of(lines)}")
        return int(ExitCode.OK)
    await tell_list(desk.seat, options.act, lines)
    desk.told(f"{len(lines):,} lines of the list are told")
    counts, left = Counter[str](), list(lines)
    for _ in range(PASSES_MAX):
        moved: list[ListedCorrection] = []
        for first in range(0, len(left), ASKED_AT_ONCE):
            part = left[first : first + ASKED_AT_ONCE]
            moved += await _of_list(desk, options, trade_date, part, counts)
            desk.told(f"{counts[DONE]:,} contracts are corrected")
        left = moved
        if not left:
            break
    refused = len(lines) - counts[DONE] - counts[BEFORE]
    before = f", {counts[BEFORE]:,} were before" if counts[BEFORE] else ""
    failed = f", {refused:,} are not" if refused else ""
    print(f"broker {options.party}: {counts[DONE]:,} contracts of the list are corrected{before}{failed}")
    return int(ExitCode.FAILED if refused else ExitCode.OK)


async def _of_list(
    desk: DayDesk,
    options: argparse.Namespace,
    trade_date: int,
    lines: list[ListedCorrection],
    counts: Counter[str],
) -> list[ListedCorrection]:
    """Correct some contracts of a list in one frame. Returns those whose money moved meanwhile: to be asked anew."""
    asked = []
    for line in lines:
        answer = await desk.seat.correction(trade_date, options.party, line.contract_no, 0, line.rejected_fen)
        if answer.contract_no:
            asked.append((line, answer))
        else:
            print(f"contract {line.contract_no}: nothing to correct")
    moved = []
    told = await send(desk.seat, [answer for _, answer in asked], options.act) if asked else []
    for (line, answer), done in zip(asked, told, strict=True):
        if done.code is ReplyCode.ACCEPTED:
            counts[DONE] += 1
        elif done.code is ReplyCode.STEP_NOT_DUE and not answer.closings:
            counts[BEFORE] += 1  # there is a complete set and nothing to close, so it is corrected
        elif done.code is ReplyCode.SETTLEMENT_DIFFERS:
            moved.append(line)
        else:
            print(f"{_line(options.party, answer)}\n    {done.code.name.lower()}")
    return moved


async def withdraw(desk: DayDesk, options: argparse.Namespace) -> int:
    """Prints the act by which two people withdraw a broker's set. The day desk then takes back what was booked by it.

    Returns: FAILED when no lane that was asked for has a set that can be withdrawn.
    """
    trade_date, found = date_of(desk, options), False
    for party in await parties_of(desk, options):
        lane = await desk.lane(trade_date, party)
        if not lane.answer.number or lane.state >= LaneState.PUBLISHED:
            print(f"broker {party}: {lane.state.name.lower()}, no set to withdraw")
            continue
        found = True
        print(f"broker {party}: {lane.state.name.lower()}, set {lane.answer.number}")
        print(f"    {as_act(withdrawal_to_sign(lane.answer, party))}")
    return int(ExitCode.OK if found else ExitCode.FAILED)


async def _one(desk: DayDesk, options: argparse.Namespace, party: int, answer: CorrectionAnswer) -> bool:
    """Whether nothing of it is left to do."""
    print(_line(party, answer))
    needs_act = answer.needs_act or bool(options.rejected)
    if options.dry_run or (needs_act and not options.act):
        if needs_act:
            lane = await desk.lane(answer.trade_date, party)
            last_date = desk.seat.trade_date
            print(f"    {as_act(fields_to_sign(answer, lane.answer, party, options.rejected, last_date))}")
        return not needs_act
    (done,) = await send(desk.seat, [answer], options.act)
    case = f", case {done.case} of broker {party}" if done.case else ""
    print(f"    {done.closed} orders closed; {done.code.name.lower()}{case}")
    return done.code == ReplyCode.ACCEPTED


def as_act(fields: Mapping[str, int | str]) -> str:
    """The command that writes an act with these fields."""
    values = " ".join(f"{name}={value}" for name, value in fields.items() if name != "act")
    return f"yzt act write {fields['act']} FILE {values}"


def _line(party: int, answer: CorrectionAnswer) -> str:
    good_fen = answer.made_good_buys_fen + answer.made_good_proceeds_fen
    return (
        f"broker {party}, contract {answer.contract_no}: bought {yuan(answer.has_bought_fen)} → "
        f"{yuan(answer.cleared_buys_fen - answer.made_good_buys_fen)} (set: {yuan(answer.cleared_buys_fen)}), sold "
        f"{yuan(answer.has_sold_fen)} → {yuan(answer.cleared_proceeds_fen + answer.made_good_proceeds_fen)} (set: "
        f"{yuan(answer.cleared_proceeds_fen)}), {len(answer.closings)} orders to close, {yuan(good_fen)} made good; "
        f"{'two people must sign' if answer.needs_act else 'no act needed'}"
    )
