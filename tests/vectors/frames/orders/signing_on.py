"""The golden frames of trading passwords 交易密码: what one is checked against, two verdicts on it, a box.

Belongs here: these frames and what they mean. Never here: who speaks (voices), what a verdict earns.
"""

import hashlib
from collections.abc import Iterator

import numpy as np

from protocol.codes import ReplyCode
from protocol.describe import Json
from protocol.frame import make_frame
from protocol.given_numbers import contract_no_from_index
from protocol.messages.orders.signing_on import (
    BoxKey,
    BoxKeysAnswer,
    BoxKeysQuery,
    PasswordAnswer,
    PasswordQuery,
    SetVerifier,
)
from protocol.passwords import AT_THE_COUNTER, Attempt, attempt_to_bytes
from protocol.records import FREEZE_STATE_NONE, RECORD
from protocol.vocabulary import Direction, FrameKind, PasswordFound, RecordKind, Verdict
from tests.bank_seats import PASSWORD_SEAT, TELLER_SEAT
from tests.vectors.frames.outcomes import outcomes
from tests.vectors.frames.pushed import public_of, sealed_for
from tests.vectors.voices import SENT_AT_NS, Vector, bank_seat_voice

SENT_AT_S = SENT_AT_NS // 10**9
UNTIL_S = SENT_AT_S + 1_800
BOX_SECRETS = {number: hashlib.sha256(b"boxes %d" % number).digest() for number in (2, 1)}
FIRST = Attempt(contract_no_from_index(1), AT_THE_COUNTER, 4_711, SENT_AT_S, "liuwei-0831")
BOX = sealed_for(attempt_to_bytes(FIRST), BOX_SECRETS[2])


def sealed_attempt() -> dict[str, Json]:
    """Of the file sealed.json what a box for the password desk has."""
    return {
        "attempt": {
            "contract_no": FIRST.contract_no,
            "channel": FIRST.channel,
            "nonce": FIRST.nonce,
            "second": FIRST.second,
            "password": FIRST.password,
            "new_password": FIRST.new_password,
        },
        "attempt_box": {
            "private_key": BOX_SECRETS[2].hex(),
            "public_key": public_of(BOX_SECRETS[2]).hex(),
            "plain": attempt_to_bytes(FIRST).hex(),
            "sealed": BOX.hex(),
        },
    }


def of_counter() -> Iterator[Vector]:
    """What the teller desk's seat asks the password desk, and is told; a channel's seat does the same."""
    counter = bank_seat_voice(TELLER_SEAT)
    bank = bank_seat_voice()._replace(direction=Direction.TO_PARTNER, seat=TELLER_SEAT)
    yield counter.message("query_box_keys", "for which keys to seal", FrameKind.QUERY, BoxKeysQuery(), 3)
    keys = [BoxKey(number, public_of(secret)) for number, secret in BOX_SECRETS.items()]
    told = BoxKeysAnswer(AT_THE_COUNTER, keys)
    yield bank.message("answer_box_keys", "at the counter; the newest key, and the old one", FrameKind.ANSWER, told, 3)
    query = PasswordQuery(FIRST.contract_no, 2, BOX)
    yield counter.message("query_password", "the first password; sealed.json opens it", FrameKind.QUERY, query, 4)
    answer = PasswordAnswer(FIRST.contract_no, PasswordFound.SET, 0)
    yield bank.message("answer_password", "it stands", FrameKind.ANSWER, answer, 4)


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
