"""What the bank tells, against what can be true: dates, numbers, versions, outcomes, answers.

Belongs here: checks that need the frame that tells it, and the question or logon that it answers. Never here: the
class of a code (told_codes), what depends on which frames are under way (the window of the SDK).
A signature proves who says it, not that it is so. What cannot be true is a violation where it is read: it is kept
nowhere and ends the link. States that are newer than this program pass (docs/protocol.md, section 15).
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from ..codes import ReplyCode
from ..errors import PeerViolation
from ..given_numbers import index_from_account_no
from ..header import Header
from ..limits import AMOUNT_FEN_MAX, COLUMN_FEN_MAX, NEXT_NUMBER_TOLD_MAX, SESSION_VERSION_MAX, SESSION_VERSION_STEP_MAX
from ..messages.customers.interest import InterestAnswer, InterestQuery
from ..messages.customers.open_items import OpenItemsAnswer, OpenItemsQuery
from ..messages.customers.pushes import OpenPushAnswer, OpenPushQuery, PushAnswer, PushQuery
from ..messages.day.corrections import (
    ClosingsAnswer,
    ClosingsQuery,
    CorrectionAnswer,
    CorrectionQuery,
    RevertsAnswer,
    RevertsQuery,
)
from ..messages.day.dates import DatesAnswer, DatesQuery
from ..messages.day.marked import (
    FIGURE_BYTES,
    FIGURES,
    OutletsAnswer,
    OutletsQuery,
    PairsAnswer,
    PairsQuery,
    RangesAnswer,
    RangesQuery,
)
from ..messages.day.paying import ClearingAccountsAnswer, ClearingAccountsQuery
from ..messages.day.settling import CreditsAnswer, CreditsQuery, SettlementsAnswer, SettlementsQuery
from ..messages.day.steps import NO_TOTALS
from ..messages.feeds import NO_ENTRY, FeedPage, FeedQuery
from ..messages.orders.signing_on import BoxKeysAnswer, BoxKeysQuery, PasswordAnswer, PasswordQuery
from ..messages.queries import (
    AccountAnswer,
    AccountQuery,
    AnswerMessage,
    BuyingPowerAnswer,
    BuyingPowerQuery,
    DifferenceAnswer,
    DifferenceQuery,
    OutcomeAnswer,
    OutcomeQuery,
    ProceedsAnswer,
    ProceedsQuery,
    QueryMessage,
    SetAnswer,
    SetQuery,
    TotalsAnswer,
    TotalsQuery,
)
from ..messages.session import NotApplied, Terminate
from ..records import (
    FREEZE_STATE_NONE,
    FREEZE_STATE_OPEN,
    STATE_DEDUCTIBLE,
    STATE_MAX,
    STATE_MOVED,
    STATE_NUMBER_GIVEN,
    STATES_KEPT,
    STATES_OF_AMOUNTS,
    OutcomeArray,
    OutcomesPreamble,
)
from ..trade_dates import is_trade_date
from ..vocabulary import FrameKind, PasswordFound

_OF_SETS = (SetQuery, DifferenceQuery, ProceedsQuery)
_KEEP_NUMBER = frozenset({ReplyCode.REQUEST_STALE, ReplyCode.BUSY, ReplyCode.DRAINING})
_ANSWERS: dict[type[QueryMessage], type[AnswerMessage]] = {
    BuyingPowerQuery: BuyingPowerAnswer,
    OutcomeQuery: OutcomeAnswer,
    TotalsQuery: TotalsAnswer,
    AccountQuery: AccountAnswer,
    SetQuery: SetAnswer,
    DifferenceQuery: DifferenceAnswer,
    ProceedsQuery: ProceedsAnswer,
    RangesQuery: RangesAnswer,
    PairsQuery: PairsAnswer,
    OutletsQuery: OutletsAnswer,
    DatesQuery: DatesAnswer,
    ClearingAccountsQuery: ClearingAccountsAnswer,
    FeedQuery: FeedPage,
    CorrectionQuery: CorrectionAnswer,
    PushQuery: PushAnswer,
    OpenPushQuery: OpenPushAnswer,
    OpenItemsQuery: OpenItemsAnswer,
    RevertsQuery: RevertsAnswer,
    ClosingsQuery: ClosingsAnswer,
    SettlementsQuery: SettlementsAnswer,
    CreditsQuery: CreditsAnswer,
    InterestQuery: InterestAnswer,
    BoxKeysQuery: BoxKeysAnswer,
    PasswordQuery: PasswordAnswer,
}


_NEWER = STATE_MAX + 1  # stands for every state that is newer than this program


def _states(named: Iterable[int]) -> npt.NDArray[np.bool_]:
    """(STATE_MAX + 2,) whether a state is among those named."""
    table = np.zeros(_NEWER + 1, bool)
    table[list(named)] = True
    return table


_TELLS_MORE = _states((STATE_NUMBER_GIVEN, STATE_MOVED))
"""Whether `remaining_fen` is above 0; otherwise it is 0, but in those that may tell either."""
_MAY_TELL = _states((FREEZE_STATE_OPEN, *STATES_OF_AMOUNTS, *STATES_KEPT, _NEWER))
_IS_REFUSAL = _states((STATE_DEDUCTIBLE,))
_ACCEPTED_OR_REFUSED = _states(set(range(FREEZE_STATE_NONE + 1, _NEWER)) - set(STATES_KEPT))
"""Whether a state is told of what was accepted alone, or of what was refused alone."""


def is_for(header: Header, party: int, seat: int, is_established: bool) -> bool:
    """Whether a frame of the bank is for this seat. To a peer that has not said who it is, it can only say TERMINATE,
    and names nobody."""
    if header.recipient == party and header.seat == seat:
        return True
    return header.kind == FrameKind.TERMINATE and header.recipient == header.seat == 0 and not is_established


def check_open_date(trade_date: int) -> int:
    """`trade_date` as it is. Raises PeerViolation MALFORMED_FRAME for what is no day, or out of bounds."""
    if not is_trade_date(trade_date):
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, f"no trade date is {trade_date}")
    return trade_date


def check_next_number(next_number: int) -> int:
    """`next_number` as it is. Raises PeerViolation MALFORMED_FRAME for one that no seat has reached, or ever will."""
    if next_number > NEXT_NUMBER_TOLD_MAX:
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, f"no seat expects number {next_number} next")
    return next_number


def check_refusal(message: NotApplied) -> None:
    """Raises PeerViolation STALE_TIMESTAMP, MALFORMED_FRAME for numbers that do not fit the code."""
    refused, told = message.refused_number, message.next_number
    if message.code in _KEEP_NUMBER:
        if refused != told:
            raise PeerViolation(ReplyCode.MALFORMED_FRAME, f"{refused} is to be sent again, and {told} is to be next")
        return
    check_next_number(told)
    if message.code == ReplyCode.SEQUENCE_GAP and refused <= told:
        raise PeerViolation(ReplyCode.STALE_TIMESTAMP, f"nothing is missing before {refused} when {told} is next")


def check_version_told(code: ReplyCode, message: Terminate, asked_version: int) -> None:
    """Raises PeerViolation STALE_TIMESTAMP for a session version in force for which `code` would not be said.

    SESSION_SUPERSEDED is not looked into: no version of ours is made from what it tells.
    """
    told = message.session_version
    if code == ReplyCode.SESSION_VERSION_NOT_GROWING:
        # Some version must be left above the one in force, else nobody could ever log on again.
        is_possible = told < SESSION_VERSION_MAX and not 0 < asked_version - told <= SESSION_VERSION_STEP_MAX
    elif code == ReplyCode.SESSION_UNKNOWN:
        is_possible = told <= asked_version
    else:
        return
    if not is_possible:
        detail = f"{code.name} of version {asked_version}, with {told} in force"
        raise PeerViolation(ReplyCode.STALE_TIMESTAMP, detail)


def check_preamble(preamble: OutcomesPreamble, sent_at_ns: int) -> OutcomesPreamble:
    """`preamble` as it is. Raises PeerViolation MALFORMED_FRAME for no journal row, or two times of decision."""
    if preamble.sequence < 1 or preamble.decided_at_ns != sent_at_ns:
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, "no row of a journal, or another time than the header's")
    return preamble


def check_outcomes(outcomes: OutcomeArray) -> OutcomeArray:
    """(n,) `outcomes` as they are. Raises PeerViolation MALFORMED_FRAME where code, state and remainder contradict."""
    if not np.count_nonzero(outcomes.view("<i8")):
        return outcomes  # accepted, of no freeze: most often so, and at once seen
    code, told, remaining_fen = outcomes["code"], outcomes["state"], outcomes["remaining_fen"]
    state = np.minimum(np.maximum(told, FREEZE_STATE_NONE), _NEWER).astype(np.intp)
    is_wrong = (told < FREEZE_STATE_NONE) | (remaining_fen < 0) | (remaining_fen > COLUMN_FEN_MAX)
    is_wrong |= ((remaining_fen > 0) != _TELLS_MORE[state]) & ~_MAY_TELL[state]
    is_refused = code != 0
    if np.count_nonzero(is_refused):
        is_refused &= (told != STATE_NUMBER_GIVEN) | (code != ReplyCode.ACT_REPEATED)
    is_wrong |= (is_refused != _IS_REFUSAL[state]) & _ACCEPTED_OR_REFUSED[state]
    if np.count_nonzero(is_wrong):
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, "an outcome that cannot be: of its freeze, or the number given")
    return outcomes


def check_answer(query: QueryMessage, answer: AnswerMessage) -> AnswerMessage:
    """`answer` as it is. Raises PeerViolation MALFORMED_FRAME when it is none to `query`, or contradicts itself."""
    fits = isinstance(answer, _ANSWERS[type(query)])
    if isinstance(query, BuyingPowerQuery) and isinstance(answer, BuyingPowerAnswer):
        fits = [money.contract_no for money in answer.contracts] == query.contract_nos
        for money in answer.contracts:
            amounts = (money.buying_power_fen, money.withdrawable_fen)
            fits = fits and (not money.code or not any(amounts)) and amounts[0] >= amounts[1]
    elif isinstance(query, AccountQuery) and isinstance(answer, AccountAnswer):
        fits = [facts.bank_account_no for facts in answer.accounts] == query.bank_account_nos
        fits = fits and all((facts.account_no > 0) == (facts.code == 0) for facts in answer.accounts)
    elif isinstance(query, PushQuery) and isinstance(answer, PushAnswer):
        fits = [facts.push for facts in answer.pushes] == query.pushes
        fits = fits and all((facts.state > 0) == (facts.code != ReplyCode.PUSH_UNKNOWN) for facts in answer.pushes)
    elif isinstance(query, _OF_SETS) and isinstance(answer, SetAnswer | DifferenceAnswer | ProceedsAnswer):
        fits = fits and answer.trade_date == query.trade_date
        if isinstance(answer, SetAnswer):
            fits = fits and _is_possible_set(answer)
        elif fits and not isinstance(query, SetQuery):  # whoever reads on must come to an end
            fits = answer.next_place == 0 or answer.next_place > query.first
    elif isinstance(query, OpenItemsQuery) and isinstance(answer, OpenItemsAnswer):
        fits = _are_possible_items(query, answer)
    elif isinstance(query, CorrectionQuery) and isinstance(answer, CorrectionAnswer):
        fits = answer.trade_date == query.trade_date and _is_possible_correction(query, answer)
    elif isinstance(query, RevertsQuery) and isinstance(answer, RevertsAnswer):
        fits = answer.trade_date == query.trade_date and _are_possible_reverts(query, answer)
    elif isinstance(query, ClosingsQuery) and isinstance(answer, ClosingsAnswer):
        fits = answer.trade_date == query.trade_date and _are_possible_closings(query, answer)
    elif isinstance(answer, SettlementsAnswer | CreditsAnswer) and fits:
        fits = _are_possible_settlements(query, answer)
    elif isinstance(query, InterestQuery) and isinstance(answer, InterestAnswer):
        fits = _is_possible_interest(query, answer)
    elif isinstance(query, RangesQuery) and isinstance(answer, RangesAnswer):
        fits = answer.next_range in (0, query.first + len(answer.digests)) and (answer.complete or not answer.digests)
        fits = fits and (answer.next_range == 0 or bool(answer.digests))
    elif isinstance(answer, PairsAnswer) and fits:
        fits = len(answer.amounts) % (FIGURES * FIGURE_BYTES) == 0 and (answer.complete or not answer.amounts)
    elif isinstance(answer, OutletsAnswer) and fits:
        fits = answer.complete or not answer.outlets
    elif isinstance(answer, DatesAnswer) and fits:
        dates = [each.trade_date for each in answer.dates]
        fits = bool(dates) and dates == sorted(set(dates))
    elif isinstance(answer, OutcomeAnswer) and fits:
        fits = _is_possible(answer)
    elif isinstance(answer, BoxKeysAnswer) and fits:
        fits = len({key.key_id for key in answer.keys}) == len(answer.keys)
    elif isinstance(query, PasswordQuery) and isinstance(answer, PasswordAnswer):
        fits = answer.contract_no == query.contract_no
        fits = fits and (answer.until_s > 0) == (answer.found == PasswordFound.SIGNED_ON)
    elif isinstance(query, FeedQuery) and isinstance(answer, FeedPage):
        fits = check_page(answer).first == query.first
    if not fits:
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, "the answer is not to what was asked")
    return answer


def check_page(page: FeedPage) -> FeedPage:
    """`page` as it is. Raises PeerViolation MALFORMED_FRAME for gaps, entries to come, or what is out of order."""
    positions = [entry.position for entry in page.entries]
    fits = positions == list(range(page.first, page.first + len(positions)))
    fits = fits and page.first + len(positions) <= max(page.next_position, page.first)
    sequences = [entry.sequence for entry in page.entries]
    fits = fits and sequences == sorted(sequences) and all(is_trade_date(entry.trade_date) for entry in page.entries)
    fits = fits and (page.digest_before == NO_ENTRY) == (not positions or page.first == 1)
    if not fits:
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, "no part of a feed")
    return page


def _are_possible_items(query: OpenItemsQuery, answer: OpenItemsAnswer) -> bool:
    """Of the number that was asked for, not more freezes than is frozen, and whoever reads on comes to an end."""
    fits = answer.number == query.number and (answer.next_place == 0 or answer.next_place > query.first)
    dates, told_fen = [each.trade_date for each in answer.dates], sum(each.remaining_fen for each in answer.freezes)
    fits = fits and dates == sorted(set(dates)) and told_fen <= answer.frozen_fen
    return fits and (answer.code == ReplyCode.ACCEPTED or answer.is_empty)


def _is_possible_correction(query: CorrectionQuery, answer: CorrectionAnswer) -> bool:
    """Of the contract that is named, or of none and then nothing; whoever looks for the next one comes to an end."""
    sums = (answer.cleared_buys_fen, answer.cleared_proceeds_fen, answer.has_bought_fen, answer.has_sold_fen)
    borne = (answer.made_good_buys_fen, answer.made_good_proceeds_fen)
    if not answer.contract_no:
        is_possible = not any((*sums, *borne, answer.set_number, *answer.closings, answer.has_ended))
    else:
        is_possible = answer.contract_no == query.contract_no or not query.contract_no
        is_possible = is_possible and answer.made_good_buys_fen <= answer.cleared_buys_fen
    return is_possible and (answer.next_place == 0 or (answer.next_place > query.first and not query.contract_no))


def _are_possible_reverts(query: RevertsQuery, answer: RevertsAnswer) -> bool:
    """No more than there are, and none without an act; whoever reads on comes to an end."""
    is_possible = len(answer.contracts) <= answer.left and (answer.left > 0) == (answer.act_number > 0)
    is_possible = is_possible and all(each.stays_bought_fen <= each.bought_fen for each in answer.contracts)
    return is_possible and (answer.next_place == 0 or (answer.next_place > query.first and answer.left > 0))


def _are_possible_closings(query: ClosingsQuery, answer: ClosingsAnswer) -> bool:
    """No order twice, and something left of each; whoever reads on comes to an end."""
    orders = {(each.order_date, each.order_seat, each.order_number) for each in answer.closings}
    is_possible = len(orders) == len(answer.closings)
    is_possible = is_possible and all(each.drawn_fen + each.released_fen > 0 for each in answer.closings)
    return is_possible and (answer.next_place == 0 or answer.next_place > query.first)


def _are_possible_settlements(query: QueryMessage, answer: SettlementsAnswer | CreditsAnswer) -> bool:
    """Of the date that was asked for, no contract twice, something of each; whoever reads on comes to an end."""
    numbers = [each.contract_no for each in answer.contracts]
    is_possible = numbers == sorted(set(numbers))
    if isinstance(query, SettlementsQuery) and isinstance(answer, SettlementsAnswer):
        is_possible &= answer.trade_date == query.trade_date and len(numbers) <= answer.left
        is_possible &= answer.next_place == 0 or query.first < answer.next_place
    elif isinstance(query, CreditsQuery) and isinstance(answer, CreditsAnswer):
        is_possible &= all(each.proceeds_fen + each.other_fen > 0 for each in answer.contracts)
        is_possible &= answer.trade_date > 0 or not (numbers or answer.next_place)
        is_possible &= answer.next_place == 0 or query.first < answer.next_place
    return is_possible


def _is_possible_interest(query: InterestQuery, answer: InterestAnswer) -> bool:
    """No account twice, each with what one record posts; whoever reads on comes to an end."""
    numbers = [each.account_no for each in answer.accounts]
    is_possible = numbers == sorted(set(numbers)) and all(index_from_account_no(each) >= 0 for each in numbers)
    is_possible = is_possible and all(1 <= each.due_fen <= AMOUNT_FEN_MAX for each in answer.accounts)
    return is_possible and (answer.next_place == 0 or answer.next_place > query.first)


def _is_possible_set(answer: SetAnswer) -> bool:
    """Without a set there is nothing of it."""
    parts = (answer.announced, answer.arrived)
    found = (answer.listed, answer.compared, answer.proceeds_due, *answer.differences)
    return answer.number > 0 or (not any(found) and all(part == NO_TOTALS for part in parts))


def _is_possible(answer: OutcomeAnswer) -> bool:
    if not answer.seen:
        told = (answer.code, answer.state, answer.remaining_fen, answer.sequence, answer.decided_at_ns)
        return not any(told)
    if answer.sequence < 1:
        return False
    if answer.state > STATE_MAX or answer.state in STATES_KEPT:
        return True
    if answer.state in STATES_OF_AMOUNTS:
        return (answer.code != 0) == (answer.state == STATE_DEDUCTIBLE)
    if answer.state == FREEZE_STATE_OPEN:
        return not answer.code
    tells_more = answer.state in (STATE_NUMBER_GIVEN, STATE_MOVED)
    tells_repeat = answer.state == STATE_NUMBER_GIVEN and answer.code == ReplyCode.ACT_REPEATED
    is_possible = answer.state == FREEZE_STATE_NONE or not answer.code or tells_repeat
    return (answer.remaining_fen > 0) == tells_more and is_possible
