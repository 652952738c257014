"""The two tables of kinds as arrays by the byte that says a record's kind, for work on whole blocks.

Belongs here: arrays made of `protocol.kinds` and `rules.kinds`, each with the question it answers. Never here: a kind
by its name, a fact that stands in neither table.
"""

from collections.abc import Callable

import numpy as np

from ledger.core.state.columns import ByteColumn, FenColumn, LongColumn, Mask, Positions, ShortColumn
from protocol.codes import ReplyCode
from protocol.kinds import (
    CLEARED_FIELD,
    EXCESS_FIELD,
    FEE_FIELDS,
    KIND_CODES,
    KINDS,
    MADE_GOOD_FIELD,
    QUANTITY_FIELD,
    RELEASE_FIELD,
    RESTRAINT_FIELD,
    SECOND_FIELDS,
    TRADE_DAY_FIELD,
    TURNOVER_FIELD,
    WAY_FIELD,
    WORDS_PER_RECORD,
    WireKind,
    unused_bits,
)
from protocol.vocabulary import ClearedEvent, Fate, Scheme, SeatRole
from rules.contracts import STATE_CODES
from rules.day.clearing import LINES, LineKind
from rules.kinds import LAW, LawKind, refusals_by_state, working_ways


def _wire(fact: Callable[[WireKind], int]) -> LongColumn:
    table = np.zeros(KIND_CODES, np.int64)
    for kind, row in KINDS.items():
        table[kind] = fact(row)
    return table


def _law(fact: Callable[[LawKind], int]) -> FenColumn:
    table = np.zeros(KIND_CODES, np.int64)
    for kind, row in LAW.items():
        table[kind] = fact(row)
    return table


def _line(fact: Callable[[LineKind], int]) -> LongColumn:
    table = np.zeros(KIND_CODES, np.int64)
    for kind, row in LINES.items():
        table[kind] = fact(row)
    return table


def _unused_bits(word: int) -> LongColumn:
    return _wire(lambda row: unused_bits(row)[word])


def _where(table: LongColumn) -> Mask:
    holds: Mask = table != 0
    return holds


def kinds_where(holds: Mask) -> frozenset[int]:
    """The kinds of which one of these tables holds: to ask of the few kinds in a block, and not of each record."""
    return frozenset(np.flatnonzero(holds).tolist())


# Each is (256,) by kind, and zero or False for what is no kind.
IS_KIND = _where(_wire(lambda row: 1))
UNUSED_BITS = tuple(_unused_bits(word) for word in range(WORDS_PER_RECORD))  # by word of the record
AMOUNT_FEN_MIN = _wire(lambda row: row.amount_fen_min)
EXPIRES = _where(_wire(lambda row: row.expires))
NAMES_ACCOUNT = _where(_wire(lambda row: row.names_account))
NAMES_FREEZE = _where(_wire(lambda row: row.needs_target))
HAS_RELEASE = _where(_wire(lambda row: not {RELEASE_FIELD, EXCESS_FIELD, CLEARED_FIELD}.isdisjoint(row.fields)))
HAS_TURNOVER = _where(_wire(lambda row: not {TURNOVER_FIELD, MADE_GOOD_FIELD}.isdisjoint(row.fields)))
# Of these two something in its bytes.
SETTLES = _where(_law(lambda row: row.settles))  # a date, whether it has a slot or not
DEBITS_DATE = _where(_law(lambda row: row.settles and row.moves("bought")))  # with the last one a lane is settled
EXECUTED = _where(_wire(lambda row: TRADE_DAY_FIELD in row.fields)) & ~SETTLES  # on a trade day, which it tells
IS_LINE = _where(_wire(lambda row: row.is_line))
IS_VERDICT = _where(_wire(lambda row: row.is_verdict))
IS_ORDERING = _where(_wire(lambda row: row.is_ordering))
TELLS_OF_ORDER = _where(_wire(lambda row: row.tells_of_order))

