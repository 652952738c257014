"""What the simulated parties saw and counted during a session, for the auditor and the live view.

Belongs here: collecting. Never here: judging (auditor), printing (live_view).
"""

from dataclasses import dataclass, field

import numpy as np

from frontend_sim.auditor.observations import ControlKind, Placed, Seen, seen_block
from frontend_sim.market.order_seat import BlockOutcomeLike, OutcomeLike
from frontend_sim.trading_session.latency import LatencyHistogram
from protocol.codes import ReplyCode
from protocol.records import OUTCOME, OutcomeArray, RecordArray
from protocol.vocabulary import BANK_PARTY, RecordKind

SEEN_MAX = 20_000_000  # a session that sees more is not one for the auditor that judges one by one


@dataclass(slots=True)
class SessionLog:
    """One per session, shared by all its parties."""

    seen: list[Seen] = field(default_factory=list)
    latency: LatencyHistogram = field(default_factory=LatencyHistogram)
    answered: int = 0
    accepted: int = 0
    awaiting_clearing: int = 0
    """Sales of brokers whose proceeds come with the clearing data: not accepted, and not refused either."""
    orders: int = 0
    """Freezes answered, refused ones too."""

    def note_block(
        self, party: int, seat: int, records: RecordArray, answer: BlockOutcomeLike, duration_ns: int
    ) -> None:
        """Note a block and its answer, `duration_ns` after it was handed to the seat."""
        placed = Placed(party, seat, answer.trade_date, answer.first_number, answer.sequence, answer.decided_at_ns, 0)
        self._note(placed, records, answer.outcomes, duration_ns)

    def note_one(self, party: int, seat: int, record: RecordArray, answer: OutcomeLike, duration_ns: int) -> None:
        """Note a single request and its answer."""
        placed = Placed(party, seat, answer.trade_date, answer.number, answer.sequence, answer.decided_at_ns, 0)
        outcome = outcome_array([(answer.code, answer.state, answer.remaining_fen)])
        self._note(placed, record, outcome, duration_ns)

    @property
    def refused(self) -> int:
        """Answers that said no."""
        return self.answered - self.accepted - self.awaiting_clearing

    @property
    def last_sequence(self) -> int:
        """The highest journal row that was told, 0 when nothing was answered."""
        return max((one.sequence for one in self.seen), default=0)

    def _note(self, placed: Placed, records: RecordArray, outcomes: OutcomeArray, duration_ns: int) -> None:
        if self.answered + len(records) > SEEN_MAX:
            raise OverflowError(f"more than {SEEN_MAX} requests in one audited session")
        self.seen.extend(seen_block(placed, records, outcomes))
        self.latency.add(duration_ns, len(records))
        self.answered += len(records)
        self.orders += int((records["kind"] == int(RecordKind.FREEZE)).sum())
        self.accepted += int((outcomes["code"] == int(ReplyCode.ACCEPTED)).sum())
        self.awaiting_clearing += int((outcomes["code"] == int(ReplyCode.AWAITS_CLEARING)).sum())


def seen_of_bank(seat: int, kind: ControlKind, named_no: int, amount: int, outcome: OutcomeLike) -> Seen:
    """What a seat of the bank said beside money, and what it was answered; `named_no`: of a contract or an account."""
    return Seen(
        sequence=outcome.sequence,
        seat=seat,
        number=outcome.number,
        trade_date=outcome.trade_date,
        party=BANK_PARTY,
        decided_at_ns=outcome.decided_at_ns,
        valid_until_ns=0,
        kind=int(kind),
        trade_day=0,
        contract_no=named_no,
        amount_fen=amount,
        release_fen=0,
        target_date=0,
        target_seat=0,
        target_number=0,
        code=int(outcome.code),
        state=outcome.state,
        remaining_fen=outcome.remaining_fen,
    )


def outcome_array(rows: list[tuple[int, int, int]]) -> OutcomeArray:
    """(code, state, remaining_fen) of each as an OUTCOME array."""
    return np.array([(code, state, 0, remaining) for code, state, remaining in rows], OUTCOME)
