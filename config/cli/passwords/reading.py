"""What the read model has of trading passwords, for the password desk.

Belongs here: the SQL, who may not sign on whatever the password. Never here: the desk's work (gateway.passwords).

asyncpg is asyncio's, the desk is trio's: each question runs in a thread, one at a time.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

import asyncpg
import trio

from config.kit.exit_codes import ExitCode, ProcessFault
from gateway.passwords.desk import Known
from ledger.database.connections import DATABASE_FAULTS, connect
from protocol.vocabulary import Scheme
from rules.orders.signing_on import FAILURES_OF_CHANNEL_MAX

_STANDS = """
SELECT coalesce(p.generation, 0), coalesce(p.is_set, false), coalesce(p.salt, ''), coalesce(p.verifier, '')
FROM contracts c
JOIN parties b ON b.party = c.party AND b.scheme = $4
LEFT JOIN passwords p ON p.contract_no = c.contract_no
WHERE c.contract_no = $1
  AND ($2::integer = 0
       OR c.party = $3 AND EXISTS (SELECT FROM channel_seats s WHERE s.channel = $2 AND s.broker = c.party))
  AND NOT coalesce(p.is_lost OR p.is_locked, false)
  AND NOT EXISTS (SELECT FROM unnest(p.failed_channels, p.failures) AS f (channel, failures)
                  WHERE f.channel = $2 AND f.failures >= $5)
"""
_NUMBER_MAX = 2**62
Answer = TypeVar("Answer")


class PasswordsRead:
    """As `gateway.passwords.desk.Passwords`."""

    def __init__(self, connection: asyncpg.Connection, loop: asyncio.AbstractEventLoop) -> None:
        """A connection that belongs to a loop which nobody else runs."""
        self._connection = connection
        self._loop = loop
        self._turn = trio.CapacityLimiter(1)

    @classmethod
    def open(cls, dsn: str) -> "PasswordsRead":
        """Raises ProcessFault when the database cannot be reached."""
        loop = asyncio.new_event_loop()
        return cls(loop.run_until_complete(connect(dsn, "password desk")), loop)

    def close(self) -> None:
        """Ends the connection."""
        with suppress(*DATABASE_FAULTS):
            self._loop.run_until_complete(self._connection.close())
        self._loop.close()

    async def of(self, contract_no: int, channel: int, broker: int) -> Known | None:
        """One that is known, may sign on, and is of this broker; at the counter, channel 0, of any. Raises ProcessFault
        when the read model is lost.
        """
        if not (0 < contract_no <= _NUMBER_MAX and 0 <= channel < 2**15 and 0 <= broker < 2**31):
            return None
        asked = (contract_no, channel, broker, int(Scheme.A), FAILURES_OF_CHANNEL_MAX)
        row = await trio.to_thread.run_sync(self._run, self._connection.fetchrow(_STANDS, *asked), limiter=self._turn)
        return None if row is None else Known(*row)

    def _run(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        try:
            return self._loop.run_until_complete(work)
        except DATABASE_FAULTS as error:
            raise ProcessFault(f"passwords: the read model cannot be asked: {error}", ExitCode.UNAVAILABLE) from None
