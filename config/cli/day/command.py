"""`yzt day`: the business day by hand.

Belongs here: which command it is, the options of those that ask the bank, what they print. Never here: the plan (plan),
the worklist (worklist), what a step sends (gateway.day.desk).
"""

import argparse
import csv
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from config.cli.day import correcting, deciding, ending, paying, plan, rolls, worklist
from config.cli.day.asked import date_of, parties_of
from config.cli.day.lists import yuan
from config.cli.links import seat_clock, seat_settings
from config.cli.options import ACT, CONTRACT, FEN, KEY_ID, PARTY, SEAT, add_common_options
from config.cli.running import CommandParser, run_command
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.processes import print_progress
from config.kit.telling.ready_files import read_ready
from config.schema import Config
from config.supervise.status import DAY_DESK
from gateway.day.all_steps import all_of_lane
from gateway.day.by_clock import presence
from gateway.day.correcting import decisions_to_sign
from gateway.day.desk import DayDesk
from gateway.day.figures import named
from gateway.day.interest import post_interest
from gateway.day.lane_seen import LaneSeen
from protocol.client import Clock, KeyFileError, Seat, SeatSettings, load_signer
from protocol.messages.control import ConfirmRoll
from protocol.messages.day.dates import DateFacts
from protocol.messages.queries import Difference
from protocol.vocabulary import BANK_PARTY, ComparedField, DatePhase, DifferenceClass, LaneState

CONNECT_ATTEMPTS_MAX = 10
Command = Callable[[DayDesk, argparse.Namespace], Awaitable[int]]
STEPS = (
    *("sign-off", "agree", "take-back", "reconcile", "proceeds", "publish", "close", "settle", "credit"),
    *("all", *paying.STEPS, "end-settlement", *ending.STEPS, "confirm-roll", "interest"),
)
_WANTED = dict.fromkeys(("publish", "close"), LaneState.PUBLISHED) | dict.fromkeys(("settle", "all"), LaneState.SETTLED)
"""By step where each lane must have come to; else RECONCILED."""
DIFFERENCE_COLUMNS = (
    *("trade_date", "party", "class", "field", "contract_no", "order_date", "order_seat", "order_number"),
    *("bank_has", "set_says"),
)


def main(argv: list[str], config: Config) -> int:
    """Does what the first word says. Returns: the exit code.

    Raises: ProcessFault USAGE for what is no command, as the command says, or why the bank was not reached.
    """
    if argv[:1] == ["plan"]:
        return plan.main(argv, config)
    if argv[:1] == ["worklist"]:
        return worklist.main(argv[1:], config)
    options = _parser().parse_args(argv)
    commands: dict[str, Command] = {
        "status": _status,
        "run": _run,
        "differences": _differences,
        "correct": correcting.correct,
        "withdraw": correcting.withdraw,
    }
    settings = _settings(config, options)
    if options.what in deciding.WORDS:
        commands[options.what] = partial(deciding.decide, prepared=deciding.prepare(config, options))
    if options.what == "run" and options.step == "confirm-roll":
        commands["run"] = partial(_confirm, roll=rolls.newest_roll(config))
    if options.what == "run" and options.step in paying.STEPS:
        commands["run"] = paying.run
    if options.what == "run" and options.step in ending.STEPS:
        run_command(_with_desk, settings, seat_clock(config), _must_have_ended, options)
        commands["run"] = partial(_tell_end, made=ending.make(config, options.step, options.to, int(options.date)))
    return run_command(_with_desk, settings, seat_clock(config), commands[options.what], options)


def _parser() -> CommandParser:
    parser = CommandParser(
        prog="yzt day",
        description="The business day by hand: where it stands, its steps; `yzt day plan --help`, `worklist --help`.",
        epilog="A step that was taken before does nothing; one whose turn has not come is refused. `run all` takes "
        "every step of each broker that is due, from `agree` to `settle`.",
    )
    add_common_options(parser)
    parser.add_argument("what", choices=("status", "run", "differences", "correct", "withdraw", *deciding.WORDS))
    parser.add_argument("step", nargs="?", choices=STEPS, help="run: which step")
    parser.add_argument("--date", help="trade date, yyyymmdd (default: the open one)")
    parser.add_argument("--party", type=PARTY, help="one broker (default: all that have contracts)")
    parser.add_argument("--contract", type=CONTRACT, default=0, help="correct: one contract (default: all that wait)")
    parser.add_argument("--rejected", type=FEN, default=0, help="correct: fen of its buys that the customer rejects")
    parser.add_argument("--act", type=ACT, default=0, help="correct: number of the act that permits it")
    parser.add_argument("--list", type=Path, help="correct: by --act, the CSV file of the list that was signed")
    parser.add_argument("--write-list", type=Path, help="correct: write what needs an act into this CSV file")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="backup, reports: the new folder for it")
    parser.add_argument("--dry-run", action="store_true", help="correct: print what it would be, and send nothing")
    deciding.add_options(parser)
    parser.add_argument("--seat", type=SEAT, help="the day desk's seat (default: day_desk.seat)")
    parser.add_argument("--key", type=Path, help="its private key, a PEM file (default: day_desk.key)")
    parser.add_argument(
        "--key-id", type=KEY_ID, help="the number under which the bank has it (default: day_desk.key_id)"
    )
    return parser


