"""The benchmark's seats: settings for the shipped SDK, in the load process and in the harness.

Belongs here: which parties and seats the benchmark has, their side of TLS. Never here: load, where keys lie
(frontend_sim.installation).
"""

import ssl
from dataclasses import replace
from pathlib import Path

from benchmarks.load.plan import LoadPlan
from config.cli.links import seat_settings
from config.kit.telling.ready_files import read_ready
from config.schema import Config, load
from frontend_sim.installation import desk_signer, party_signer
from frontend_sim.market.desks import SAVINGS_SEAT
from protocol.client import SeatSettings
from protocol.keys.signing import Signer
from protocol.vocabulary import BANK_PARTY

BROKER_PARTY = 2
FIRST_SEAT = 11
FLOODING_PARTY = 3
FIRST_FLOODING_SEAT = 501


def settings_of(config: Config, tls_directory: str, party: int, seat: int, signer: Signer) -> SeatSettings:
    """Settings of a seat; over TLS with the certificate of its party."""
    plain = seat_settings(config, party, seat, signer)
    if not tls_directory:
        return plain
    folder = Path(tls_directory)
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=str(folder / "ca.pem"))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(folder / f"party-{party}.pem", folder / f"party-{party}.key")
    return replace(plain, host="localhost", tls=context)


def open_settings(plan: LoadPlan, seat: int) -> SeatSettings:
    """Settings of one seat of a plan: the bank's savings desk, or a broker's."""
    config = load(plan.config_file)
    if seat == SAVINGS_SEAT:
        return settings_of(config, plan.tls_directory, BANK_PARTY, seat, desk_signer(config, seat))
    return settings_of(config, plan.tls_directory, BROKER_PARTY, seat, party_signer(config, BROKER_PARTY))


def ready_port(config: Config, name: str, purpose: str) -> int:
    """A port that a running process announced. Raises LookupError when it announced none."""
    ready = read_ready(config.ready_file(name))
    if ready is None or purpose not in ready.ports:
        raise LookupError(f"{name} announced no port for {purpose}")
    return ready.ports[purpose]
