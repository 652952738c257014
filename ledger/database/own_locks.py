"""Locks between processes of ours in PostgreSQL, which nobody else's session can hold against us.

Belongs here: taking one and giving it back. Never here: what is done meanwhile.

Whoever may connect to a database may take any advisory lock in it, a role that may only read too. So a lock counts only
when a session of our own role has it; who else has it is told to people, and not waited for. What must hold whoever
else is there is kept by the statements themselves (the epoch of the journal's head, the read model's cursor).
"""

import asyncio

import asyncpg

from config.kit.processes import Progress

LOOK_EVERY_SECONDS = 0.05
REPORT_LOOKS = 40
_TRY = "SELECT pg_try_advisory_lock($1, $2)"
_GIVE_BACK = "SELECT pg_advisory_unlock($1, $2)"
_HOLDER = """
SELECT activity.usename AS role, activity.pid, activity.usesysid = to_regrole(quote_ident(session_user)) AS ours
FROM pg_locks locks JOIN pg_stat_activity activity USING (pid)
WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid = $1::bigint::oid AND objid = $2::bigint::oid
  AND locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
ORDER BY ours DESC
"""


async def take(connection: asyncpg.Connection, kind: int, number: int, what: str, progress: Progress) -> bool:
    """Takes the lock for as long as the connection lives, or `give_back` is called; waits while a session of our role
    has it, and then says every two seconds that it waits for `what`.

    Returns: False when somebody else's session has it: then nothing is held. Raises: errors of the connection.
    """
    looks = 0
    while not await connection.fetchval(_TRY, kind, number):
        holder = await connection.fetchrow(_HOLDER, kind, number)
        if holder is not None and not holder["ours"]:
            who = f"role {holder['role']} (server process {holder['pid']})"
            progress(f"{who} holds an advisory lock of ours, which is not waited for: see what it is about")
            return False
        looks += 1
        if looks % REPORT_LOOKS == 0:
            progress(f"waiting for {what}")
        await asyncio.sleep(LOOK_EVERY_SECONDS)
    return True


async def give_back(connection: asyncpg.Connection, kind: int, number: int) -> None:
    """Lets the next one have it. Raises: errors of the connection."""
    await connection.execute(_GIVE_BACK, kind, number)
