"""What is answered about a savings account, as an outsider reads the published rules: its movements, what is withheld
of it, what is deducted by that.

Belongs here: codes and what is told beside them. Never here: the figures of an account (audited_account), its
restraints (withheld), orders and fills (auditor), anything of ledger, rules or gateway.
"""

from collections.abc import Collection
from typing import NamedTuple

from frontend_sim.auditor.accounts.audited_account import Account, Verdict
from frontend_sim.auditor.observations import ControlKind, Seen
from protocol.codes import ReplyCode
from protocol.limits import AMOUNT_FEN_MAX, COLUMN_FEN_MAX, RESTRAINTS_PER_ACCOUNT_MAX
from protocol.records import STATE_DEDUCTIBLE, STATE_NUMBER_GIVEN, STATE_POSTED
from protocol.trade_dates import trade_day
from protocol.vocabulary import AccountStatus, RecordKind, RestraintKind, Way

ON_RESTRAINTS = frozenset({ControlKind.LIFTING, ControlKind.EXTENSION, ControlKind.DEDUCTION})  # of one that stands
SECONDS_OF_DAY = 86_400
DEDUCTED = {Way.JUDICIAL: RestraintKind.JUDICIAL, Way.CARD_COLLECTED: RestraintKind.CARD}
"""Ways of a withdrawal that name a restraint, of this kind."""


class Around(NamedTuple):
    """What an answer about an account hangs on beside the account."""

    restraints_given: int
    is_sealed: bool  # whether there are people without whom nothing is deducted
    unsettled_days: Collection[int]
    told_twice: bool  # the serial of the movement


def code_on_account(account: Account, one: Seen, around: Around) -> ReplyCode:
    """Of a movement, or of control."""
    if one.kind == ControlKind.ACCOUNT_EVENT:
        return account.refusal_of(one.amount_fen)
    if one.kind in ON_RESTRAINTS:
        return _code_on_standing(account, one)
    way = one.way if one.kind == RecordKind.WITHDRAWAL else Way.CASH
    if account.status == AccountStatus.CLOSED and way != Way.FORCED_CARD:
        return ReplyCode.ACCOUNT_CLOSED
    if one.kind == ControlKind.RESTRAINT:
        return _code_on_restraint(account, one)
    if one.kind == RecordKind.INTEREST:
        return _code_on_interest(account, one)
    is_deposit = one.kind == RecordKind.DEPOSIT
    in_spite = is_deposit or way in (Way.JUDICIAL, Way.FORCED_CARD)
    if account.status == AccountStatus.LOSS_REPORTED and not in_spite:
        return ReplyCode.ACCOUNT_LOSS_REPORTED
    if not 1 <= one.amount_fen <= AMOUNT_FEN_MAX or one.serial < 0:
        return ReplyCode.AMOUNT_OUT_OF_RANGE
    if around.told_twice:
        return ReplyCode.SERIAL_USED
    if is_deposit:
        over = account.balance_fen + one.amount_fen > COLUMN_FEN_MAX
        return ReplyCode.LIMIT_EXCEEDED if over else ReplyCode.ACCEPTED
    if way == Way.FORCED_CARD:
        return ReplyCode.ACCEPTED
    if way in DEDUCTED:
        return _code_on_deduction(account, one, around)
    return code_on_debit(account, one.amount_fen, account.buying_power_fen - account.sold_fen)


def _code_on_interest(account: Account, one: Seen) -> ReplyCode:
    """Of posting what an account that is not closed has earned."""
    account.earning.reckon(account.stands_fen)
    if not 1 <= one.amount_fen <= AMOUNT_FEN_MAX:
        return ReplyCode.AMOUNT_OUT_OF_RANGE
    if not account.earning.due_fen:
        return ReplyCode.STEP_NOT_DUE
    if one.amount_fen != account.earning.due_fen:
        return ReplyCode.SETTLEMENT_DIFFERS
    over = account.balance_fen + one.amount_fen > COLUMN_FEN_MAX
    return ReplyCode.LIMIT_EXCEEDED if over else ReplyCode.ACCEPTED


