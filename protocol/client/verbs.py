"""The verbs for one request: what they ask, and the record that asks it.

Belongs here: one verb per kind of record. Never here: blocks, queries, links (seat), where a record waits (turns).
"""

from abc import ABC, abstractmethod
from collections.abc import Coroutine
from typing import Generic, TypeVar

import numpy as np

from protocol.client.outcomes import Outcome, RequestKey
from protocol.client.requests import money_record, order_record
from protocol.client.turns import Turns
from protocol.errors import MisuseError
from protocol.records import RECORD, RecordArray
from protocol.vocabulary import RecordKind

Answer = TypeVar("Answer")


class SingleVerbs(ABC, Generic[Answer]):
    """Each asks one thing with one record. `Answer` is the Outcome, or a coroutine that gives it.

    A refusal is a value: look at `Outcome.code`. Raises MisuseError for a value that has no place in the record,
    SessionEnded (not sent) or OutcomeUnknown (sent, no answer) only when the seat is closed or its session ended for
    good.
    """

    @abstractmethod
    def _call(self, record: bytes) -> Answer:
        """Send one 64-byte record as a single call, and answer with its outcome."""
        ...

    def freeze(
        self,
        contract_no: int,
        amount_fen: int,
        *,
        quantity: int = 0,
        price: int = 0,
        security: bytes = b"",
        market: int = 0,
        partner_ref: bytes = b"",
    ) -> Answer:
        """Freeze 1 ≤ amount_fen ≤ 2^40 for an order; goes as one frame with whatever else is pending.

        `price` in 1/10,000 yuan, `quantity` in shares, `security` and `partner_ref` up to 8 bytes: informative.
        """
        return self._call(order_record(contract_no, amount_fen, quantity, price, security, market, partner_ref))

    def release(
        self, target: RequestKey | Outcome, contract_no: int, amount_fen: int, *, partner_ref: bytes = b""
    ) -> Answer:
        """Release part or all of what remains of a freeze."""
        return self._call(money_record(RecordKind.RELEASE, contract_no, amount_fen, partner_ref, target=_key(target)))

    def fill_buy(
        self,
        target: RequestKey | Outcome,
        contract_no: int,
        charge_fen: int,
        *,
        release_fen: int = 0,
        turnover_fen: int = 0,
        quantity: int = 0,
        partner_ref: bytes = b"",
    ) -> Answer:
        """A buy was executed: draw `charge_fen` from its freeze and release `release_fen`."""
        record = money_record(
            RecordKind.FILL_BUY,
            contract_no,
            charge_fen,
            partner_ref,
            release_fen=release_fen,
            turnover_fen=turnover_fen,
            quantity=quantity,
            target=_key(target),
        )
        return self._call(record)

    def fill_sell(
        self,
        contract_no: int,
        proceeds_fen: int,
        *,
        turnover_fen: int = 0,
        quantity: int = 0,
        partner_ref: bytes = b"",
    ) -> Answer:
        """A sale was executed: net proceeds, 0 allowed."""
        record = money_record(
            RecordKind.FILL_SELL,
            contract_no,
            proceeds_fen,
            partner_ref,
            turnover_fen=turnover_fen,
            quantity=quantity,
        )
        return self._call(record)

    def deposit(self, contract_no: int, amount_fen: int, *, partner_ref: bytes = b"") -> Answer:
        """Credit a savings account (the bank's own seat only)."""
        return self._call(money_record(RecordKind.DEPOSIT, contract_no, amount_fen, partner_ref))

    def withdraw(self, contract_no: int, amount_fen: int, *, partner_ref: bytes = b"") -> Answer:
        """Debit a savings account (the bank's own seat only)."""
        return self._call(money_record(RecordKind.WITHDRAWAL, contract_no, amount_fen, partner_ref))

    def submit(self, record: RecordArray) -> Answer:
        """Send one record, (1,) RECORD, with whatever else is pending."""
        return self._call(checked_records(record, 1).tobytes())


class AwaitedVerbs(SingleVerbs[Coroutine[object, object, Outcome]]):
    """The verbs in trio: to be awaited; a call goes as one frame with whatever else is pending.

    On cancellation a request not yet sent is taken back; the outcome of one already sent comes in `recovered`.
    """

    _turns: Turns

    def _call(self, record: bytes) -> Coroutine[object, object, Outcome]:
        return self._turns.record(record)


def _key(target: RequestKey | Outcome) -> RequestKey:
    return target.key if isinstance(target, Outcome) else target


def checked_records(records: RecordArray, count: int) -> RecordArray:
    """(count,) RECORD without gaps. Raises MisuseError for anything else, and for none."""
    if records.dtype != RECORD or records.shape != (count,) or count < 1:
        raise MisuseError(f"records are a (n,) array of RECORD with n ≥ 1, not {records.shape} of {records.dtype}")
    return np.ascontiguousarray(records)
