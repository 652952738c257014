"""What the bank knows when an order comes, as the law asks for it: of its customer, its market, its security.

Belongs here: gathering it from the book. Never here: what it earns (rules.orders.taking), fields of a record (resolve),
what is kept of an order (slots).
"""

from typing import NamedTuple

from ledger.core.state.book import FACT_MASK, PARTY_SHIFT, STATE_SHIFT, Book
from ledger.core.state.orders.phases import MarketDate
from ledger.core.state.orders.securities import Named
from protocol.codes import ReplyCode
from protocol.vocabulary import Side
from rules.day.states import is_market_closed
from rules.kinds import LAW, refusals_by_state
from rules.orders.fee_tables import Charged, Dated, table_for
from rules.orders.phases import last_second, phase_at
from rules.orders.securities import Version, version_for
from rules.orders.taking import Customer, Known, Trading

_FORBIDS = refusals_by_state(next(kind for kind, row in LAW.items() if row.opens_freeze))
"""By state of a contract: what begins no freeze begins no order."""


class Facts(NamedTuple):
    """What an order is judged by, and the numbers of what it would keep; 0 where there is none."""

    customer: Customer
    trading: Trading
    known: Known
    version: int
    fee_table: int
    last_second: int  # in which an order is taken on the date, as phases are now


class _OfSecurity(NamedTuple):
    """What is known of a security to a broker's customers, and by which numbers."""

    version: Version | None
    known: Known
    fee_table: Dated | None


LookedUp = dict[tuple[int, Named, Side], _OfSecurity]
"""By broker, security and side: what no record of a block changes is looked up once for all of them."""


def facts_of(
    book: Book, contract: int, seat: int, named: Named, side: Side, now_s: int, looked_up: LookedUp | None = None
) -> Facts:
    """For an order of a contract, by its index, that comes by the seat of a channel. `looked_up`: of the same block."""
    facts = int(book.contract_facts[contract])
    party = facts >> PARTY_SHIFT
    looked_up = {} if looked_up is None else looked_up
    found = looked_up.get((party, named, side))
    if found is None:
        found = looked_up[party, named, side] = _known(book, party, named, side)
    version, known, fee_table = found
    lane = book.clearing.lane(book.trade_date, party)
    phases = book.orders.phases.of.get(MarketDate(book.trade_date, named[0]), [])
    phase = phase_at(phases, now_s)
    return Facts(
        customer=Customer(
            is_signed_on=_is_signed_on(book, contract, seat, party, now_s),
            scheme=book.orders.schemes.of(party),
            state_code=_FORBIDS.get(facts >> STATE_SHIFT & FACT_MASK, ReplyCode.ACCEPTED),
        ),
        trading=Trading(
            is_stopped=bool(book.stopped[party]),
            takes_orders=not is_market_closed(book.phase) and phase is not None and phase.orders,
            is_away=not lane.signed_on_s,
        ),
        known=known,
        version=version.number if version else 0,
        fee_table=fee_table.number if fee_table else 0,
        last_second=last_second(phases),
    )


def _is_signed_on(book: Book, contract: int, seat: int, party: int, now_s: int) -> bool:
    """With the channel of this seat, which is of the contract's broker: a channel has one for each that it serves."""
    channels = book.orders.channels
    if int(channels.broker[seat]) != party:
        return False
    return book.orders.sign_ons.holds(contract, int(channels.channel[seat]), now_s)


def _known(book: Book, party: int, named: Named, side: Side) -> _OfSecurity:
    securities, trade_date = book.orders.securities, book.trade_date
    row = securities.find(named)
    version = version_for(securities.versions_of(row), trade_date)
    if version is None:
        return _OfSecurity(None, Known(None, False, None, None), None)
    charged = Charged(party, named[0], version.terms.product, side)
    fees = table_for(book.orders.fees.tables_for(charged), trade_date)
    known = Known(
        terms=version.terms,
        is_suspended=bool(securities.suspended[row]),
        limits=securities.limits_of(row).get(trade_date),
        fees=fees.table if fees else None,
    )
    return _OfSecurity(version, known, fees)
