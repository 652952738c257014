"""Requests and accounts for the tests of pages, with what is not named at its ordinary value.

Belongs here: making them. Never here: a rule, an expected value.
"""

from rules.money.account import Account
from rules.request import (
    Cases,
    Correction,
    Freeze,
    OfDate,
    ProceedsDue,
    Request,
    Settlement,
    Tolerance,
    Unit,
)

CONTRACT, ACCOUNT, SLOT, TARGET_SLOT = 3, 3, 11, 7
DATE = 20_260_105


def account(
    balance_fen: int = 0, frozen_fen: int = 0, bought_fen: int = 0, sold_fen: int = 0, restrained_fen: int = 0
) -> Account:
    """An account with some money."""
    return Account(balance_fen, frozen_fen, bought_fen, sold_fen, restrained_fen)


def money(of: Account) -> tuple[int, int, int, int]:
    """Balance, frozen, bought, sold."""
    return (of.balance_fen, of.frozen_fen, of.bought_fen, of.sold_fen)


def request(
    amount_fen: int,
    release_fen: int = 0,
    *,
    proceeds_at_fill: int = 1,
    contract: int = CONTRACT,
    of_date: OfDate | None = None,
    correction: Correction | None = None,
    settlement: Settlement | None = None,
    unit: Unit | None = None,
) -> Request:
    """A request that every common guard has let through."""
    return Request(
        kind=0,
        unused_bits=0,
        role=0,
        proceeds_at_fill=proceeds_at_fill,
        valid_until_ns=0,
        market_closed=False,
        stopped=0,
        moves_money=0,
        scheme=0,
        seat=0,
        serial=0,
        way=0,
        restraint=0,
        known=True,
        state=0,
        contract=contract,
        account=ACCOUNT,
        amount_fen=amount_fen,
        release_fen=release_fen,
        turnover_fen=0,
        slot=SLOT,
        executed_on=DATE,
        is_cleared=False,
        proceeds_due=ProceedsDue(amount_fen, release_fen),
        target_slot=TARGET_SLOT,
        target_date=DATE,
        of_date=of_date,
        correction=Correction(0, 0, 0, 0, None) if correction is None else correction,
        settlement=Settlement(0, 0, 0) if settlement is None else settlement,
        unit=unit,
    )


def of_date(
    bought_fen: int = 0,
    sold_fen: int = 0,
    *,
    open_slots: tuple[int, ...] = (),
    excess_fen: int = 0,
    proceeds_counted: bool = True,
    is_excess_booked: bool = False,
    contract_fen: int = 0,
    left_fen: int = 0,
) -> OfDate:
    """A date of which the bank has this, and its set nothing; the last two are what is tolerated."""
    return OfDate(
        trade_date=DATE,
        is_due=True,
        is_told=False,
        open_slots=open_slots,
        bought_fen=bought_fen,
        sold_fen=sold_fen,
        buys_fen=0,
        proceeds_fen=0,
        excess_fen=excess_fen,
        proceeds_counted=proceeds_counted,
        is_excess_booked=is_excess_booked,
        is_corrected=False,
        tolerance=Tolerance(contract_fen, left_fen),
        cases=Cases(0),
    )


def target(remaining_fen: int) -> dict[int, Freeze]:
    """The freeze that `request` names, with so much left."""
    return {TARGET_SLOT: Freeze(CONTRACT, remaining_fen)}
