"""`yzt day correct`: contracts brought to what a complete clearing set says, or the fields of the act that it takes.

Belongs here: what is printed and what is sent of it. Never here: the records (gateway.day.correcting), the options.
"""

import argparse
from collections.abc import Mapping

from config.cli.day.asked import date_of, parties_of
from config.kit.exit_codes import ExitCode, ProcessFault
from gateway.day.correcting import correct as send
from gateway.day.correcting import fields_to_sign, waiting
from gateway.day.desk import DayDesk
from protocol.codes import ReplyCode
from protocol.messages.corrections import CorrectionAnswer


async def correct(desk: DayDesk, options: argparse.Namespace) -> int:
    """Prints both values of each correction and what would be booked; sends what needs no act, or has one.

    Returns: FAILED when one was refused, or waits for an act. Raises: ProcessFault USAGE for an act or a rejection
    without its contract, FAILED for a contract of which there is nothing to correct.
    """
    trade_date, is_whole = date_of(desk, options), True
    if not options.contract and (options.act or options.rejected):
        raise ProcessFault("day correct: --act and --rejected are of one --contract", ExitCode.USAGE)
    for party in await parties_of(desk, options):
        if options.contract:
            answer = await desk.seat.correction(trade_date, party, options.contract, 0, options.rejected)
            if not answer.contract_no:
                if options.party is not None:
                    raise ProcessFault(f"day correct: nothing to correct of {options.contract}", ExitCode.FAILED)
                continue
            is_whole &= await _one(desk, options, party, answer)
            continue
        async for answer in waiting(desk.seat, trade_date, party):
            is_whole &= await _one(desk, options, party, answer)
    return int(ExitCode.OK if is_whole else ExitCode.FAILED)


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
    done = await send(desk.seat, answer, options.act)
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
        f"broker {party}, contract {answer.contract_no}: bought {_yuan(answer.has_bought_fen)} → "
        f"{_yuan(answer.cleared_buys_fen - answer.made_good_buys_fen)} (set: {_yuan(answer.cleared_buys_fen)}), sold "
        f"{_yuan(answer.has_sold_fen)} → {_yuan(answer.cleared_proceeds_fen + answer.made_good_proceeds_fen)} (set: "
        f"{_yuan(answer.cleared_proceeds_fen)}), {len(answer.closings)} orders to close, {_yuan(good_fen)} made good; "
        f"{'two people must sign' if answer.needs_act else 'no act needed'}"
    )


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02}"
