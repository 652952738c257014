"""What an event expects against what was answered and seen: a line for each that is otherwise, with both values.

Belongs here: that comparison. Never here: asking, reckoning.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from frontend_sim.auditor.control_table import yuan
from frontend_sim.scenario.feeds import FeedTold
from frontend_sim.scenario.telling import OPEN, BookPartTold, BookTold, EventTold
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
from frontend_sim.scenario.written.known import number_of
from protocol.codes import ReplyCode

AMOUNTS = ("balance", "frozen", "bought", "sold", "moved", "restrained", "gated", "buying_power", "withdrawable")
OF_LANE = (
    *("state", "listed", "late_seconds", "missing_here", "missing_there", "amount", "fate"),
    "proceeds_due",
)
NO_CONTRACT = "none"
OF_ITEM = ("set_number", "customer", "order", "field", "case")
"""By what an item of the worklist is told from others of its broker's date."""
ACCEPTED_SUMS = ("frozen", "released", "bought", "sold")
"""Of what the bank accepted of a broker's requests of a date, in the order in which an entry has them."""
SAID = {
    **{"contract": "status", "set_number": "number", "reconciled": "is_reconciled"},
    **{"stopped": "is_stopped", "bank_late": "is_bank_late"},
}
"""What is called otherwise in an entry of a feed."""


def differences(expects: Expects, told: EventTold) -> list[str]:
    """Everything that is otherwise than expected."""
    found = list(_of_answers(expects, told))
    for customer in expects.customers:
        found += _of_customer(customer, told)
    for book in expects.books:
        found += _of_book(book, told)
    for lane in expects.lanes:
        found += _of_lane(lane, told)
    for obligation in expects.obligations:
        found += _of_obligation(obligation, told)
    for restraint in expects.restraints:
        found += _of_restraint(restraint, told)
    for push in expects.pushes:
        found += _of_push(push, told)
    if expects.open_items is not None:
        has = sum(item.state == OPEN for item in told.worklist)
        found += _differs("open_items", str(has), str(expects.open_items))
    for item in expects.worklist:
        found += _of_item(item, told)
    if expects.feed is not None:
        found += _of_feed(expects.feed, told)
    return found


def _of_answers(expects: Expects, told: EventTold) -> Iterator[str]:
    last = told.answers[-1] if told.answers else None
    if expects.code is not None:
        yield from _differs("code", last.code if last is not None else "none", expects.code)
    if expects.remaining is not None:
        yield from _differs_in_fen("remaining", last.remaining_fen if last is not None else 0, expects.remaining)
    if expects.refusals is not None:
        refused = Counter[str]()
        for answer in told.answers:
            if answer.code != ReplyCode.ACCEPTED.name:
                refused[answer.code] += answer.count
        yield from _differs("refusals", _words(refused), _words({each.code: each.count for each in expects.refusals}))


def _of_customer(expected: CustomerExpected, told: EventTold) -> Iterator[str]:
    has = next(each for each in told.customers if each.customer == expected.customer)
    for name in AMOUNTS:
        wanted = getattr(expected, name)
        if wanted is not None:
            yield from _differs_in_fen(f"{expected.customer}: {name}", getattr(has, f"{name}_fen"), wanted)
    if expected.contract is not None:
        yield from _differs(f"{expected.customer}: contract", has.contract_status or NO_CONTRACT, expected.contract)


def _of_book(expected: BookExpected, told: EventTold) -> Iterator[str]:
    book = next((each for each in told.books if each.code == expected.code), None)
    side, wanted = ("debit", expected.debit) if expected.debit is not None else ("credit", expected.credit)
    named: dict[str, object] = {"outlet": expected.outlet, "broker": expected.broker, "case": expected.case}
    named["trade_date"] = _number(expected.date)
    of = {name: value for name, value in named.items() if value is not None}
    parts: list[BookTold | BookPartTold] = []
    if book is not None:
        parts = [part for part in book.parts if all(getattr(part, name) == value for name, value in of.items())]
        parts = parts if of else [book]
    where = f"{expected.code}{''.join(f' of {_of(name, of[name])}' for name in of)}: {side}"
    if len(parts) > 1:
        yield f"{where} has {len(parts)} parts: name outlet, broker, date or case"
    else:
        has = getattr(parts[0], f"{side}_fen") if parts else 0
        yield from _differs_in_fen(where, has, int(wanted or 0))


def _of(name: str, value: object) -> str:
    return f"case {value}" if name == "case" else str(value)


def _number(day: date | None) -> int | None:
    return number_of(day) if day is not None else None


def _of_lane(expected: LaneExpected, told: EventTold) -> Iterator[str]:
    on = number_of(expected.date) if expected.date is not None else told.trade_date
    lane = next((each for each in told.lanes if (each.broker, each.trade_date) == (expected.broker, on)), None)
    for name in OF_LANE:
        wanted = getattr(expected, name)
        if wanted is not None:
            where = f"lane of {expected.broker} on {on}: {name}"
            yield from _differs(where, str(getattr(lane, name, "none")), str(wanted))