OPENS_FREEZE = _where(_law(lambda row: row.opens_freeze))
NEEDS_MARKET = _where(_law(lambda row: row.needs_market))
HAS_WAY = _where(_wire(lambda row: WAY_FIELD in row.fields))
WAY_MAX = _law(lambda row: max(row.legs, default=0))
NAMES_RESTRAINT = _where(_wire(lambda row: RESTRAINT_FIELD in row.fields))
COUNTS_SERIAL = _where(_law(lambda row: row.counts_serial))
CONCERNS_FREEZE = OPENS_FREEZE | NAMES_FREEZE
TAKES_SLOT = OPENS_FREEZE | (IS_ORDERING & ~TELLS_OF_ORDER)  # of the request table: something later names it
IS_DEBIT = _where(_law(lambda row: row.is_debit))
LEAVES_BANK = _where(_law(lambda row: row.leaves_bank))
IS_FACT = _where(_law(lambda row: row.is_fact))
LISTED_WHEN_ENDED = _where(_law(lambda row: row.listed_when_ended))
BOOKS_PROCEEDS = _where(_law(lambda row: row.books_proceeds))
BY_SET = _where(_law(lambda row: row.by_set))
IS_CORRECTION = _where(_wire(lambda row: row.is_correction))  # by a set that counts, or the taking back of one
ASKS_LATER = IS_CORRECTION | BOOKS_PROCEEDS  # what dates behind its own have brought
POSTS_INTEREST = _where(_law(lambda row: row.posts_interest))
TAKES_BACK = _where(_law(lambda row: row.takes_back))
WAITS_FOR_CLEARING = _where(_law(lambda row: row.waits_for_clearing))
IS_CREDIT = IS_KIND & ~IS_DEBIT & ~NAMES_FREEZE & ~IS_LINE & ~IS_VERDICT & ~IS_ORDERING
LOWERS_FROZEN = _where(_law(lambda row: row.lowers_frozen)) | TELLS_OF_ORDER
LOWERS_BALANCE = _where(_law(lambda row: row.amount.balance < 0)) | SETTLES

# What one fen of the amount, or of the release beside it, adds to a column of the account or of the freeze.
BALANCE = _law(lambda row: row.amount.balance)
FROZEN = _law(lambda row: row.amount.frozen)
BOUGHT = _law(lambda row: row.amount.bought)
SOLD = _law(lambda row: row.amount.sold)
POWER = _law(lambda row: row.amount.power)
COMMITTED = _law(lambda row: row.amount.frozen + row.amount.bought)  # to what orders have claimed
DRAWN = _law(lambda row: row.amount.drawn)
RELEASE_FROZEN = _law(lambda row: row.release.frozen)
RELEASE_BOUGHT = _law(lambda row: row.release.bought)
RELEASE_COMMITTED = _law(lambda row: row.release.frozen + row.release.bought)
RELEASE_POWER = _law(lambda row: row.release.power)


# Of lines alone, the fields that some kinds of them use.
NAMES_ORDER = _where(_wire(lambda row: row.names_order))
HAS_REFERENCE = _where(_wire(lambda row: row.has_reference))
HAS_FEES = _where(_wire(lambda row: FEE_FIELDS[0] in row.fields))
HAS_SECOND = _where(_wire(lambda row: row.is_line and not SECOND_FIELDS.isdisjoint(row.fields)))
HAS_QUANTITY = _where(_wire(lambda row: row.is_line and QUANTITY_FIELD in row.fields))
TOLD_MAX = _line(lambda row: row.told_max)
TELLS_FATE = _where(_line(lambda row: row.tells is Fate))
TELLS_EVENT = _where(_line(lambda row: row.tells is ClearedEvent))
SIDE = _line(lambda row: row.side)


def _may_send_table() -> ByteColumn:
    table = np.zeros((max(SeatRole) + 1) * KIND_CODES, np.int8)
    for kind, row in KINDS.items():
        for role in row.senders:
            table[role * KIND_CODES + kind] = 1
    return table


def _other_schemes_table() -> Mask:
    table = np.zeros(len(Scheme) * KIND_CODES, bool)
    for kind, row in KINDS.items():
        for scheme in set(Scheme) - row.schemes:
            table[scheme * KIND_CODES + kind] = True
    return table


def _state_code_table() -> ShortColumn:
    table = np.zeros(KIND_CODES * STATE_CODES, np.int16)
    for kind in LAW:
        for state, code in refusals_by_state(kind).items():
            table[kind * STATE_CODES + state] = code
    return table


WORKS = frozenset((int(kind), *each) for kind, row in LAW.items() for each in working_ways(row))
"""Kind, state and way of what works although the state forbids it otherwise."""

NEVER_LATE = frozenset((int(kind), int(way)) for kind, row in LAW.items() for way in row.never_late)
"""Kind and way of what does not expire."""

MAY_SEND = _may_send_table()
"""((roles + 1) × 256,) int8 at role × 256 + kind: 1 where the role may send the record kind."""

IS_OF_ANOTHER_SCHEME = _other_schemes_table()
"""(schemes × 256,) at scheme × 256 + kind: whether a broker of the scheme sends no such kind."""

UNKNOWN_CODE = np.where(NAMES_ACCOUNT, ReplyCode.ACCOUNT_UNKNOWN, ReplyCode.CONTRACT_UNKNOWN).astype(np.int16)
"""(256,) int16 by kind: the reply code when what it names is not there."""

STATE_CODE = _state_code_table()
"""(256 × 16,) int16 at kind × 16 + state: the reply code that the state earns, 0 when it forbids nothing."""


def may_send(kinds: int | Positions, roles: int | Positions) -> Mask:
    """(n,) whether the role of the seat may send each record, by its kind; one word for all of one kind and role."""
    allowed: Mask = MAY_SEND[np.multiply(roles, KIND_CODES) + kinds] != 0
    return allowed
