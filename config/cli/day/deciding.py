"""`yzt day defer | resume | adopt`: what two people decide of a broker's date, from the first word to its effect.

Belongs here: writing the act, how far it is, sending it, and the lines of the exchange's data behind it. Never here:
signing (`yzt act`), what the act does (the bank).

The same command is given until it is done: it writes the file when there is none, says whose signature is missing, and
sends it once both are there.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from config.cli.acts.files import ActFile, read_act, write_act
from config.cli.acts.known import known_of
from config.cli.clearing.checking import refusals, summary
from config.cli.clearing.csv_lines import ReadSet, read_set
from config.cli.clearing.declared import declared_second
from config.cli.day.asked import trade_date_of
from config.cli.options import PERSON, SERIAL, VALID_S
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.printable import printable
from config.kit.processes import print_progress
from config.schema import Config
from gateway.day.desk import DayDesk
from protocol.acts.day import OF_EXCHANGE, AdoptSetAct, DeferAct, ExchangeData, ResumeLaneAct
from protocol.acts.table import AnyAct, text_of, word_of
from protocol.client import totals_of_set
from protocol.client.clearing.sending import BESIDE_ORDERS_RECORDS
from protocol.codes import FACTS, ReplyCode
from protocol.errors import MisuseError
from protocol.vocabulary import LaneState

OfLane = DeferAct | ResumeLaneAct | AdoptSetAct
FORMS: Mapping[str, type[OfLane]] = {"defer": DeferAct, "resume": ResumeLaneAct, "adopt": AdoptSetAct}
WORDS = tuple(FORMS)
NOTHING_TRADED = "NOTHING_TRADED"
VALID_S_DEFAULT = 3_600
_USAGE = ExitCode.USAGE


class Prepared(NamedTuple):
    """An act in its file, and the lines that it adopts."""

    act: OfLane
    read: ReadSet | None


def add_options(parser: argparse.ArgumentParser) -> None:
    """Of these commands, beside those of all of `yzt day`."""
    parser.add_argument("--file", type=Path, help="defer, resume, adopt: the file of the act; it is written if new")
    parser.add_argument("--set", type=Path, help="adopt: CSV of the exchange's data (default: nothing was traded)")
    parser.add_argument("--declared", help="adopt: when they were there, ISO 8601 with a zone (now)")
    parser.add_argument("--author", type=PERSON, help="a new act: the person who writes and signs first")
    parser.add_argument("--reason", help="a new act: why, 1 to 200 characters")
    parser.add_argument(
        "--valid", type=VALID_S, default=VALID_S_DEFAULT, help="a new act: seconds until it is over (3600)"
    )
    parser.add_argument(
        "--serial", type=SERIAL, help="a new act: the author's number (default: as the read model has it)"
    )
    parser.add_argument("--bank", help="a new act: the bank's 16 digits (default: as the read model has them)")


def prepare(config: Config, options: argparse.Namespace) -> Prepared:
    """The act in the file, which is written where there is none.

    Raises: ProcessFault USAGE for what is missing, DATA for a file that holds another act, or lines that the bank would
    refuse; UNAVAILABLE when nobody tells the bank's digits and the author's serial.
    """
    what, now_s = options.what, config.wall_clock().utc_ns() // 10**9
    for name in ("file", "party", "date"):
        if getattr(options, name) is None:
            raise ProcessFault(f"day {what}: --{name} is missing", _USAGE)
    if what != "adopt" and options.set is not None:
        raise ProcessFault(f"day {what}: --set is of adopt", _USAGE)
    trade_date = trade_date_of(options.date)
    read = _lines(options, trade_date)
    if not options.file.exists():
        _write(config, options, trade_date, read, now_s)
    act = read_act(options.file).act(options.file)
    if not isinstance(act, FORMS[what]) or (act.party, act.trade_date) != (options.party, trade_date):
        raise ProcessFault(f"{options.file}: it is another act, {word_of(act)}", ExitCode.DATA)
    if isinstance(act, AdoptSetAct) and _says(act) != _data(read, act):
        raise ProcessFault(f"{options.file}: what it adopts is not what the set has", ExitCode.DATA)
    return Prepared(act, read)


def _says(act: AdoptSetAct) -> ExchangeData | None:
    return act.data if isinstance(act.data, ExchangeData) else None


def _data(read: ReadSet | None, act: AdoptSetAct) -> ExchangeData | None:
    """What an act of these lines says, declared as this one has it."""
    declared_s = act.data.declared_s if isinstance(act.data, ExchangeData) else 0
    return None if read is None else ExchangeData.of(totals_of_set(read.lines, BESIDE_ORDERS_RECORDS), declared_s)


def _lines(options: argparse.Namespace, trade_date: int) -> ReadSet | None:
    if options.set is None:
        return None
    read = read_set(options.set, trade_date)
    faults = [(bad.line_no, bad.reason) for bad in read.bad]
    faults += [(read.line_nos[each.place], each.words) for each in refusals(read.lines)]
    if faults:
        line_no, reason = min(faults)
        more = f", and {len(faults) - 1:,} more lines" if len(faults) > 1 else ""
        raise ProcessFault(f"{options.set}:{line_no}: {printable(reason)}{more}", ExitCode.DATA)
    return read


def _write(config: Config, options: argparse.Namespace, trade_date: int, read: ReadSet | None, now_s: int) -> None:
    for name in ("author", "reason"):
        if getattr(options, name) is None:
            raise ProcessFault(f"day {options.what}: {options.file} is to be written: --{name} is missing", _USAGE)
    bank, serial = options.bank, options.serial
    if bank is None or serial is None:
        known = known_of(config, options.author)
        bank, serial = bank or known.bank, serial or known.last_serial + 1
    every = {
        "author": options.author,
        "bank": bank,
        "reason": options.reason,
        "serial": serial,
        "valid_until_s": now_s + options.valid,
        "trade_date": trade_date,
        "party": options.party,
        "act": word_of(FORMS[options.what]),
    }
    if options.what == "adopt":
        every["source"] = NOTHING_TRADED if read is None else OF_EXCHANGE
        if read is not None:
            declared_s = now_s if options.declared is None else declared_second("day adopt", options.declared, now_s)
            totals = totals_of_set(read.lines, BESIDE_ORDERS_RECORDS)
            every["data"] = msgspec.to_builtins(ExchangeData.of(totals, declared_s))
    try:
        act: AnyAct = msgspec.convert(every, AnyAct, strict=True)
        text = text_of(act).decode("utf-8")
    except (msgspec.ValidationError, MisuseError) as error:
        raise ProcessFault(f"day {options.what}: {error}", _USAGE) from None
    write_act(options.file, ActFile(text, []), is_new=True)
    print_progress(f"{options.file}: {word_of(act)} is written, to be signed by its author and a second person")


async def decide(desk: DayDesk, options: argparse.Namespace, prepared: Prepared) -> int:
    """Prints how far the act is, and sends it once both have signed. Returns: FAILED while a signature is missing.

    Raises: ProcessFault FAILED with what the bank refuses.
    """
    act = prepared.act
    await _tell_lane(desk, act)
    file = read_act(options.file)
    if len(file.signatures) < 2:
        who = "its author" if not file.signatures else "a second person"
        how = "sign" if not file.signatures else "countersign"
        person = "" if not file.signatures else " --person NUMBER"
        print(f"{options.file}: {who} has not signed it: yzt act {how} {options.file}{person} --key KEY.pem")
        return int(ExitCode.FAILED)
    lane = await desk.lane(act.trade_date, act.party)
    data = act.data if isinstance(act, AdoptSetAct) and isinstance(act.data, ExchangeData) else None
    is_announced = data is not None and lane.state >= LaneState.COLLECTING and lane.answer.announced == data.totals
    if not is_announced:
        outcome = await desk.seat.act(*file.sent())
        if not outcome.accepted and outcome.code is not ReplyCode.ACT_REPEATED:
            words = FACTS[outcome.code].meaning if outcome.code.is_listed else "newer than this program"
            raise ProcessFault(f"{options.file}: refused: {outcome.code.name}: {words}", ExitCode.FAILED)
        again = ", as it did before" if not outcome.accepted else ""
        print(f"{options.file}: it took effect{again}, in row {outcome.sequence}")
    if prepared.read is not None and data is not None:
        await _send_lines(desk, options, act, data, prepared.read)
    await _tell_lane(desk, act)
    return int(ExitCode.OK)


async def _send_lines(
    desk: DayDesk,
    options: argparse.Namespace,
    act: OfLane,
    data: ExchangeData,
    read: ReadSet,
) -> None:
    lane = await desk.lane(act.trade_date, act.party)
    if lane.state >= LaneState.COMPLETE and lane.answer.announced == data.totals:
        return
    sent = await desk.seat.send_clearing_set(act.trade_date, data.declared_s, read.lines, party=act.party)
    if sent.is_complete:
        print(f"set {sent.number} of {act.trade_date} is complete: {len(read.lines):,} lines, {sent.listed:,} listed")
        return
    for line_no, code in zip(read.line_nos, sent.outcomes["code"].tolist(), strict=False):
        if code:
            print(f"{options.set}:{line_no}: {ReplyCode(code).name}: {FACTS[ReplyCode(code)].meaning}")
    differs = "" if sent.differs is None else f"; arrived: {', '.join(summary(sent.differs.arrived))}"
    line = f"the set of {act.trade_date} is not complete: {sent.last.code.name}{differs}"
    raise ProcessFault(line, ExitCode.FAILED)


async def _tell_lane(desk: DayDesk, act: OfLane) -> None:
    lane = await desk.lane(act.trade_date, act.party)
    deferred = "deferred" if lane.answer.is_deferred else "not deferred"
    number = f", set {lane.answer.number}" if lane.answer.number else ""
    print(f"{act.trade_date} of broker {act.party}: {lane.state.name.lower()}{number}, {deferred}")
