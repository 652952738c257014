"""`yzt load FILE...`: master data from CSV files into a running system, through the bank's own seat.

Belongs here: the command. Never here: what a file may hold (csv_files), what is sent (sending).
"""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import trio

from config.cli.links import bank_seat_settings, seat_clock
from config.cli.load.comparing import compared
from config.cli.load.csv_files import DataFileError, FileKind, read_pieces
from config.cli.load.known_data import KnownData
from config.cli.load.outlets_named import OutletsNamed
from config.cli.load.sending import Loader, name_of
from config.cli.options import ACT, add_common_options
from config.cli.running import CommandParser, run_command
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.processes import print_progress
from config.schema import Config
from protocol.client import Seat, SessionEnded
from protocol.codes import ReplyCode

CONNECT_ATTEMPTS_MAX = 30  # about 20 s where connections are refused: a gateway that is started again is waited for
SILENT_SECONDS = 2.0
DIFFERENCES_TOLD_MAX = 50
KINDS = "; ".join(",".join(kind.value) for kind in FileKind)


def main(argv: list[str], config: Config) -> int:
    """Loads the named files in their order. Returns: the exit code.

    Raises: ProcessFault with file, line and reason; what came before that line is loaded, and may be loaded again.
    """
    parser = CommandParser(
        prog="yzt load",
        description="Load parties, seats, keys, outlets, accounts, contracts, securities and prices as the bank.",
        epilog=f"The header row says what a file holds: {KINDS}. Amounts are fen, prices yuan, dates yyyymmdd, "
        "public keys hexadecimal, times ISO 8601 with a zone (empty: no bound). Loading the same again is harmless.",
    )
    add_common_options(parser)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="CSV file; files are sent in their order")
    parser.add_argument("--dry-run", action="store_true", help="send nothing: check the files and compare")
    parser.add_argument(
        "--act", type=ACT, default=0, help="the act that permits one file of securities or prices, as its list"
    )
    options = parser.parse_args(argv)
    files: list[Path] = options.files
    for file in files:
        if file.is_dir():
            raise ProcessFault(f"{file}: is a directory; name the CSV files in it", ExitCode.DATA)
        if not file.is_file():
            reason = "no file but a pipe or device; it is read more than once" if file.exists() else "no such file"
            raise ProcessFault(f"{file}: {reason}", ExitCode.DATA)
    if options.act and (len(files) > 1 or options.dry_run):
        raise ProcessFault("load: --act is of one file, and sends it", ExitCode.USAGE)
    if options.act:
        return run_command(_load, config, files, options.act)
    return run_command(_dry_run if options.dry_run else _load, config, files)


async def _load(config: Config, files: list[Path], act: int = 0) -> int:
    settings = replace(bank_seat_settings(config), connect_attempts_max=CONNECT_ATTEMPTS_MAX)
    waiting = trio.CancelScope()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_say_that_it_waits, waiting, f"{settings.host}:{settings.port}")
        try:
            async with Seat.open(settings, seat_clock(config)) as seat:
                waiting.cancel()
                outlets = OutletsNamed()
                some_there = await _load_files(seat, files, outlets, act)
        except SessionEnded as ended:
            if ReplyCode.SIGNATURE_INVALID.name not in str(ended):
                raise
            signed = f"this seat signs with {config.seat_key_file} as key id {config.bank.seat_key_id}"
            raise ProcessFault(f"{ended}; {signed}", ExitCode.UNAVAILABLE) from None
    return await trio.to_thread.run_sync(_look, config, files if some_there else [], outlets)


async def _dry_run(config: Config, files: list[Path]) -> int:
    counts, outlets = Counter[str](), OutletsNamed()
    for piece in (piece for file in files for piece in outlets.watched(file, read_pieces(file))):
        counts[name_of(piece.kind)] += len(piece.items)
    print_progress("sound: " + (", ".join(f"{name} {count:,}" for name, count in counts.items()) or "nothing"))
    return await trio.to_thread.run_sync(_look, config, files, outlets)


def _look(config: Config, files: list[Path], outlets: OutletsNamed) -> int:
    """Looks at what the bank has: warns of outlets that are registered nowhere, and tells what differs from `files`.

    Returns: FAILED when something differs.
    """
    missing = outlets.in_no_file()
    if not files and not missing:
        return int(ExitCode.OK)
    known = KnownData.open(config)
    if known is None:
        return _cannot_look("the database cannot be reached from here", files, outlets.warning(missing, asked=False))
    try:
        if not known.catch_up():
            return _cannot_look("the read model is behind", files, outlets.warning(missing, asked=False))
        missing -= known.outlets(list(missing)).keys()
        if missing:
            print_progress(outlets.warning(missing, asked=True))
        return _compare(known, files) if files else int(ExitCode.OK)
    finally:
        known.close()


def _cannot_look(why: str, files: list[Path], warning: str) -> int:
    if warning:
        print_progress(warning)
    if files:
        print_progress(f"not compared with what is there: {why}")
    return int(ExitCode.OK)


def _compare(known: KnownData, files: list[Path]) -> int:
    """Tells what differs from what the bank has. Returns: FAILED when something does."""
    count = differing = 0
    for file, piece in ((name, piece) for name in files for piece in read_pieces(name)):
        found, lines = compared(known, file, piece)
        count += found
        for line in lines[: max(0, DIFFERENCES_TOLD_MAX - differing)]:
            print(line)
        differing += len(lines)
    if differing > DIFFERENCES_TOLD_MAX:
        print(f"and {differing - DIFFERENCES_TOLD_MAX:,} more fields")
    print_progress(f"compared with what the bank has: {count:,} there, {differing:,} fields differ")
    return int(ExitCode.FAILED if differing else ExitCode.OK)


async def _load_files(seat: Seat, files: list[Path], outlets: OutletsNamed, act: int) -> bool:
    """Returns: whether something was there already. `act`: that permits the one file, 0 for none."""
    loader = Loader(seat, print_progress)
    try:
        for file in files:
            if act:
                await loader.tell(file, act)
            else:
                await loader.load(file, outlets.watched(file, read_pieces(file)))
    except DataFileError:
        if loader.loaded or loader.already:
            print_progress(f"before the fault: {loader.summary()}")
        raise
    print_progress(loader.summary())
    return loader.already.total() > 0


async def _say_that_it_waits(waiting: trio.CancelScope, where: str) -> None:
    with waiting:
        await trio.sleep(SILENT_SECONDS)
        print_progress(f"no session with the gateway at {where} yet, trying again")
