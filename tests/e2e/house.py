"""A whole installation for one test: its processes, two brokers, their customers, and ways to ask it things.

Belongs here: making it, reaching it, asking it, taking it down. Never here: load, an opinion on what it answers.
"""

import os
import random
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import psutil
import trio

from config.cli.links import bank_seat_settings, seat_clock, seat_settings
from config.cli.passwords.secret_files import make as make_secrets
from config.keys import make_missing_bank_keys
from config.kit.wall_clock import SimulatedClock
from config.postgres.server import EmbeddedPostgres
from config.schema import Config, dump, load
from config.supervise.supervisor import Supervisor
from frontend_sim.installation import desk_settings, new_bank_desks, new_party_signer, stand_at, temporary_config
from frontend_sim.market.bank import BrokerEntry, register_broker
from frontend_sim.market.desks import DAY_SEAT, BankDesks
from frontend_sim.market.market_day import Customer, make_customers, open_customers
from frontend_sim.trading_session.days.dates import SessionClock, SessionDates
from gateway.day.desk import DayDesk
from protocol.client import Clock, Seat, SeatSettings
from tests.conftest import run_sql

replace = msgspec.structs.replace

FIXED_PORTS = range(20_000, 32_000)
"""Below the ports that the system gives out: a client that knocks at a closed one of those may meet itself."""
PORT_TRIES = 100
RESTARTS_MAX = 1_000  # here processes end because a test ends them
BACKOFF_MAX_NS = 1_000_000_000
POLL_SECONDS = 0.02  # processes change by themselves and cannot tell us: they are looked at so often
PATIENCE_SECONDS = 30.0
MORNING = "08:30:00"
BROKERS = ((2, "Huaxia Securities", (21, 22), "ed25519"), (3, "Nanfang Securities", (31, 32, 33), "p256"))


class NotInTime(AssertionError):
    """Something did not come about within the test's patience."""


@dataclass
class House:
    """A running installation. `said` is what its supervisor reported, line by line."""

    config: Config
    supervisor: Supervisor
    said: list[str]
    brokers: list[BrokerEntry] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)
    desks: BankDesks = field(default_factory=lambda: BankDesks({}))

    @property
    def server(self) -> EmbeddedPostgres:
        """Its PostgreSQL."""
        server = self.supervisor.postgres
        assert server is not None
        return server

    @property
    def port(self) -> int:
        """Where its gateway takes links, in all its lives."""
        return self.config.gateway.port

    @property
    def clock(self) -> Clock:
        """The clock of its seats."""
        return seat_clock(self.config)

    def session_clock(self) -> SessionClock:
        """The simulated one, of a house whose dates have due times."""
        return SessionClock(SimulatedClock(self.config.clock_file), SessionDates.of(self.config))

    @property
    def config_file(self) -> Path:
        """The configuration that its processes read."""
        return self.supervisor.config_file

    def bank(self) -> SeatSettings:
        """Settings of the bank's seat of master data."""
        self.supervisor.wait_ready("gateway")
        return bank_seat_settings(self.config)

    def desk(self, seat_no: int) -> SeatSettings:
        """Settings of one of the bank's desks."""
        self.supervisor.wait_ready("gateway")
        return desk_settings(self.config, self.desks, seat_no)

    def seat(self, seat_no: int) -> SeatSettings:
        """Settings of a broker's seat."""
        self.supervisor.wait_ready("gateway")
        broker = next(broker for broker in self.brokers if seat_no in broker.seats)
        return seat_settings(self.config, broker.party, seat_no, broker.signer)

    def contracts_of(self, seat_no: int) -> list[int]:
        """Numbers of the contracts that this seat trades for."""
        return [customer.contract_no for customer in self.customers if customer.seat == seat_no]

    def sql(self, statement: str) -> str:
        """What psql prints for one statement, rows as lines, columns divided by `|`."""
        return run_sql(self.server, statement)

    def resident_bytes(self, name: str) -> int:
        """Resident memory of a process now."""
        return int(psutil.Process(self.supervisor.pid(name)).memory_info().rss)

    def log_lines(self, name: str) -> list[str]:
        """Everything that a process wrote, in all its lives."""
        return (self.config.state_directory / f"{name}.log").read_text().splitlines()


