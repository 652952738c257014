"""What was answered and seen, with names: the object of one event in the JSON file.

Belongs here: names in place of numbers, the fields of the file (docs/scenario.md lists them). Never here: asking,
comparing, print (printing), amounts that nobody told.
"""

from frontend_sim.scenario.asking import Book, Item, Lane, Seen
from frontend_sim.scenario.cast import Cast
from frontend_sim.scenario.customers import CustomerTold
from frontend_sim.scenario.feeds import FeedTold
from frontend_sim.scenario.heard import Answer
from frontend_sim.scenario.written.strict import Strict
from protocol.messages.fields import fen_from_sum
from protocol.vocabulary import BANK_PARTY, ComparedField, DifferenceClass, LaneState

LAYOUT = 1
"""Of the JSON file: it grows by keys, and a key that it has keeps its meaning."""


OPEN = "open"
OF_OUTLETS = (None, BANK_PARTY)
"""Whose parts of an account of the general ledger are of outlets: a broker's are of its cases."""


class BookPartTold(Strict, frozen=True, kw_only=True):
    """A part of an account of the general ledger: of an outlet, or of a broker, its date or case."""

    outlet: str
    broker: str
    trade_date: int | None
    case: int | None
    debit_fen: int
    credit_fen: int


class BookTold(Strict, frozen=True, kw_only=True):
    """An account of the general ledger, from the read model."""

    code: int
    name: str
    debit_fen: int
    credit_fen: int
    parts: list[BookPartTold]


class DifferenceTold(Strict, frozen=True, kw_only=True):
    """What a clearing set says otherwise than the bank has it, from the ledger."""

    difference: str
    field: str
    customer: str
    order: str
    bank_has: int
    set_says: int


class LaneTold(Strict, frozen=True, kw_only=True):
    """A broker's trade date, from the ledger. `net_fen`: what the broker owes by its set, below 0 the bank."""

    broker: str
    trade_date: int
    state: str
    set_number: int
    lines: int
    listed: int
    late_seconds: int
    missing_here: int
    missing_there: int
    amount: int
    fate: int
    proceeds_due: int
    net_fen: int
    differences: list[DifferenceTold]


class ObligationTold(Strict, frozen=True, kw_only=True):
    """What is owed by a published date, or by a case of it, from the read model."""

    broker: str
    trade_date: int
    case: int
    owed_by: str
    amount_fen: int
    state: str
    paid_fen: int
    advanced_fen: int
    bank_late: bool
    late_netted: bool
    objected: bool
    first_due_s: int
    last_due_s: int


class ClearingTold(Strict, frozen=True, kw_only=True):
    """A broker's clearing account, from the read model."""

    broker: str
    balance_fen: int
    lent_fen: int
    interest_fen: int
    limit_fen: int
    unpaid_fen: int
    overdue_fen: int


class RestraintTold(Strict, frozen=True, kw_only=True):
    """A restraint that was ever set, from the read model; one that the bank set itself has no name."""

    restraint: str
    customer: str
    kind: str
    state: str
    amount_fen: int
    lifted_fen: int
    deducted_fen: int
    left_fen: int
    senior_fen: int


class PushTold(Strict, frozen=True, kw_only=True):
    """A contract that a broker has pushed and the bank has taken, from the read model."""

    push: str
    broker: str
    customer: str
    state: str
    reason: str | None
    contract_no: int | None


class ItemTold(Strict, frozen=True, kw_only=True):
    """An item of the worklist, from the read model: a difference with both values, or a case of a broker."""

    kind: str
    broker: str
    trade_date: int
    set_number: int | None
    difference: str | None
    field: str | None
    customer: str
    order: str
    bank_has: int | None
    set_says: int | None
    amount_fen: int | None
    case: int | None
    age_days: int | None
    age_in: str | None
    owner: str | None
    state: str
    act: str | None
    act_number: int | None
    reason: str | None
    people: list[str]


class EventTold(Strict, frozen=True, kw_only=True):
    """One line of the JSON file: an event, and what was answered and seen. Event 0 is the beginning."""

    layout: int
    event: int
    at: str
    do: str
    what: str
    note: str
    trade_date: int
    answers: list[Answer]
    said: list[str]
    feed: list[FeedTold]
    as_of_sequence: int
    customers: list[CustomerTold]
    books: list[BookTold]
    lanes: list[LaneTold]
    obligations: list[ObligationTold]
    clearing: list[ClearingTold]
    restraints: list[RestraintTold]
    pushes: list[PushTold]
    worklist: list[ItemTold]
    refusals: dict[str, int]
    differs: list[str]


def books_told(seen: Seen, cast: Cast) -> list[BookTold]:
    """By account code."""
    return [_book(book, cast) for book in seen.read_model.books]


def _book(book: Book, cast: Cast) -> BookTold:
    return BookTold(
        code=book.account_code,
        name=book.account,
        debit_fen=book.debit_fen,
        credit_fen=book.credit_fen,
        parts=[
            BookPartTold(
                outlet=cast.outlet_name(part.item) if part.item is not None and part.party in OF_OUTLETS else "",
                broker=cast.party_name(part.party) if part.party is not None else "",
                trade_date=part.trade_date,
                case=part.item if part.party not in OF_OUTLETS else None,
                debit_fen=part.debit_fen,
                credit_fen=part.credit_fen,
            )
            for part in book.parts
        ],
    )