def _settings(config: Config, options: argparse.Namespace) -> SeatSettings:
    if options.what == "run" and options.step is None:
        raise ProcessFault(f"day run: which step? {', '.join(STEPS)}", ExitCode.USAGE)
    desk = config.day_desk
    seat = desk.seat if options.seat is None else options.seat
    if seat == desk.seat and read_ready(config.ready_file(DAY_DESK)) is not None:
        line = f"day: the day desk runs by the clock on seat {seat}: name another one of the day desk with --seat"
        raise ProcessFault(line, ExitCode.UNAVAILABLE)
    key_id = desk.key_id if options.key_id is None else options.key_id
    try:
        signer = load_signer(options.key or config.day_desk_key_file, key_id)
    except KeyFileError as error:
        raise ProcessFault(str(error), ExitCode.CONFIG) from None
    settings = seat_settings(config, BANK_PARTY, seat, signer)
    return replace(settings, connect_attempts_max=CONNECT_ATTEMPTS_MAX)


async def _with_desk(settings: SeatSettings, clock: Clock, command: Command, options: argparse.Namespace) -> int:
    async with Seat.open(settings, clock) as seat:
        return await command(DayDesk(seat, print_progress), options)


async def _status(desk: DayDesk, options: argparse.Namespace) -> int:
    """Of one date its lanes; without one of every date that is open or unsettled."""
    bank = await desk.seat.trade_dates()
    asked = None if options.date is None else date_of(desk, options)
    if options.party is not None:
        await parties_of(desk, options)
    for date in bank.dates:
        if asked not in (None, date.trade_date):
            continue
        is_open = date.trade_date == bank.dates[-1].trade_date
        stands = DatePhase(date.phase).name.lower().replace("_", " ") if is_open else "closed"
        agreed = ", the bank agrees with itself" if date.is_agreed else ""
        print(f"{date.trade_date}: {stands}{agreed}{_due(date)}")
        if is_open and date.phase == DatePhase.TRADING:
            signed_on, absent = presence(bank)
            print(f"signed on: {named(signed_on)}; not signed on: {named(absent)}")
        brokers = [each.party for each in bank.brokers if each.first_date <= date.trade_date]
        print(f"{'broker':>7}  {'state':<11}{'set':>4}{'lines':>12}{'listed':>8}  obligation")
        lanes = [await desk.lane(date.trade_date, party) for party in brokers]
        for lane in lanes:
            if options.party in (None, lane.party):
                print(_line(lane, await _to_take_back(desk, date.trade_date, lane)))
        print(_end_of(is_open, lanes))
    if asked is None:
        accounts = (await desk.seat.clearing_accounts()).accounts
        paying.print_accounts([each for each in accounts if options.party in (None, each.party)])
    return int(ExitCode.OK)


def _end_of(is_open: bool, lanes: list[LaneSeen]) -> str:
    """What keeps a date from its end, which frees its slot for a later one."""
    missing = sum(lane.state < LaneState.PUBLISHED for lane in lanes)
    if is_open:
        return "it ends behind the roll, once each lane is published"
    if missing:
        return f"it ends once {missing} more of its lanes are published"
    return "it may end once the dates before it have: yzt day run end-settlement"


async def _to_take_back(desk: DayDesk, trade_date: int, lane: LaneSeen) -> int:
    """Of how many contracts."""
    is_reverting = lane.state == LaneState.REVERTING
    return (await desk.seat.reverts(trade_date, lane.party)).left if is_reverting else 0


def _due(date: DateFacts) -> str:
    if not date.windows:
        return ""
    at_s = date.windows[0].first_due_s
    return f", due {datetime.fromtimestamp(at_s, UTC).isoformat()}"


