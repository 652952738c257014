"""What is always true of brokers' clearing accounts and of what is owed; checked with the whole book.

1. No clearing account is below 0; what a broker is lent is what its obligations have advanced and the general ledger
   has, and at most its limit; interest receivable is not below 0, and nothing without a loan.
2. Of every obligation: what is owed = unpaid + paid + advanced, each ≥ 0; it is PAID with nothing left of either, and
   ADVANCED with something advanced and nothing unpaid.
3. A published case has in the general ledger what is unpaid of it.
4. To a customer whose account is closed nothing was paid that did not stand there.

Belongs here: these statements. Never here: refusals. Everything raises InvariantBroken with the party.
"""

from bisect import bisect

from ledger.core.control.clearing_accounts.collecting import clearing_fen, receivable_fen
from ledger.core.state.book import Book
from ledger.core.state.day.obligations import Obligation
from ledger.core.state.general_ledger import LedgerKey
from protocol.account_codes import AccountCode
from protocol.errors import InvariantBroken
from protocol.limits import TRADE_DATE_MAX
from protocol.vocabulary import ObligationState
from rules.day.interest import NO_LOAN


def check_clearing_accounts(book: Book) -> None:
    """All statements, of every broker."""
    for party in book.brokers(TRADE_DATE_MAX):
        account = book.clearing_accounts.of(party)
        lent_fen, receivable = account.loan.principal_fen, receivable_fen(book, party)
        advanced_fen = sum(each.advanced_fen for each in book.obligations.unpaid_of(party))
        _demand(clearing_fen(book, party) >= 0, "a clearing account", party)
        _demand(lent_fen == advanced_fen == book.general_ledger.of_party(AccountCode.ADVANCES, party), "a loan", party)
        _demand(0 <= lent_fen <= account.limit_fen, "what is lent against its limit", party)
        _demand(receivable >= 0 and (receivable == 0 or account.loan != NO_LOAN), "interest receivable", party)
    for each in book.obligations.entries.values():
        _demand(_adds_up(each), f"what is owed by {each.trade_date}, case {each.case},", each.party)
        if each.case:
            key = LedgerKey(int(AccountCode.ERRORS), each.party, 0, each.case)
            has_fen = book.general_ledger.balances_fen.get(key, 0)
            _demand(has_fen == each.unpaid_fen, f"case {each.case} against the general ledger", each.party)
    _check_customers(book)


def _check_customers(book: Book) -> None:
    """Statement 4."""
    keys = book.general_ledger.keys
    first, end = (bisect(keys, LedgerKey(AccountCode.OWED_TO_CUSTOMERS + step)) for step in (0, 1))
    for key in keys[first:end]:
        _demand(book.general_ledger.balances_fen[key] <= 0, f"what is owed to contract {key.item}", key.party)


def _adds_up(each: Obligation) -> bool:
    parts_fen = each.unpaid_fen, each.paid_fen, each.advanced_fen
    is_paid = not (each.unpaid_fen or each.advanced_fen)
    is_lent = each.advanced_fen > 0 and not each.unpaid_fen
    states = (ObligationState.PAID, ObligationState.ADVANCED)
    return min(parts_fen) >= 0 and (is_paid, is_lent) == tuple(each.state == state for state in states)


def _demand(holds: bool, what: str, party: int) -> None:
    if not holds:
        raise InvariantBroken(f"party {party}: {what} is wrong")
