"""What a person reads of an event: what it was, what was answered, what the bank has then.

Belongs here: lines of text from what is told. Never here: anything that is not told (telling).
"""

from collections.abc import Sequence

from frontend_sim.auditor.control_table import aligned, yuan
from frontend_sim.scenario.customers import CustomerTold
from frontend_sim.scenario.feeds import FeedTold
from frontend_sim.scenario.heard import Answer
from frontend_sim.scenario.telling import (
    OPEN,
    BookPartTold,
    BookTold,
    ClearingTold,
    DifferenceTold,
    EventTold,
    ItemTold,
    LaneTold,
    ObligationTold,
    PushTold,
    RestraintTold,
)
from protocol.codes import ReplyCode

MONEY = {
    "balance": "balance_fen",
    "frozen": "frozen_fen",
    "bought": "bought_fen",
    "sold": "sold_fen",
    "buying power": "buying_power_fen",
    "withdrawable": "withdrawable_fen",
}
"""Titles of a customer's amounts, and their keys."""
CHANGED, SAME = "*", " "
INDENT = "   "
FEN, SECONDS = "_fen", "_s"
"""Ends of names; seconds are 0 where there is no calendar, and nothing is late."""


def printed(told: EventTold, before: EventTold | None, width: int = 0) -> str:
    """The lines of one event. An amount that was another `before` has a star. `width`: that of the terminal, 0 is no
    bound.
    """
    lines = [_answer(answer) for answer in told.answers]
    lines += told.said
    lines += [_entry(entry) for entry in told.feed]
    lines += ["", f"as of row {told.as_of_sequence:,}"]
    lines += _customers(told.customers, before.customers if before is not None else told.customers, width)
    lines += [_book(book) for book in told.books]
    lines += [_lane(lane) for lane in told.lanes]
    for lane in told.lanes:
        lines += [f"  {_difference(found)}" for found in lane.differences]
    lines += [_obligation(each) for each in told.obligations]
    lines += [_clearing(each) for each in told.clearing if _has_something(each)]
    lines += [_restraint(each) for each in told.restraints]
    lines += [_push(push) for push in told.pushes]
    closed_before = [item for item in before.worklist if item.state != OPEN] if before is not None else []
    lines += [_item(item) for item in told.worklist if item.state == OPEN or item not in closed_before]
    if told.refusals:
        lines.append("refused so far: " + ", ".join(f"{code} {count}" for code, count in told.refusals.items()))
    lines += [f"OTHERWISE: {line}" for line in told.differs]
    return "\n".join([_head(told), *(f"{INDENT}{line}".rstrip() for line in lines)])


def _entry(entry: FeedTold) -> str:
    """What a broker heard; amounts in yuan, what it is not about left out."""
    is_about = {name: value for name, value in entry.said.items() if value or not name.endswith(SECONDS)}
    said = [f"{name.removesuffix(FEN)} {_word(name, value)}" for name, value in is_about.items()]
    whose = f" of {entry.customer}" if entry.customer else ""
    kind = f"{entry.kind.replace('_', ' ')}{whose} on {entry.trade_date}"
    return f"{entry.broker} hears {entry.position}: {kind}: {', '.join(said)}".replace("_", " ")


def _word(name: str, value: object) -> str:
    values = value if isinstance(value, list) else [value]
    return " ".join(yuan(int(str(each))) if name.endswith(FEN) else str(each).lower() for each in values)


def _head(told: EventTold) -> str:
    note = f"\n{INDENT}{told.note}" if told.note else ""
    return f"{told.event:>3}  {told.at[:10]} {told.at[11:19]}  {told.what}{note}"


def _answer(answer: Answer) -> str:
    times = f" {answer.count:,} times" if answer.count > 1 else ""
    remains = f", {yuan(answer.remaining_fen)} frozen" if answer.asked == "FREEZE" or answer.asked in OF_ORDERS else ""
    refused = "" if answer.code == ReplyCode.ACCEPTED.name else "refused "
    return f"{answer.asked}{times}: {refused}{answer.code}{remains if not refused else ''} (row {answer.sequence:,})"


OF_ORDERS = ("RELEASE", "FILL_BUY", "ORDER", "EXECUTED", "CANCELLED", "REFUSED")


def _customers(customers: Sequence[CustomerTold], before: Sequence[CustomerTold], width: int) -> list[str]:
    """A line for each customer, or where that is wider, a line for each amount."""
    rows = [["", *(f"{title} " for title in MONEY), ""]]
    for customer, other in zip(customers, before, strict=True):
        amounts = [_amount(customer, other, key) for key in MONEY.values()]
        rows.append([customer.customer, *amounts, _standing(customer)])
    lines = [line.rstrip() for line in aligned([row[:-1] for row in rows], left=1).splitlines()]
    lines = [f"{line}  {row[-1]}".rstrip() for line, row in zip(lines, rows, strict=True)]
    if not width or max(map(len, lines)) + len(INDENT) <= width:
        return lines
    narrow = []
    for row in rows[1:]:
        narrow.append([f"{row[0]} {row[-1]}".rstrip(), ""])
        narrow += [[f"  {title}", amount] for title, amount in zip(MONEY, row[1:-1], strict=True)]
    return aligned(narrow, left=1).splitlines()


