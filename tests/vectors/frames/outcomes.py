"""One golden OUTCOMES frame: what the bank tells of a request.

Belongs here: making it. Never here: which there are.
"""

import hashlib

import numpy as np

from protocol.codes import ReplyCode
from protocol.frame import Frame, make_frame
from protocol.records import OUTCOME, OutcomesPreamble, pack_preamble
from protocol.vocabulary import FrameKind
from tests.vectors.voices import DECIDED_AT_NS, Vector, Voice


def outcomes(bank: Voice, name: str, what: str, request: Frame, told: list[tuple[ReplyCode, int, int]]) -> Vector:
    """The answer of the row that is named after it: code, state and remainder of each record."""
    rows = np.zeros(len(told), OUTCOME)
    for place, (code, state, remaining_fen) in enumerate(told):
        rows["code"][place], rows["state"][place] = code, state
        rows["remaining_fen"][place] = remaining_fen
    chain_digest = hashlib.sha256(b"journal row of " + name.encode("ascii")).digest()
    preamble = OutcomesPreamble(123_460, DECIDED_AT_NS, chain_digest, request.header.body_digest)
    header = bank.header(FrameKind.OUTCOMES)._replace(
        first_number=request.header.first_number, record_count=len(told), sent_at_ns=DECIDED_AT_NS
    )
    return Vector(name, what, make_frame(header, pack_preamble(preamble) + rows.tobytes(), bank.signer.sign), None)