def lanes_told(seen: Seen, cast: Cast) -> list[LaneTold]:
    """By date, then in the order of the story."""
    return [_lane(lane, cast) for lane in seen.lanes]


def _lane(lane: Lane, cast: Cast) -> LaneTold:
    answer = lane.answer
    missing_here, missing_there, amount, fate = answer.differences[:4]  # fees stand in the list alone
    return LaneTold(
        broker=cast.party_name(lane.party),
        trade_date=answer.trade_date,
        state=LaneState(answer.state).name.lower(),
        set_number=answer.number,
        lines=sum(answer.arrived.counts),
        listed=answer.listed,
        late_seconds=answer.last_late_s,
        missing_here=missing_here,
        missing_there=missing_there,
        amount=amount,
        fate=fate,
        proceeds_due=answer.proceeds_due,
        net_fen=fen_from_sum(answer.arrived.net),
        differences=[
            DifferenceTold(
                difference=DifferenceClass(each.difference_class).name.lower(),
                field=ComparedField(each.compared_field).name.lower(),
                customer=cast.customer_name(each.contract_no),
                order=cast.order_name((each.order_date, each.order_seat, each.order_number)),
                bank_has=each.bank_has,
                set_says=each.set_says,
            )
            for each in lane.differences
        ],
    )


def obligations_told(seen: Seen, cast: Cast) -> list[ObligationTold]:
    """By date and party."""
    return [
        ObligationTold(
            broker=cast.party_name(each.party),
            trade_date=each.trade_date,
            case=each.case_no,
            owed_by=each.owed_by.lower(),
            amount_fen=each.amount_fen,
            state=each.state.lower(),
            paid_fen=each.paid_fen,
            advanced_fen=each.advanced_fen,
            bank_late=each.bank_late,
            late_netted=each.late_netted,
            objected=each.objected,
            first_due_s=each.first_due_s,
            last_due_s=each.last_due_s,
        )
        for each in seen.read_model.obligations
    ]


def clearing_told(seen: Seen, cast: Cast) -> list[ClearingTold]:
    """By party."""
    return [
        ClearingTold(
            broker=cast.party_name(each.party),
            balance_fen=each.balance_fen,
            lent_fen=each.lent_fen,
            interest_fen=each.interest_fen,
            limit_fen=each.limit_fen,
            unpaid_fen=each.unpaid_fen,
            overdue_fen=each.overdue_fen,
        )
        for each in seen.read_model.clearing
    ]


def restraints_told(seen: Seen, cast: Cast) -> list[RestraintTold]:
    """By their numbers."""
    names = {number: name for name, number in cast.restraints.items()}
    customers = {customer.account_no: name for name, customer in cast.customers.items()}
    return [
        RestraintTold(
            restraint=names.get(each.restraint_no, ""),
            customer=customers.get(each.account_no, ""),
            kind=each.kind.lower(),
            state=each.state.lower(),
            amount_fen=each.amount_fen,
            lifted_fen=each.lifted_fen,
            deducted_fen=each.deducted_fen,
            left_fen=each.left_fen,
            senior_fen=each.senior_fen,
        )
        for each in seen.read_model.restraints
    ]


def pushes_told(seen: Seen, cast: Cast) -> list[PushTold]:
    """In the order in which they came."""
    names = {push.number: (name, push.customer) for name, push in cast.pushes.items()}
    return [
        PushTold(
            push=names[each.push][0],
            broker=cast.party_name(each.party),
            customer=names[each.push][1],
            state=each.state.lower(),
            reason=each.reason,
            contract_no=each.contract_no,
        )
        for each in seen.read_model.pushes
        if each.push in names
    ]


def worklist_told(seen: Seen, cast: Cast) -> list[ItemTold]:
    """In the order in which they were found; differences that were closed too."""
    return [_item(each, cast) for each in seen.read_model.worklist]


def _item(each: Item, cast: Cast) -> ItemTold:
    return ItemTold(
        kind=each.kind.lower(),
        broker=cast.party_name(each.party),
        trade_date=each.trade_date,
        set_number=each.set_number,
        difference=_lower(each.difference),
        field=_lower(each.field),
        customer=cast.customer_name(each.contract_no or 0),
        order=cast.order_name((each.order_date or 0, each.order_seat or 0, each.order_number or 0)),
        bank_has=each.bank_has,
        set_says=each.set_says,
        amount_fen=each.amount_fen,
        case=each.case_no,
        age_days=each.age_days,
        age_in=_lower(each.age_in),
        owner=each.owner,
        state=_lower(each.closed_as) or OPEN,
        act=each.act,
        act_number=each.act_number,
        reason=each.reason,
        people=[name for name in (each.author, each.second) if name is not None],
    )


def _lower(word: str | None) -> str | None:
    return word.lower() if word is not None else None
