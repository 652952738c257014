"""How a party of this machine reaches the gateway of an installation: address, keys, outbox, from its configuration.

Belongs here: from configuration to the SDK's settings. Never here: what is sent over the seat.
"""

import ssl
from contextlib import suppress
from pathlib import Path

from config.keys import public_file_of
from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault
from config.kit.own_files import refuse_if_others_may_read
from config.kit.telling.ready_files import read_ready
from config.schema import Config
from config.supervise.state_folders import make_state_folder
from protocol.client import Clock, SeatSettings, SystemClock
from protocol.client.keys import KeyFileError, load_signer, load_verifier
from protocol.keys.signing import Signer, Verifier
from protocol.vocabulary import BANK_PARTY, BANK_SEAT

LINKS_PORT = "links"
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where a gateway may listen, not where we do


def gateway_address(config: Config) -> tuple[str, int]:
    """Host and port of the running gateway. Raises ProcessFault when it does not serve."""
    ready = read_ready(config.ready_file("gateway"))
    if ready is None or LINKS_PORT not in ready.ports:
        message = f"{config.ready_file('gateway')}: the gateway does not serve; start it with `yzt up`"
        raise ProcessFault(message, ExitCode.UNAVAILABLE)
    return ANY_ADDRESS.get(config.gateway.host, config.gateway.host), ready.ports[LINKS_PORT]


def bank_verifiers(config: Config) -> dict[int, Verifier]:
    """What the bank's answers are checked with, by key id. Raises ConfigFault when a public key file is unfit."""
    key_ids = {"ed25519": config.bank.ed25519_key_id, "p256": config.bank.p256_key_id}
    try:
        return {key_id: load_verifier(public_file_of(config.key_file(suite))) for suite, key_id in key_ids.items()}
    except KeyFileError as error:
        raise ConfigFault(str(error)) from None


def bank_signer(config: Config) -> Signer:
    """The key of the bank's seat of master data. Raises ConfigFault when its file is unfit."""
    with suppress(OSError):  # whoever loads it says so
        refuse_if_others_may_read(config.seat_key_file)
    try:
        return load_signer(config.seat_key_file, config.bank.seat_key_id)
    except KeyFileError as error:
        raise ConfigFault(str(error)) from None


def seat_settings(
    config: Config,
    party: int,
    seat: int,
    signer: Signer,
    host: str | None = None,
    port: int | None = None,
    outbox: Path | None = None,
) -> SeatSettings:
    """Settings of a seat; its outbox lies in the state directory, in a folder of its user unless named.

    `host` and `port`: of a gateway elsewhere; None: of the one that runs in this installation.
    """
    if host is None or port is None:
        here = gateway_address(config)
        host, port = host or here[0], port or here[1]
    outbox = outbox or make_state_folder(config, "outbox") / f"seat-{seat}.outbox"
    return SeatSettings(
        host=host,
        port=port,
        party=party,
        seat=seat,
        signer=signer,
        bank_verifiers=bank_verifiers(config),
        outbox=outbox,
        tls=_tls(config),
        software="yzt",
    )


def seat_clock(config: Config) -> Clock:
    """The clock of a seat of this installation: simulated where its time is. Raises ConfigFault."""
    return SystemClock(config.wall_clock().utc_ns)


def bank_seat_settings(config: Config) -> SeatSettings:
    """Settings of the bank's seat of master data."""
    return seat_settings(config, BANK_PARTY, BANK_SEAT, bank_signer(config))


def _tls(config: Config) -> ssl.SSLContext | None:
    """With TLS configured, the bank's own seat shows the gateway's certificate as its client certificate."""
    tls = config.gateway.tls
    if not tls.enabled:
        return None
    try:
        context = ssl.create_default_context(cafile=config.path(tls.ca))
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(config.path(tls.certificate), config.path(tls.key))
    except (OSError, ssl.SSLError) as error:
        raise ConfigFault(f"gateway.tls: {error}") from None
    return context
