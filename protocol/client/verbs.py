"""The verbs for one request: what they ask, and the record that asks it.

Belongs here: one verb per kind of record. Never here: blocks, queries, links (seat), where a record waits (turns).
"""

import numpy as np

from protocol.client.outcomes import Outcome, RequestKey
from protocol.client.requests import money_record, order_record
from protocol.client.turns import Turns
from protocol.errors import MisuseError
from protocol.records import RECORD, RecordArray
from protocol.vocabulary import RecordKind


class SingleVerbs:
    """Each waits for the outcome of one record, which goes as one frame with whatever else is pending.

    A refusal is a value: look at `Outcome.code`. Raises SessionEnded (not sent) or OutcomeUnknown (sent, no answer)
    only when the seat is closed or its session ended for good. On cancellation a request not yet sent is taken back;
    the outcome of one already sent comes in `recovered`.
    """

    _turns: Turns

    async def freeze(
        self,
        contract_no: int,
        amount_fen: int,
        *,
        quantity: int = 0,
        price: int = 0,
        security: bytes = b"",
        market: int = 0,
        partner_ref: bytes = b"",
    ) -> Outcome:
        """Freeze 1 ≤ amount_fen ≤ 2^40 for an order; goes as one frame with whatever else is pending.

        `price` in 1/10,000 yuan, `quantity` in shares, `security` and `partner_ref` up to 8 bytes: informative.
        """
        return await self._turns.record(
            order_record(contract_no, amount_fen, quantity, price, security, market, partner_ref)
        )

    async def release(
        self, target: RequestKey | Outcome, contract_no: int, amount_fen: int, *, partner_ref: bytes = b""
    ) -> Outcome:
        """Release part or all of what remains of a freeze."""
        return await self._turns.record(
            money_record(RecordKind.RELEASE, contract_no, amount_fen, partner_ref, target=_key(target))
        )

    async def fill_buy(
        self,
        target: RequestKey | Outcome,
        contract_no: int,
        charge_fen: int,
        *,
        release_fen: int = 0,
        turnover_fen: int = 0,
        quantity: int = 0,
        partner_ref: bytes = b"",
    ) -> Outcome:
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
        return await self._turns.record(record)

    async def fill_sell(
        self,
        contract_no: int,
        proceeds_fen: int,
        *,
        turnover_fen: int = 0,
        quantity: int = 0,
        partner_ref: bytes = b"",
    ) -> Outcome:
        """A sale was executed: net proceeds, 0 allowed."""
        record = money_record(
            RecordKind.FILL_SELL,
            contract_no,
            proceeds_fen,
            partner_ref,
            turnover_fen=turnover_fen,
            quantity=quantity,
        )
        return await self._turns.record(record)

    async def deposit(self, contract_no: int, amount_fen: int, *, partner_ref: bytes = b"") -> Outcome:
        """Credit a savings account (the bank's own seat only)."""
        return await self._turns.record(money_record(RecordKind.DEPOSIT, contract_no, amount_fen, partner_ref))

    async def withdraw(self, contract_no: int, amount_fen: int, *, partner_ref: bytes = b"") -> Outcome:
        """Debit a savings account (the bank's own seat only)."""
        return await self._turns.record(money_record(RecordKind.WITHDRAWAL, contract_no, amount_fen, partner_ref))

    async def submit(self, record: RecordArray) -> Outcome:
        """Send one record, (1,) RECORD, with whatever else is pending."""
        return await self._turns.record(checked_records(record, 1).tobytes())


def _key(target: RequestKey | Outcome) -> RequestKey:
    return target.key if isinstance(target, Outcome) else target


def checked_records(records: RecordArray, count: int) -> RecordArray:
    """(count,) RECORD without gaps. Raises MisuseError for anything else, and for none."""
    if records.dtype != RECORD or records.shape != (count,) or count < 1:
        raise MisuseError(f"records are a (n,) array of RECORD with n ≥ 1, not {records.shape} of {records.dtype}")
    return np.ascontiguousarray(records)
