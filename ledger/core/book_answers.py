"""Answers to queries on the book.

Belongs here: what each query is told. Never here: waiting for rows (deciding), who may ask (the gateway), rules.
"""

from ledger.core import engine
from ledger.core.control.clearing_accounts.answers import clearing_accounts
from ledger.core.corrections.answers import correction, to_close, to_revert
from ledger.core.savings.answers import interest_due
from ledger.core.settling.answers import to_credit, to_settle
from ledger.core.state.book import Book
from protocol.codes import ReplyCode
from protocol.limits import PUSHES_PER_ANSWER_MAX, TRADE_DATE_MAX
from protocol.messages.base import Message
from protocol.messages.customers.interest import InterestQuery
from protocol.messages.customers.open_items import OpenItemsQuery
from protocol.messages.customers.pushes import OpenPushAnswer, OpenPushQuery, PushAnswer, PushQuery
from protocol.messages.day.corrections import ClosingsQuery, CorrectionQuery, RevertsQuery
from protocol.messages.day.dates import BrokerFacts, DateFacts, DatesAnswer, DatesQuery
from protocol.messages.day.marked import OutletsQuery, PairsQuery, RangesQuery
from protocol.messages.day.paying import ClearingAccountsQuery
from protocol.messages.day.settling import CreditsQuery, SettlementsQuery
from protocol.messages.day.steps import Window
from protocol.messages.queries import (
    AccountAnswer,
    AccountFacts,
    AccountQuery,
    BuyingPowerAnswer,
    BuyingPowerQuery,
    DifferenceQuery,
    PartyTotals,
    ProceedsQuery,
    SetQuery,
    TotalsAnswer,
    TotalsQuery,
)
from protocol.vocabulary import BANK_PARTY, DatePhase

AS_OF_MARK = 3  # source of a TotalsQuery


class BookAnswers:
    """Answers from one book as it is at the moment."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._totals_of: tuple[int, list[PartyTotals]] = (0, [])

    def answer(self, party: int, message: Message, seat: int = 0, now_s: int = 0) -> Message:
        """What `party` is told to a BuyingPowerQuery, AccountQuery, SetQuery, DifferenceQuery, ProceedsQuery,
        PushQuery, OpenPushQuery, OpenItemsQuery or one of all parties. Of a channel's seat the second counts: it learns
        of whoever is signed on with it then.
        """
        if isinstance(message, BuyingPowerQuery):
            if self._book.orders.channels.channel[seat]:
                contracts = engine.signed_on_power(self._book, seat, message.contract_nos, now_s)
            else:
                contracts = engine.buying_power(self._book, party, message.contract_nos)
            return BuyingPowerAnswer(self._book.sequence, contracts)
        if isinstance(message, AccountQuery):
            # Accounts are the bank's; to anybody else none is there.
            numbers = message.bank_account_nos
            unknown = [AccountFacts(number, ReplyCode.ACCOUNT_UNKNOWN, 0, 0, 0, 0) for number in numbers]
            accounts = engine.account_facts(self._book, numbers) if party == BANK_PARTY else unknown
            return AccountAnswer(self._book.sequence, accounts)
        if isinstance(message, SetQuery):
            return engine.clearing_set(self._book, _of(party, message), message.trade_date)
        if isinstance(message, DifferenceQuery):
            return engine.set_differences(self._book, _of(party, message), message.trade_date, message.first)
        if isinstance(message, ProceedsQuery):
            return engine.proceeds_to_book(self._book, _of(party, message), message.trade_date, message.first)
        if isinstance(message, PushQuery):
            return PushAnswer(self._book.sequence, engine.push_facts(self._book, party, message.pushes))
        if isinstance(message, OpenItemsQuery):
            return engine.open_items(self._book, party, message)
        if isinstance(message, OpenPushQuery):
            # What waits is for the bank to look into; to anybody else none is there.
            count = PUSHES_PER_ANSWER_MAX if party == BANK_PARTY else 0
            return OpenPushAnswer(self._book.sequence, engine.open_pushes(self._book, count))
        return self._of_all(message if party == BANK_PARTY else None)

    def _of_all(self, message: Message | None) -> Message:
        """What is of all parties and the bank's own. None: it was asked by somebody else, who learns nothing."""
        marked = self._book.marked
        match message:
            case TotalsQuery(source) if source == AS_OF_MARK:
                return marked.told_totals()
            case TotalsQuery():
                return TotalsAnswer(self._book.sequence, True, self._totals())
            case RangesQuery(_, first):
                return marked.told_ranges(first)
            case PairsQuery(_, first):
                return marked.told_pairs(first)
            case CorrectionQuery():
                return correction(self._book, message)
            case RevertsQuery():
                return to_revert(self._book, message)
            case ClosingsQuery():
                return to_close(self._book, message)
            case SettlementsQuery():
                return to_settle(self._book, message)
            case CreditsQuery():
                return to_credit(self._book, message)
            case InterestQuery():
                return interest_due(self._book, message)
            case OutletsQuery():
                return marked.told_outlets()
            case ClearingAccountsQuery():
                return clearing_accounts(self._book)
            case DatesQuery():
                return _dates(self._book)
            case _:
                return TotalsAnswer(self._book.sequence, True, [])

    def _totals(self) -> list[PartyTotals]:
        """Added up over all contracts once for each row, however often it is asked."""
        sequence, parties = self._totals_of
        if sequence != self._book.sequence:
            parties = engine.totals(self._book)
            self._totals_of = (self._book.sequence, parties)
        return parties


def _of(party: int, message: SetQuery | DifferenceQuery | ProceedsQuery) -> int:
    """Of whom the question is: the bank asks of any party, everybody else of itself."""
    return message.party or party if party == BANK_PARTY else party


def _dates(book: Book) -> DatesAnswer:
    """The open date and those that are not settled, and who has lanes."""
    ring = book.unsettled
    dates = [
        DateFacts(
            trade_date,
            int(book.phase if trade_date == book.trade_date else DatePhase.SIGNED_OFF),
            bool(ring.agreed[ring.slot_of(trade_date)]),
            [Window(*seconds) for seconds in book.due_times.of(trade_date)],
        )
        for trade_date in sorted(ring.dates[ring.dates > 0].tolist())
    ]
    brokers = [
        BrokerFacts(party, int(book.registered_on[party]), book.clearing.lane(book.trade_date, party).signed_on_s)
        for party in book.brokers(TRADE_DATE_MAX)
    ]
    return DatesAnswer(book.sequence, dates, brokers)
