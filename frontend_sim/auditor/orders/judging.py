"""What records about orders through the bank earn, and do: kinds 20 to 26, and verdicts on passwords.

Belongs here: the refusals in the rank of their numbers, as the page of the protocol ranks them, and what an accepted
one moves. Never here: what was set (papers), what a report makes of an order (order), anything of ledger, rules or
gateway.
"""

from frontend_sim.auditor.accounts.account_rules import code_on_debit
from frontend_sim.auditor.accounts.audited_account import Contract, Verdict
from frontend_sim.auditor.accounts.freeze import Freeze, FreezeKey, target_of
from frontend_sim.auditor.observations import Seen
from frontend_sim.auditor.orders.charges import Tariff
from frontend_sim.auditor.orders.order import UNDER_WAY, Ordered, Stage, Words
from frontend_sim.auditor.orders.papers import FeesFor, Paper
from frontend_sim.auditor.orders.through_bank import ThroughBank
from frontend_sim.auditor.register import Register
from protocol.codes import ReplyCode
from protocol.limits import (
    AMOUNT_FEN_MAX,
    CHANNELS_MAX,
    COLUMN_FEN_MAX,
    LINE_FEE_FEN_MAX,
    ORDER_TURNOVER_MAX,
    REQUESTS_PER_SEAT_DATE_MAX,
    SECURITY_NUMBER_MAX,
)
from protocol.messages.orders.securities import PriceLimits, SecurityVersion
from protocol.records import FREEZE_STATE_CLOSED, FREEZE_STATE_NONE, FREEZE_STATE_OPEN, STATE_FROZEN
from protocol.trade_dates import trade_day
from protocol.vocabulary import (
    ContractStatus,
    LineSide,
    Market,
    OrderType,
    RecordKind,
    Role,
    Scheme,
    SeatRole,
    Side,
    market_and_side,
)
from protocol.vocabulary import Verdict as Found

REPORTS = frozenset(
    {
        RecordKind.TAKEN,
        RecordKind.REFUSED,
        RecordKind.EXECUTED,
        RecordKind.CANCELLED,
        RecordKind.CANCEL_REFUSED,
    }
)
ORDERING = REPORTS | {RecordKind.ORDER, RecordKind.CANCEL}
JUDGED = ORDERING | {RecordKind.SIGNED_ON}
SENDERS = {
    RecordKind.ORDER: (SeatRole.CHANNEL,),
    RecordKind.CANCEL: (SeatRole.CHANNEL, SeatRole.TELLER_DESK),
    RecordKind.SIGNED_ON: (SeatRole.PASSWORD_DESK,),
}
BEFORE_ANY = {
    ContractStatus.TERMINATED: ReplyCode.CONTRACT_TERMINATED,
    ContractStatus.RUNS_OFF: ReplyCode.CONTRACT_RUNS_OFF,
    ContractStatus.PRE_ASSIGNED: ReplyCode.CONTRACT_PRE_ASSIGNED,
}
"""Contracts whose customers neither sign on nor order."""
SECOND_MAX = 2**40
WORD_MAX = 2**63 - 1
NS = 1_000_000_000
SIDED = tuple(market_and_side(market, side) for market in (Market.XSHG, Market.XSHE) for side in Side)
# Of each kind the least and the most of what it says: bytes 2 to 3, the quantity, bytes 24 to 31.
_REASON, _COUNT = (1, 255), (1, SECURITY_NUMBER_MAX)
_NOTHING = (0, 0)
SAYS = {
    RecordKind.ORDER: ((1, len(OrderType)), _COUNT, _COUNT),
    RecordKind.CANCEL: (_NOTHING, _NOTHING, _NOTHING),
    RecordKind.TAKEN: (_NOTHING, _NOTHING, (1, WORD_MAX)),
    RecordKind.REFUSED: (_REASON, _NOTHING, _NOTHING),
    RecordKind.EXECUTED: (_NOTHING, _COUNT, (0, ORDER_TURNOVER_MAX)),
    RecordKind.CANCELLED: (_REASON, _COUNT, (0, SECURITY_NUMBER_MAX)),
    RecordKind.CANCEL_REFUSED: (_REASON, _NOTHING, (1, SECURITY_NUMBER_MAX)),
    RecordKind.SIGNED_ON: ((1, len(Found)), (0, SECURITY_NUMBER_MAX), (0, SECOND_MAX)),
}