def own_config(folder: Path) -> Config:
    """The defaults in a folder of their own, with a gateway's port that survives the gateway."""
    config = temporary_config(load(None), folder)
    patient = replace(config.supervise, restarts_max=RESTARTS_MAX, backoff_max_ns=BACKOFF_MAX_NS)
    small = replace(config.postgres, log_files_ahead=0)
    return replace(config, gateway=replace(config.gateway, port=fixed_port()), postgres=small, supervise=patient)


def fixed_port() -> int:
    """A port of the loopback address that nobody listens on."""
    for port in random.Random(f"{os.getpid()} {time.time_ns()}").sample(FIXED_PORTS, PORT_TRIES):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise NotInTime(f"{PORT_TRIES} ports are all taken")


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder with a short path, as Unix sockets need, removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="yzt-test-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def house(
    customers: int,
    seed: int = 1,
    late_party: int = 0,
    *,
    has_due_times: bool = False,
    checks_passwords: bool = False,
) -> Iterator[House]:
    """A fresh installation with two brokers of two seats each, `customers` contracts between them, serving.

    `late_party`: a broker whose sales count with its clearing set, not at the fill. `has_due_times`: it lives in
    simulated time, and the date on which everybody comes has days on which something of it is due. `checks_passwords`:
    the password desk is run, in simulated time that goes on.
    """
    with temporary_folder() as folder:
        config = own_config(folder)
        config = replace(
            config,
            clock=replace(config.clock, simulation=has_due_times or checks_passwords),
            password_desk=replace(config.password_desk, run=checks_passwords),
        )
        said: list[str] = []
        found = House(config, Supervisor(config, progress=said.append), said)
        make_missing_bank_keys(config, said.append)
        write_config(config)
        found.desks = new_bank_desks(config)
        if checks_passwords:
            config.passwords_folder.mkdir(mode=0o700)
            make_secrets(config.passwords_folder, 1)
        if has_due_times:
            dates = SessionDates.of(config)
            stand_at(config, dates.ns(dates.first, MORNING))
        try:
            found.supervisor.start()
            for party, name, seats, suite in BROKERS:
                signer, at_fill = new_party_signer(config, party, suite), party != late_party
                found.brokers.append(BrokerEntry(party, name, seats, signer, at_fill))
            found.customers = make_customers(seed, found.brokers, customers)
            trio.run(_load, found, has_due_times)
            yield found
        finally:
            found.supervisor.stop()
            if found.supervisor.postgres is not None:
                found.supervisor.postgres.remove()


def write_config(config: Config) -> Path:
    """The configuration as a file that `yzt --config` takes, in its base folder."""
    file = Path(config.base) / "yzt.toml"
    file.write_text(dump(config))
    return file


async def _load(found: House, has_due_times: bool) -> None:
    async with Seat.open(found.bank(), found.clock) as bank:
        await found.desks.register(bank)
        if has_due_times:
            dates = found.session_clock().dates
            async with Seat.open(found.desk(DAY_SEAT), found.clock) as desk:
                day_desk = DayDesk(desk, lambda _: None)
                await day_desk.open_date(dates.first, dates.windows(dates.first))
                await day_desk.end_settlement(found.config.trade.date)
        for broker in found.brokers:
            await register_broker(bank, broker)
        await open_customers(bank, found.customers)


async def until(what: str, holds: Callable[[], bool], patience_seconds: float = PATIENCE_SECONDS) -> None:
    """Looks again and again whether something holds. Raises NotInTime."""
    with trio.move_on_after(patience_seconds):
        while not holds():  # noqa: ASYNC110 - what is waited for happens in other processes
            await trio.sleep(POLL_SECONDS)
        return
    raise NotInTime(f"{what}: not within {patience_seconds:.0f} s")


def wait_until(what: str, holds: Callable[[], bool], patience_seconds: float = PATIENCE_SECONDS) -> None:
    """The same without trio."""
    end = time.monotonic() + patience_seconds
    while not holds():
        if time.monotonic() > end:
            raise NotInTime(f"{what}: not within {patience_seconds:.0f} s")
        time.sleep(POLL_SECONDS)


def sums(lines: Sequence[str]) -> list[int]:
    """The whole numbers of one psql row."""
    return [int(field) for field in lines[0].split("|")] if lines else []