def _amount(customer: CustomerTold, before: CustomerTold, key: str) -> str:
    has, had = getattr(customer, key), getattr(before, key)
    return f"{yuan(has)}{SAME if has == had else CHANGED}"


def _standing(customer: CustomerTold) -> str:
    """What is not as usual: money that is moved, restrained or waits for a broker, an account that is not open, a
    contract that is not active.
    """
    amounts = {"moved": customer.moved_fen, "restrained": customer.restrained_fen, "gated": customer.gated_fen}
    words = [f"{name} {yuan(fen)}" for name, fen in amounts.items() if fen]
    words += [customer.account_status] if customer.account_status != "open" else []
    if customer.contract_status not in ("active", None):
        words.append(f"contract {customer.contract_status}")
    return ", ".join(words)


def _book(book: BookTold) -> str:
    side, fen = ("debit", book.debit_fen) if book.debit_fen else ("credit", book.credit_fen)
    parts = [f"{_part(part)} {yuan(part.debit_fen or part.credit_fen)}" for part in book.parts if _part(part)]
    split = f" ({', '.join(parts)})" if parts else ""
    return f"{book.code} {book.name.lower()}: {side} {yuan(fen)}{split}"


def _part(part: BookPartTold) -> str:
    case = f"case {part.case}" if part.case is not None else ""
    return " ".join(filter(None, (part.outlet, part.broker, str(part.trade_date or ""), case)))


def _lane(lane: LaneTold) -> str:
    words = [lane.state]
    if lane.set_number:
        words.append(f"set {lane.set_number} of {lane.lines:,} lines")
    for count, word in (
        (lane.listed, "listed"),
        (lane.missing_here, "missing here"),
        (lane.missing_there, "missing there"),
        (lane.amount, "differ in an amount"),
        (lane.fate, "differ in their fate"),
        (lane.proceeds_due, "proceeds due"),
        (lane.late_seconds, "seconds late"),
    ):
        if count:
            words.append(f"{count:,} {word}")
    return f"{lane.broker} {lane.trade_date}: {', '.join(words)}"


def _obligation(each: ObligationTold) -> str:
    """Who owes how much, and what became of it."""
    who = {"broker": "the broker owes", "bank": "the bank owes"}.get(each.owed_by, "nobody owes")
    parts = (("paid", each.paid_fen), ("lent by the bank", each.advanced_fen))
    amounts = "".join(f", {yuan(fen)} {word}" for word, fen in parts if fen)
    case = f" case {each.case}" if each.case else ""
    late = ", the bank is late" if each.bank_late and each.state != "paid" else ""
    state = f"; {each.state.replace('_', ' ')}" if each.owed_by != "nobody" else ""
    return f"{each.broker} {each.trade_date}{case} published: {who} {yuan(each.amount_fen)}{amounts}{state}{late}"


def _has_something(each: ClearingTold) -> bool:
    return any((each.balance_fen, each.lent_fen, each.interest_fen, each.limit_fen))


def _clearing(each: ClearingTold) -> str:
    """What stands in a broker's clearing account, and what the bank has lent it."""
    parts = (("lent", each.lent_fen), ("of interest", each.interest_fen), ("may be lent in all", each.limit_fen))
    amounts = "".join(f", {yuan(fen)} {word}" for word, fen in parts if fen)
    return f"clearing account of {each.broker}: {yuan(each.balance_fen)}{amounts}"


def _restraint(each: RestraintTold) -> str:
    parts = (("lifted", each.lifted_fen), ("deducted", each.deducted_fen), ("left", each.left_fen))
    amounts = ", ".join(f"{yuan(fen)} {word}" for word, fen in parts if fen)
    name = f"restraint {each.restraint}".rstrip()
    return f"{name} of {each.customer}, {each.kind}, {each.state}: {amounts}; {yuan(each.senior_fen)} rank before it"


def _difference(found: DifferenceTold | ItemTold) -> str:
    about = " of ".join(name for name in (found.order, found.customer) if name) or "an order that nobody asked for"
    is_money = found.field in ("frozen", "released", "bought", "sold")
    bank, told = (yuan(fen or 0) if is_money else str(fen) for fen in (found.bank_has, found.set_says))
    difference = str(found.difference).replace("_", " ")
    return f"{difference}: {found.field} of {about}: the bank has {bank}, the set says {told}"


def _push(push: PushTold) -> str:
    reason = f" ({push.reason})" if push.reason is not None else ""
    return f"push {push.push} of {push.customer} by {push.broker}: {push.state}{reason}"


def _item(item: ItemTold) -> str:
    """What it is, what became of it and by whom, who looks into it."""
    people = f" by {' and '.join(item.people)} ({item.act})" if item.people else ""
    if item.case is not None:
        what = f"case {item.case} of {item.customer}: {yuan(item.amount_fen or 0)} made good{people}; {item.state}"
    elif item.kind == "held_order":
        what = f"{item.order} of {item.customer} is held: {yuan(item.amount_fen or 0)} frozen; {item.state}"
    else:
        what = f"{_difference(item)}; {item.state}{people}"
    age = "" if item.age_days is None else f", for {item.age_days} {item.age_in} days"
    owner = f", {item.owner} looks into it" if item.owner is not None else ""
    return f"worklist {item.broker} {item.trade_date}: {what}{owner}{age}"
