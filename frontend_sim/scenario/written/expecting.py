"""What is wrong with what an event expects: names, codes, keys that do not go together.

Belongs here: everything of it that form alone cannot say. Never here: its form (expected), comparing it with what
was told (comparing).
"""

from frontend_sim.scenario.written.expected import (
    FEED_KEYS,
    BookExpected,
    CustomerExpected,
    EntryExpected,
    Expects,
    ItemExpected,
    LaneExpected,
    ObligationExpected,
    PushExpected,
    RestraintExpected,
)
from frontend_sim.scenario.written.known import Known, Wrong
from protocol.codes import NOT_APPLIED_CODE_MIN, ReplyCode

CODES = {code.name for code in ReplyCode if code == ReplyCode.ACCEPTED or code >= NOT_APPLIED_CODE_MIN}
NOBODY = "nobody"
"""Who looks into an item that is nobody's."""
Part = (
    CustomerExpected
    | BookExpected
    | LaneExpected
    | ObligationExpected
    | RestraintExpected
    | PushExpected
    | ItemExpected
    | EntryExpected
)


def check_expects(expects: Expects, known: Known) -> None:
    """Raises Wrong for a name that is not known, a code that there is not, keys that do not go together."""
    for code in [expects.code, *(refusal.code for refusal in expects.refusals or ())]:
        if code is not None and code not in CODES:
            raise Wrong(f"expects.code: {code!r} is no code (docs/protocol.md has the list)")
    parts: tuple[tuple[str, Part], ...] = (
        *((f"customers[{place}]", each) for place, each in enumerate(expects.customers, start=1)),
        *((f"books[{place}]", each) for place, each in enumerate(expects.books, start=1)),
        *((f"lanes[{place}]", each) for place, each in enumerate(expects.lanes, start=1)),
        *((f"obligations[{place}]", each) for place, each in enumerate(expects.obligations, start=1)),
        *((f"restraints[{place}]", each) for place, each in enumerate(expects.restraints, start=1)),
        *((f"pushes[{place}]", each) for place, each in enumerate(expects.pushes, start=1)),
        *((f"worklist[{place}]", each) for place, each in enumerate(expects.worklist, start=1)),
        *((f"feed[{place}]", each) for place, each in enumerate(expects.feed or (), start=1)),
    )
    for where, each in parts:
        _part(f"expects.{where}", each, known)


def _part(where: str, each: Part, known: Known) -> None:
    for table in ("customer", "outlet", "broker", "restraint", "push"):
        known.known(f"{where}.{table}", table, getattr(each, table, None))
    known.date(f"{where}.date", getattr(each, "date", None))
    if isinstance(each, BookExpected) and (each.debit is None) == (each.credit is None):
        raise Wrong(f"{where}: debit is {each.debit}, credit is {each.credit}: one of them is named")
    if isinstance(each, PushExpected) and each.reason is not None and each.reason not in CODES:
        raise Wrong(f"{where}.reason: {each.reason!r} is no code (docs/protocol.md has the list)")
    if isinstance(each, ItemExpected):
        if each.order is not None:
            known.order(f"{where}.order", each.order, known.orders)
        if each.owner != NOBODY:
            known.known(f"{where}.owner", "person", each.owner)
    if isinstance(each, EntryExpected):
        keys = ("broker", "kind", "date", *FEED_KEYS[each.kind])
        for name in each.__struct_fields__:
            if getattr(each, name) is not None and name not in keys:
                raise Wrong(f"{where}.{name}: an entry {each.kind!r} has none (it has: {', '.join(keys)})")
