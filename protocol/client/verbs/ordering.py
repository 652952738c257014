"""The verbs for orders through the bank: a channel orders and cancels, a broker reports what became of its orders.

Belongs here: one verb per kind of record of them. Never here: how a record is made (ordering_records), other verbs.
"""

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

from ...vocabulary import OrderType
from .arguments import moment_ns
from .ordering_records import (
    BankOrder,
    cancel_record,
    cancel_refused_record,
    cancelled_record,
    executed_record,
    order_record,
    refused_record,
    taken_record,
)

Answer = TypeVar("Answer")


class OrderingVerbs(ABC, Generic[Answer]):
    """Each says one thing with one record, as the other verbs for one request do; the bank alone reckons amounts.

    What a broker reports of an order is cumulative: the same said twice changes nothing. A report that does not fit the
    order is accepted and LISTED, for people to look into.
    """

    @abstractmethod
    def _call(self, record: bytes, valid_until_ns: int) -> Answer:
        """Send one 64-byte record as a single call, and answer with its outcome. Both are checked."""
        ...

    def order(
        self,
        contract_no: int,
        market: int,
        side: int,
        security: bytes,
        quantity: int,
        limit: int,
        *,
        order_type: int = OrderType.LIMIT,
        partner_ref: bytes = b"",
        valid_until_ns: int = 0,
    ) -> Answer:
        """Order for a customer who is signed on with the channel; goes as one frame with whatever else is ordered.

        `limit` in 1/10,000 yuan. The outcome tells in `remaining_fen` what was frozen, its `key` names the order.
        """
        sided = (contract_no, market, side, security)
        record = order_record(*sided, quantity, limit, order_type=order_type, partner_ref=partner_ref)
        return self._call(record, moment_ns("valid_until_ns", valid_until_ns))

    def cancel(self, order: BankOrder, *, partner_ref: bytes = b"") -> Answer:
        """Wish that what is open of an order is cancelled. Its money is released when the exchange has done so."""
        return self._call(cancel_record(order, partner_ref=partner_ref), 0)

    def taken(self, order: BankOrder, broker_number: int, *, partner_ref: bytes = b"") -> Answer:
        """The broker has the order, under a number of its own."""
        return self._call(taken_record(order, broker_number, partner_ref=partner_ref), 0)

    def refused_order(self, order: BankOrder, reason: int, *, partner_ref: bytes = b"") -> Answer:
        """The broker or the exchange refused the order: `reason` is the broker's own number for why, 1 to 255."""
        return self._call(refused_record(order, reason, partner_ref=partner_ref), 0)

    def executed(self, order: BankOrder, quantity: int, turnover: int, *, partner_ref: bytes = b"") -> Answer:
        """So much of the order was executed up to now, in all; `turnover` in 1/10,000 yuan, in all too."""
        return self._call(executed_record(order, quantity, turnover, partner_ref=partner_ref), 0)

    def cancelled(
        self, order: BankOrder, quantity: int, reason: int, *, cancel_position: int = 0, partner_ref: bytes = b""
    ) -> Answer:
        """The exchange has cancelled so much of the order up to now, in all.

        `cancel_position`: of the cancel that this answers, in the feed of orders; 0: the exchange did so by itself.
        """
        record = cancelled_record(order, quantity, reason, cancel_position=cancel_position, partner_ref=partner_ref)
        return self._call(record, 0)

    def cancel_refused(
        self, order: BankOrder, cancel_position: int, reason: int, *, partner_ref: bytes = b""
    ) -> Answer:
        """Nothing came of the cancel at this position of the feed of orders."""
        return self._call(cancel_refused_record(order, cancel_position, reason, partner_ref=partner_ref), 0)
