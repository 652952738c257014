"""The day desk as a process of its own, over a line that may be cut: one turn of settling a date.

Belongs here: nothing but that. Run: python -m tests.chaos.settling_program CONFIG PORT settle | payments | credit DATE
"""

import sys
from dataclasses import replace
from pathlib import Path

import trio

from config.cli.links import seat_clock, seat_settings
from config.schema import load
from frontend_sim.installation import desk_signer
from frontend_sim.market.desks import DAY_SEAT
from gateway.day.desk import DayDesk
from protocol.client import Seat
from protocol.vocabulary import BANK_PARTY
from tests.chaos.cut_line import LOOPBACK
from tests.chaos.settling_story import Taken, now_s, take


async def main(config_file: Path, port: int, turn: Taken) -> None:
    """Take it. Raises what it raises."""
    config = load(config_file)
    settings = seat_settings(config, BANK_PARTY, DAY_SEAT, desk_signer(config, DAY_SEAT), LOOPBACK, port)
    async with Seat.open(replace(settings, connect_attempts_max=100), seat_clock(config)) as seat:
        await take(DayDesk(seat, lambda _: None), turn, now_s(config))


if __name__ == "__main__":
    trio.run(main, Path(sys.argv[1]), int(sys.argv[2]), Taken(sys.argv[3], int(sys.argv[4])))
