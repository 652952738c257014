"""The verbs for one request: what they ask, and the record that asks it.

Belongs here: one verb per kind of record. Never here: orders through the bank (ordering), blocks, queries, links
(seat), where a record waits (seat_turns).
"""

from abc import abstractmethod
from collections.abc import Coroutine

from ...records import RecordArray
from ...vocabulary import RecordKind, Way
from ..line.seat_turns import SeatTurns
from ..outcomes import Outcome, RequestKey
from .arguments import moment_ns, records_body
from .ordering import Answer, OrderingVerbs
from .record_building import cash_record, freeze_record, money_record


class SingleVerbs(OrderingVerbs[Answer]):
    """Each asks one thing with one record. `Answer` is the Outcome, or a coroutine that gives it.

    A refusal is a value: look at `Outcome.code`. Raises MisuseError, at once and before anything is kept, for a value
    that has no place in the record; SessionEnded (not sent) or OutcomeUnknown (sent, no answer) only when the seat is
    closed or its session ended for good.

    `valid_until_ns`: UTC; a freeze, order or withdrawal that is decided later is refused EXPIRED, 0: no bound. What was
    executed or gives money back is never late: there the bank has no use for it. A frame has one such time, so calls
    go together that have the same: round it, to a tenth of a second say, where many are made side by side.
    """

    @abstractmethod
    def _open_date(self) -> int:
        """The trade date that is open as far as the bank told, yyyymmdd."""
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
        valid_until_ns: int = 0,
    ) -> Answer:
        """Freeze 1 ≤ amount_fen ≤ 2^40 for an order; goes as one frame with whatever else is pending.

        `price` in 1/10,000 yuan, `quantity` in shares, `security` and `partner_ref` up to 8 bytes: informative.
        """
        record = freeze_record(contract_no, amount_fen, quantity, price, security, market, partner_ref)
        return self._call(record, moment_ns("valid_until_ns", valid_until_ns))

    def release(
        self,
        target: RequestKey | Outcome,
        contract_no: int,
        amount_fen: int,
        *,
        partner_ref: bytes = b"",
        valid_until_ns: int = 0,
    ) -> Answer:
        """Release part or all of what remains of a freeze."""
        record = money_record(RecordKind.RELEASE, contract_no, amount_fen, partner_ref, target=target)
        return self._call(record, moment_ns("valid_until_ns", valid_until_ns))

    def fill_buy(
        self,
        target: RequestKey | Outcome,
        contract_no: int,
        charge_fen: int,
        *,
        release_fen: int = 0,
        turnover_fen: int = 0,
        quantity: int = 0,
        traded_on: int | None = None,
        partner_ref: bytes = b"",
        valid_until_ns: int = 0,
    ) -> Answer:
        """A buy was executed: draw `charge_fen` from its freeze and release `release_fen`.

        `traded_on`: the trade date of the execution, yyyymmdd; None: the one that is open at the call.
        """
        record = money_record(
            RecordKind.FILL_BUY,
            contract_no,
            charge_fen,
            partner_ref,
            release_fen=release_fen,
            turnover_fen=turnover_fen,
            quantity=quantity,
            target=target,
            traded_on=traded_on,
            open_date=self._open_date(),
        )
        return self._call(record, moment_ns("valid_until_ns", valid_until_ns))

    def fill_sell(
        self,
        contract_no: int,
        proceeds_fen: int,
        *,
        turnover_fen: int = 0,
        quantity: int = 0,
        traded_on: int | None = None,
        partner_ref: bytes = b"",
        valid_until_ns: int = 0,
    ) -> Answer:
        """A sale was executed: net proceeds, 0 allowed. `traded_on`: as for a buy."""
        record = money_record(
            RecordKind.FILL_SELL,
            contract_no,
            proceeds_fen,
            partner_ref,
            turnover_fen=turnover_fen,
            quantity=quantity,
            traded_on=traded_on,
            open_date=self._open_date(),
        )
        return self._call(record, moment_ns("valid_until_ns", valid_until_ns))

    def deposit(
        self, account_no: int, amount_fen: int, *, way: int = Way.CASH, serial: int = 0, valid_until_ns: int = 0
    ) -> Answer:
        """Credit a savings account (seats of the bank's savings desk only).

        `way`: a `Way`, by which the money comes.
        `serial`: the desk's own, rising over a trade date, so that what is told again is SERIAL_USED; 0: it keeps none.
        """
        record = cash_record(RecordKind.DEPOSIT, account_no, amount_fen, way, serial)
        return self._call(record, moment_ns("valid_until_ns", valid_until_ns))

    def withdraw(
        self,
        account_no: int,
        amount_fen: int,
        *,
        way: int = Way.CASH,
        restraint_no: int = 0,
        serial: int = 0,
        valid_until_ns: int = 0,
    ) -> Answer:
        """Debit a savings account (seats of the bank's savings desk only). `way`, `serial`: as of a deposit.

        `restraint_no`: of a judicial deduction, the restraint by which is deducted. The outcome of a forced card debit
        tells in `remaining_fen` what was posted to the account; the rest is the bank's.
        """
        record = cash_record(RecordKind.WITHDRAWAL, account_no, amount_fen, way, serial, restraint_no)
        return self._call(record, moment_ns("valid_until_ns", valid_until_ns))

    def submit(self, record: RecordArray, valid_until_ns: int = 0) -> Answer:
        """Send one record, (1,) RECORD, with whatever else is pending."""
        return self._call(records_body(record, 1), moment_ns("valid_until_ns", valid_until_ns))


class AwaitedVerbs(SingleVerbs[Coroutine[object, object, Outcome]]):
    """The verbs in trio: to be awaited; a call goes as one frame with whatever else is pending.

    On cancellation a request not yet sent is taken back; the outcome of one already sent comes in `recovered`.
    """

    _turns: SeatTurns

    def _call(self, record: bytes, valid_until_ns: int) -> Coroutine[object, object, Outcome]:
        return self._turns.record(record, valid_until_ns)
