"""Control messages: who is who, the trade date, and whose page judges the rest.

Belongs here: judging a control message in ranked order, and its effect. Never here: money records (decide), which keys
may come and go (keys), accounts and contracts (accounts), outlets, people (persons), what an act must be (acts), the
session, how a number is consumed (engine).

An act makes a message, which is judged and takes effect as if its seat might send it.
"""

from typing import NamedTuple

from ledger.core.control import acts, feed_answers, outlets, parties, persons, stops
from ledger.core.control.acts import decided_second
from ledger.core.control.clearing_accounts import acts as clearing_acts
from ledger.core.control.clearing_accounts import paying
from ledger.core.control.customers import accounts, counter, pushes, restraints, reversals, savings
from ledger.core.control.day import acts as day_acts
from ledger.core.control.day import catch_up, corrections, dates, lanes
from ledger.core.control.day import judge as day
from ledger.core.control.keys import BY_ACT, judge_key, judge_key_end
from ledger.core.control.orders import fees, phases, reports, securities, signing_on
from ledger.core.roles import NEEDS_ACT, may_send_control
from ledger.core.state.book import Book
from ledger.core.state.day.due_times import seconds_of
from protocol.acts.clearing import ClearingAct
from protocol.acts.corrections import OfDifferences
from protocol.acts.customers import ChangeHolderAct, SignAtCounterAct
from protocol.acts.day import AdoptSetAct, ChangeDueTimesAct, DayAct, DeferAct, ReopenDateAct, ResumeLaneAct
from protocol.acts.moved import ReverseAct
from protocol.acts.ordering.passwords import PasswordAct
from protocol.acts.ordering.reports import CorrectReportAct
from protocol.acts.ordering.securities import SecuritiesAct
from protocol.acts.parties import ResumeBrokerAct, StopBrokerAct, TerminateBrokerAct
from protocol.acts.restraints import DeductAct
from protocol.acts.savings import SavingsInterestAct
from protocol.acts.table import ChangePersonAct, EndPersonKeyAct, Made, RegisterPersonKeyAct, VoidAct, made_of
from protocol.codes import ReplyCode
from protocol.errors import MisuseError
from protocol.keys.party_keys import with_key, without_key
from protocol.messages.control import (
    ChangeMode,
    ConfirmRoll,
    ControlMessage,
    EndKey,
    EndSettlement,
    Genesis,
    OpenTradeDate,
    PartyKey,
    RegisterChannelSeat,
    RegisterKey,
    RegisterParty,
    RegisterSeat,
    ServesAgain,
    SetScheme,
)
from protocol.messages.customers.accounts import (
    ChangeAccount,
    ChangeBroker,
    ChangeContract,
    OpenAccounts,
    ReplaceCard,
    SignContracts,
)
from protocol.messages.customers.pushes import PushMessage
from protocol.messages.customers.restraints import ExtendRestraint, LiftRestraint, Restrain
from protocol.messages.day.paying import PayingMessage
from protocol.messages.day.steps import AnnounceSet, DayMessage, TellCorrections
from protocol.messages.feeds import FeedMessage
from protocol.messages.orders.fees import FeesMessage
from protocol.messages.orders.phases import SetPhases
from protocol.messages.orders.securities import RegisterSecurities, SecurityMessage, SetPrices
from protocol.messages.orders.signing_on import SigningMessage
from protocol.messages.outlets import RegisterOutlets
from protocol.messages.persons import Act, RegisterPersons
from protocol.trade_dates import is_trade_date
from protocol.vocabulary import Role, role_fits_party
from rules.day.calendar import are_due_times

OfPage = (
    DayMessage
    | FeedMessage
    | PushMessage
    | OfDifferences
    | PayingMessage
    | ClearingAct
    | SecurityMessage
    | SecuritiesAct
    | FeesMessage
    | SigningMessage
    | PasswordAct
    | SetPhases
)


class Sender(NamedTuple):
    """Who sent a control message: a seat of a party, with the key that signed it."""

    party: int
    seat: int
    key_id: int
    persons: tuple[int, ...] = ()  # who signed, of an act


