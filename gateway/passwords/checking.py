"""Checking a password: argon2id over it and the desk's pepper, in worker threads, of which so many wait at most.

Belongs here: the hash and its cost, the threads. Never here: whose password it is, what follows (desk), files
(gateway.identity.key_files).
"""

import hashlib

import trio
from nacl import pwhash

from protocol.limits import PASSWORD_VERIFIER_BYTES

MEMORY_BYTES = 16 * 2**20
PASSES = 3  # a fortieth of a second on the machine it was chosen on
PEPPER_BYTES = 32
WAITING_PER_WORKER = 64  # above it an attempt is told to come back: it would wait longer than a customer does


class CheckersBusy(Exception):
    """As many attempts wait as may; nothing was checked."""


class Checkers:
    """Makes verifiers of passwords. The pepper is kept as long as it is."""

    def __init__(self, pepper: bytearray, workers: int) -> None:
        """`workers`: passwords that are hashed at once, each in 16 MiB."""
        self._pepper = pepper
        self._workers = trio.CapacityLimiter(workers)
        self._wanted, self._wanted_max = 0, workers * (1 + WAITING_PER_WORKER)

    async def verifier(self, password: str, salt: bytes) -> bytes:
        """What the password is checked against, with this salt. Raises CheckersBusy."""
        if self._wanted >= self._wanted_max:
            raise CheckersBusy
        self._wanted += 1
        try:
            return await trio.to_thread.run_sync(self._made, password, salt, limiter=self._workers)
        finally:
            self._wanted -= 1

    def _made(self, password: str, salt: bytes) -> bytes:
        # The pepper first: who has the verifiers alone has nothing to try passwords on.
        peppered = hashlib.blake2b(password.encode(), key=self._pepper, digest_size=PEPPER_BYTES).digest()
        return pwhash.argon2id.kdf(PASSWORD_VERIFIER_BYTES, peppered, salt, PASSES, MEMORY_BYTES)
