"""`yzt identity once` as a program of its own, with keys in the installation's folder and a card host to ask.

Belongs here: its keys, its process. Never here: its work (gateway.identity), customers (walk_ins).
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import trio

from config.kit.exit_codes import ExitCode, ProcessFault
from config.schema import Config
from frontend_sim.installation import desk_key_file, desk_signer
from frontend_sim.market.desks import IDENTITY_SEAT
from gateway.identity.key_files import write_holder_key, write_unsealing_key
from protocol.client import IdentityKeys, load_identity_key

KEY_ID = 1
SECONDS_MAX = 60.0


@dataclass(frozen=True, slots=True)
class IdentityProgram:
    """One installation's identity desk, run from the command line."""

    config: Config
    config_file: Path
    folder: Path  # of its secrets
    card_socket: Path

    @property
    def holder_key_file(self) -> Path:
        """The key of holders' digests."""
        return self.folder / "holder.key"

    def make_keys(self) -> IdentityKeys:
        """All secrets, new. Returns what brokers seal with."""
        write_holder_key(self.holder_key_file)
        persons, passwords = (write_unsealing_key(file) for file in (self._persons_file, self._passwords_file))
        return IdentityKeys(load_identity_key(persons, KEY_ID), load_identity_key(passwords, KEY_ID))

    async def once(self) -> str:
        """Look into what waits. Returns: everything that it said. Raises ProcessFault when it fails."""
        signer = desk_signer(self.config, IDENTITY_SEAT)
        command = [sys.executable, "-m", "config", "identity", "once", "--config", str(self.config_file)]
        command += ["--key", str(desk_key_file(self.config, IDENTITY_SEAT)), "--key-id", str(signer.key_id)]
        command += ["--persons", f"{KEY_ID}={self._persons_file}", "--passwords", f"{KEY_ID}={self._passwords_file}"]
        command += ["--holder-key", str(self.holder_key_file)]
        command += ["--card-host", str(self.card_socket)]
        with trio.fail_after(SECONDS_MAX):
            ended = await trio.run_process(command, capture_stdout=True, stderr=subprocess.STDOUT, check=False)
        said = ended.stdout.decode(errors="replace")
        if ended.returncode != ExitCode.OK:
            raise ProcessFault(f"the identity desk ended with exit code {ended.returncode}: {said}", ExitCode.FAILED)
        return said

    @property
    def _persons_file(self) -> Path:
        return self.folder / f"persons-{KEY_ID}.pem"

    @property
    def _passwords_file(self) -> Path:
        return self.folder / f"passwords-{KEY_ID}.pem"