def judge(
    book: Book, sender: Sender, message: ControlMessage | None, decided_at_ns: int, is_replay: bool = False
) -> ReplyCode:
    """What a control message of `sender` earns; None stands for a body that is no control message.

    `decided_at_ns`: the time by which keys and acts have expired or not. `is_replay`: signatures of people were looked
    at when it was decided.
    """
    if message is None or _is_malformed(book, message, decided_at_ns):
        return ReplyCode.REQUEST_MALFORMED
    if not may_send_control(int(book.seat_role[sender.seat]), message):
        return ReplyCode.ROLE_FORBIDS
    if isinstance(message, Act):
        return _judge_act(book, sender, message, decided_at_ns, is_replay)
    if book.persons.sealed and _needs_act(book, message):
        return ReplyCode.ACT_NEEDED
    return _judge_effect(book, sender, message, decided_at_ns)


def _judge_act(book: Book, sender: Sender, message: Act, decided_at_ns: int, is_replay: bool) -> ReplyCode:
    act = acts.act_for(book, message)
    if act is None:
        return ReplyCode.REQUEST_MALFORMED
    code = acts.judge_act(book, message, act, decided_at_ns, is_replay)
    if code != ReplyCode.ACCEPTED:
        return code
    made = made_of(act)
    if _is_malformed(book, made, decided_at_ns):
        return ReplyCode.REQUEST_MALFORMED
    return _judge_effect(book, sender._replace(key_id=BY_ACT), made, decided_at_ns)


def to_catch_up(book: Book, sender: Sender, message: ControlMessage | None, decided_at_ns: int) -> list[int]:
    """The brokers whose due times come before a message is judged, once its role and form are right: what has acted is
    kept, whatever the message earns.
    """
    if message is None or not may_send_control(int(book.seat_role[sender.seat]), message):
        return []
    act = acts.act_for(book, message) if isinstance(message, Act) else None
    made = made_of(act) if act is not None else message
    if isinstance(made, Act) or _is_malformed(book, made, decided_at_ns):
        return []
    return catch_up.whose(book, sender.party, made)


def _needs_act(book: Book, message: ControlMessage) -> bool:
    if isinstance(message, RegisterSecurities | SetPrices):
        return securities.needs_act(message)
    if isinstance(message, SetPhases):
        return phases.needs_act(book, message)
    return type(message) in NEEDS_ACT or (isinstance(message, RegisterOutlets) and outlets.moves_any(book, message))


def _judge_of_page(book: Book, sender: Sender, message: OfPage, decided_at_ns: int) -> ReplyCode:
    """What a message earns of a family that has a page of its own."""
    if isinstance(message, PayingMessage):
        return paying.judge_paying(book, message, decided_at_ns)
    if isinstance(message, ClearingAct):
        return clearing_acts.judge_clearing_act(book, message, decided_at_ns)
    if isinstance(message, OfDifferences):
        return corrections.judge(book, message)
    if isinstance(message, DayMessage):
        return day.judge_day(book, sender.party, sender.seat, message)
    if isinstance(message, FeedMessage):
        return feed_answers.judge_answer(book, sender.party, message, decided_at_ns)
    if isinstance(message, SecurityMessage):
        return securities.judge_security(book, message)
    if isinstance(message, SecuritiesAct):
        return securities.judge_list(book, message)
    if isinstance(message, FeesMessage):
        return fees.judge_fees(book, sender.party, message)
    if isinstance(message, SigningMessage | PasswordAct):
        return signing_on.judge_signing(book, sender.seat, message, decided_at_ns)
    if isinstance(message, SetPhases):
        return phases.judge_phases(book, message)
    return pushes.judge_push(book, sender.party, sender.seat, message)