async def _run(desk: DayDesk, options: argparse.Namespace) -> int:
    """Returns: FAILED when a lane was left that does not agree, or whose set is not there; of taking back, one of which
    something is left.
    """
    trade_date = date_of(desk, options)
    if options.step == "sign-off":
        await desk.sign_off()
        return int(ExitCode.OK)
    if options.step == "interest":
        return await _interest(desk)
    if options.step == "end-settlement":
        oldest = (await desk.seat.trade_dates()).dates[0].trade_date
        await desk.end_settlement(oldest if options.date is None else trade_date)
        return int(ExitCode.OK)
    if options.step in ("agree", "all"):
        await desk.agree(trade_date)
    if options.step == "agree":
        return int(ExitCode.OK)
    parties = await parties_of(desk, options)
    if options.step == "credit":
        for party in parties:
            desk.told(f"broker {party}: {await desk.credit(party):,} credits are posted")
        return int(ExitCode.OK)
    lanes = await desk.each(parties, lambda party: _step(desk, options.step, trade_date, party))
    for lane in lanes:
        print(_line(lane))
    if options.step == "take-back":
        return int(ExitCode.FAILED if any(lane.state == LaneState.REVERTING for lane in lanes) else ExitCode.OK)
    wanted = _WANTED.get(options.step, LaneState.RECONCILED)
    return int(ExitCode.OK if all(lane.state >= wanted for lane in lanes) else ExitCode.FAILED)


async def _interest(desk: DayDesk) -> int:
    """Of all savings accounts. Returns: FAILED when one can hold no more."""
    posted = await post_interest(desk.seat, desk.told)
    full = f"; {posted.full:,} can hold no more, and theirs stays due" if posted.full else ""
    print(f"interest of {posted.accounts:,} accounts is posted, {yuan(posted.sum_fen)} in all{full}")
    return int(ExitCode.FAILED if posted.full else ExitCode.OK)


async def _confirm(desk: DayDesk, _options: argparse.Namespace, roll: ConfirmRoll) -> int:
    await desk.confirm_roll(roll)
    return int(ExitCode.OK)


async def _must_have_ended(desk: DayDesk, options: argparse.Namespace) -> int:
    """From then on the options name the date."""
    trade_date = date_of(desk, options)
    options.date = str(trade_date)
    return await ending.must_have_ended(desk, options.step, trade_date)


async def _tell_end(desk: DayDesk, options: argparse.Namespace, made: ending.Made) -> int:
    return await ending.tell(desk, options.step, date_of(desk, options), made)


async def _step(desk: DayDesk, step: str, trade_date: int, party: int) -> LaneSeen:
    match step:
        case "take-back":
            return await desk.take_back(trade_date, party)
        case "reconcile":
            return await desk.reconcile(trade_date, party)
        case "proceeds":
            await desk.book_proceeds(trade_date, party)
            return await desk.lane(trade_date, party)
        case "publish":
            return await desk.publish(trade_date, party)
        case "close":
            return await desk.close(trade_date, party)
        case "settle":
            return await desk.settle(trade_date, party)
        case _:
            return await all_of_lane(desk, trade_date, party)


async def _differences(desk: DayDesk, options: argparse.Namespace) -> int:
    """As CSV on standard output; and what two people would write who know them."""
    trade_date, writer = date_of(desk, options), csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(DIFFERENCE_COLUMNS)
    for party in await parties_of(desk, options):
        found = await desk.differences(trade_date, party)
        for each in found:
            writer.writerow(_row(trade_date, party, each))
        lane = await desk.lane(trade_date, party) if found else None
        for fields in decisions_to_sign(found, lane.answer, party) if lane is not None else ():
            desk.told(f"to decide: {correcting.as_act(fields)}")
    return int(ExitCode.OK)


def _row(trade_date: int, party: int, each: Difference) -> list[object]:
    names = (DifferenceClass(each.difference_class).name.lower(), ComparedField(each.compared_field).name.lower())
    order = (each.order_date, each.order_seat, each.order_number)
    return [
        trade_date,
        party,
        *names,
        each.contract_no or "",
        *(part or "" for part in order),
        each.bank_has,
        each.set_says,
    ]


def _line(lane: LaneSeen, to_take_back: int = 0) -> str:
    answer = lane.answer
    lines = sum(answer.arrived.counts)
    owed = f"{to_take_back:,} contracts to take back" if to_take_back else ""
    if answer.is_deferred and lane.state < LaneState.PUBLISHED:
        owed = "deferred"
    elif lane.state >= LaneState.PUBLISHED:
        who = "the broker owes" if lane.net_fen >= 0 else "the bank owes"
        owed = f"{who} {abs(lane.net_fen) // 100:,}.{abs(lane.net_fen) % 100:02}"
    elif lane.found:
        owed = f"differs: {lane.found}"
    elif answer.proceeds_due:
        owed = f"proceeds of {answer.proceeds_due:,} contracts are not booked"
    number = answer.number or "-"
    return f"{lane.party:>7}  {lane.state.name.lower():<11}{number:>4}{lines:>12,}{answer.listed:>8,}  {owed}".rstrip()
