"""Securities: what their versions, limits and suspension earn, and what they do; the lists that two people sign.

Belongs here: judging in ranked order and the effect, side by side. Never here: who may send it (roles), who may sign it
(rules.tellers), what can be a version and which one holds (rules.orders.securities).
"""

from collections.abc import Iterable

from msgspec.structs import replace

from ledger.core.state.book import Book
from ledger.core.state.orders.securities import Named, SignedList, number_of_code
from protocol.acts.ordering.securities import RegisterSecuritiesAct, SecuritiesAct
from protocol.codes import ReplyCode
from protocol.limits import DIGEST_BYTES, SECURITIES_MAX, SECURITY_LISTS_MAX, SECURITY_NUMBER_MAX
from protocol.messages.orders.securities import (
    PriceLimits,
    RegisterSecurities,
    ResumeSecurity,
    SecurityMessage,
    SecurityVersion,
    SetPrices,
    SuspendSecurity,
    rests_of,
)
from protocol.trade_dates import is_trade_date
from rules.day.calendar import is_too_far
from rules.orders.securities import (
    WITHOUT_END,
    Limits,
    Lots,
    Terms,
    Version,
    cannot_be,
    code_of_limits,
    code_of_version,
    replaced_for_good,
    standing,
    version_for,
)

Listed = RegisterSecurities | SetPrices
NO_ACT = 0
assert WITHOUT_END == 0  # as the wire has it


def is_impossible(message: SecurityMessage | SecuritiesAct) -> bool:
    """Whether no bank could take it: no dates, no security, limits the wrong way round, a place in no list."""
    match message:
        case RegisterSecuritiesAct(last_date=date):
            return not is_trade_date(date)
        case RegisterSecurities(versions=versions):
            return _is_nowhere(message) or any(_cannot_be(each) for each in versions)
        case SetPrices(trade_date=date, prices=prices):
            return _is_nowhere(message) or not is_trade_date(date) or any(each.low > each.high for each in prices)
        case SuspendSecurity() | ResumeSecurity():
            return False
        case _:
            return not is_trade_date(message.trade_date)


def _is_nowhere(message: Listed) -> bool:
    """Whether it is of no list, and says at which place of one it stands."""
    return message.act == NO_ACT and (message.first > 0 or message.rest != bytes(DIGEST_BYTES))


def _cannot_be(version: SecurityVersion) -> bool:
    dates = (version.first_date, version.last_date or version.first_date)
    return not all(map(is_trade_date, dates)) or cannot_be(terms_of(version))


def needs_act(message: Listed) -> bool:
    """Whether a sealed bank takes it by act of two alone, and it names none."""
    is_price = isinstance(message, SetPrices) and not any(each.accrued for each in message.prices)
    return message.act == NO_ACT and not is_price


def judge_security(book: Book, message: SecurityMessage) -> ReplyCode:
    """What a message about securities earns: the first in rank of what its lines and its list earn."""
    match message:
        case RegisterSecurities():
            return _first([*_codes_of_versions(book, message.versions), _code_of_list(book, message)])
        case SetPrices():
            return _first([*_codes_of_prices(book, message), _code_of_list(book, message)])
        case SuspendSecurity() | ResumeSecurity():
            row = book.orders.securities.find(_named(message))
            if row < 0:
                return ReplyCode.SECURITY_UNKNOWN
            is_suspended = bool(book.orders.securities.suspended[row])
            may = is_suspended == isinstance(message, ResumeSecurity)
            return ReplyCode.ACCEPTED if may else ReplyCode.STATUS_FORBIDS


def apply_security(book: Book, message: SecurityMessage) -> int:
    """The effect of an accepted one. Returns how many lines of the list that it names were told by now, else 0."""
    securities = book.orders.securities
    match message:
        case RegisterSecurities():
            of_orders = book.requests.orders.versions_named(book.requests.slots_used)
            securities.put(((_named(each), terms_of(each)) for each in message.versions), book.trade_date, of_orders)
            return _told(book, message)
        case SetPrices():
            for each in message.prices:
                row = securities.find(_named(each))
                securities.set_limits(row, message.trade_date, _limits(each), book.trade_date)
            return _told(book, message)
        case SuspendSecurity() | ResumeSecurity():
            securities.suspended[securities.find(_named(message))] = isinstance(message, SuspendSecurity)
            return 0


def judge_list(book: Book, act: SecuritiesAct) -> ReplyCode:
    """What an act earns that permits a list."""
    if len(book.orders.securities.lists) == SECURITY_LISTS_MAX:
        return ReplyCode.MASTER_DATA_FULL
    return ReplyCode.ACCEPTED if _last_date(act) >= book.trade_date else ReplyCode.TRADE_DATE_NOT_LATER


