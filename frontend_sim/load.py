"""`yzt load FILE...`: master data from CSV files into a running system, through the bank's own seat.

Belongs here: the command. Never here: what a file may hold (csv_files), what is sent (master_data).
"""

from pathlib import Path

from config.exit_codes import ExitCode, ProcessFault
from config.processes import print_progress
from config.schema import Config
from frontend_sim.csv_files import FileKind, read_pieces
from frontend_sim.links import bank_seat_settings
from frontend_sim.master_data import Loader
from frontend_sim.running import CommandParser, run_command
from protocol.client import Seat, SeatSettings

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
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    files: list[Path] = parser.parse_args(argv).files
    for file in files:
        if not file.is_file():
            raise ProcessFault(f"{file}: no such file", ExitCode.DATA)
    return run_command(_load, bank_seat_settings(config), files)


async def _load(settings: SeatSettings, files: list[Path]) -> int:
    async with Seat.open(settings) as seat:
        loader = Loader(seat, print_progress)
        for file in files:
            await loader.load(file, read_pieces(file))
        print_progress(loader.summary())
    return int(ExitCode.OK)
