"""The day desk as a process of its own, over a line that may be cut: signs off, takes every step behind the sets, or
takes back what it did once two people have withdrawn them.

Belongs here: nothing but that. Run: python -m tests.chaos.desk_program CONFIG PORT PAPERS sign-off | close | back DATE
"""

import sys
from pathlib import Path

import trio

from config.cli.links import seat_settings
from config.schema import load
from frontend_sim.installation import desk_signer
from frontend_sim.market.desks import DAY_SEAT
from gateway.day.desk import DayDesk
from protocol.client import Seat
from protocol.vocabulary import BANK_PARTY
from tests.chaos.cut_line import LOOPBACK
from tests.chaos.day_story import take_all, take_all_back
from tests.chaos.papers import Papers


async def main(config_file: Path, port: int, papers: Path, what: str, date: int) -> None:
    """Take the steps. Raises what they raise."""
    config = load(config_file)
    settings = seat_settings(config, BANK_PARTY, DAY_SEAT, desk_signer(config, DAY_SEAT), LOOPBACK, port)
    async with Seat.open(settings) as seat:
        desk = DayDesk(seat, lambda _: None)
        if what == "sign-off":
            await desk.sign_off()
        else:
            await (take_all if what == "close" else take_all_back)(desk, date, Papers(papers))


if __name__ == "__main__":
    trio.run(main, Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4], int(sys.argv[5]))