def code_on_debit(account: Account, amount_fen: int, covered_fen: int) -> ReplyCode:
    """Whether what covers it is enough, and else what is missing."""
    if amount_fen <= covered_fen:
        return ReplyCode.ACCEPTED
    if amount_fen <= account.buying_power_fen:
        return ReplyCode.PROCEEDS_UNSETTLED
    if amount_fen <= account.balance_fen - account.restrained_fen + account.sold_fen:
        return ReplyCode.FUNDS_FROZEN
    return ReplyCode.INSUFFICIENT_FUNDS


def told_of_account(account: Account, one: Seen, code: ReplyCode, around: Around) -> Verdict | None:
    """What is told beside a code: the number of a new restraint, what is posted, what may be deducted, or None."""
    if one.kind == ControlKind.RESTRAINT and code == ReplyCode.ACCEPTED:
        return Verdict(code, STATE_NUMBER_GIVEN, around.restraints_given + 1)
    if one.kind == RecordKind.WITHDRAWAL and code == ReplyCode.AMOUNT_OVER_REMAINING:
        return Verdict(code, STATE_DEDUCTIBLE, _deductible_fen(account, one, around))
    if (one.kind, one.way, code) != (RecordKind.WITHDRAWAL, Way.FORCED_CARD, ReplyCode.ACCEPTED):
        return None
    gives_fen = max(0, account.buying_power_fen - account.sold_fen) if account.status == AccountStatus.OPEN else 0
    return Verdict(code, STATE_POSTED, min(one.amount_fen, gives_fen))


def _code_on_restraint(account: Account, one: Seen) -> ReplyCode:
    """Of setting one on an open account."""
    ordered = sum(each.kind != RestraintKind.CARD for each in account.withheld.restraints)
    if ordered >= RESTRAINTS_PER_ACCOUNT_MAX:
        return ReplyCode.RESTRAINTS_FULL
    is_over = 0 < one.target_date < (trade_day(one.trade_date) - 1) * SECONDS_OF_DAY
    return ReplyCode.RESTRAINT_OVER if is_over else ReplyCode.ACCEPTED


def _code_on_standing(account: Account, one: Seen) -> ReplyCode:
    """Of lifting and extending what an authority ordered, not what the bank withholds for a card; and of ordering a
    deduction by it.
    """
    restraint = account.withheld.named(one.target_number)
    if restraint is None or restraint.kind == RestraintKind.CARD:
        return ReplyCode.RESTRAINT_UNKNOWN
    if one.kind == ControlKind.EXTENSION:
        later = one.target_date == 0 or one.target_date > restraint.until_s
        return ReplyCode.ACCEPTED if restraint.until_s and later else ReplyCode.RESTRAINT_OVER
    if one.kind == ControlKind.LIFTING:
        return ReplyCode.ACCEPTED if one.amount_fen <= restraint.amount_fen else ReplyCode.AMOUNT_OVER_REMAINING
    if restraint.kind != RestraintKind.JUDICIAL:
        return ReplyCode.RESTRAINT_UNKNOWN
    fits = one.amount_fen <= restraint.amount_fen - restraint.ordered_fen
    return ReplyCode.ACCEPTED if fits else ReplyCode.AMOUNT_OVER_REMAINING


def _code_on_deduction(account: Account, one: Seen, around: Around) -> ReplyCode:
    """Of a withdrawal in a way of `DEDUCTED`."""
    restraint = account.withheld.named(one.target_number)
    if restraint is None or restraint.kind != DEDUCTED[Way(one.way)]:
        return ReplyCode.RESTRAINT_UNKNOWN
    if one.amount_fen > _deductible_fen(account, one, around):
        return ReplyCode.AMOUNT_OVER_REMAINING
    is_ordered = one.way != Way.JUDICIAL or not around.is_sealed or one.amount_fen <= restraint.ordered_fen
    return ReplyCode.ACCEPTED if is_ordered else ReplyCode.ACT_NEEDED


def _deductible_fen(account: Account, one: Seen, around: Around) -> int:
    """Of what the restraint holds, and of nothing that stands behind an order of any date."""
    held_fen = account.withheld.held_by(one.target_number, account.balance_fen, account.spent_fen)
    return max(0, min(held_fen, account.paid_fen(around.unsettled_days)))
