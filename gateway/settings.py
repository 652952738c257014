"""What a gateway is told when it starts, in types of its own: only `gateway.__main__` knows the configuration.

Belongs here: settings. Never here: defaults, files' contents.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.entrance.tls import TlsFiles
from protocol.keys.signing import Signer
from protocol.vocabulary import Suite


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """Ports may be 0 (the system chooses; see the ready file). Durations are in ns, sizes in records."""

    host: str
    port: int
    metrics_host: str
    metrics_port: int
    links_max: int
    credit_records: int
    heartbeat_ns: int
    drain_ns: int
    ledger_socket: Path
    state_directory: Path
    signers: Mapping[Suite, Signer]  # the bank's key of each suite
    tls: TlsFiles | None
    former_signers: tuple[Signer, ...] = ()  # replaced keys, for outcomes that were journaled under them
    passwords_door: Path | None = None  # where the password desk is asked; None: where a desk of this installation is

    @property
    def ready_file(self) -> Path:
        """JSON with process id and ports, there while the gateway serves."""
        return self.state_directory / "gateway.ready"

    @property
    def port_file(self) -> Path:
        """The port that the system chose last: a restarted gateway is found where its partners look for it."""
        return self.state_directory / "gateway.port"

    @property
    def mark_file(self) -> Path:
        """The high-water mark."""
        return self.state_directory / "gateway.mark"
