"""What must be true of the database before a ledger serves on it.

Belongs here: reading settings on the very connection that commits, and the verdict in one line. Never here:
changing a setting, tables (migrate).
"""

from typing import Final

import asyncpg

from config.exit_codes import ExitCode, ProcessFault
from ledger.migrate import migrations, schema_version

SERVER_VERSION_MIN: Final = 140_000  # the oldest release that the journal's statements are written for
DURABLE_COMMITS: Final = frozenset({"on", "remote_apply"})
REQUIRED_ON: Final = ("fsync", "full_page_writes", "data_checksums")


async def check(connection: asyncpg.Connection) -> None:
    """Raises ProcessFault CONFIG, naming every setting that is not as it must be, unless all are."""
    faults = await unfit(connection)
    if faults:
        raise ProcessFault(f"PostgreSQL is unfit for a journal: {'; '.join(faults)}", ExitCode.CONFIG)


async def unfit(connection: asyncpg.Connection) -> list[str]:
    """One phrase for each thing that is not as it must be."""
    names = [*REQUIRED_ON, "synchronous_commit", "server_version_num", "is_superuser", "in_hot_standby"]
    statement = "SELECT name, current_setting(name, true) AS value FROM unnest($1::text[]) AS name"
    rows = await connection.fetch(statement, names)
    values = {row["name"]: row["value"] for row in rows}
    faults = [f"{name} is {values[name]}, must be on" for name in REQUIRED_ON if values[name] != "on"]
    if values["synchronous_commit"] not in DURABLE_COMMITS:
        faults.append(f"synchronous_commit is {values['synchronous_commit']}, must be on or remote_apply")
    if int(values["server_version_num"]) < SERVER_VERSION_MIN:
        faults.append(f"server version {values['server_version_num']} is below {SERVER_VERSION_MIN}")
    if values["is_superuser"] != "off":
        faults.append("the role is a superuser, which the ledger must not be")
    if values["in_hot_standby"] != "off":
        faults.append("the server is a standby")
    found, wanted = await schema_version(connection), len(migrations())
    if found != wanted:
        faults.append(f"the schema has version {found}, this ledger needs {wanted}")
    return faults