def _judge_effect(book: Book, sender: Sender, message: Made, decided_at_ns: int) -> ReplyCode:
    """What a message earns that its sender may send, or that an act has made."""
    party = sender.party
    if isinstance(message, OfPage):
        return _judge_of_page(book, sender, message, decided_at_ns)
    match message:
        case RegisterParty() | RegisterSeat() | RegisterChannelSeat() | ChangeMode() | SetScheme():
            return parties.judge(book, message)
        case RegisterKey():
            return judge_key(book, message, decided_at_ns)
        case EndKey():
            return judge_key_end(book, message, sender.key_id, decided_at_ns)
        case RegisterOutlets():
            return outlets.judge_outlets(book, message)
        case RegisterPersons():
            return persons.judge_persons(book, message)
        case ChangePersonAct():
            return persons.judge_person_change(book, message, decided_second(decided_at_ns))
        case RegisterPersonKeyAct():
            return persons.judge_person_key(book, message, decided_second(decided_at_ns))
        case EndPersonKeyAct():
            return persons.judge_person_key_end(book, message, decided_second(decided_at_ns))
        case StopBrokerAct() | ResumeBrokerAct() | TerminateBrokerAct():
            return stops.judge_stop(book, message, decided_at_ns)
        case ChangeDueTimesAct() | ReopenDateAct() | DeferAct() | ResumeLaneAct() | AdoptSetAct():
            return day_acts.judge_day_act(book, message, sender.seat, decided_at_ns)
        case VoidAct():
            return ReplyCode.ACCEPTED
        case OpenAccounts():
            return accounts.judge_accounts(book, message)
        case SignContracts():
            return accounts.judge_contracts(book, message)
        case ChangeContract():
            return accounts.judge_event(book, party, message)
        case ChangeAccount():
            return accounts.judge_account_event(book, message, decided_at_ns)
        case ChangeBroker():
            return accounts.judge_broker_change(book, party, message)
        case ReplaceCard():
            return accounts.judge_replacement(book, party, message)
        case Restrain() | LiftRestraint() | ExtendRestraint() | DeductAct():
            return restraints.judge(book, message)
        case ChangeHolderAct() | SignAtCounterAct():
            return counter.judge_customer_act(book, message)
        case SavingsInterestAct():
            return savings.judge_order(book, message, decided_at_ns)
        case ReverseAct():
            return reversals.judge_reversal(book, message)
        case CorrectReportAct():
            return reports.judge_lowering(book, message)
        case OpenTradeDate():
            return dates.judge_date(book, message)
        case EndSettlement():
            return dates.judge_settlement(book, message)
        case ConfirmRoll():
            return dates.judge_confirmation(book, message)
        case Genesis() | ServesAgain() | Act():
            return ReplyCode.ROLE_FORBIDS


def _is_malformed(book: Book, message: Made, decided_at_ns: int) -> bool:
    if isinstance(message, RegisterParty):
        # The bank is in the genesis row; there is no second one. What is sold by a channel is its brokers'.
        return message.role == Role.BANK or (message.role == Role.CHANNEL and message.proceeds_at_fill)
    if isinstance(message, RegisterSeat):
        return not role_fits_party(message.seat_role, message.party)
    if isinstance(message, RegisterOutlets):
        return outlets.has_impossible(message)
    if isinstance(message, RegisterPersons | ChangePersonAct):
        return persons.is_impossible(message)
    if isinstance(message, Act):
        return acts.act_for(book, message) is None
    if isinstance(message, SavingsInterestAct):
        return savings.is_impossible(message)
    if isinstance(message, DayAct):
        return day_acts.is_impossible(message, decided_at_ns)
    if isinstance(message, ClearingAct):
        return clearing_acts.is_impossible(message)
    if isinstance(message, AnnounceSet):
        return lanes.is_declared_ahead(message, decided_at_ns)
    if isinstance(message, PushMessage):
        return pushes.is_malformed(message)
    if isinstance(message, SecurityMessage | SecuritiesAct):
        return securities.is_impossible(message)
    if isinstance(message, FeesMessage):
        return fees.is_impossible(message)
    if isinstance(message, SetPhases):
        return phases.is_impossible(message)
    if isinstance(message, OpenTradeDate):
        windows = seconds_of(message.windows)
        return not is_trade_date(message.trade_date) or not are_due_times(message.trade_date, windows)
    return False


def take_effect(book: Book, sender: Sender, message: ControlMessage, code: ReplyCode, decided_at_ns: int) -> int:
    """The effect of a control message that earned `code`: of one that was refused, that an act uses up its serial.

    Returns the number of the first account or contract that came about by it, of the set, push or restraint, the place
    that is next, also of a list whose lines were told, or of the act, also of one that is repeated; else 0. Raises
    MisuseError for a Genesis, which has its own row.
    """
    if code == ReplyCode.ACT_REPEATED and isinstance(message, TellCorrections):
        return corrections.place_of(book, message)
    if code == ReplyCode.ACT_REPEATED and isinstance(message, RegisterSecurities | SetPrices):
        return securities.place_in_list(book, message)
    if not isinstance(message, Act):
        return apply_control(book, sender, message, decided_at_ns) if code == ReplyCode.ACCEPTED else 0
    if code == ReplyCode.ACT_REPEATED:
        return acts.number_if_done(book, message)
    number, act = acts.remember(book, message, code), acts.act_for(book, message)
    if code != ReplyCode.ACCEPTED:
        return 0
    if act is None:
        raise MisuseError("an act that is none took effect")
    who = sender._replace(persons=tuple(each.person for each in message.signatures))
    return apply_control(book, who, made_of(act), decided_at_ns) or number


