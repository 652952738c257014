"""Due times act when the next request comes that may hang on them: they are caught up with, in their order.

The bank has no clock of its own: each request comes with the second of its decision. What fell due since the request
before acts first, on what there was then, by the limit that held; it is kept whatever the request itself earns.

Belongs here: which due times are over, whose they are, which requests catch up. Never here: what a due time does
(collecting), what such a request earns (paying, judge).
"""

from collections.abc import Iterator

from ledger.core.control.clearing_accounts.collecting import fall_due
from ledger.core.state.book import Book
from ledger.core.state.day.obligations import Obligation
from protocol.acts.clearing import AdvanceLimitAct, ClearingInterestAct, PayOutAct, TakeBackFundAct
from protocol.acts.day import ChangeDueTimesAct
from protocol.acts.parties import ResumeBrokerAct, StopBrokerAct, TerminateBrokerAct
from protocol.acts.table import Made
from protocol.limits import TRADE_DATE_MAX
from protocol.messages.control import OpenTradeDate
from protocol.messages.day.paying import Due, Fund, Pay
from protocol.messages.day.steps import BeginSettle, Publish
from protocol.messages.feeds import Notice, Object
from protocol.vocabulary import ObligationState
from rules.day.obligations import Acts, falls_due

OF_ONE = (
    Fund,
    Due,
    Pay,
    Publish,
    BeginSettle,
    StopBrokerAct,
    ResumeBrokerAct,
    TerminateBrokerAct,
    PayOutAct,
    TakeBackFundAct,
    ClearingInterestAct,
    AdvanceLimitAct,
)
"""Messages that name a broker whose due times may decide what they earn."""
OF_ALL = (OpenTradeDate, ChangeDueTimesAct)
"""Messages that are of all brokers."""


def catch_up(book: Book, party: int, now_s: int) -> int:
    """Let the due times of a broker act that are over in this second. Returns how many acted."""
    acting = sorted(_over(book, party, now_s), key=lambda found: (found[1].at_s, found[0].key))
    for obligation, acts in acting:
        fall_due(book, obligation, acts)
    return len(acting)


def whose(book: Book, sender: int, message: Made) -> list[int]:
    """The brokers whose due times come before a message is judged."""
    if isinstance(message, OF_ALL):
        return book.brokers(TRADE_DATE_MAX)
    if isinstance(message, Notice | Object):
        return [sender]
    return [message.party] if isinstance(message, OF_ONE) else []


def _over(book: Book, party: int, now_s: int) -> Iterator[tuple[Obligation, Acts]]:
    for each in book.obligations.unpaid_of(party):
        for acts in falls_due(ObligationState(each.state), each.fell_due_s, each.due):
            if acts.at_s <= now_s:
                yield each, acts
