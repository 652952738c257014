"""What people who only read are given: names for the numbers in the views, and the right to select from them.

Belongs here: names from the program's own words, grants. Never here: the views (migrations), making roles, which this
ledger's role has no right to.
"""

from enum import IntEnum
from typing import Final

import asyncpg

from protocol.codes import ReplyCode
from protocol.vocabulary import ContractStatus, Market, RecordKind, Role, Suite

READER: Final = "yzt_reader"
"""The role that a database administrator makes, and the embedded server has."""
WORDS: Final[dict[str, type[IntEnum]]] = {
    "reply_code": ReplyCode,
    "record_kind": RecordKind,
    "contract_status": ContractStatus,
    "role": Role,
    "suite": Suite,
    "market": Market,
}
VIEWS: Final = (
    "bank_as_of",
    "bank_parties",
    "bank_accounts",
    "bank_orders",
    "bank_movements",
    "bank_freezes",
    "bank_totals",
)

_NAME = """
INSERT INTO word_names (vocabulary, number, name) SELECT * FROM unnest($1::text[], $2::integer[], $3::text[])
ON CONFLICT (vocabulary, number) DO UPDATE SET name = EXCLUDED.name WHERE word_names.name <> EXCLUDED.name
"""


async def prepare_reading(connection: asyncpg.Connection) -> None:
    """Names every number, and lets READER select from the views if there is such a role. Needs the last migration."""
    words = [(name, int(word), word.name) for name, known in WORDS.items() for word in known]
    vocabularies, numbers, names = zip(*words, strict=True)
    await connection.execute(_NAME, vocabularies, numbers, names)
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", READER):
        return
    schema = await connection.fetchval("SELECT quote_ident(current_schema())")
    lacking = "SELECT NOT bool_and(has_table_privilege($1, view, 'SELECT')) FROM unnest($2::text[]) AS view"
    if await connection.fetchval(lacking, READER, VIEWS):
        await connection.execute(f"GRANT USAGE ON SCHEMA {schema} TO {READER}")
        await connection.execute(f"GRANT SELECT ON {', '.join(VIEWS)} TO {READER}")
