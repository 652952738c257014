"""`yzt load FILE...`: master data from CSV files into a running system, through the bank's own seat.

Belongs here: the command. Never here: what a file may hold (csv_files), what is sent (master_data).
"""

from dataclasses import replace
from pathlib import Path

import trio

from config.exit_codes import ExitCode, ProcessFault
from config.options import add_common_options
from config.processes import print_progress
from config.schema import Config
from frontend_sim.csv_files import DataFileError, FileKind, read_pieces
from frontend_sim.links import bank_seat_settings
from frontend_sim.master_data import Loader
from frontend_sim.running import CommandParser, run_command
from protocol.client import Seat, SessionEnded
from protocol.codes import ReplyCode

CONNECT_ATTEMPTS_MAX = 30  # about 20 s where connections are refused: a gateway that is started again is waited for
SILENT_SECONDS = 2.0
KINDS = "; ".join(",".join(kind.value) for kind in FileKind)


def main(argv: list[str], config: Config) -> int:
    """Loads the named files in their order. Returns: the exit code.

    Raises: ProcessFault with file, line and reason; what came before that line is loaded, and may be loaded again.
    """
    parser = CommandParser(
        prog="yzt load",
        description="Load parties, keys, seats, contracts and restraints as the bank.",
        epilog=f"The header row says what a file holds: {KINDS}. Amounts are fen, public keys hexadecimal, times ISO "
        "8601 with a zone (empty: no bound). Loading the same again is harmless.",
    )
    add_common_options(parser)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="CSV file; files are sent in their order")
    files: list[Path] = parser.parse_args(argv).files
    for file in files:
        if file.is_dir():
            raise ProcessFault(f"{file}: is a directory; name the CSV files in it", ExitCode.DATA)
        if not file.is_file():
            raise ProcessFault(f"{file}: no such file", ExitCode.DATA)
    return run_command(_load, config, files)


async def _load(config: Config, files: list[Path]) -> int:
    settings = replace(bank_seat_settings(config), connect_attempts_max=CONNECT_ATTEMPTS_MAX)
    waiting = trio.CancelScope()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_say_that_it_waits, waiting, f"{settings.host}:{settings.port}")
        try:
            async with Seat.open(settings) as seat:
                waiting.cancel()
                await _load_files(seat, files)
        except SessionEnded as ended:
            if ended.code is not ReplyCode.SIGNATURE_INVALID:
                raise
            signed = f"this seat signs with {config.seat_key_file} as key id {config.bank.seat_key_id}"
            raise ProcessFault(f"{ended}; {signed}", ExitCode.UNAVAILABLE) from None
    return int(ExitCode.OK)


async def _load_files(seat: Seat, files: list[Path]) -> None:
    loader = Loader(seat, print_progress)
    try:
        for file in files:
            await loader.load(file, read_pieces(file))
    except DataFileError:
        if loader.loaded or loader.already:
            print_progress(f"before the fault: {loader.summary()}")
        raise
    print_progress(loader.summary())


async def _say_that_it_waits(waiting: trio.CancelScope, where: str) -> None:
    with waiting:
        await trio.sleep(SILENT_SECONDS)
        print_progress(f"no session with the gateway at {where} yet, trying again")
