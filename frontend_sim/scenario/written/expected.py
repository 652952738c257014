"""What a story expects the bank to answer to an event, and to have behind it.

Belongs here: the keys of what is expected, with their ranges. Never here: comparing it with what was told
(comparing), events (events).
"""

import datetime
from typing import Annotated, Literal

from msgspec import Meta

from frontend_sim.scenario.written.amounts import Fen
from frontend_sim.scenario.written.strict import Name, Strict

EXPECTED_MAX = 200
Count = Annotated[int, Meta(ge=0, le=10**9)]
Case = Annotated[int, Meta(ge=1, le=2**31 - 1)]
"""The number of what a broker makes good."""


class CustomerExpected(Strict, frozen=True, kw_only=True):
    """A customer as the bank must have it. What is left out may be anything."""

    customer: Name
    balance: Fen | None = None
    frozen: Fen | None = None
    bought: Fen | None = None
    sold: Fen | None = None
    moved: Fen | None = None
    restrained: Fen | None = None
    gated: Fen | None = None
    buying_power: Fen | None = None
    withdrawable: Fen | None = None
    contract: Literal["pre_assigned", "active", "suspended", "loss_reported", "runs_off", "none"] | None = None


class BookExpected(Strict, frozen=True, kw_only=True):
    """An account of the general ledger, whole or the part of an outlet, broker, trade date or case: its debit or its
    credit balance."""

    code: Annotated[int, Meta(ge=1_000, le=9_999)]
    outlet: Name | None = None
    broker: Name | None = None
    date: datetime.date | None = None
    case: Case | None = None
    debit: Fen | None = None
    credit: Fen | None = None


class LaneExpected(Strict, frozen=True, kw_only=True):
    """A broker's trade date as the bank must have it; the date is the open one unless it is named."""

    broker: Name
    date: datetime.date | None = None
    state: (
        Literal[
            "trading",
            "finished",
            "reverting",
            "collecting",
            "complete",
            "reconciled",
            "published",
            "closing",
            "settling",
            "settled",
            "closed",
        ]
        | None
    ) = None
    listed: Count | None = None
    late_seconds: Count | None = None
    missing_here: Count | None = None
    missing_there: Count | None = None
    amount: Count | None = None
    fate: Count | None = None
    proceeds_due: Count | None = None


class ObligationExpected(Strict, frozen=True, kw_only=True):
    """What is owed by a published date, or by a case of it; the date is the open one unless it is named."""

    broker: Name
    date: datetime.date | None = None
    case: Case | None = None
    owed_by: Literal["broker", "bank", "nobody"]
    amount: Fen
    state: Literal["owed_by_broker", "notified", "advanced", "overdue", "owed_by_bank", "paid"] | None = None
    paid: Fen | None = None
    advanced: Fen | None = None
    bank_late: bool | None = None
    late_netted: bool | None = None
    objected: bool | None = None


class RefusalExpected(Strict, frozen=True, kw_only=True):
    """So many of an event's requests were refused with this code."""

    code: Name
    count: Count = 1


class RestraintExpected(Strict, frozen=True, kw_only=True):
    """A restraint as the bank must have it. What is left out may be anything."""

    restraint: Name
    state: Literal["open", "ended", "lapsed"] | None = None
    left: Fen | None = None
    deducted: Fen | None = None
    senior: Fen | None = None


class PushExpected(Strict, frozen=True, kw_only=True):
    """A contract that a broker has pushed, as the bank must have it; `reason`: why it is impossible."""

    push: Name
    state: (
        Literal[
            "waiting",
            "identified",
            "assigned",
            "pre_assigned",
            "not_identified",
            "impossible",
            "unreadable",
            "unknown",
        ]
        | None
    ) = None
    reason: Name | None = None


class ItemExpected(Strict, frozen=True, kw_only=True):
    """An item of the worklist: which one, by as much as is needed, then as it must be. The date is the open one unless
    it is named; both values are amounts."""

    broker: Name
    date: datetime.date | None = None
    set_number: Count | None = None
    customer: Name | None = None
    order: Name | None = None
    field: Literal["order", "buy", "opened", "closed", "frozen", "released", "fate", "bought", "sold"] | None = None
    case: Case | None = None
    bank_has: Fen | None = None
    set_says: Fen | None = None
    amount: Fen | None = None
    owner: Name | None = None
    state: Literal["open", "decided", "corrected", "agrees", "withdrawn", "settled", "ended"] | None = None
    age_days: Count | None = None


FEED_KEYS = {
    "date_opened": (),
    "signed_off": ("frozen", "released", "bought", "sold"),
    "contract_changed": ("customer", "contract", "by_bank"),
    "set_compared": ("set_number", "reconciled"),
    "obligation": ("case", "set_number", "owed_by", "amount"),
    "stopped": ("stopped",),
    "set_withdrawn": ("set_number", "amount"),
    "case": ("set_number", "customer", "case", "amount"),
    "payment": ("case", "state", "owed_by", "amount", "paid", "advanced", "bank_late"),
    "fees": (),
    "phases": (),
}
"""What a story may say of an entry of a feed, beside its broker and date."""


class EntryExpected(Strict, frozen=True, kw_only=True):
    """An entry of a broker's feed, as the broker must have heard it."""

    broker: Name
    kind: Literal[
        "date_opened",
        "signed_off",
        "contract_changed",
        "set_compared",
        "obligation",
        "stopped",
        "set_withdrawn",
        "case",
        "payment",
        "fees",
        "phases",
    ]
    date: datetime.date | None = None
    frozen: Fen | None = None
    released: Fen | None = None
    bought: Fen | None = None
    sold: Fen | None = None
    customer: Name | None = None
    contract: Literal["pre_assigned", "active", "suspended", "loss_reported", "runs_off", "terminated"] | None = None
    by_bank: bool | None = None
    set_number: Count | None = None
    reconciled: bool | None = None
    owed_by: Literal["broker", "bank", "nobody"] | None = None
    amount: Fen | None = None
    case: Annotated[int, Meta(ge=0, le=2**31 - 1)] | None = None
    stopped: bool | None = None
    state: Literal["notified", "advanced", "overdue", "owed_by_bank", "paid"] | None = None
    paid: Fen | None = None
    advanced: Fen | None = None
    bank_late: bool | None = None


class Expects(Strict, frozen=True, kw_only=True):
    """What the bank must answer to an event and have behind it. What is left out may be anything."""

    code: Name | None = None
    remaining: Fen | None = None
    refusals: Annotated[tuple[RefusalExpected, ...], Meta(max_length=EXPECTED_MAX)] | None = None
    customers: Annotated[tuple[CustomerExpected, ...], Meta(max_length=EXPECTED_MAX)] = ()
    books: Annotated[tuple[BookExpected, ...], Meta(max_length=EXPECTED_MAX)] = ()
    lanes: Annotated[tuple[LaneExpected, ...], Meta(max_length=EXPECTED_MAX)] = ()
    obligations: Annotated[tuple[ObligationExpected, ...], Meta(max_length=EXPECTED_MAX)] = ()
    restraints: Annotated[tuple[RestraintExpected, ...], Meta(max_length=EXPECTED_MAX)] = ()
    pushes: Annotated[tuple[PushExpected, ...], Meta(max_length=EXPECTED_MAX)] = ()
    open_items: Count | None = None
    worklist: Annotated[tuple[ItemExpected, ...], Meta(max_length=EXPECTED_MAX)] = ()
    feed: Annotated[tuple[EntryExpected, ...], Meta(max_length=EXPECTED_MAX)] | None = None
