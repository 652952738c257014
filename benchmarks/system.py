"""The system under test: `yzt up` with its defaults in a fresh folder, one broker, its seats and contracts.

Belongs here: making, loading, watching and removing an installation. Never here: load shapes, peers.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import msgspec
import psutil
import trio
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.load.blocks import BALANCE_FEN
from benchmarks.load.plan import LoadPlan, LoadResult
from benchmarks.load.seats import (
    BROKER_KEY_ID,
    BROKER_PARTY,
    DAY_KEY_FILE,
    DAY_KEY_ID,
    FIRST_FLOODING_SEAT,
    FIRST_SEAT,
    FLOODING_PARTY,
    SAVINGS_KEY_FILE,
    SAVINGS_KEY_ID,
    bank_settings,
    day_settings,
    gateway_port,
    ready_port,
)
from benchmarks.tls import make_certificates
from config.keys import make_missing_bank_keys, write_key_pair
from config.schema import Config, load
from config.supervise.supervisor import Supervisor
from frontend_sim.market.desks import DAY_SEAT, SAVINGS_SEAT, desk_messages
from protocol.client import Seat
from protocol.client.keys import load_signer
from protocol.limits import CONTRACTS_PER_CONTROL_MAX
from protocol.messages.control import (
    ContractTerms,
    ControlMessage,
    OpenContracts,
    OpenTradeDate,
    RegisterKey,
    RegisterParty,
    RegisterSeat,
)
from protocol.messages.queries import PartyTotals
from protocol.trade_dates import date_of_day, trade_day
from protocol.vocabulary import SUITES, ContractStatus, Role, SeatRole, contract_no_from_index

TRADE_DATE = 20_260_105
FIRST_ACCOUNT_NO = 6_217_000_000_000_000
NEVER_NS = 2**62
LOOPBACK_SECONDS_MAX = 10
MASTER_DATA_SECONDS_MAX = 600.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a case needs of its system."""

    seats_count: int
    contracts_count: int
    suite: str = "ed25519"
    tls: bool = False
    flooding_seats_count: int = 0  # of a second broker, with a contract and a key of its own


@dataclass(frozen=True, slots=True)
class CpuTimes:
    """Processor seconds used so far, and what of the gateway's went into verifying and signing."""

    gateway_seconds: float
    ledger_seconds: float
    signatures_seconds: float


