"""What the gateway counts while it works: plain integers and arrays, added to per frame or per batch.

Belongs here: the counters and how they are added to. Never here: names and formats of the exposition (metrics).
The order path pays one integer addition per frame; everything else is done when somebody asks.
"""

import numpy as np
import numpy.typing as npt

from gateway.signing_time import SigningTime
from protocol.codes import ReplyCode
from protocol.limits import OUTCOMES_PREAMBLE_BYTES
from protocol.records import OUTCOME

CODES_END = max(ReplyCode) + 1
LATENCY_FIRST_NS = 62_500  # upper bound of the first bucket; each further one is twice as wide
LATENCY_BUCKETS = 18  # the last bounded one ends at 4.1 s; slower frames count in the sum and in +Inf only


class Statistics:
    """All counters since the start of the process."""

    def __init__(self) -> None:
        self.outcomes_by_code: npt.NDArray[np.int64] = np.zeros(CODES_END, np.int64)
        self.not_applied_by_code: npt.NDArray[np.int64] = np.zeros(CODES_END, np.int64)
        self.links_ended_by_code: npt.NDArray[np.int64] = np.zeros(CODES_END, np.int64)
        self.latency_buckets = [0] * (LATENCY_BUCKETS + 1)
        self.latency_total_ns = 0
        self.request_frames = 0
        self.request_bytes = 0
        self.answer_frames = 0
        self.stored_answers = 0
        self.links_opened = 0
        self.link_faults = 0
        self.outcomes_without_key = 0
        self.batches = 0
        self.verify = SigningTime()
        self.sign = SigningTime()

    def answered_after(self, elapsed_ns: int) -> None:
        """One request frame was answered this long after it was received."""
        bucket = (elapsed_ns // LATENCY_FIRST_NS).bit_length()
        self.latency_buckets[bucket if bucket < LATENCY_BUCKETS else LATENCY_BUCKETS] += 1
        self.latency_total_ns += elapsed_ns

    def outcomes(self, bodies: list[bytes]) -> None:
        """Bodies of OUTCOMES frames, a batch of them. Codes outside the vocabulary are left out."""
        if not bodies:
            return
        outcomes = b"".join([memoryview(body)[OUTCOMES_PREAMBLE_BYTES:] for body in bodies])
        codes = np.frombuffer(outcomes, OUTCOME)["code"]
        if np.count_nonzero(codes):
            self.outcomes_by_code += np.bincount(codes, minlength=CODES_END)[:CODES_END]
        else:  # of a few outcomes most often so, and counted in a tenth of the time
            self.outcomes_by_code[ReplyCode.ACCEPTED] += len(codes)
        self.batches += 1