def verdict_on(register: Register, one: Seen) -> Verdict:
    """What should have been answered. Changes nothing."""
    bank = register.through_bank
    role = _role(register, one)
    if _is_malformed(one):
        return _refused(ReplyCode.REQUEST_MALFORMED)
    if role not in SENDERS.get(RecordKind(one.kind), (SeatRole.BROKER,)):
        return _refused(ReplyCode.ROLE_FORBIDS)
    if one.kind == RecordKind.ORDER and 0 < one.valid_until_ns < one.decided_at_ns:
        return _refused(ReplyCode.EXPIRED)
    contract = register.contracts.get(one.contract_no)
    if role == SeatRole.CHANNEL:
        if contract is None or contract.party != bank.channel_seats[one.seat].broker or not _speaks_for(bank, one):
            return _refused(ReplyCode.NOT_SIGNED_ON)
    elif contract is None or (role == SeatRole.BROKER and contract.party != one.party):
        return _refused(ReplyCode.CONTRACT_UNKNOWN)
    if bank.scheme_of(contract.party) != Scheme.A:
        return _refused(ReplyCode.SCHEME_FORBIDS)
    if one.kind == RecordKind.SIGNED_ON:
        return _refused(_code_of_attempt(bank, contract, one))
    if one.kind == RecordKind.ORDER:
        return _verdict_on_order(register, contract, one)
    if one.kind == RecordKind.CANCEL:
        return _refused(_code_of_cancel(_named(bank, one), one))
    return _verdict_on_report(register, contract, one)


def apply(register: Register, one: Seen, sign: int = 1) -> None:
    """Do (sign 1) or undo (sign −1) what an accepted one does."""
    bank, key = register.through_bank, (one.trade_date, one.seat, one.number)
    contract = register.contracts[one.contract_no]
    if one.kind == RecordKind.SIGNED_ON:
        password = bank.change_password(one.contract_no)
        if sign > 0:
            password.judged(one.trade_day, one.target_date, one.release_fen)
        else:
            password.undo()
    elif one.kind == RecordKind.ORDER:
        _take(bank, contract, one, key, sign)
    elif one.kind == RecordKind.CANCEL:
        order = bank.orders[target_of(one)]
        if sign > 0:
            order.put(order.cancelled_by_asking(bank.take_place(contract.party, key)))
        else:
            order.undo()
            bank.give_place_back(contract.party, key)
    else:
        _report(bank, contract, one, sign)


def lower(register: Register, key: FreezeKey, quantity: int, turnover: int) -> None:
    """Two people have lowered what was reported of an order: what was drawn too much is neither bought nor frozen."""
    order = register.through_bank.orders[key]
    contract = register.contracts[order.contract_no]
    freeze, account = contract.freezes[key], contract.account
    remaining_fen, drawn_fen = freeze.remaining_fen, freeze.drawn_fen
    order.put(order.lowered(quantity, turnover))
    order.forget()
    freeze.drawn_fen = order.cost_fen(order.words)
    freeze.released_fen = freeze.amount_fen - freeze.drawn_fen
    account.move(trade_day(key[0]), -remaining_fen, bought_fen=freeze.drawn_fen - drawn_fen)
    account.withheld.fell(account.spent_fen)


def state_of(register: Register, contract_no: int) -> tuple[tuple[int, ...], ...]:
    """What may hang on the order in which a row's requests of one account were taken."""
    bank = register.through_bank
    words = [tuple(order.words) for order in bank.orders.values() if order.contract_no == contract_no]
    return (*words, bank.password_of(contract_no).state()) if bank.passwords or words else ()


def forget(register: Register, one: Seen) -> None:
    """What it did is not undone any more."""
    bank = register.through_bank
    named = bank.orders.get(target_of(one))
    if named is not None:
        named.forget()
    if one.kind == RecordKind.SIGNED_ON and one.contract_no in bank.passwords:
        bank.passwords[one.contract_no].forget()


def _role(register: Register, one: Seen) -> SeatRole | None:
    bank = register.through_bank
    if one.seat in bank.channel_seats:
        return SeatRole.CHANNEL
    is_broker = register.members[one.party].role == Role.BROKER
    return SeatRole.BROKER if is_broker else bank.desks.get(one.seat)


def _is_malformed(one: Seen) -> bool:
    says = zip((one.trade_day, one.quantity, one.release_fen), SAYS[RecordKind(one.kind)], strict=True)
    if one.amount_fen or any(not least <= said <= most for said, (least, most) in says):
        return True
    if one.kind == RecordKind.SIGNED_ON:
        signs_on = one.trade_day == Found.SIGNED_ON
        has_channel = 1 <= one.target_date <= CHANNELS_MAX and not one.target_seat and one.target_number >= 1
        return not has_channel or bool(one.way or one.security or one.serial) or signs_on != bool(one.release_fen)
    targeted = bool(one.target_date or one.target_seat or one.target_number)
    return one.way not in SIDED or (one.kind == RecordKind.ORDER and targeted)


