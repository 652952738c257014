"""Control messages: who is who, the trade date, and whose page judges the rest.

Belongs here: judging a control message in ranked order, and its effect. Never here: money records (decide), which keys
may come and go (keys), accounts and contracts (accounts), outlets, people (persons), what an act must be (acts), the
session, how a number is consumed (engine).

An act makes a message, which is judged and takes effect as if its seat might send it.
"""

from typing import NamedTuple

from ledger.core.control import acts, feed_answers, feeds, outlets, parties, persons, stops
from ledger.core.control.acts import decided_second
from ledger.core.control.clearing_accounts import acts as clearing_acts
from ledger.core.control.clearing_accounts import collecting, paying
from ledger.core.control.customers import accounts, holders, pushes, restraints, reversals, savings
from ledger.core.control.day import acts as day_acts
from ledger.core.control.day import catch_up, corrections, lanes, obligations
from ledger.core.control.day import judge as day
from ledger.core.control.keys import BY_ACT, judge_key, judge_key_end
from ledger.core.roles import NEEDS_ACT, may_send_control
from ledger.core.state.book import Book
from ledger.core.state.day.due_times import seconds_of
from protocol.acts.clearing import ClearingAct
from protocol.acts.corrections import OfDifferences
from protocol.acts.customers import ChangeHolderAct
from protocol.acts.day import AdoptSetAct, ChangeDueTimesAct, DayAct, DeferAct, ReopenDateAct, ResumeLaneAct
from protocol.acts.moved import ReverseAct
from protocol.acts.restraints import DeductAct
from protocol.acts.savings import SavingsInterestAct
from protocol.acts.table import (
    ChangePersonAct,
    EndPersonKeyAct,
    Made,
    RegisterPersonKeyAct,
    ResumeBrokerAct,
    StopBrokerAct,
    TerminateBrokerAct,
    VoidAct,
    made_of,
)
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
    RegisterKey,
    RegisterParty,
    RegisterSeat,
    ServesAgain,
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
from protocol.messages.day.steps import AnnounceSet, DayMessage, TellCorrections, Window
from protocol.messages.feeds import FeedMessage
from protocol.messages.outlets import RegisterOutlets
from protocol.messages.persons import Act, RegisterPersons
from protocol.trade_dates import is_trade_date
from protocol.vocabulary import LaneState, Role, role_fits_party
from rules.day.calendar import are_due_times, is_too_far
from rules.day.states import is_market_closed

NS_PER_S = 1_000_000_000
OfPage = DayMessage | FeedMessage | PushMessage | OfDifferences | PayingMessage | ClearingAct


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
    return pushes.judge_push(book, sender.party, sender.seat, message)


def _judge_effect(book: Book, sender: Sender, message: Made, decided_at_ns: int) -> ReplyCode:
    """What a message earns that its sender may send, or that an act has made."""
    party = sender.party
    if isinstance(message, OfPage):
        return _judge_of_page(book, sender, message, decided_at_ns)
    match message:
        case RegisterParty():
            return parties.judge_party(book, message)
        case RegisterKey():
            return judge_key(book, message, decided_at_ns)
        case EndKey():
            return judge_key_end(book, message, sender.key_id, decided_at_ns)
        case RegisterSeat() | ChangeMode():
            return parties.judge_seat_or_mode(book, message)
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
        case ChangeHolderAct():
            return holders.judge_holder(book, message)
        case SavingsInterestAct():
            return savings.judge_order(book, message, decided_at_ns)
        case ReverseAct():
            return reversals.judge_reversal(book, message)
        case OpenTradeDate():
            return _judge_date(book, message)
        case EndSettlement():
            return _judge_settlement(book, message)
        case ConfirmRoll():
            return _judge_confirmation(book, message)
        case Genesis() | ServesAgain() | Act():
            return ReplyCode.ROLE_FORBIDS


def _is_malformed(book: Book, message: Made, decided_at_ns: int) -> bool:
    if isinstance(message, RegisterParty):
        return message.role != Role.BROKER  # the bank is in the genesis row; there is no second one
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
    if isinstance(message, OpenTradeDate):
        windows = seconds_of(message.windows)
        return not is_trade_date(message.trade_date) or not are_due_times(message.trade_date, windows)
    return False


