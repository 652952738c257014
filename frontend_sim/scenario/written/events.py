"""What may happen in a story, one table for each kind of event.

Belongs here: the keys of an event with their ranges, words for what it is. Never here: what is expected of it
(expected), whether names mean something (checking), what an event sends (played).
"""

import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, field

from frontend_sim.scenario.written.amounts import Fen
from frontend_sim.scenario.written.happening import Happens
from frontend_sim.scenario.written.lines import Line
from frontend_sim.scenario.written.orders.ordering import Fee, OfOrders, Phase
from frontend_sim.scenario.written.strict import BankDays, Name
from protocol.limits import (
    ACT_NUMBER_MAX,
    ACT_REASON_CHARS_MAX,
    OBJECTION_CHARS_MAX,
    RESTRAINT_TEXT_CHARS_MAX,
    SECURITIES_ACCOUNT_CHARS_MAX,
)
from protocol.particulars import CARD_PASSWORD_CHARS_MAX

LINES_INSTEAD_MAX = 200
SERIAL_MAX = 2**63 - 1  # what eight bytes of a movement have room for
Serial = Annotated[int, Meta(ge=1, le=SERIAL_MAX)]
Reason = Annotated[str, Meta(min_length=1, max_length=ACT_REASON_CHARS_MAX)]
RestraintText = Annotated[str, Meta(min_length=1, max_length=RESTRAINT_TEXT_CHARS_MAX)]
Signers = Annotated[tuple[Name, ...], Meta(min_length=1, max_length=2)]
"""Names of people, the author of an act first."""
CardPassword = Annotated[str, Meta(min_length=1, max_length=CARD_PASSWORD_CHARS_MAX)]
SecuritiesAccountNo = Annotated[str, Meta(pattern=f"^[0-9A-Z]{{1,{SECURITIES_ACCOUNT_CHARS_MAX}}}$")]


class Freeze(Happens, frozen=True, kw_only=True, tag="freeze"):
    """A broker asks to freeze money for a buy order of a customer of its own."""

    order: Name
    customer: Name
    amount: Fen


class Release(Happens, frozen=True, kw_only=True, tag="release"):
    """A broker gives back money of an order that will not be drawn."""

    order: Name
    amount: Fen


class FillBuy(Happens, frozen=True, kw_only=True, tag="fill_buy"):
    """An order was executed, in part or whole: so much is drawn of it, so much given back at once."""

    order: Name
    charge: Fen
    release: Fen = Fen(0)
    traded_on: datetime.date | None = None


class FillSell(Happens, frozen=True, kw_only=True, tag="fill_sell"):
    """A customer's sale was executed: net proceeds."""

    customer: Name
    proceeds: Fen
    traded_on: datetime.date | None = None


class Deposit(Happens, frozen=True, kw_only=True, tag="deposit"):
    """Money comes to a savings account from outside the securities business."""

    customer: Name
    amount: Fen
    way: Literal["cash", "card", "transfer"] = "cash"
    serial: Serial | None = None


class Withdraw(Happens, frozen=True, kw_only=True, tag="withdraw"):
    """Money is taken from it. `restraint`: by which a judicial deduction is."""

    customer: Name
    amount: Fen
    way: Literal["cash", "card", "transfer", "judicial", "forced_card", "card_collected"] = "cash"
    restraint: Name | None = None
    serial: Serial | None = None


class Restrain(Happens, frozen=True, kw_only=True, tag="restrain"):
    """An amount of an account is withheld by order of an authority.

    `by`: who signs it, the author first; None: the savings desk says it, which counts until there are administrators.
    """

    restraint: Name
    customer: Name
    amount: Fen
    kind: Literal["judicial", "other"]
    authority: RestraintText
    document: RestraintText
    holds_until: datetime.datetime | None = None
    by: Signers | None = None


class LiftRestraint(Happens, frozen=True, kw_only=True, tag="lift_restraint"):
    """A restraint withholds so much less. `by`: as of a restraint."""

    restraint: Name
    amount: Fen
    by: Signers | None = None


class ExtendRestraint(Happens, frozen=True, kw_only=True, tag="extend_restraint"):
    """A restraint holds longer; until it is lifted, unless a time is named. `by`: as of a restraint."""

    restraint: Name
    holds_until: datetime.datetime | None = None
    by: Signers | None = None


class SignContract(Happens, frozen=True, kw_only=True, tag="sign_contract"):
    """A customer without a contract signs one."""

    customer: Name
    broker: Name
    contract: Literal["active", "pre_assigned", "suspended"] = "active"


class ChangeContract(Happens, frozen=True, kw_only=True, tag="change_contract"):
    """Something happens to a customer's contract, at the bank's counter."""

    customer: Name
    change: Literal["confirm", "suspend", "resume", "terminate"]


class ChangeAccount(Happens, frozen=True, kw_only=True, tag="change_account"):
    """Something happens to a customer's account."""

    customer: Name
    change: Literal["report_loss", "lift_loss", "close"]


class ChangeBroker(Happens, frozen=True, kw_only=True, tag="change_broker"):
    """A customer's contract ends, and one with another broker begins."""

    customer: Name
    broker: Name


class ReplaceCard(Happens, frozen=True, kw_only=True, tag="replace_card"):
    """A customer's contract goes on under a new number on another account of the same holder."""

    customer: Name
    to: Name


class PushContract(Happens, frozen=True, kw_only=True, tag="push_contract"):
    """A customer has signed at a broker, which pushes it to the bank, sealed: whom it has seen, and the card password
    that he gave, "" for none. `replaces`: whose contract with this broker gives way."""

    push: Name
    broker: Name
    customer: Name
    holder: Name | None = None
    card_password: Annotated[str, Meta(max_length=CARD_PASSWORD_CHARS_MAX)] = ""
    securities_account: SecuritiesAccountNo | None = None
    replaces: Name | None = None


