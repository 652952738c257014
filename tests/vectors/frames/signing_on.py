"""The golden frames of trading passwords 交易密码: what one is checked against, two verdicts on it.

Belongs here: these frames and what they mean. Never here: who speaks (voices), what a verdict earns.
"""

from collections.abc import Iterator

import numpy as np

from protocol.codes import ReplyCode
from protocol.frame import make_frame
from protocol.given_numbers import contract_no_from_index
from protocol.messages.orders.signing_on import SetVerifier
from protocol.records import FREEZE_STATE_NONE, RECORD
from protocol.vocabulary import Direction, FrameKind, RecordKind, Verdict
from tests.bank_seats import PASSWORD_SEAT
from tests.vectors.frames.outcomes import outcomes
from tests.vectors.voices import SENT_AT_NS, Vector, bank_seat_voice

UNTIL_S = SENT_AT_NS // 10**9 + 1_800


def of_password_desk() -> Iterator[Vector]:
    """What its seat sends of one contract, and what it is told."""
    desk, contract_no = bank_seat_voice(PASSWORD_SEAT), contract_no_from_index(1)
    bank = bank_seat_voice()._replace(direction=Direction.TO_PARTNER, seat=PASSWORD_SEAT)
    verifier = SetVerifier(contract_no, 0, bytes(range(16)), bytes(range(32)))
    what = f"request 1 of the bank's seat {PASSWORD_SEAT}: the first password of a contract"
    yield desk.message("set_verifier", what, FrameKind.CONTROL, verifier, 1)
    records = np.zeros(2, RECORD)
    records["kind"], records["contract_no"], records["channel"] = RecordKind.SIGNED_ON, contract_no, 3
    records["verdict"], records["generation"] = [Verdict.FAILED, Verdict.SIGNED_ON], 1
    records["until_s"], records["nonce"] = [0, UNTIL_S], [4_711, 4_712]
    header = desk.header(FrameKind.RECORDS)._replace(first_number=2, record_count=2)
    block = make_frame(header, records.tobytes(), desk.signer.sign)
    yield Vector("verdicts", "a wrong password, then the right one, requests 2 and 3", block, None)
    told = [(ReplyCode.ACCEPTED, FREEZE_STATE_NONE, 0), (ReplyCode.PASSWORD_BARRED, FREEZE_STATE_NONE, 0)]
    yield outcomes(bank, "outcomes_verdicts", "it was the third of the date: the channel is barred", block, told)
