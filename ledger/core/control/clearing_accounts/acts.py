"""What two people decide of brokers' clearing accounts: payments out of them, limits of lending, market rates.

Belongs here: judging in ranked order and the effect, side by side for each act. Never here: who may sign it
(protocol.acts.table, rules.tellers), what is taken and lent by itself (collecting).
"""

from ledger.core.control.clearing_accounts.collecting import (
    bank_day,
    bear,
    borne_by,
    clearing_fen,
    collect,
    due_today_fen,
    post,
    receivable_fen,
)
from ledger.core.control.customers.standing import own_contract
from ledger.core.state.book import PARTY_SHIFT, Book
from ledger.core.state.day.clearing_accounts import Rate
from protocol.acts.clearing import (
    AdvanceLimitAct,
    ClearingAct,
    ClearingInterestAct,
    MarketRateAct,
    PayCustomerAct,
    PayOutAct,
    TakeBackFundAct,
)
from protocol.codes import ReplyCode
from protocol.limits import RATE_AHEAD_DAYS_MAX
from protocol.trade_dates import is_trade_date, trade_day
from protocol.vocabulary import BANK_PARTY, Role, Way
from rules.day.collection import payout_code, serial_code
from rules.day.interest import posted_up, reckoned
from rules.day.obligations import GATING_STATES
from rules.entries import CUSTOMER_PAID, INTEREST_TO_BROKER, PAID_OUT
from rules.savings import interest_fen

NS_PER_S = 1_000_000_000


def is_impossible(act: ClearingAct) -> bool:
    """Whether no bank could take it: a rate, or interest, of no day."""
    if isinstance(act, ClearingInterestAct):
        return not is_trade_date(act.last_day)
    return isinstance(act, MarketRateAct) and not is_trade_date(act.day)


def judge_clearing_act(book: Book, act: ClearingAct, decided_at_ns: int) -> ReplyCode:
    """What one of these acts earns, once due times are caught up with."""
    now_s = decided_at_ns // NS_PER_S
    if isinstance(act, MarketRateAct):
        return _judge_rate(book, act, now_s)
    if isinstance(act, PayCustomerAct):
        return _judge_customer(book, act)
    if book.role[act.party] != Role.BROKER:
        return ReplyCode.PARTY_UNKNOWN
    there_fen = clearing_fen(book, act.party)
    match act:
        case PayOutAct(party=party, amount_fen=amount_fen):
            unpaid = book.obligations.unpaid_of(party)
            is_unpaid = any(each.fell_due_s and each.state in GATING_STATES for each in unpaid)
            return payout_code(there_fen, amount_fen, is_unpaid, _held_fen(book, party, now_s))
        case TakeBackFundAct(party=party, amount_fen=amount_fen, fund_serial=serial):
            if serial > book.clearing_accounts.of(party).fund_serial:
                return ReplyCode.FUND_UNKNOWN
            return ReplyCode.CLEARING_HELD if amount_fen > there_fen else ReplyCode.ACCEPTED
        case ClearingInterestAct(party=party, rate_millionths=rate, last_day=last_day):
            points, day = borne_by(book, party, now_s)
            is_yesterday = trade_day(last_day) == bank_day(book, now_s) - 1 == day - 1
            brings = is_yesterday and interest_fen(points, rate) > 0
            return ReplyCode.ACCEPTED if brings else ReplyCode.STEP_NOT_DUE
        case AdvanceLimitAct(party=party, limit_fen=limit_fen):
            if limit_fen and not book.clearing_accounts.has_rate_by(bank_day(book, now_s)):
                return ReplyCode.RATE_MISSING
            lent_fen = book.clearing_accounts.of(party).loan.principal_fen
            return ReplyCode.LIMIT_BELOW_LENT if limit_fen < lent_fen else ReplyCode.ACCEPTED


def _judge_rate(book: Book, act: MarketRateAct, now_s: int) -> ReplyCode:
    accounts, day, today = book.clearing_accounts, trade_day(act.day), bank_day(book, now_s)
    if day < today:
        return ReplyCode.DUE_TIME_PAST
    if day > today + RATE_AHEAD_DAYS_MAX:
        return ReplyCode.TRADE_DATE_TOO_FAR
    is_fixed = accounts.has_rate(day) or day <= accounts.fixed_day
    return ReplyCode.RATE_FIXED if is_fixed else ReplyCode.ACCEPTED


def _judge_customer(book: Book, act: PayCustomerAct) -> ReplyCode:
    contract = own_contract(book, BANK_PARTY, act.contract_no)
    if contract < 0:
        return ReplyCode.CONTRACT_UNKNOWN
    party = _party_of(book, contract)
    code = serial_code(act.desk_serial, book.clearing_accounts.of(party).customer_serial)
    if code != ReplyCode.ACCEPTED:
        return code
    is_there = act.amount_fen <= book.general_ledger.owed_to_customer_fen(party, act.contract_no)
    return ReplyCode.ACCEPTED if is_there else ReplyCode.AMOUNT_OVER_REMAINING


def apply_clearing_act(book: Book, act: ClearingAct, decided_at_ns: int) -> None:
    """The effect of an accepted one."""
    now_s, accounts = decided_at_ns // NS_PER_S, book.clearing_accounts
    match act:
        case PayOutAct(party=party, amount_fen=amount_fen) | TakeBackFundAct(party=party, amount_fen=amount_fen):
            post(book, PAID_OUT, party, amount_fen, now_s)
        case PayCustomerAct(contract_no=contract_no, amount_fen=amount_fen, way=way):
            party = _party_of(book, own_contract(book, BANK_PARTY, contract_no))
            account = accounts.of(party)
            account.customer_serial = act.desk_serial
            accounts.put(account)
            post(book, CUSTOMER_PAID[Way[way]], party, amount_fen, now_s, case=contract_no)
        case ClearingInterestAct(party=party, rate_millionths=rate):
            bear(book, party, now_s)
            account = accounts.of(party)
            earned_fen, account.points = interest_fen(account.points, rate), 0
            accounts.put(account)
            post(book, INTEREST_TO_BROKER, party, earned_fen, now_s)
            collect(book, party, now_s)
        case AdvanceLimitAct(party=party, limit_fen=limit_fen):
            account = accounts.of(party)
            account.limit_fen = limit_fen
            accounts.put(account)
        case MarketRateAct(day=day, rate_millionths=rate_millionths):
            accounts.say_rate(Rate(trade_day(day), rate_millionths))


def _party_of(book: Book, contract: int) -> int:
    return int(book.contract_facts[contract]) >> PARTY_SHIFT


def _held_fen(book: Book, party: int, now_s: int) -> int:
    """What of a broker's money is needed: what it is lent, the interest on that, what falls due on the day."""
    rate_of = book.clearing_accounts.rate_of
    loan, posted_fen = reckoned(book.clearing_accounts.of(party).loan, bank_day(book, now_s), rate_of)
    loan, unposted_fen = posted_up(loan, rate_of)
    interest_fen = receivable_fen(book, party) + sum(posted_fen) + unposted_fen
    return loan.principal_fen + interest_fen + due_today_fen(book, party, now_s)
