"""What the day desk is told of brokers' clearing accounts: what is on them, and what is to be done about them when.

Belongs here: the answer from the book as it is. Never here: who may ask (the gateway), doing it (paying, catch_up).
"""

from ledger.core.control.clearing_accounts.collecting import TO_BE_PAID, clearing_fen
from ledger.core.control.clearing_accounts.paying import is_settled
from ledger.core.state.book import Book
from ledger.core.state.day.obligations import Obligation
from protocol.limits import TRADE_DATE_MAX
from protocol.messages.day.paying import ClearingAccountsAnswer, ClearingFacts
from protocol.messages.fields import sum_from_fen
from protocol.vocabulary import ObligationState
from rules.day.obligations import Acts, falls_due


def clearing_accounts(book: Book) -> ClearingAccountsAnswer:
    """Of every broker."""
    return ClearingAccountsAnswer(book.sequence, [_facts(book, party) for party in book.brokers(TRADE_DATE_MAX)])


def _facts(book: Book, party: int) -> ClearingFacts:
    open_ones = book.obligations.unpaid_of(party)
    of_bank = [each for each in open_ones if each.state == ObligationState.OWED_BY_BANK]
    to_pay = next((each for each in of_bank if is_settled(book, each)), None)
    overdue = [each for each in open_ones if each.state == ObligationState.OVERDUE]
    unpaid = [each for each in open_ones if each.state in TO_BE_PAID] + overdue
    lent_fen = book.clearing_accounts.of(party).loan.principal_fen
    return ClearingFacts(
        party,
        sum_from_fen(clearing_fen(book, party)),
        sum_from_fen(lent_fen),
        sum_from_fen(_unpaid_fen(unpaid)),
        sum_from_fen(_unpaid_fen(overdue)),
        min((acts.at_s for each in open_ones for acts in _acts(each)), default=0),
        to_pay.trade_date if to_pay is not None else 0,
        to_pay.due.pay_from_s if to_pay is not None else 0,
        min((each.due.late_from_s for each in of_bank), default=0),
    )


def _acts(each: Obligation) -> list[Acts]:
    return falls_due(ObligationState(each.state), each.fell_due_s, each.due)


def _unpaid_fen(several: list[Obligation]) -> int:
    return sum(each.unpaid_fen for each in several)