def _of_obligation(expected: ObligationExpected, told: EventTold) -> Iterator[str]:
    on = number_of(expected.date) if expected.date is not None else told.trade_date
    name = (expected.broker, on, expected.case or 0)
    has = next((each for each in told.obligations if (each.broker, each.trade_date, each.case) == name), None)
    is_owed = f"{has.owed_by} {yuan(has.amount_fen)}" if has is not None else "none is published"
    where = f"obligation of {expected.broker} on {on}{f' case {expected.case}' if expected.case else ''}"
    yield from _differs(where, is_owed, f"{expected.owed_by} {yuan(expected.amount)}")
    for key in ("state", "late_netted", "objected", "bank_late"):
        wanted = getattr(expected, key)
        if wanted is not None:
            yield from _differs(f"{where}: {key}", str(getattr(has, key, "none")), str(wanted))
    for key in ("paid", "advanced"):
        wanted = getattr(expected, key)
        if wanted is not None:
            yield from _differs_in_fen(f"{where}: {key}", getattr(has, f"{key}_fen", 0), wanted)


def _of_restraint(expected: RestraintExpected, told: EventTold) -> Iterator[str]:
    has = next((each for each in told.restraints if each.restraint == expected.restraint), None)
    if expected.state is not None:
        state = has.state if has is not None else "none"
        yield from _differs(f"restraint {expected.restraint}: state", state, expected.state)
    for name in ("left", "deducted", "senior"):
        wanted = getattr(expected, name)
        if wanted is not None:
            yield from _differs_in_fen(
                f"restraint {expected.restraint}: {name}", getattr(has, f"{name}_fen", 0), wanted
            )


def _of_push(expected: PushExpected, told: EventTold) -> Iterator[str]:
    has = next((each for each in told.pushes if each.push == expected.push), None)
    if expected.state is not None:
        yield from _differs(f"push {expected.push}: state", getattr(has, "state", "unknown"), expected.state)
    if expected.reason is not None:
        yield from _differs(f"push {expected.push}: reason", getattr(has, "reason", None) or "none", expected.reason)


def _of_item(expected: ItemExpected, told: EventTold) -> Iterator[str]:
    """Of the one item that is named so."""
    on = number_of(expected.date) if expected.date is not None else told.trade_date
    named = {name: getattr(expected, name) for name in OF_ITEM if getattr(expected, name) is not None}
    where = f"item of {expected.broker} on {on}{''.join(f' {name} {value}' for name, value in named.items())}"
    items = [
        item
        for item in told.worklist
        if (item.broker, item.trade_date) == (expected.broker, on)
        and all(getattr(item, name) == value for name, value in named.items())
    ]
    if len(items) != 1:
        yield f"{where}: there are {len(items)}, expected one: name {', '.join(OF_ITEM)}"
        return
    has = items[0]
    for name in ("bank_has", "set_says"):
        wanted = getattr(expected, name)
        if wanted is not None:
            yield from _differs_in_fen(f"{where}: {name}", getattr(has, name) or 0, wanted)
    if expected.amount is not None:
        yield from _differs_in_fen(f"{where}: amount", has.amount_fen or 0, expected.amount)
    if expected.owner is not None:
        yield from _differs(f"{where}: owner", has.owner or "nobody", expected.owner)
    if expected.state is not None:
        yield from _differs(f"{where}: state", has.state, expected.state)
    if expected.age_days is not None:
        age = "unknown" if has.age_days is None else str(has.age_days)
        yield from _differs(f"{where}: age_days", age, str(expected.age_days))


def _of_feed(expected: Sequence[EntryExpected], told: EventTold) -> Iterator[str]:
    """All that was heard since the event before, in its order."""
    kinds = [f"{each.broker} {each.kind}" for each in expected]
    heard = [f"{each.broker} {each.kind}" for each in told.feed]
    if kinds != heard:
        yield from _differs("feed", ", ".join(heard) or "none", ", ".join(kinds) or "none")
        return
    for wanted, has in zip(expected, told.feed, strict=True):
        where = f"{has.broker} hears {has.position}, {has.kind}"
        if wanted.date is not None:
            yield from _differs(f"{where}: date", str(has.trade_date), str(number_of(wanted.date)))
        for name in FEED_KEYS[wanted.kind]:
            value = getattr(wanted, name)
            if value is not None:
                yield from _differs(f"{where}: {name}", _heard(has, name), str(value))


def _heard(entry: FeedTold, name: str) -> str:
    """What an entry says of what a story may name."""
    if name == "customer":
        return entry.customer
    if name in ACCEPTED_SUMS:
        sums = entry.said["amounts_fen"]
        return yuan(sums[ACCEPTED_SUMS.index(name)] if isinstance(sums, list) else 0)
    said = {key: each for key, each in entry.said.items() if isinstance(each, int | str)}
    owed_fen = int(said.get("owed_fen", 0))
    match name:
        case "owed_by":
            return "nobody" if not owed_fen else "broker" if owed_fen > 0 else "bank"
        case "amount":
            of_case_fen = int(said.get("buys_fen", 0)) + int(said.get("proceeds_fen", 0))
            return yuan(abs(owed_fen) + of_case_fen + int(said.get("made_good_fen", 0)))
        case "paid" | "advanced":
            return yuan(int(said[f"{name}_fen"]))
        case _:
            return str(said[SAID.get(name, name)])


def _differs_in_fen(what: str, has_fen: int, expected_fen: int) -> Iterator[str]:
    yield from _differs(what, yuan(has_fen), yuan(expected_fen))


def _differs(what: str, has: str, expected: str) -> Iterator[str]:
    if has != expected:
        yield f"{what} is {has}, expected {expected}"


def _words(counts: dict[str, int]) -> str:
    return ", ".join(f"{code} {count}" for code, count in sorted(counts.items())) or "none"
