"""The codes that a bank tells, each checked against the frame that tells it: which class may stand where.

Belongs here: the check of the class. Never here: the list (codes), what a code makes a partner do (client). A code that
is newer than this program passes when its class fits: the list may grow (docs/protocol.md, section 15).
"""

import numpy as np

from ..codes import OUTCOME_CODE_MIN, ReplyCode, burns_number, consumes_nothing
from ..errors import PeerViolation
from ..messages.customers.open_items import OpenItemsAnswer
from ..messages.customers.pushes import OpenPushAnswer, PushAnswer
from ..messages.fields import code_from_number
from ..messages.queries import AccountAnswer, AnswerMessage, BuyingPowerAnswer, OutcomeAnswer
from ..messages.session import NotApplied, Terminate
from ..records import OutcomeArray


def code_of_refusal(message: NotApplied) -> ReplyCode:
    """Why nothing was consumed. Raises PeerViolation MALFORMED_FRAME for a code of another class."""
    code = code_from_number(message.code)
    if not consumes_nothing(code):
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, f"{code.name} is not told in NOT_APPLIED")
    return code


def code_of_end(message: Terminate) -> ReplyCode:
    """Why the link ends. Raises PeerViolation MALFORMED_FRAME for what never ends a link."""
    code = code_from_number(message.code)
    if code == ReplyCode.ACCEPTED or consumes_nothing(code):
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, f"{code.name} is not told in TERMINATE")
    return code


def check_answer_codes(message: AnswerMessage) -> AnswerMessage:
    """`message` as it is. Raises PeerViolation MALFORMED_FRAME for a code in it that is no outcome."""
    numbers: list[int] = []
    if isinstance(message, OutcomeAnswer | OpenItemsAnswer):
        numbers = [message.code]
    elif isinstance(message, BuyingPowerAnswer):
        numbers = [money.code for money in message.contracts]
    elif isinstance(message, AccountAnswer):
        numbers = [facts.code for facts in message.accounts]
    elif isinstance(message, PushAnswer | OpenPushAnswer):
        numbers = [facts.code for facts in message.pushes]
    if not all(burns_number(code_from_number(number)) for number in numbers):
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, "an answer with a code of another class")
    return message


def check_outcome_codes(outcomes: OutcomeArray) -> OutcomeArray:
    """(n,) `outcomes` as they are. Raises PeerViolation MALFORMED_FRAME for a code that is no outcome."""
    codes = outcomes["code"]
    if np.count_nonzero(codes) and np.count_nonzero((codes != 0) & (codes < OUTCOME_CODE_MIN)):
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, "an outcome with a code of another class")
    return outcomes
