"""`The business day`: the customers of a broker's date are settled 客户交收, and what was gated is credited.

Whoever has bought pays, and whoever has sold is credited: what a customer owes is taken once its orders are ended (004
B·三(四)2(1)); what a customer has sold reaches its savings account when its broker has paid (004 附件二 第3条5).
Until then the broker's customers are gated: of what one has sold no more is credited than its own buys take, and only
where nothing else pays for them. So the bank lends nobody anything, nobody is overdrawn, and no customer of a broker
that never pays can withdraw a fen that did not come in.

Belongs here: the debit of a date, what is credited with it, a credit once it is due. Never here: who is gated
(ledger.core.settling), ending orders (corrections), what is owed between broker and bank (obligations), entries.
"""

from protocol.codes import ReplyCode
from protocol.limits import AMOUNT_FEN_MAX, COLUMN_FEN_MAX
from protocol.records import STATE_CREDITED, STATE_OWED, STATE_SET_OFF
from rules.day.settlement import SETTLEMENT_DIFFERS, STEP_NOT_DUE
from rules.money.account import Account
from rules.money.restraints import held_back_fen
from rules.request import AMOUNT_OUT_OF_RANGE, DONE, LIMIT_EXCEEDED, Decision, Freezes, Request, Unit


def set_off_fen(account: Account, buys_fen: int, gated_fen: int) -> int:
    """How much of gated proceeds is set off against buys that are about to be debited: what nothing else pays for.

    All else that is frozen or bought comes first, and what restraints hold back pays for nothing.
    """
    held_fen = sum(held_back_fen(account.balance_fen, account.committed_fen, account.restraints))
    else_fen = account.balance_fen - account.frozen_fen - (account.bought_fen - buys_fen) - held_fen
    return min(gated_fen, max(0, buys_fen - max(0, else_fen)))


def settle(request: Request, account: Account, freezes: Freezes) -> Decision:
    """Settle a contract's date: its buys are debited, and credited is what its broker has paid for, or else what is set
    off. The record names what the bank has, and that is what the set says; what is credited is told.
    """
    says, unit = request.settlement, request.unit
    assert says is not None
    if not all(0 <= fen <= COLUMN_FEN_MAX for fen in says):
        return AMOUNT_OUT_OF_RANGE
    if unit is None or not unit.is_due:
        return STEP_NOT_DUE
    debits_fen = (unit.bought_fen - unit.moved_fen, unit.moved_fen)
    if (request.amount_fen, *says) != (*debits_fen, unit.sold_fen, unit.other_fen):
        return SETTLEMENT_DIFFERS
    if (unit.bought_fen, unit.sold_fen) != (unit.says_bought_fen, unit.says_sold_fen):
        return SETTLEMENT_DIFFERS
    sold_fen = unit.gated.all_proceeds_fen + unit.sold_fen
    if unit.is_gated:
        sold_fen = set_off_fen(account, unit.bought_fen, sold_fen)
    credited_fen = sold_fen if unit.is_gated else sold_fen + unit.other_fen
    is_owed = unit.is_closed and not unit.is_gated
    balance_fen = account.balance_fen - unit.bought_fen + (0 if is_owed else credited_fen)
    if balance_fen > COLUMN_FEN_MAX:
        return LIMIT_EXCEEDED
    moved_fen = account.moved_remaining_fen + account.moved_drawn_fen - unit.moved_fen
    if balance_fen < moved_fen:  # what was left of a date without due times pays for nothing
        return SETTLEMENT_DIFFERS
    # From here the settlement must succeed.
    account.balance_fen = balance_fen
    account.bought_fen -= unit.bought_fen
    account.moved_drawn_fen -= unit.moved_fen
    account.sold_fen -= 0 if unit.has_ended else sold_fen
    of_date_fen = unit.gated.take(sold_fen)
    account.later.move(unit.trade_date, unit.bought_fen - unit.moved_fen - of_date_fen)
    account.clamp_seniors()
    unit.is_due = False
    state = STATE_SET_OFF if unit.is_gated else STATE_OWED if is_owed else STATE_CREDITED
    return (int(ReplyCode.ACCEPTED), state, credited_fen)


def credited_at_once(unit: Unit) -> tuple[int, int]:
    """What one credit names: of proceeds at most what a record brings, and the rest with another."""
    gated = unit.gated
    return min(gated.proceeds_fen.get(unit.trade_date, 0), AMOUNT_FEN_MAX), gated.other_fen.get(unit.trade_date, 0)


def credit(request: Request, account: Account, freezes: Freezes) -> Decision:
    """Credit what was gated of a contract's date, now that it is due; the record names it."""
    says, unit = request.settlement, request.unit
    assert says is not None
    if not 0 <= says.other_fen <= COLUMN_FEN_MAX:
        return AMOUNT_OUT_OF_RANGE
    if unit is None or not unit.is_due:
        return STEP_NOT_DUE
    proceeds_fen, other_fen = credited_at_once(unit)
    if not proceeds_fen + other_fen:
        return STEP_NOT_DUE
    if (request.amount_fen, says.other_fen) != (proceeds_fen, other_fen):
        return SETTLEMENT_DIFFERS
    credited_fen = proceeds_fen + other_fen
    if not unit.is_closed and account.balance_fen + credited_fen > COLUMN_FEN_MAX:
        return LIMIT_EXCEEDED
    # From here the credit must succeed.
    account.balance_fen += 0 if unit.is_closed else credited_fen
    account.sold_fen -= 0 if unit.has_ended else proceeds_fen
    unit.gated.proceeds_fen[unit.trade_date] -= proceeds_fen
    unit.gated.other_fen[unit.trade_date] = 0
    return (int(ReplyCode.ACCEPTED), STATE_OWED, credited_fen) if unit.is_closed else DONE