class System:
    """A running installation in a folder of its own."""

    def __init__(self, folder: Path, wanted: Wanted) -> None:
        self.folder = folder
        self.wanted = wanted
        self.tls_directory = ""
        self._write_files()
        self.config: Config = load(folder / "yzt.toml")
        make_missing_bank_keys(self.config, lambda _line: None)
        self.supervisor = Supervisor(self.config, progress=lambda _line: None)

    def _write_files(self) -> None:
        lines = ["[state]", 'directory = "state"', "[gateway]", "port = 0", "metrics_port = 0"]
        if self.wanted.tls:
            tls = self.folder / "tls"
            make_certificates(tls)
            self.tls_directory = str(tls)
            lines += ["[gateway.tls]", *(f'{k} = "tls/{v}"' for k, v in TLS_FILES.items())]
        lines += ["[ledger]", "metrics_port = 0", "[follower]", "metrics_port = 0"]
        lines += ["[trade]", f"date = {TRADE_DATE}"]
        (self.folder / "yzt.toml").write_text("\n".join(lines) + "\n")
        (self.folder / "keys").mkdir()
        (self.folder / "outboxes").mkdir()
        write_key_pair(self.folder / "keys" / f"broker-{self.wanted.suite}.pem", self.wanted.suite)
        write_key_pair(self.flooding_key_file, "ed25519")
        write_key_pair(self.folder / "keys" / SAVINGS_KEY_FILE, "ed25519")
        write_key_pair(self.folder / "keys" / DAY_KEY_FILE, "ed25519")

    @property
    def flooding_key_file(self) -> Path:
        """The private key of the broker that floods."""
        return self.folder / "keys" / "flooding.pem"

    @property
    def flooding_seats(self) -> list[int]:
        """The seats of the broker that floods."""
        return list(range(FIRST_FLOODING_SEAT, FIRST_FLOODING_SEAT + self.wanted.flooding_seats_count))

    @property
    def flooding_contract_no(self) -> int:
        """Its contract, behind all of the other broker's."""
        return contract_no_from_index(self.wanted.contracts_count)

    @property
    def seats(self) -> list[int]:
        """The broker's seats."""
        return list(range(FIRST_SEAT, FIRST_SEAT + self.wanted.seats_count))

    def load_master_data(self) -> None:
        """Registers the broker, its key and seats, and opens the contracts, from the bank's own seat."""
        trio.run(self._load_master_data)

    async def _load_master_data(self) -> None:
        settings = bank_settings(self.config, gateway_port(self.config), self._outbox("bank"), self.tls_directory)
        async with Seat.open(settings) as bank:
            for message in self._master_data():
                outcome = await bank.control(message)
                if outcome.code != 0:
                    raise RuntimeError(f"the ledger refused {type(message).__name__}: {outcome.code}")

    def _outbox(self, name: str) -> Path:
        return self.folder / "outboxes" / f"{name}.outbox"

    def _master_data(self) -> Iterator[ControlMessage]:
        suite = SUITES[self.wanted.suite]
        signer = load_signer(self.folder / "keys" / f"broker-{self.wanted.suite}.pem", BROKER_KEY_ID)
        savings = load_signer(self.folder / "keys" / SAVINGS_KEY_FILE, SAVINGS_KEY_ID)
        day = load_signer(self.folder / "keys" / DAY_KEY_FILE, DAY_KEY_ID)
        yield from desk_messages({SAVINGS_SEAT: savings, DAY_SEAT: day})
        yield RegisterParty(BROKER_PARTY, Role.BROKER, suite, "benchmark broker", True)
        yield RegisterKey(BROKER_PARTY, BROKER_KEY_ID, signer.public_key(), 0, NEVER_NS, 0)
        for seat in self.seats:
            yield RegisterSeat(seat, BROKER_PARTY, SeatRole.BROKER)
        for first in range(0, self.wanted.contracts_count, CONTRACTS_PER_CONTROL_MAX):
            last = min(first + CONTRACTS_PER_CONTROL_MAX, self.wanted.contracts_count)
            terms = [
                ContractTerms(FIRST_ACCOUNT_NO + index, BROKER_PARTY, ContractStatus.ACTIVE, BALANCE_FEN)
                for index in range(first, last)
            ]
            yield OpenContracts(contract_no_from_index(first), terms)
        if self.wanted.flooding_seats_count:
            yield from self._flooding_broker()

    def _flooding_broker(self) -> Iterator[ControlMessage]:
        key = load_signer(self.flooding_key_file, BROKER_KEY_ID).public_key()
        yield RegisterParty(FLOODING_PARTY, Role.BROKER, SUITES["ed25519"], "flooding broker", True)
        yield RegisterKey(FLOODING_PARTY, BROKER_KEY_ID, key, 0, NEVER_NS, 0)
        for seat in self.flooding_seats:
            yield RegisterSeat(seat, FLOODING_PARTY, SeatRole.BROKER)
        account_no = FIRST_ACCOUNT_NO + self.wanted.contracts_count
        terms = [ContractTerms(account_no, FLOODING_PARTY, ContractStatus.ACTIVE, BALANCE_FEN)]
        yield OpenContracts(self.flooding_contract_no, terms)

    def open_next_date(self) -> None:
        """Closes the trade date, unsettled, and opens the day after it."""
        trio.run(self._open_next_date)

    async def _open_next_date(self) -> None:
        port, outbox = gateway_port(self.config), self._outbox("day")
        settings = day_settings(self.config, port, outbox, self.tls_directory, self.folder / "keys")
        async with Seat.open(settings) as desk:
            outcome = await desk.control(OpenTradeDate(date_of_day(trade_day(desk.trade_date) + 1)))
            if outcome.code != 0:
                raise RuntimeError(f"the ledger refused the next trade date: {outcome.code}")

    def run_load(self, plan: LoadPlan) -> LoadResult:
        """Runs one load in a process of its own and returns what it saw. Raises when the process failed."""
        plan_file, result_file = self.folder / "plan.json", self.folder / "result.json"
        plan_file.write_bytes(msgspec.json.encode(plan))
        result_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "benchmarks.load.client", str(plan_file), str(result_file)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"the load process failed: {done.stderr[-2_000:]}")
        return msgspec.json.decode(result_file.read_bytes(), type=LoadResult)

    def totals(self) -> tuple[list[PartyTotals], list[PartyTotals]]:
        """Control totals by the ledger and by the gateway's book."""
        return trio.run(self._totals)

    async def _totals(self) -> tuple[list[PartyTotals], list[PartyTotals]]:
        settings = bank_settings(self.config, gateway_port(self.config), self._outbox("bank"), self.tls_directory)
        async with Seat.open(settings) as bank:
            return (await bank.totals(1)).parties, (await bank.totals(2)).parties

    def cpu_times(self) -> CpuTimes:
        """Processor time of gateway and ledger, and of signatures by the gateway's own count."""
        times = [psutil.Process(self.supervisor.pid(name)).cpu_times() for name in ("gateway", "ledger")]
        gateway, ledger = (process.user + process.system for process in times)
        verify = self.metric("gateway", "yzt_gateway_verify_cpu_seconds_total")
        sign = self.metric("gateway", "yzt_gateway_sign_cpu_seconds_total")
        return CpuTimes(gateway, ledger, verify + sign)

    def metric(self, process: str, name: str) -> float:
        """The sum of one metric over its labels. Raises LookupError when the process does not expose it."""
        port = ready_port(self.config, process, "metrics")
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=LOOPBACK_SECONDS_MAX) as answer:
            text = answer.read().decode()
        values = [
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name
        ]
        if not values:
            raise LookupError(f"{process} exposes no {name}")
        return sum(values)

    def settle(self) -> None:
        """Waits until the master data is in the read model, and has PostgreSQL write it to its files, as a night does:
        a case measures orders and not what opening contracts left behind.
        """
        if not self.wait_for_follower(MASTER_DATA_SECONDS_MAX):
            raise RuntimeError("the follower does not take the master data in")
        if self.supervisor.postgres is not None:
            self.supervisor.postgres.checkpoint()

    def wait_for_follower(self, seconds_max: float) -> bool:
        """Waits until the read model holds every row. Returns False when it did not get there in time."""
        end = time.perf_counter() + seconds_max
        while self.metric("follower", "yzt_follower_sequence") < self.metric("ledger", "yzt_ledger_sequence"):
            if time.perf_counter() > end:
                return False
            time.sleep(0.1)
        return True

    def peak_resident_bytes(self, process: str) -> int:
        """The largest resident size that a process ever had."""
        status = Path(f"/proc/{self.supervisor.pid(process)}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024


TLS_FILES = {"certificate": "gateway.pem", "key": "gateway.key", "ca": "ca.pem"}


@contextmanager
def running(wanted: Wanted) -> Iterator[System]:
    """A fresh system with its master data loaded and settled; stopped and removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="yzt-bench-"))
    try:
        system = System(folder, wanted)
        try:
            system.supervisor.start()
            system.load_master_data()
            system.settle()
            yield system
        finally:
            system.supervisor.stop()
            if system.supervisor.postgres is not None:
                system.supervisor.postgres.remove()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
