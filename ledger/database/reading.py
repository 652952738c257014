"""What the views need beside the journal's own numbers: names, what each kind of request does, and who may read them.

Belongs here: the program's own words and rules as rows, grants. Never here: the views (migrations), making roles,
which this ledger's role has no right to.
"""

from enum import IntEnum

import asyncpg

from ledger.database.books import prepare_books
from protocol.codes import ReplyCode
from protocol.kinds import KINDS, WAY_FIELD
from protocol.messages.day.steps import DayEnd
from protocol.vocabulary import (
    AccountCode,
    AccountStatus,
    ClearedEvent,
    ComparedField,
    ContractStatus,
    DifferenceClass,
    Fate,
    FeedKind,
    LaneState,
    LineSide,
    Market,
    Mode,
    ObligationState,
    OrderType,
    OutletLevel,
    Product,
    PushState,
    RecordKind,
    RestraintKind,
    Right,
    Role,
    Scheme,
    SeatRole,
    Side,
    Suite,
    Way,
)
from rules.day.clearing import LINES
from rules.kinds import LAW

READER = "yzt_reader"
"""The role that a database administrator makes, and the embedded server has."""
WORDS: dict[str, type[IntEnum]] = {
    "reply_code": ReplyCode,
    "account_status": AccountStatus,
    "mode": Mode,
    "scheme": Scheme,
    "contract_status": ContractStatus,
    "role": Role,
    "seat_role": SeatRole,
    "suite": Suite,
    "right": Right,
    "market": Market,
    "product": Product,
    "line_side": LineSide,
    "order_side": Side,
    "order_type": OrderType,
    "way": Way,
    "restraint_kind": RestraintKind,
    "account_code": AccountCode,
    "outlet_level": OutletLevel,
    "lane_state": LaneState,
    "obligation_state": ObligationState,
    "day_end": DayEnd,
    "fate": Fate,
    "cleared_event": ClearedEvent,
    "difference_class": DifferenceClass,
    "compared_field": ComparedField,
    "feed_kind": FeedKind,
    "push_state": PushState,
}
VIEWS = (
    "bank_as_of",
    "bank_parties",
    "bank_channel_seats",
    "bank_market_phases",
    "bank_fee_tables",
    "bank_fee_notices",
    "bank_passwords",
    "bank_sign_ons",
    "bank_persons",
    "bank_person_keys",
    "bank_acts",
    "bank_act_refusals",
    "bank_accounts",
    "bank_contracts",
    "bank_orders",
    "bank_customer_orders",
    "bank_order_reports",
    "bank_movements",
    "bank_freezes",
    "bank_restraints",
    "bank_totals",
    "bank_general_ledger",
    "bank_outlets",
    "bank_securities",
    "bank_price_limits",
    "bank_suspensions",
    "bank_lanes",
    "bank_day_ends",
    "bank_obligations",
    "bank_windows",
    "bank_clearing_sets",
    "bank_clearing_lines",
    "bank_proceeds",
    "bank_corrections",
    "bank_held_orders",
    "bank_worklist",
    "bank_feed",
    "bank_pushes",
    "bank_entries",
    "bank_statements",
    "bank_clearing_accounts",
    "bank_clearing_statements",
    "bank_owed_to_customers",
    "bank_market_rates",
    "bank_broker_interest",
    "bank_savings_interest",
)

_NAME = """
INSERT INTO word_names (vocabulary, number, name) SELECT * FROM unnest($1::text[], $2::integer[], $3::text[])
ON CONFLICT (vocabulary, number) DO UPDATE SET name = EXCLUDED.name WHERE word_names.name <> EXCLUDED.name
"""
_KIND = """
INSERT INTO record_kinds AS known
SELECT * FROM unnest($1::smallint[], $2::text[], $3::bigint[], $4::boolean[], $5::boolean[], $6::boolean[],
                     $7::text[], $8::smallint[], $9::smallint[], $10::smallint[], $11::smallint[], $12::smallint[],
                     $13::smallint[], $14::boolean[], $15::text[], $16::boolean[], $17::boolean[], $18::boolean[],
                     $19::boolean[], $20::boolean[], $21::boolean[])
ON CONFLICT (kind) DO UPDATE
SET (name, amount_fen_min, opens_freeze, draws_on_freeze, names_account, side,
     balance, frozen, bought, sold, release_frozen, release_bought, is_line, tells, names_order, has_reference,
     books_proceeds, has_way, is_correction, is_ordering) =
    (EXCLUDED.name, EXCLUDED.amount_fen_min, EXCLUDED.opens_freeze, EXCLUDED.draws_on_freeze, EXCLUDED.names_account,
     EXCLUDED.side, EXCLUDED.balance, EXCLUDED.frozen, EXCLUDED.bought, EXCLUDED.sold, EXCLUDED.release_frozen,
     EXCLUDED.release_bought, EXCLUDED.is_line, EXCLUDED.tells, EXCLUDED.names_order, EXCLUDED.has_reference,
     EXCLUDED.books_proceeds, EXCLUDED.has_way, EXCLUDED.is_correction, EXCLUDED.is_ordering)
WHERE known.* IS DISTINCT FROM EXCLUDED.*
"""

KindRow = tuple[
    *tuple[int, str, int, bool, bool, bool, str | None, int, int, int, int, int, int],
    *tuple[bool, str | None, bool, bool, bool, bool, bool, bool],
]


def record_kind_rows() -> list[KindRow]:
    """The table record_kinds: one row for each kind, its columns in order."""
    return [
        (
            int(kind),
            kind.name,
            KINDS[kind].amount_fen_min,
            row.opens_freeze,
            KINDS[kind].needs_target,
            KINDS[kind].names_account,
            row.side or None,
            row.amount.balance,
            row.amount.frozen,
            row.amount.bought,
            row.amount.sold,
            row.release.frozen,
            row.release.bought,
            *(
                False,
                None,
                False,
                False,
                row.books_proceeds,
                WAY_FIELD in KINDS[kind].fields,
                KINDS[kind].is_correction,
                False,
            ),
        )
        for kind, row in LAW.items()
    ] + [_row_without_amount(kind) for kind, row in KINDS.items() if not row.has_amount]


def _row_without_amount(kind: RecordKind) -> KindRow:
    """A line or a verdict moves nothing, and what an order through the bank moves is in no amount of its record."""
    row, tells = KINDS[kind], LINES[kind].tells if kind in LINES else None
    vocabulary = next((name for name, words in WORDS.items() if words is tells), None)
    told = (row.is_line, vocabulary, row.names_order, row.has_reference, False, False, False, row.is_ordering)
    return (int(kind), kind.name, row.amount_fen_min, False, False, False, None, 0, 0, 0, 0, 0, 0, *told)


async def prepare_reading(connection: asyncpg.Connection) -> None:
    """Names every number, tells what each kind of request does, and lets READER select from the views if there is such
    a role. Needs the last migration."""
    if await connection.execute(_KIND, *zip(*record_kind_rows(), strict=True)) != "INSERT 0 0":
        await connection.execute("ANALYZE record_kinds")  # or the planner takes it for a large table
    await prepare_books(connection)
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
