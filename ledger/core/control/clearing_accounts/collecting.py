"""What is taken of brokers' clearing accounts, lent and paid: the entries, what becomes of an obligation by them.

Belongs here: collecting whenever an account has risen, what happens when something falls due, postings. Never here: in
which order and how much (rules.day.collection), interest (rules.day.interest), whose request it is (paying), which due
times are over (catch_up).
"""

from ledger.core.control.feeds import tell_payment
from ledger.core.settling.lanes import after_discharge
from ledger.core.state.book import Book
from ledger.core.state.day.clearing_accounts import BrokerEntry
from ledger.core.state.day.obligations import Obligation
from protocol.account_codes import AccountCode
from protocol.vocabulary import ObligationState
from rules.day.collection import Claim, collectable_fen, may_lend, taken_fen
from rules.day.interest import NO_LOAN, day_of, lent, paid_back, posted_up, reckoned
from rules.day.obligations import GATING_STATES, OBLIGATION_STATES, Acts, ObligationEvent
from rules.entries import (
    ADVANCED,
    BROKER_PAYS,
    CASE_ADVANCED,
    CASE_PAID,
    INTEREST_ACCRUED,
    INTEREST_COLLECTED,
    PRINCIPAL_COLLECTED,
    Leg,
)
from rules.savings import borne

TO_BE_PAID = frozenset({ObligationState.OWED_BY_BROKER, ObligationState.NOTIFIED})


def clearing_fen(book: Book, party: int) -> int:
    """What is on a broker's clearing account."""
    return -book.general_ledger.of_party(AccountCode.CLEARING_ACCOUNT, party)


def receivable_fen(book: Book, party: int) -> int:
    """Interest that is posted and not collected."""
    return book.general_ledger.of_party(AccountCode.INTEREST_RECEIVABLE, party)


def bank_day(book: Book, second: int) -> int:
    """The bank's calendar day of a second, in days since 1970."""
    return day_of(second, book.due_times.midnight_s)


def falls_due_s(each: Obligation) -> int:
    """The due time of an obligation from which it is taken, 0 where no calendar says."""
    return each.due.last_due_s if each.due.needs_no_notice else each.due.first_due_s


def due_today_fen(book: Book, party: int, at_s: int) -> int:
    """What of a broker falls due up to the end of a second's day, or has, and is to be paid."""
    day = bank_day(book, at_s)
    to_pay = (each for each in book.obligations.unpaid_of(party) if each.state in TO_BE_PAID)
    return sum(each.unpaid_fen for each in to_pay if bank_day(book, falls_due_s(each)) <= day)


def post(
    book: Book, leg: Leg, party: int, amount_fen: int, at_s: int, dates: tuple[int, int] = (0, 0), case: int = 0
) -> None:
    """One entry, where there is anything; `dates`: of the debit and of the credit, where those are kept by dates."""
    if amount_fen:
        if AccountCode.CLEARING_ACCOUNT in leg:
            bear(book, party, at_s)
        book.general_ledger.post_of_broker(leg, party, dates, case, amount_fen)
        accounts = book.clearing_accounts
        accounts.posted.append(BrokerEntry(leg, party, amount_fen, *dates, case, at_s, accounts.frame))


def borne_by(book: Book, party: int, at_s: int) -> tuple[int, int]:
    """The points of a clearing account at a second, and the day up to which they are counted; 0 without a calendar."""
    account = book.clearing_accounts.of(party)
    if not account.points_day and not book.due_times.windows:
        return 0, 0
    return borne(account.points, account.points_day, bank_day(book, at_s), clearing_fen(book, party))


def bear(book: Book, party: int, at_s: int) -> None:
    """The days that are over are counted, of what stood on a clearing account on them."""
    account = book.clearing_accounts.of(party)
    found = borne_by(book, party, at_s)
    if found != (account.points, account.points_day):
        account.points, account.points_day = found
        book.clearing_accounts.put(account)


def pay(book: Book, obligation: Obligation, paid_fen: int, at_s: int) -> None:
    """So much of an obligation is paid, by entries that are posted; its broker is told."""
    obligation.move(paid_fen, 0)
    is_paid = not obligation.unpaid_fen and not obligation.advanced_fen
    event = ObligationEvent.PAID if is_paid else ObligationEvent.PAID_IN_PART
    stand(book, obligation, OBLIGATION_STATES[ObligationState(obligation.state), event], at_s)


def stand(book: Book, obligation: Obligation, state: ObligationState, at_s: int) -> None:
    """An obligation is in this state from now on, and its broker hears how it stands. With the last that gates its
    broker, what is gated of it falls due.
    """
    obligation.state = state
    book.obligations.put(obligation)
    tell_payment(book, obligation, at_s)
    if state not in GATING_STATES:
        after_discharge(book, obligation.party)


def collect(book: Book, party: int, at_s: int) -> None:
    """Take what may be taken of a broker's clearing account: what is due, then interest, then what was lent."""
    due = [each for each in book.obligations.unpaid_of(party) if each.fell_due_s and each.state in GATING_STATES]
    claims = [Claim(each.unpaid_fen, ObligationState(each.state)) for each in due]
    for obligation, part_fen in zip(due, taken_fen(clearing_fen(book, party), claims), strict=True):
        if part_fen:
            _take(book, obligation, part_fen, at_s)
            pay(book, obligation, part_fen, at_s)
    _collect_loan(book, party, at_s)


