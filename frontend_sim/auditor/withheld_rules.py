"""What is answered about restraints and about what is deducted by them, as an outsider reads the published rules.

Belongs here: codes and what is told beside them. Never here: the restraints of an account (withheld), other requests
(auditor), anything of ledger, rules or gateway.
"""

from frontend_sim.auditor.audited_account import Account, Verdict
from frontend_sim.auditor.observations import ControlKind, Seen
from protocol.codes import ReplyCode
from protocol.limits import RESTRAINTS_PER_ACCOUNT_MAX
from protocol.records import STATE_DEDUCTIBLE, STATE_NUMBER_GIVEN, STATE_POSTED
from protocol.trade_dates import trade_day
from protocol.vocabulary import AccountStatus, RecordKind, RestraintKind, Way

SECONDS_OF_DAY = 86_400
DEDUCTED = {Way.JUDICIAL: RestraintKind.JUDICIAL, Way.CARD_COLLECTED: RestraintKind.CARD}
"""Ways of a withdrawal that name a restraint, of this kind."""


def told_of_account(account: Account, one: Seen, code: ReplyCode, given: int) -> Verdict | None:
    """What is told beside a code: the number of a new restraint, after `given` of them, what is posted, what may be
    deducted; None for nothing.
    """
    if one.kind == ControlKind.RESTRAINT and code == ReplyCode.ACCEPTED:
        return Verdict(code, STATE_NUMBER_GIVEN, given + 1)
    if one.kind == RecordKind.WITHDRAWAL and code == ReplyCode.AMOUNT_OVER_REMAINING:
        return Verdict(code, STATE_DEDUCTIBLE, _deductible_fen(account, one))
    if (one.kind, one.way, code) != (RecordKind.WITHDRAWAL, Way.FORCED_CARD, ReplyCode.ACCEPTED):
        return None
    gives_fen = max(0, account.buying_power_fen - account.sold_fen) if account.status == AccountStatus.OPEN else 0
    return Verdict(code, STATE_POSTED, min(one.amount_fen, gives_fen))


def code_on_restraint(account: Account, one: Seen) -> ReplyCode:
    """Of setting one on an open account."""
    ordered = sum(each.kind != RestraintKind.CARD for each in account.withheld.restraints)
    if ordered >= RESTRAINTS_PER_ACCOUNT_MAX:
        return ReplyCode.RESTRAINTS_FULL
    is_over = 0 < one.target_date < (trade_day(one.trade_date) - 1) * SECONDS_OF_DAY
    return ReplyCode.RESTRAINT_OVER if is_over else ReplyCode.ACCEPTED


def code_on_standing(account: Account, one: Seen) -> ReplyCode:
    """Of lifting and extending: what an authority ordered, not what the bank withholds for a card."""
    restraint = account.withheld.named(one.target_number)
    if restraint is None or restraint.kind == RestraintKind.CARD:
        return ReplyCode.RESTRAINT_UNKNOWN
    if one.kind == ControlKind.EXTENSION:
        later = one.target_date == 0 or one.target_date > restraint.until_s
        return ReplyCode.ACCEPTED if restraint.until_s and later else ReplyCode.RESTRAINT_OVER
    return ReplyCode.ACCEPTED if one.amount_fen <= restraint.amount_fen else ReplyCode.AMOUNT_OVER_REMAINING


def code_on_deduction(account: Account, one: Seen) -> ReplyCode:
    """Of a withdrawal in a way of `DEDUCTED`."""
    restraint = account.withheld.named(one.target_number)
    if restraint is None or restraint.kind != DEDUCTED[Way(one.way)]:
        return ReplyCode.RESTRAINT_UNKNOWN
    too_much = one.amount_fen > _deductible_fen(account, one)
    return ReplyCode.AMOUNT_OVER_REMAINING if too_much else ReplyCode.ACCEPTED


def _deductible_fen(account: Account, one: Seen) -> int:
    """Of what the restraint holds, and of nothing that stands behind an order."""
    held_fen = account.withheld.held_by(one.target_number, account.balance_fen, account.spent_fen)
    return min(held_fen, account.balance_fen + account.sold_fen - account.spent_fen)
