"""The system under test: `yzt up` with its defaults in a fresh folder, one broker, its seats and contracts.

Belongs here: making, loading, watching and removing an installation. Never here: load shapes, peers.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import msgspec
import trio
from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.load.blocks import BALANCE_FEN
from benchmarks.load.plan import LoadPlan, LoadResult
from benchmarks.load.seats import BROKER_PARTY, FIRST_FLOODING_SEAT, FIRST_SEAT, FLOODING_PARTY, ready_port, settings_of
from benchmarks.tls import make_certificates
from benchmarks.watch import seconds_so_far
from config.cli.links import bank_signer
from config.cli.passwords.secret_files import make as make_secrets
from config.keys import make_missing_bank_keys
from config.schema import Config, dump, load
from config.supervise.supervisor import Supervisor
from frontend_sim.installation import new_bank_desks, new_party_signer, temporary_config
from frontend_sim.market.desks import DAY_SEAT, desk_messages
from protocol.client import Seat, SeatSettings
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.keys.signing import Signer
from protocol.limits import CONTRACTS_PER_CONTROL_MAX, HOLDER_BYTES, UNSETTLED_DATES_MIN
from protocol.messages.control import (
    ControlMessage,
    OpenTradeDate,
    RegisterChannelSeat,
    RegisterKey,
    RegisterParty,
    RegisterSeat,
    SetScheme,
)
from protocol.messages.customers.accounts import AccountTerms, ContractTerms, OpenAccounts, SignContracts
from protocol.messages.queries import PartyTotals
from protocol.trade_dates import date_of_day, trade_day
from protocol.vocabulary import BANK_PARTY, BANK_SEAT, ContractStatus, Role, Scheme, SeatRole

TRADE_DATE = 20_260_105
FIRST_BANK_ACCOUNT_NO = 6_217_000_000_000_000
NEVER_NS = 2**62
OUTLET = 11
SCHEME_A_PARTY, CHANNEL_PARTY, FIRST_CHANNEL_SEAT = 101, 102, 901
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
    unsettled_dates_max: int = UNSETTLED_DATES_MIN  # so often it can be rolled without a settlement, but for one
    brokers_count: int = 1  # more: each has one of the seats, and as many of the contracts as every other
    trade_date: int = TRADE_DATE  # the first one
    log_files_ahead: int | None = None  # of PostgreSQL; None: as many as by default
    signing_on_count: int = 0  # customers of a broker of scheme A, and a channel; the password desk is run
    channel_seats_count: int = 4  # of that channel


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
        self.tls_directory = str(folder / "tls") if wanted.tls else ""
        self.config: Config = self._configured(folder)
        make_missing_bank_keys(self.config, lambda _line: None)
        self.desks = new_bank_desks(self.config)
        if wanted.signing_on_count:
            self.channel = new_party_signer(self.config, CHANNEL_PARTY, "ed25519")
            self.config.passwords_folder.mkdir(mode=0o700)
            make_secrets(self.config.passwords_folder, 1)
        self.broker = new_party_signer(self.config, BROKER_PARTY, wanted.suite)
        others = range(BROKER_PARTY + 1, BROKER_PARTY + wanted.brokers_count)
        self.brokers = {BROKER_PARTY: self.broker}
        self.brokers |= {party: new_party_signer(self.config, party, wanted.suite) for party in others}
        if wanted.flooding_seats_count:
            self.flooding = new_party_signer(self.config, FLOODING_PARTY, "ed25519")
        self.supervisor = Supervisor(self.config, progress=lambda _line: None)

    def _configured(self, folder: Path) -> Config:
        """The defaults with free ports and the first trade date, as a file that the load processes read too."""
        config = temporary_config(load(None), folder)
        config = replace(
            config,
            trade=replace(
                config.trade, date=self.wanted.trade_date, unsettled_dates_max=self.wanted.unsettled_dates_max
            ),
        )
        if self.wanted.signing_on_count:
            config = replace(config, password_desk=replace(config.password_desk, run=True))
        if self.wanted.log_files_ahead is not None:
            config = replace(config, postgres=replace(config.postgres, log_files_ahead=self.wanted.log_files_ahead))
        if self.wanted.tls:
            make_certificates(folder / "tls")
            files = {name: f"tls/{file}" for name, file in TLS_FILES.items()}
            tls = replace(config.gateway.tls, **files)
            config = replace(config, gateway=replace(config.gateway, tls=tls))
        (folder / "yzt.toml").write_text(dump(config))
        return config

    @property
    def flooding_seats(self) -> list[int]:
        """The seats of the broker that floods."""
        return list(range(FIRST_FLOODING_SEAT, FIRST_FLOODING_SEAT + self.wanted.flooding_seats_count))

    @property
    def flooding_contract_no(self) -> int:
        """Its contract, behind all of the other broker's."""
        return contract_no_from_index(self.wanted.contracts_count)

    @property
    def signing_on(self) -> list[int]:
        """The contracts whose customers sign on, behind all others."""
        first = self.wanted.contracts_count
        return [contract_no_from_index(index) for index in range(first, first + self.wanted.signing_on_count)]

    @property
    def channel_seats(self) -> list[int]:
        """The seats of the channel."""
        return list(range(FIRST_CHANNEL_SEAT, FIRST_CHANNEL_SEAT + self.wanted.channel_seats_count))

    def channel_settings(self, seat: int) -> SeatSettings:
        """Settings of one of them."""
        return settings_of(self.config, self.tls_directory, CHANNEL_PARTY, seat, self.channel)

    @property
    def seats(self) -> list[int]:
        """The broker's seats."""
        return list(range(FIRST_SEAT, FIRST_SEAT + self.wanted.seats_count))

    def load_master_data(self) -> None:
        """Registers the broker, its key and seats, opens accounts and signs contracts, from the bank's own seat."""
        trio.run(self._load_master_data)

    async def _load_master_data(self) -> None:
        async with Seat.open(self._bank_settings(BANK_SEAT, bank_signer(self.config))) as bank:
            for message in self._master_data():
                outcome = await bank.control(message)
                if outcome.code != 0:
                    raise RuntimeError(f"the ledger refused {type(message).__name__}: {outcome.code}")

    def broker_settings(self, party: int, seat: int) -> SeatSettings:
        """Settings of a broker's seat."""
        return settings_of(self.config, self.tls_directory, party, seat, self.brokers[party])

    def desk_settings(self, seat: int) -> SeatSettings:
        """Settings of the seat of one of the bank's desks."""
        return self._bank_settings(seat, self.desks.signers[seat])

    def _bank_settings(self, seat: int, signer: Signer) -> SeatSettings:
        return settings_of(self.config, self.tls_directory, BANK_PARTY, seat, signer)

    def _master_data(self) -> Iterator[ControlMessage]:
        yield from desk_messages(self.desks.signers)
        if self.wanted.brokers_count == 1:
            yield from _broker(BROKER_PARTY, "benchmark broker", self.broker, self.seats)
        else:
            for (party, signer), seat in zip(self.brokers.items(), self.seats, strict=True):
                yield from _broker(party, f"broker {party}", signer, [seat])
        share = self.wanted.contracts_count // self.wanted.brokers_count
        for first in range(0, self.wanted.contracts_count, CONTRACTS_PER_CONTROL_MAX):
            last = min(first + CONTRACTS_PER_CONTROL_MAX, self.wanted.contracts_count)
            yield OpenAccounts([_account(index) for index in range(first, last)])
            yield SignContracts([_contract(index, BROKER_PARTY + index // share) for index in range(first, last)])
        if self.wanted.flooding_seats_count:
            yield from self._flooding_broker()
        if self.wanted.signing_on_count:
            yield from self._who_signs_on()

    def _flooding_broker(self) -> Iterator[ControlMessage]:
        yield from _broker(FLOODING_PARTY, "flooding broker", self.flooding, self.flooding_seats)
        index = self.wanted.contracts_count
        yield OpenAccounts([_account(index)])
        yield SignContracts([_contract(index, FLOODING_PARTY)])

    def _who_signs_on(self) -> Iterator[ControlMessage]:
        """A broker of scheme A without seats, its customers, and a channel for them."""
        yield RegisterParty(SCHEME_A_PARTY, Role.BROKER, int(self.broker.suite), "broker of scheme A", True)
        yield SetScheme(SCHEME_A_PARTY, Scheme.A)
        yield RegisterParty(CHANNEL_PARTY, Role.CHANNEL, int(self.channel.suite), "channel", False)
        yield RegisterKey(CHANNEL_PARTY, self.channel.key_id, self.channel.public_key(), 0, NEVER_NS, 0)
        for seat in self.channel_seats:
            yield RegisterChannelSeat(seat, CHANNEL_PARTY, 1, SCHEME_A_PARTY)
        first, last = self.wanted.contracts_count, self.wanted.contracts_count + self.wanted.signing_on_count
        yield OpenAccounts([_account(index) for index in range(first, last)])
        yield SignContracts([_contract(index, SCHEME_A_PARTY) for index in range(first, last)])

    def open_next_date(self) -> None:
        """Closes the trade date, unsettled, and opens the day after it."""
        trio.run(self._open_next_date)

    async def _open_next_date(self) -> None:
        async with Seat.open(self.desk_settings(DAY_SEAT)) as desk:
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
        async with Seat.open(self._bank_settings(BANK_SEAT, bank_signer(self.config))) as bank:
            return (await bank.totals(1)).parties, (await bank.totals(2)).parties

    def cpu_times(self) -> CpuTimes:
        """Processor time of gateway and ledger, and of signatures by the gateway's own count."""
        spent = seconds_so_far(self.supervisor)
        verify = self.metric("gateway", "yzt_gateway_verify_cpu_seconds_total")
        sign = self.metric("gateway", "yzt_gateway_sign_cpu_seconds_total")
        return CpuTimes(spent["gateway"], spent["ledger"], verify + sign)

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
        """Waits until the read model holds every row of now. Returns False when it did not get there in time."""
        end, wanted = time.perf_counter() + seconds_max, self.metric("ledger", "yzt_ledger_sequence")
        while self.metric("follower", "yzt_follower_sequence") < wanted:
            if time.perf_counter() > end:
                return False
            time.sleep(0.1)
        return True

    def peak_resident_bytes(self, process: str) -> int:
        """The largest resident size that a process ever had."""
        status = Path(f"/proc/{self.supervisor.pid(process)}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024


def _broker(party: int, name: str, signer: Signer, seats: Iterable[int]) -> Iterator[ControlMessage]:
    """A broker with its key and its seats."""
    yield RegisterParty(party, Role.BROKER, int(signer.suite), name, True)
    yield RegisterKey(party, signer.key_id, signer.public_key(), 0, NEVER_NS, 0)
    for seat in seats:
        yield RegisterSeat(seat, party, SeatRole.BROKER)


def _account(index: int) -> AccountTerms:
    """The account at a row, of a made-up person of its own."""
    return AccountTerms(FIRST_BANK_ACCOUNT_NO + index, OUTLET, index.to_bytes(HOLDER_BYTES, "little"), BALANCE_FEN)


def _contract(index: int, party: int) -> ContractTerms:
    """The contract on the account at the same index."""
    return ContractTerms(account_no_from_index(index), party, [], ContractStatus.ACTIVE)


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