def fall_due(book: Book, obligation: Obligation, acts: Acts) -> None:
    """A due time of an obligation is over, and what was there then decides."""
    party, at_s = obligation.party, acts.of_s
    if acts.is_last and obligation.state != ObligationState.NOTIFIED:
        return  # its first due time has decided
    if not acts.is_last:
        obligation.fell_due_s = acts.at_s
    if obligation.state == ObligationState.OWED_BY_BANK:
        obligation.bank_late_s = at_s
        event = ObligationEvent.SHORT_AT_FIRST_DUE
        stand(book, obligation, OBLIGATION_STATES[ObligationState(obligation.state), event], at_s)
        return
    collect(book, party, at_s)
    if obligation.state not in TO_BE_PAID:
        return
    there_fen, account = clearing_fen(book, party), book.clearing_accounts.of(party)
    short_fen = obligation.unpaid_fen - there_fen
    lends = may_lend(account.limit_fen, account.loan.principal_fen, short_fen)
    before = ObligationState(obligation.state)
    after = OBLIGATION_STATES[before, _short(is_last=acts.is_last, lends=lends)]
    if after == before:
        book.obligations.put(obligation)  # nothing moves of it: its broker said that it comes later on the day
        return
    _take(book, obligation, there_fen, at_s)
    obligation.move(there_fen, 0)
    if lends:
        _lend(book, obligation, short_fen, at_s)
    stand(book, obligation, after, at_s)


def reckon(book: Book, party: int, at_s: int) -> None:
    """A broker's loan is reckoned up to the day of a second; what a month that has ended brought is posted."""
    accounts = book.clearing_accounts
    account = accounts.of(party)
    if account.loan == NO_LOAN:
        return
    loan, posted_fen = reckoned(account.loan, bank_day(book, at_s), accounts.rate_of)
    if loan != account.loan:
        for amount_fen in posted_fen:
            post(book, INTEREST_ACCRUED, party, amount_fen, at_s)
        account.put_loan(loan)
        accounts.put(account)


def reckon_all(book: Book, now_s: int) -> None:
    """Every loan is reckoned up to the day of a second, and rates that nothing asks for any more are forgotten."""
    for party in book.clearing_accounts.lent():
        reckon(book, party, now_s)
    book.clearing_accounts.forget_rates(bank_day(book, now_s))


def _short(*, is_last: bool, lends: bool) -> ObligationEvent:
    if is_last:
        return ObligationEvent.LENT_AT_LAST_DUE if lends else ObligationEvent.SHORT_AT_LAST_DUE
    return ObligationEvent.LENT_AT_FIRST_DUE if lends else ObligationEvent.SHORT_AT_FIRST_DUE


def _take(book: Book, obligation: Obligation, amount_fen: int, at_s: int) -> None:
    """The entry of what is taken for it of the clearing account."""
    leg = CASE_PAID if obligation.case else BROKER_PAYS
    post(book, leg, obligation.party, amount_fen, at_s, (0, obligation.trade_date), obligation.case)


def _lend(book: Book, obligation: Obligation, amount_fen: int, at_s: int) -> None:
    party, accounts = obligation.party, book.clearing_accounts
    leg = CASE_ADVANCED if obligation.case else ADVANCED
    post(book, leg, party, amount_fen, at_s, (0, obligation.trade_date), obligation.case)
    obligation.move(0, amount_fen)
    reckon(book, party, at_s)
    account = accounts.of(party)
    account.put_loan(lent(account.loan, bank_day(book, at_s), amount_fen))
    accounts.put(account)


def _collect_loan(book: Book, party: int, at_s: int) -> None:
    accounts = book.clearing_accounts
    there_fen = collectable_fen(clearing_fen(book, party), due_today_fen(book, party, at_s))
    if accounts.of(party).loan == NO_LOAN or not there_fen:
        return
    reckon(book, party, at_s)
    account = accounts.of(party)
    loan, accrued_fen = posted_up(account.loan, accounts.rate_of)
    post(book, INTEREST_ACCRUED, party, accrued_fen, at_s)
    if loan.on_day_fen:
        accounts.fixed_day = max(accounts.fixed_day, loan.day)
    interest_fen = min(there_fen, receivable_fen(book, party))
    post(book, INTEREST_COLLECTED, party, interest_fen, at_s)
    principal_fen = min(there_fen - interest_fen, loan.principal_fen)
    post(book, PRINCIPAL_COLLECTED, party, principal_fen, at_s)
    loan = paid_back(loan, principal_fen)
    is_over = not loan.principal_fen and not receivable_fen(book, party)
    account.put_loan(NO_LOAN if is_over else loan)
    accounts.put(account)
    for obligation in book.obligations.unpaid_of(party):
        part_fen = min(principal_fen, obligation.advanced_fen)
        if part_fen:
            obligation.move(0, -part_fen)
            pay(book, obligation, part_fen, at_s)
            principal_fen -= part_fen
