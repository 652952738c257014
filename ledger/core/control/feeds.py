"""What brokers are told without asking: the entries of their feeds, and what was accepted of their requests.

Belongs here: making the entries, counting. Never here: what has happened (day, lanes, accounts), what a broker says to
its feed (feed_answers), where a feed stands (ledger.core.state.feeds).
"""

from itertools import pairwise

import numpy as np

from ledger.core.frames import Frames
from ledger.core.orders.signed_off import of_orders
from ledger.core.resolve import Block
from ledger.core.state.book import Book
from ledger.core.state.columns import FenColumn, Positions, is_some
from ledger.core.state.day.clearing import CASE_TOLD, Lane
from ledger.core.state.day.obligations import Obligation
from protocol.given_numbers import contract_no_from_index
from protocol.kinds import KIND_CODES, KINDS
from protocol.messages.feeds import (
    COUNTED_KINDS,
    CaseTold,
    ContractChanged,
    DateOpened,
    ObligationTold,
    PaymentTold,
    SetCompared,
    SetComparedOfA,
    SetWithdrawn,
    SignedOff,
    SignedOffOfA,
    Stopped,
)
from protocol.messages.fields import sum_from_fen
from protocol.messages.orders.fees import FeesSet, SetFees
from protocol.messages.orders.phases import PhasesChanged
from protocol.records import OutcomeArray
from protocol.vocabulary import BANK_PARTY, FeedKind, RecordKind, Role, Scheme

COUNTED = tuple(kind for kind, row in KINDS.items() if row.told_at_sign_off)
assert len(COUNTED) == COUNTED_KINDS
_NOTHING = np.zeros(1, np.int64)


def tell_date_opened(book: Book) -> None:
    """Each broker hears of the date that was just opened."""
    for party in _brokers(book):
        book.feeds.tell(party, FeedKind.DATE_OPENED, book.trade_date, 0, DateOpened(book.previous_date))
    book.feeds.accepted.clear()


def tell_signed_off(book: Book) -> None:
    """Each broker hears that the open date is signed off, and what the bank has of it."""
    for party in _brokers(book):
        content: SignedOff | SignedOffOfA
        if book.orders.schemes.now[party] == Scheme.A:
            content = of_orders(book, party)
        else:
            counts, amounts_fen = book.feeds.accepted_of(one.seat for one in book.parties[party].seats)
            content = SignedOff(counts, [sum_from_fen(each) for each in amounts_fen])
        book.feeds.tell(party, FeedKind.SIGNED_OFF, book.trade_date, 0, content)


def tell_contracts(book: Book, party: int, first: int, count: int, before: int, status: int) -> None:
    """A broker hears of (count,) contracts from the index `first` on: which status they had, and have."""
    by_bank = book.feeds.author == BANK_PARTY
    content = ContractChanged(count, before, status, by_bank)
    number = contract_no_from_index(first)
    book.feeds.tell(party, FeedKind.CONTRACT_CHANGED, book.trade_date, number, content)


def tell_stopped(book: Book, party: int) -> None:
    """A broker hears that its contracts take no new orders, or that they take them again; never why."""
    book.feeds.tell(party, FeedKind.STOPPED, book.trade_date, 0, Stopped(bool(book.stopped[party])))


def tell_compared(book: Book, lane: Lane, is_reconciled: bool) -> None:
    """A broker hears what comparing its set to the end has found."""
    of_scheme = SetComparedOfA if lane.is_of_a else SetCompared
    content = of_scheme(lane.number, list(lane.differences), is_reconciled)
    book.feeds.tell_to_sign(lane.party, FeedKind.SET_COMPARED, lane.trade_date, content)


def tell_cases(book: Book, lane: Lane, contracts: Positions) -> None:
    """A broker hears of the cases among (m,) ascending contracts of its lane that it was not told of."""
    cleared = book.clearing.by_contract[lane.trade_date]
    untold = contracts[(cleared.case[contracts] != 0) & (cleared.adjusted[contracts] & CASE_TOLD == 0)]
    for contract in untold.tolist():
        made_good_fen = int(cleared.made_good_buys_fen[contract]), int(cleared.made_good_proceeds_fen[contract])
        content = CaseTold(lane.number, int(cleared.case[contract]), *made_good_fen)
        book.feeds.tell(lane.party, FeedKind.CASE, lane.trade_date, contract_no_from_index(contract), content)
    cleared.adjusted[untold] |= CASE_TOLD


