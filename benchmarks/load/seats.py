"""Opening the benchmark's seats with the shipped SDK: in the load process, and the bank's own in the harness.

Belongs here: which keys, files and numbers the benchmark's parties have. Never here: load.
"""

import ssl
from pathlib import Path

from benchmarks.load.plan import LoadPlan
from config.keys import public_file_of
from config.schema import Config, load
from config.supervise.children import read_ready
from frontend_sim.market.desks import DAY_SEAT, SAVINGS_SEAT
from protocol.client import SeatSettings
from protocol.client.keys import load_signer, load_verifier
from protocol.signing import Signer, Verifier
from protocol.vocabulary import BANK_PARTY, BANK_SEAT

BROKER_PARTY = 2
BROKER_KEY_ID = 1
FIRST_SEAT = 11
SAVINGS_KEY_FILE = "savings.pem"
SAVINGS_KEY_ID = 4
DAY_KEY_FILE = "day.pem"
DAY_KEY_ID = 5
FLOODING_PARTY = 3
FIRST_FLOODING_SEAT = 501


def bank_verifiers(config: Config) -> dict[int, Verifier]:
    """The bank's public keys by key id, read from the `.pub.pem` files beside its private ones."""
    return {
        config.bank.ed25519_key_id: load_verifier(public_file_of(config.key_file("ed25519"))),
        config.bank.p256_key_id: load_verifier(public_file_of(config.key_file("p256"))),
    }


def client_tls(tls_directory: str, party: int) -> ssl.SSLContext | None:
    """A party's side of TLS 1.3 with its client certificate, or None for plain TCP."""
    if not tls_directory:
        return None
    folder = Path(tls_directory)
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=str(folder / "ca.pem"))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(folder / f"party-{party}.pem", folder / f"party-{party}.key")
    return context


def bank_settings(config: Config, port: int, outbox: Path, tls_directory: str) -> SeatSettings:
    """The bank's seat of master data."""
    signer = load_signer(config.seat_key_file, config.bank.seat_key_id)
    return _settings_of_bank(config, port, outbox, tls_directory, BANK_SEAT, signer)


def day_settings(config: Config, port: int, outbox: Path, tls_directory: str, keys: Path) -> SeatSettings:
    """The bank's day desk."""
    signer = load_signer(keys / DAY_KEY_FILE, DAY_KEY_ID)
    return _settings_of_bank(config, port, outbox, tls_directory, DAY_SEAT, signer)


def _settings_of_bank(
    config: Config, port: int, outbox: Path, tls_directory: str, seat: int, signer: Signer
) -> SeatSettings:
    return SeatSettings(
        host="localhost" if tls_directory else "127.0.0.1",
        port=port,
        party=BANK_PARTY,
        seat=seat,
        signer=signer,
        bank_verifiers=bank_verifiers(config),
        outbox=outbox,
        tls=client_tls(tls_directory, BANK_PARTY),
    )


def open_settings(plan: LoadPlan, seat: int) -> SeatSettings:
    """Settings of one seat of a plan: the bank's savings desk, or a broker's."""
    config = load(plan.config_file)
    outbox = Path(plan.outboxes_directory) / f"seat{seat}.outbox"
    port = gateway_port(config)
    if seat == SAVINGS_SEAT:
        signer = load_signer(Path(plan.keys_directory) / SAVINGS_KEY_FILE, SAVINGS_KEY_ID)
        return _settings_of_bank(config, port, outbox, plan.tls_directory, seat, signer)
    return SeatSettings(
        host="localhost" if plan.tls_directory else "127.0.0.1",
        port=port,
        party=BROKER_PARTY,
        seat=seat,
        signer=load_signer(Path(plan.keys_directory) / f"broker-{plan.suite}.pem", BROKER_KEY_ID),
        bank_verifiers=bank_verifiers(config),
        outbox=outbox,
        tls=client_tls(plan.tls_directory, BROKER_PARTY),
    )


def gateway_port(config: Config) -> int:
    """The port on which a running gateway takes links."""
    return ready_port(config, "gateway", "links")


def ready_port(config: Config, name: str, purpose: str) -> int:
    """A port that a running process announced. Raises LookupError when it announced none."""
    ready = read_ready(config.ready_file(name))
    if ready is None or purpose not in ready.ports:
        raise LookupError(f"{name} announced no port for {purpose}")
    return ready.ports[purpose]