def _speaks_for(bank: ThroughBank, one: Seen) -> bool:
    """Whether the customer is signed on with the channel; to cancel, on a contract that goes on for his too, and when
    that is over is not asked."""
    channel = bank.channel_seats[one.seat].channel
    if one.kind == RecordKind.ORDER:
        return bank.is_signed_on(one.contract_no, channel, one.decided_at_ns // NS)
    return any(bank.is_signed_on(number, channel, 0) for number in bank.line_of(one.contract_no))


def _code_of_attempt(bank: ThroughBank, contract: Contract, one: Seen) -> ReplyCode:
    password, channel = bank.password_of(one.contract_no), one.target_date
    if contract.status in BEFORE_ANY:
        return BEFORE_ANY[contract.status]
    if not bank.serves(channel, contract.party):
        return ReplyCode.CHANNEL_UNKNOWN
    if not password.is_set:
        return ReplyCode.PASSWORD_NOT_SET
    if one.quantity != password.generation:
        return ReplyCode.PASSWORD_STALE
    is_barred = one.trade_day == Found.SIGNED_ON and password.is_barred(channel)
    return ReplyCode.PASSWORD_BARRED if is_barred else ReplyCode.ACCEPTED


def _verdict_on_order(register: Register, contract: Contract, one: Seen) -> Verdict:
    code = _code_of_trading(register, contract, one) or _code_of_words(register, contract, one)
    if code:
        return _refused(code)
    account, order = contract.account, _made(register.through_bank, contract, one)
    frozen_fen = order.needs_fen(order.words)
    if account.frozen_fen + frozen_fen > COLUMN_FEN_MAX:
        return _refused(ReplyCode.LIMIT_EXCEEDED)
    code = code_on_debit(account, frozen_fen, account.buying_power_fen)
    return _refused(code) if code else Verdict(ReplyCode.ACCEPTED, STATE_FROZEN, frozen_fen)


def _code_of_trading(register: Register, contract: Contract, one: Seen) -> ReplyCode | None:
    """Whether the customer may order anything now."""
    if contract.status in BEFORE_ANY:
        return BEFORE_ANY[contract.status]
    if contract.is_lost:
        return ReplyCode.ACCOUNT_LOSS_REPORTED
    if contract.status == ContractStatus.SUSPENDED:
        return ReplyCode.CONTRACT_SUSPENDED
    if register.is_stopped_at(contract.party, one.sequence):
        return ReplyCode.BROKER_STOPPED
    papers, second = register.through_bank.papers, one.decided_at_ns // NS
    is_over = one.sequence > register.signed_off.get(one.trade_date, one.sequence)
    is_open = not is_over and papers.take_orders(one.trade_date, _paper(one)[0], second)
    return None if is_open else ReplyCode.MARKET_CLOSED


def _code_of_words(register: Register, contract: Contract, one: Seen) -> ReplyCode | None:
    """Whether he may order this."""
    bank = register.through_bank
    version, limits = _known(bank, one)
    if version is None:
        return ReplyCode.SECURITY_UNKNOWN
    if _paper(one) in bank.papers.suspended:
        return ReplyCode.SECURITY_SUSPENDED
    if limits is None:
        return ReplyCode.PRICE_LIMITS_MISSING
    if one.trade_day != OrderType.LIMIT or one.way % 16 != Side.BUY:
        return ReplyCode.ORDER_TYPE_NOT_TAKEN
    quantity, price = one.quantity, one.release_fen
    if quantity < version.buy_least or quantity > version.buy_most or quantity % version.buy_step:
        return ReplyCode.QUANTITY_OUT_OF_LOTS
    if price % version.tick:
        return ReplyCode.PRICE_OFF_TICK
    if price < limits.low or price > limits.high:
        return ReplyCode.PRICE_OUT_OF_LIMITS
    if not bank.papers.fees_on(_charged(contract.party, version), one.trade_date):
        return ReplyCode.FEES_MISSING
    order = _made(bank, contract, one)
    turnover = quantity * version.multiplier * (price + limits.accrued)
    _, *smaller_fen = order.tariff.fees_fen(quantity, turnover)
    if order.needs_fen(order.words) > AMOUNT_FEN_MAX or max(smaller_fen) > LINE_FEE_FEN_MAX:
        return ReplyCode.AMOUNT_OUT_OF_RANGE
    return None if (contract.party, one.trade_date) in bank.present else ReplyCode.BROKER_AWAY


def _made(bank: ThroughBank, contract: Contract, one: Seen) -> Ordered:
    """The order as it is when it is taken; all that it hangs on is known."""
    version, limits = _known(bank, one)
    assert version is not None
    assert limits is not None
    fees = bank.papers.fees_on(_charged(contract.party, version), one.trade_date)
    assert fees is not None
    return Ordered(
        key=(one.trade_date, one.seat, one.number),
        contract_no=one.contract_no,
        party=contract.party,
        paper=_paper(one),
        market_and_side=one.way,
        quantity=one.quantity,
        limit=one.release_fen,
        low=limits.low,
        accrued=limits.accrued,
        tariff=Tariff(fees, version.multiplier, version.par),
    )


def _code_of_cancel(order: Ordered | None, one: Seen) -> ReplyCode:
    if order is None or (order.market_and_side, order.paper[1]) != (one.way, one.security):
        return ReplyCode.ORDER_UNKNOWN
    if order.key[0] < one.trade_date:
        return ReplyCode.CANCEL_CLOSED
    if order.words.stage == Stage.BEING_CANCELLED:
        return ReplyCode.CANCEL_UNDER_WAY
    return ReplyCode.ACCEPTED if order.words.stage in UNDER_WAY else ReplyCode.ORDER_ENDED


def _verdict_on_report(register: Register, contract: Contract, one: Seen) -> Verdict:
    bank = register.through_bank
    order = _named(bank, one)
    if order is None:
        return _refused(ReplyCode.LISTED if _may_be_gone(register, contract, one) else ReplyCode.ORDER_UNKNOWN)
    after = _after(bank, contract, order, one, register)
    if after is None:
        return _refused(ReplyCode.LISTED)
    if one.kind in (RecordKind.TAKEN, RecordKind.CANCEL_REFUSED):
        return _refused(ReplyCode.ACCEPTED)
    state = FREEZE_STATE_OPEN if after.stage in UNDER_WAY else FREEZE_STATE_CLOSED
    return Verdict(ReplyCode.ACCEPTED, state, order.needs_fen(after))


def _after(bank: ThroughBank, contract: Contract, order: Ordered, one: Seen, register: Register) -> Words | None:
    is_settled = trade_day(order.key[0]) not in register.unsettled_days
    is_late = is_settled or (order.party, order.key[0]) in bank.complete_sets
    return order.after(one, is_late=is_late, room_fen=COLUMN_FEN_MAX - contract.account.bought_fen)


def _may_be_gone(register: Register, contract: Contract, one: Seen) -> bool:
    """Whether what it names may have been an order that is kept no more: of a settled date, by a seat that was for
    customers of this broker."""
    of_channel = register.through_bank.channel_seats.get(one.target_seat)
    is_past = register.is_over(one.target_date) and 1 <= one.target_number <= REQUESTS_PER_SEAT_DATE_MAX
    return is_past and of_channel is not None and of_channel.broker == contract.party


def _take(bank: ThroughBank, contract: Contract, one: Seen, key: FreezeKey, sign: int) -> None:
    if sign > 0:
        order = bank.orders[key] = _made(bank, contract, one)
        bank.take_place(contract.party, key)
        frozen_fen = order.needs_fen(order.words)
        contract.freezes[key] = Freeze(frozen_fen, sequence=one.sequence)
    else:
        frozen_fen = -contract.freezes.pop(key).amount_fen
        del bank.orders[key]
        bank.give_place_back(contract.party, key)
    contract.account.move(trade_day(one.trade_date), frozen_fen)


def _report(bank: ThroughBank, contract: Contract, one: Seen, sign: int) -> None:
    order = bank.orders[target_of(one)]
    account, behind = contract.account, order.words
    if sign > 0:
        after = order.after(one, is_late=False, room_fen=COLUMN_FEN_MAX)
        assert after is not None
        order.put(after)
    else:
        order.undo()
    drawn_fen = order.cost_fen(order.words) - order.cost_fen(behind)
    released_fen = order.needs_fen(behind) - order.needs_fen(order.words) - drawn_fen
    if drawn_fen or released_fen:
        contract.draw(order.key, drawn_fen, released_fen, trade_day(order.key[0]))
        account.move(trade_day(order.key[0]), bought_fen=drawn_fen)
    if sign > 0:
        account.withheld.remember()
        account.withheld.fell(account.spent_fen)
    else:
        account.withheld.undo()


def _named(bank: ThroughBank, one: Seen) -> Ordered | None:
    """The order that is named, of the contract that is named."""
    order = bank.orders.get(target_of(one))
    return order if order is not None and order.contract_no == one.contract_no else None


def _known(bank: ThroughBank, one: Seen) -> tuple[SecurityVersion | None, PriceLimits | None]:
    return bank.papers.version(_paper(one), one.trade_date), bank.papers.limits_on(_paper(one), one.trade_date)


def _charged(party: int, version: SecurityVersion) -> FeesFor:
    return FeesFor(party, version.market, version.product, LineSide.BUY)


def _paper(one: Seen) -> Paper:
    return one.way // 16, one.security


def _refused(code: ReplyCode) -> Verdict:
    """The answer that tells nothing beside its code."""
    return Verdict(code, FREEZE_STATE_NONE, 0)