def _judge_date(book: Book, message: OpenTradeDate) -> ReplyCode:
    later = message.trade_date > book.trade_date
    if not later:
        return ReplyCode.TRADE_DATE_NOT_LATER
    if is_too_far(book.trade_date, message.trade_date):
        return ReplyCode.TRADE_DATE_TOO_FAR
    if book.unsettled.is_full():
        return ReplyCode.DATES_UNSETTLED
    if not book.due_times.of(book.trade_date):
        return ReplyCode.ACCEPTED
    if not _may_close(book):
        return ReplyCode.STEP_NOT_DUE
    # Without due times a date would end unsigned, unagreed and with its lanes unpublished: no one seat decides that.
    return ReplyCode.ACCEPTED if message.windows else ReplyCode.DUE_TIMES_MISSING


def _judge_confirmation(book: Book, message: ConfirmRoll) -> ReplyCode:
    is_of_open_date = (message.trade_date, message.sequence) == (book.trade_date, book.roll_sequence)
    return ReplyCode.ACCEPTED if is_of_open_date else ReplyCode.ROLL_UNKNOWN


def _may_close(book: Book) -> bool:
    """Whether the open date is signed off and the bank agrees with itself on it."""
    return is_market_closed(book.phase) and bool(book.unsettled.agreed[book.unsettled.open_slot])


def _judge_settlement(book: Book, message: EndSettlement) -> ReplyCode:
    if message.trade_date != book.unsettled.date_in_turn():
        return ReplyCode.DATE_NOT_IN_TURN
    trade_date, clearing = message.trade_date, book.clearing
    kept = clearing.lanes_of(trade_date)
    is_due = not any(lane.proceeds_due or lane.to_revert or lane.to_settle for lane in kept)
    if book.due_times.of(trade_date):
        lanes = [clearing.lane(trade_date, party) for party in book.brokers(trade_date)]
        is_due &= all(lane.state >= LaneState.SETTLED for lane in lanes)
    return ReplyCode.ACCEPTED if is_due else ReplyCode.STEP_NOT_DUE


def take_effect(book: Book, sender: Sender, message: ControlMessage, code: ReplyCode, decided_at_ns: int) -> int:
    """The effect of a control message that earned `code`: of one that was refused, that an act uses up its serial.

    Returns the number of the first account or contract that came about by it, of the set, push or restraint, the place
    that is next, also of a list of corrections whose lines were told, or of the act, also of one that
    is repeated; else 0. Raises MisuseError for a Genesis, which has its
    own row.
    """
    if isinstance(message, TellCorrections) and code == ReplyCode.ACT_REPEATED:
        return corrections.place_of(book, message)
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
        case RegisterParty():
            parties.register_party(book, message)
        case RegisterKey(party, key_id, public_key, not_before_ns, not_after_ns, seat):
            key = PartyKey(key_id, public_key, not_before_ns, not_after_ns, seat)
            book.parties[party] = with_key(book.parties[party], key, decided_at_ns)
        case EndKey(party, key_id):
            book.parties[party] = without_key(book.parties[party], key_id)
        case RegisterSeat():
            parties.register_seat(book, message)
        case ChangeMode(party, mode):
            book.change_mode(party, mode)
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
            _open_date(book, trade_date, windows, decided_at_ns)
        case Restrain() | LiftRestraint() | ExtendRestraint() | DeductAct():
            return restraints.apply(book, sender.seat, sender.persons, message)
        case ChangeHolderAct():
            holders.change_holder(book, message)
        case SavingsInterestAct():
            savings.order(book, message)
        case ReverseAct():
            reversals.reverse(book, message)
        case EndSettlement(trade_date):
            _end_settlement(book, trade_date)
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
    if isinstance(message, PayingMessage):
        paying.apply_paying(book, message, decided_at_ns)
    elif isinstance(message, ClearingAct):
        clearing_acts.apply_clearing_act(book, message, decided_at_ns)
    elif isinstance(message, FeedMessage):
        feed_answers.take_answer(book, sender.party, message, decided_at_ns)
    else:
        corrections.apply(book, message)
    return 0


def _end_settlement(book: Book, trade_date: int) -> None:
    book.settle(trade_date)
    accounts.end_what_ran_off(book, trade_date)


def _open_date(book: Book, trade_date: int, windows: list[Window], decided_at_ns: int) -> None:
    """The roll, the due times of the date that it opens, and what is told of it and ends by it."""
    book.roll(trade_date)
    now_s, unsettled = decided_at_ns // NS_PER_S, set(book.unsettled.dates.tolist())
    book.due_times.forget_over(unsettled, now_s)
    book.obligations.forget_over(unsettled, now_s)
    book.due_times.put(trade_date, seconds_of(windows))
    feeds.tell_date_opened(book)
    obligations.due_times_changed(book)
    collecting.reckon_all(book, now_s)
    restraints.end_what_is_over(book, decided_at_ns)
