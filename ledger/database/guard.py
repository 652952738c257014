"""What must be true of role, server and database before a ledger makes a table there or serves on it.

Belongs here: reading settings on the very connections that commit, and the verdict in one line. Never here:
changing a setting, tables (migrate).
"""

import asyncpg

from config.kit.exit_codes import ExitCode, ProcessFault
from ledger.database.migrate import migrations, schema_version

SERVER_VERSION_MIN = 140_000  # the oldest release that the journal's statements are written for
CONNECTIONS_NEEDED = 4  # two of the ledger, two of the follower
DURABLE_COMMITS = ("on", "remote_apply")
UNLIMITED = ("0",)

WANTED: dict[str, tuple[str, ...]] = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "data_checksums": ("on",),
    "synchronous_commit": DURABLE_COMMITS,
    "server_encoding": ("UTF8",),  # brokers' names are Chinese
    # An idle ledger, or one whose commit waits for a slow disk, is not to be cut off.
    "idle_session_timeout": UNLIMITED,
    "idle_in_transaction_session_timeout": UNLIMITED,
    "statement_timeout": UNLIMITED,
    "lock_timeout": UNLIMITED,
    "transaction_timeout": UNLIMITED,
    "exit_on_error": ("off",),
    "default_transaction_read_only": ("off",),
    # A takeover waits for its predecessor's last statement and must then see what that wrote.
    "default_transaction_isolation": ("read committed",),
    "zero_damaged_pages": ("off",),
    "ignore_checksum_failure": ("off",),
    "ignore_system_indexes": ("off",),
    "session_replication_role": ("origin",),
}
"""Settings by name with the values that will do. One that this server's version does not have will do."""

_SETTINGS = """
SELECT settings.name, current_setting(settings.name, true) AS value, pg_settings.source
FROM unnest($1::text[]) AS settings(name) LEFT JOIN pg_settings USING (name)
"""
_PLACE = """
SELECT current_setting('server_version_num')::integer AS version,
       current_setting('server_version') AS version_name,
       current_setting('is_superuser') = 'on' OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
           AS superuser,
       (SELECT min(rolname::text) FROM pg_roles WHERE (rolsuper OR rolname IN
           ('pg_execute_server_program', 'pg_write_server_files')) AND pg_has_role(current_user, oid, 'MEMBER'))
           AS may_become,
       pg_is_in_recovery() AS standby,
       current_user AS role,
       current_database() AS database,
       current_setting('search_path') AS search_path,
       current_schema() AS schema,
       coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create,
       (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user) AS role_limit,
       (SELECT datconnlimit FROM pg_database WHERE datname = current_database()) AS database_limit,
       (SELECT array_agg(nspname::text ORDER BY nspname) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
        WHERE relname = 'schema_migrations' AND relkind = 'r') AS schemas_used,
       (SELECT array_agg(relname::text ORDER BY relname) FROM pg_class
        WHERE relnamespace = to_regnamespace(quote_ident(current_schema())) AND relkind IN ('r', 'p')
          AND relname IN ('schema_migrations', 'journal_head', 'journal')
          AND NOT pg_has_role(relowner, 'USAGE')) AS tables_of_others
"""
_SOURCES = {"user": "of the role", "database": "of the database", "database user": "of the role in the database"}


async def check_place(connection: asyncpg.Connection) -> None:
    """What can be judged before a table is made: role, server, settings, the schema that tables would go into.

    Raises: ProcessFault CONFIG, naming everything that is not as it must be, with what helps.
    """
    _refuse_if(await unfit_place(connection))


async def check(connection: asyncpg.Connection) -> None:
    """The same, and that the tables are those of this version.

    Raises: ProcessFault CONFIG, naming everything that is not as it must be.
    """
    faults = await unfit_place(connection)
    found, wanted = await schema_version(connection), len(migrations())
    if found != wanted:
        faults.append(f"the schema has version {found}, this ledger needs {wanted}")
    _refuse_if(faults)


async def unfit_place(connection: asyncpg.Connection) -> list[str]:
    """One phrase for each thing about role, server and settings that is not as it must be."""
    place = await connection.fetchrow(_PLACE)
    faults = []
    if place["version"] < SERVER_VERSION_MIN:
        oldest = SERVER_VERSION_MIN // 10_000
        faults.append(f"the server has version {place['version_name']}, the oldest that will do is {oldest}")
    if place["superuser"]:
        faults.append(f"role {place['role']} is a superuser: give the database a plain role that owns it")
    elif place["may_become"]:
        remedy = f"REVOKE {place['may_become']} FROM {place['role']}, or give the database a plain role that owns it"
        faults.append(f"role {place['role']} is a member of {place['may_become']}, and so a superuser: {remedy}")
    if place["standby"]:
        faults.append("the server is a standby, which takes no writes")
    rows = {row["name"]: row for row in await connection.fetch(_SETTINGS, list(WANTED))}
    for name, wanted in WANTED.items():
        row, value = rows[name], rows[name]["value"]
        if value is not None and value not in wanted:
            whose = f" ({_SOURCES[row['source']]})" if row["source"] in _SOURCES else ""
            faults.append(f"{name} is {value}{whose}, must be {' or '.join(wanted)}")
    for whose in ("role", "database"):
        if 0 <= place[f"{whose}_limit"] < CONNECTIONS_NEEDED:
            limit = f"a connection limit of {place[f'{whose}_limit']}, must be at least {CONNECTIONS_NEEDED}"
            faults.append(f"{whose} {place[whose]} has {limit}, or none")
    return faults + _unfit_schema(place)


def _unfit_schema(place: asyncpg.Record) -> list[str]:
    """Whether the tables are where they are looked for, and may be made and altered there."""
    role, schema, path = place["role"], place["schema"], place["search_path"] or '""'
    elsewhere = place["schemas_used"] or []
    if schema is None:
        return [f"search_path is {path}, which names no schema for the tables"]
    if elsewhere and schema not in elsewhere:
        return [f"search_path is {path}, which leads to schema {schema}; the ledger's tables are in {elsewhere[0]}"]
    if place["tables_of_others"]:
        return [f"table {place['tables_of_others'][0]} in schema {schema} belongs to another role than {role}"]
    if not place["may_create"]:
        return [f"role {role} may not create tables in schema {schema}: GRANT CREATE ON SCHEMA {schema} TO {role}"]
    return []


def _refuse_if(faults: list[str]) -> None:
    if faults:
        raise ProcessFault(f"PostgreSQL is unfit for a journal: {'; '.join(faults)}", ExitCode.CONFIG)
