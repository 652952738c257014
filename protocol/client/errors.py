"""Operating faults of the SDK: what a caller of a seat or an outbox may have to handle.

Belongs here: the exceptions that leave this package. Never here: refusals (they are `ReplyCode` values in an
`Outcome`), the peer's violations (`PeerViolation` ends a link and is told as `SessionEnded`).
"""

from ..codes import ReplyCode


class OutboxError(Exception):
    """An outbox file cannot be used; the message names the file and the reason in one line."""


class OutboxInUse(OutboxError):
    """Another process, or another seat of this one, holds the lock of this outbox file."""


class OutboxDamaged(OutboxError):
    """The outbox file is not what was written; the message says what and where."""


class SessionEnded(Exception):
    """The seat's session ended for a reason that reconnecting does not heal. The request was never sent."""

    def __init__(self, code: ReplyCode, detail: str) -> None:
        super().__init__(f"{code.name}: {detail}")
        self.code = code
        self.detail = detail


class OutcomeUnknown(Exception):
    """The seat was closed, or its session ended, before the answer came: the request may have been decided.

    `first_number` and `record_count` name the request's frame. The outbox keeps the frame: opening the seat again
    brings the outcome in `Seat.recovered`; `Seat.outcome_of` asks for it.
    """

    def __init__(self, trade_date: int, first_number: int, record_count: int) -> None:
        super().__init__(f"no answer yet to {record_count} from number {first_number} of {trade_date}")
        self.trade_date = trade_date
        self.first_number = first_number
        self.record_count = record_count
