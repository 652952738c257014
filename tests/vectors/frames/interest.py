"""The golden frames of interest of savings accounts 结息: what is due, and posting it.

Belongs here: these frames and what they mean. Never here: who speaks (voices), what an account earns.
"""

from collections.abc import Iterator

import numpy as np

from protocol.codes import ReplyCode
from protocol.frame import make_frame
from protocol.given_numbers import account_no_from_index
from protocol.messages.customers.interest import InterestAnswer, InterestDue, InterestQuery
from protocol.records import FREEZE_STATE_NONE, RECORD
from protocol.vocabulary import FrameKind, RecordKind
from tests.vectors.frames.outcomes import outcomes
from tests.vectors.voices import Vector, Voice

DUE = [InterestDue(account_no_from_index(3), 1_264), InterestDue(account_no_from_index(4), 1)]


def of_interest(desk: Voice, bank: Voice, number: int) -> Iterator[Vector]:
    """What is due to two accounts, and the requests from `number` on that post it."""
    yield desk.message("query_interest", "correlation id 10", FrameKind.QUERY, InterestQuery(0), 10)
    told = InterestAnswer(123_483, 0, DUE)
    yield bank.message("answer_interest", "12.64 to one account, 0.01 to another", FrameKind.ANSWER, told, 10)
    records = np.zeros(len(DUE), RECORD)
    records["kind"] = RecordKind.INTEREST
    records["account_no"] = [each.account_no for each in DUE]
    records["amount_fen"] = [DUE[0].due_fen, 2]
    header = desk.header(FrameKind.RECORDS)._replace(first_number=number, record_count=len(DUE))
    block = make_frame(header, records.tobytes(), desk.signer.sign)
    yield Vector("post_interest", f"interest of two accounts, requests {number} and {number + 1}", block, None)
    codes = [(ReplyCode.ACCEPTED, FREEZE_STATE_NONE, 0), (ReplyCode.SETTLEMENT_DIFFERS, FREEZE_STATE_NONE, 0)]
    yield outcomes(bank, "outcomes_post_interest", "posted; to the second another amount is due", block, codes)