def permit_list(book: Book, act: SecuritiesAct) -> None:
    """Its lines may be told from now on."""
    number, trade_date = book.persons.acts_count, 0 if isinstance(act, RegisterSecuritiesAct) else act.trade_date
    known = SignedList(number, trade_date, 0, act.count, bytes.fromhex(act.digest), _last_date(act))
    book.orders.securities.lists[number] = known


def place_in_list(book: Book, message: Listed) -> int:
    """How many lines of its list were told, for a seat that does not know any more."""
    return book.orders.securities.lists[message.act].told


def _last_date(act: SecuritiesAct) -> int:
    return act.last_date if isinstance(act, RegisterSecuritiesAct) else act.trade_date


def _first(codes: Iterable[ReplyCode]) -> ReplyCode:
    """The refusal of the lowest number."""
    return min((code for code in codes if code != ReplyCode.ACCEPTED), default=ReplyCode.ACCEPTED)


def _code_of_list(book: Book, message: Listed) -> ReplyCode:
    """What lines earn beside what each says: they are the next ones of the list that was signed, or of none."""
    if message.act == NO_ACT:
        return ReplyCode.ACCEPTED
    known, trade_date = book.orders.securities.lists.get(message.act), _date_of(message)
    if known is None or known.trade_date != trade_date:
        return ReplyCode.ACT_NEEDED
    if message.first != known.told or not known.left:
        return ReplyCode.ACT_REPEATED if message.first < known.told else ReplyCode.STEP_NOT_DUE
    lines = _lines(message)
    is_signed = len(lines) <= known.left and rests_of(lines, message.rest)[0] == known.rest
    return ReplyCode.ACCEPTED if is_signed else ReplyCode.DECISION_DIFFERS


def _told(book: Book, message: Listed) -> int:
    if message.act == NO_ACT:
        return 0
    known, count = book.orders.securities.lists[message.act], len(_lines(message))
    after = replace(known, told=known.told + count, left=known.left - count, rest=message.rest)
    book.orders.securities.lists[message.act] = after
    return after.told


def _codes_of_versions(book: Book, lines: Iterable[SecurityVersion]) -> list[ReplyCode]:
    """What each earns as if those in front of it stood; at last whether there is room for all of them."""
    securities, codes = book.orders.securities, list[ReplyCode]()
    found: dict[Named, list[Version]] = {}
    new = gone = 0
    for line in lines:
        named, terms = _named(line), terms_of(line)
        row = securities.find(named)
        if named not in found:
            found[named] = securities.versions_of(row)
            gone += len(replaced_for_good(found[named], book.trade_date))
        versions = found[named]
        codes.append(code_of_version(terms, versions, book.trade_date, securities.limits_of(row)))
        if standing(terms.first_date, versions) != terms:
            new += 1
            versions.append(Version(securities.given + new, terms))
    is_full = len(securities.version_keys) - gone + new > SECURITIES_MAX
    is_full |= securities.given + new >= SECURITY_NUMBER_MAX
    return [*codes, ReplyCode.MASTER_DATA_FULL if is_full else ReplyCode.ACCEPTED]


def _codes_of_prices(book: Book, message: SetPrices) -> list[ReplyCode]:
    securities, date = book.orders.securities, message.trade_date
    codes = [
        code_of_limits(_limits(each), version_for(securities.versions_of(securities.find(_named(each))), date))
        for each in message.prices
    ]
    if date < book.trade_date:
        codes.append(ReplyCode.TRADE_DATE_NOT_LATER)
    return [*codes, ReplyCode.TRADE_DATE_TOO_FAR] if is_too_far(book.trade_date, date) else codes


def _date_of(message: Listed) -> int:
    """As a signed list has it: 0 of versions."""
    return message.trade_date if isinstance(message, SetPrices) else 0


def _lines(message: Listed) -> list[SecurityVersion] | list[PriceLimits]:
    return message.prices if isinstance(message, SetPrices) else message.versions


def _named(line: SecurityVersion | PriceLimits | SuspendSecurity | ResumeSecurity) -> Named:
    return line.market, number_of_code(line.security)


def _limits(line: PriceLimits) -> Limits:
    return Limits(line.low, line.high, line.accrued)


def terms_of(line: SecurityVersion) -> Terms:
    """A version as the rules know it."""
    return Terms(
        product=line.product,
        multiplier=line.multiplier,
        buy=Lots(line.buy_least, line.buy_step, line.buy_most),
        sell=Lots(line.sell_least, line.sell_step, line.sell_most),
        odd_lots=line.odd_lots,
        tick=line.tick,
        par=line.par,
        sold_at_once=line.sold_at_once,
        first_date=line.first_date,
        last_date=line.last_date,
    )