class LookIntoPushes(Happens, frozen=True, kw_only=True, tag="identity_desk"):
    """The bank's identity desk looks into all pushes that wait, and asks the card host."""


class SignOn(Happens, frozen=True, kw_only=True, tag="sign_on"):
    """A broker says that its systems are ready for the open date."""

    broker: Name


class SignOff(Happens, frozen=True, kw_only=True, tag="sign_off"):
    """Trading on the open date ends."""


class OpenDate(Happens, frozen=True, kw_only=True, tag="open_date"):
    """The open trade date is closed, and this one opened.

    `bank_days`: the days on which something of it is due, with the bank's times; None: nothing of it has due times.
    """

    date: datetime.date
    bank_days: BankDays | None = None


class FinishSending(Happens, frozen=True, kw_only=True, tag="finish_sending"):
    """A broker has sent all that it has of a trade date, of the open one unless it is named."""

    broker: Name
    date: datetime.date | None = None


class SendSet(Happens, frozen=True, kw_only=True, tag="send_set"):
    """A broker announces, sends and completes a clearing set, some of its lines saying something else."""

    set: Name
    declared: datetime.datetime | None = None
    instead: Annotated[tuple[Line, ...], Meta(max_length=LINES_INSTEAD_MAX)] = ()


class WithdrawSet(Happens, frozen=True, kw_only=True, tag="withdraw_set"):
    """A broker withdraws the set that a trade date has, the open one unless it is named."""

    broker: Name
    date: datetime.date | None = None


class ReceiptOf(Happens, frozen=True, kw_only=True, tag="receipt"):
    """A broker signs for the newest entry of its feed of this kind and a trade date, of the open one unless it is
    named."""

    broker: Name
    of: Literal["set_compared", "obligation"]
    date: datetime.date | None = None


class Notice(Happens, frozen=True, kw_only=True, tag="notice"):
    """A broker will fund what it owes by a date, of the open one unless it is named, later on the due day."""

    broker: Name
    date: datetime.date | None = None


class Objection(Happens, frozen=True, kw_only=True, tag="objection"):
    """A broker objects to what is owed by a date, of the open one unless it is named; to a customer's part of it."""

    broker: Name
    amount: Fen
    reason: Annotated[str, Meta(min_length=1, max_length=OBJECTION_CHARS_MAX)]
    customer: Name | None = None
    date: datetime.date | None = None


class Fund(Happens, frozen=True, kw_only=True, tag="fund"):
    """A broker brings money to its clearing account, and the savings desk books it under this serial, the next one."""

    broker: Name
    amount: Fen
    serial: Serial | None = None


class DayDesk(Happens, frozen=True, kw_only=True, tag="day_desk"):
    """The day desk takes a step of a trade date, the open one unless it is named, for one broker or for all.

    Of a correction: `customer`, whose contract is corrected; `act`, by which. Without both: all that need no act.
    `killed_after`: it runs as a program of its own, and is killed once it has said that this step is done.
    """

    step: Literal[
        "agree",
        "reconcile",
        "correct",
        "revert",
        "proceeds",
        "publish",
        "close",
        "settle",
        "credit",
        "pay",
        "due",
        "interest",
        "all",
    ]
    broker: Name | None = None
    date: datetime.date | None = None
    customer: Name | None = None
    act: Name | None = None
    killed_after: Literal["agree"] | None = None


class Act(Happens, frozen=True, kw_only=True, tag="act"):
    """People of the bank sign an act, the author first, and a desk sends it. `name`: by which the day desk names it."""

    act: Name
    name: Name | None = None
    by: Signers
    says: dict[str, Any] = field(default_factory=dict)
    reason: Reason = "as the story has it"
    serial: Annotated[int, Meta(ge=1, le=ACT_NUMBER_MAX)] | None = None


class Kill(Happens, frozen=True, kw_only=True, tag="kill"):
    """A process dies of SIGKILL; the supervisor starts it again, and the story goes on when it serves."""

    process: Literal["ledger", "gateway", "follower"]


Event = (
    Freeze
    | Release
    | FillBuy
    | FillSell
    | Deposit
    | Withdraw
    | Restrain
    | LiftRestraint
    | ExtendRestraint
    | SignContract
    | ChangeContract
    | ChangeAccount
    | ChangeBroker
    | ReplaceCard
    | PushContract
    | LookIntoPushes
    | SignOn
    | SignOff
    | OpenDate
    | FinishSending
    | SendSet
    | WithdrawSet
    | ReceiptOf
    | Notice
    | Objection
    | Fund
    | DayDesk
    | Act
    | Kill
    | OfOrders
)
_UNSAID = ("at", "note", "expects", "instead", "card_password")


def words(event: Event) -> str:
    """What an event is, in a line: its kind, then its keys."""
    said = []
    for name in event.__struct_fields__:
        value = getattr(event, name)
        if name not in _UNSAID and value not in (None, {}):
            said.append(f"{name} {_said(value)}")
    return f"{event.__struct_config__.tag} {', '.join(said)}".rstrip()


def _said(value: object) -> str:
    if isinstance(value, Fee | Phase):
        own = {name: getattr(value, name) for name in value.__struct_fields__}
        return _said({name: each for name, each in own.items() if each not in (0, None)})
    if isinstance(value, tuple):
        return " and ".join(map(str, value))
    if isinstance(value, dict):
        return " ".join(f"{key} {_said(each)}" for key, each in value.items())
    return "; ".join(map(_said, value)) if isinstance(value, list) else str(value)