def tell_withdrawn(book: Book, lane: Lane, contracts: Positions) -> None:
    """A broker hears that the bank has withdrawn the set of its lane, by which something is booked for (m,) contracts:
    what was told of them as its cases it is not any more.
    """
    made_good_fen: list[int] = []
    if len(contracts):
        cleared = book.clearing.by_contract[lane.trade_date]
        told = contracts[cleared.adjusted[contracts] & CASE_TOLD != 0]
        made_good_fen = (cleared.made_good_buys_fen[told] + cleared.made_good_proceeds_fen[told]).tolist()
    content = SetWithdrawn(lane.number, bool(len(contracts)), len(made_good_fen), sum_from_fen(sum(made_good_fen)))
    book.feeds.tell(lane.party, FeedKind.SET_WITHDRAWN, lane.trade_date, 0, content)


def tell_obligation(book: Book, obligation: Obligation) -> None:
    """A broker hears what is owed by its date and when it is due, and again when that is at other times."""
    times = obligation.due
    content = ObligationTold(
        number=obligation.number,
        case=obligation.case,
        owed=obligation.owed,
        set_late_s=obligation.set_late_s,
        is_late_netted=times.is_late_netted,
        needs_no_notice=times.needs_no_notice,
        pay_from_s=times.pay_from_s,
        late_from_s=times.late_from_s,
        first_due_s=times.first_due_s,
        last_due_s=times.last_due_s,
        objection_until_s=times.objection_until_s,
        termination_after_s=times.termination_after_s,
    )
    party, date = obligation.party, obligation.trade_date
    if obligation.case:  # a date's own is told behind its cases, and signed for
        book.feeds.tell(party, FeedKind.OBLIGATION, date, 0, content)
    else:
        book.feeds.tell_to_sign(party, FeedKind.OBLIGATION, date, content)


def tell_payment(book: Book, obligation: Obligation, at_s: int) -> None:
    """A broker hears how something stands that is owed: something of it was paid, lent or found short."""
    content = PaymentTold(
        case=obligation.case,
        state=obligation.state,
        owed=obligation.owed,
        paid=obligation.paid,
        advanced=obligation.advanced,
        at_s=at_s,
        is_bank_late=bool(obligation.bank_late_s),
    )
    book.feeds.tell(obligation.party, FeedKind.PAYMENT, obligation.trade_date, 0, content)


def tell_fees(book: Book, message: SetFees, number: int) -> None:
    """A broker hears what is charged of its customers' orders, and signs for it."""
    content = FeesSet(
        number=number,
        market=message.market,
        product=message.product,
        side=message.side,
        first_date=message.first_date,
        commission=message.commission,
        stamp=message.stamp,
        transfer=message.transfer,
        handling=message.handling,
        regulatory=message.regulatory,
        notice=message.notice,
    )
    book.feeds.tell_to_sign(message.party, FeedKind.FEES, book.trade_date, content)


def tell_phases(book: Book, market: int, last_s: int) -> None:
    """Each broker hears that a market takes orders on the open date in other phases."""
    for party in _brokers(book):
        book.feeds.tell(party, FeedKind.PHASES, book.trade_date, 0, PhasesChanged(market, last_s))


def count_accepted(book: Book, frames: Frames, block: Block, outcomes: OutcomeArray) -> None:
    """What was accepted of brokers' requests in a block row, by seat and kind. Work for each frame and kind."""
    kind, codes = block.kind, outcomes["code"]
    accepted = codes == 0 if is_some(codes) else None
    if isinstance(kind, int):
        if kind in COUNTED:
            at = None if accepted is None else accepted.nonzero()[0]
            _count(book, frames, COUNTED.index(RecordKind(kind)), block.amount_fen, at)
        return
    there = np.bincount(kind, minlength=KIND_CODES)
    for place, each in enumerate(COUNTED):
        if there[each]:
            of_kind = kind == each
            _count(
                book,
                frames,
                place,
                block.amount_fen,
                np.flatnonzero(of_kind if accepted is None else of_kind & accepted),
            )


def _count(book: Book, frames: Frames, place: int, amount_fen: FenColumn, at: Positions | None) -> None:
    """Accepted records of one kind at (k,) ascending positions of the block; None: all of it are."""
    fen = amount_fen if at is None else amount_fen[at]
    if len(frames.seat) == 1:
        counts, sums = [len(fen)], [int(fen.sum())]
    else:
        begins = np.cumsum(frames.record_count) - frames.record_count
        begins = begins if at is None else np.searchsorted(at, begins)
        edges = [*begins.tolist(), len(fen)]
        counts = [end - begin for begin, end in pairwise(edges)]
        # One more at the end for frames without any, whose sum is that of their first place: it is not looked at.
        sums = np.add.reduceat(fen if at is None else np.concatenate((fen, _NOTHING)), begins).tolist()
    for seat, count, sum_fen in zip(frames.seat.tolist(), counts, sums, strict=True):
        if count:
            book.feeds.count(seat, place, count, sum_fen)


def _brokers(book: Book) -> list[int]:
    return [party for party, entry in sorted(book.parties.items()) if entry.role == Role.BROKER]