def apply_control(book: Book, sender: Sender, message: Made, decided_at_ns: int) -> int:
    """The effect of an accepted message, or of what an act has made. Returns as `take_effect` does."""
    book.feeds.author = sender.party
    if isinstance(message, OfPage):
        return _apply_of_page(book, sender, message, decided_at_ns)
    match message:
        case RegisterParty() | RegisterSeat() | RegisterChannelSeat() | ChangeMode() | SetScheme():
            parties.apply(book, message)
        case RegisterKey(party, key_id, public_key, not_before_ns, not_after_ns, seat):
            key = PartyKey(key_id, public_key, not_before_ns, not_after_ns, seat)
            book.parties[party] = with_key(book.parties[party], key, decided_at_ns)
        case EndKey(party, key_id):
            book.parties[party] = without_key(book.parties[party], key_id)
        case RegisterOutlets():
            outlets.register_outlets(book, message)
        case RegisterPersons() | ChangePersonAct() | RegisterPersonKeyAct() | EndPersonKeyAct():
            persons.change_persons(book, message, decided_second(decided_at_ns))
        case StopBrokerAct() | ResumeBrokerAct() | TerminateBrokerAct():
            stops.stop(book, message)
        case ChangeDueTimesAct() | ReopenDateAct() | DeferAct() | ResumeLaneAct() | AdoptSetAct():
            return day_acts.apply_day_act(book, message, sender.seat, decided_at_ns)
        case OpenAccounts():
            return accounts.open_accounts(book, message)
        case SignContracts():
            return accounts.sign_contracts(book, message)
        case ChangeContract():
            accounts.change_contract(book, message)
        case ChangeAccount():
            accounts.change_account(book, message)
        case ChangeBroker():
            return accounts.change_broker(book, message)
        case ReplaceCard():
            return accounts.replace_card(book, message)
        case OpenTradeDate(trade_date, windows):
            dates.open_date(book, trade_date, windows, decided_at_ns)
        case Restrain() | LiftRestraint() | ExtendRestraint() | DeductAct():
            return restraints.apply(book, sender.seat, sender.persons, message)
        case ChangeHolderAct() | SignAtCounterAct():
            return counter.apply_customer_act(book, message)
        case SavingsInterestAct():
            savings.order(book, message)
        case ReverseAct():
            reversals.reverse(book, message)
        case CorrectReportAct():
            reports.lower_by_act(book, message)
        case EndSettlement(trade_date):
            dates.end_settlement(book, trade_date)
        case ConfirmRoll() | VoidAct():
            pass  # a digest is compared by those who have one of that roll; of a void act the serial is all there is
        case Genesis() | ServesAgain() | Act():
            raise MisuseError("what has a row of its own in a frame, or an act inside an act")
    return 0


def _apply_of_page(book: Book, sender: Sender, message: OfPage, decided_at_ns: int) -> int:
    """The effect of one of a family that has a page of its own."""
    if isinstance(message, DayMessage):
        return day.apply_day(book, sender.party, sender.seat, message, decided_at_ns)
    if isinstance(message, PushMessage):
        return pushes.apply_push(book, sender.party, sender.seat, message)
    if isinstance(message, SecurityMessage):
        return securities.apply_security(book, message)
    if isinstance(message, FeesMessage):
        return fees.apply_fees(book, sender.party, message)
    if isinstance(message, SecuritiesAct):
        securities.permit_list(book, message)
    elif isinstance(message, SigningMessage | PasswordAct):
        signing_on.apply_signing(book, sender.seat, message)
    elif isinstance(message, SetPhases):
        phases.apply_phases(book, message)
    elif isinstance(message, PayingMessage):
        paying.apply_paying(book, message, decided_at_ns)
    elif isinstance(message, ClearingAct):
        clearing_acts.apply_clearing_act(book, message, decided_at_ns)
    elif isinstance(message, FeedMessage):
        feed_answers.take_answer(book, sender.party, message, decided_at_ns)
    else:
        corrections.apply(book, message)
    return 0
