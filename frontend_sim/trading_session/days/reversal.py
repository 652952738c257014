"""A reversal 冲正 behind the trading of a session: the savings system has not taken what was moved for an order, so two
people give it back; told once more under the same serial it is refused.

Belongs here: which order, what is signed and noted of it. Never here: what it earns (auditor), keys of people (staff),
the steps around it (evening).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from config.kit.processes import Progress
from frontend_sim.auditor.control_table import yuan
from frontend_sim.auditor.observations import ControlKind, Seen
from frontend_sim.market.broker_day import BrokerDay
from frontend_sim.market.desks import TELLER_SEAT, LoadRefused
from frontend_sim.market.order_seat import ControlSeat, OutcomeLike
from frontend_sim.market.people.staff import Staff
from frontend_sim.trading_session.session_log import SessionLog, seen_of_bank
from protocol.acts.moved import ReverseAct
from protocol.acts.table import word_of
from protocol.codes import ReplyCode
from protocol.records import STATE_MOVED
from protocol.vocabulary import RecordKind

DESK_SERIAL = 1
"""Of the savings desk, of its reversals."""


class ToReverse(NamedTuple):
    """An order of which nothing is drawn and nothing released, and whose money was moved."""

    seen: Seen
    position: int
    """Its place among the records of its journal row."""


def to_reverse(seen: Iterable[Seen], days: Mapping[int, BrokerDay]) -> ToReverse | None:
    """The first such order of these brokers' days whose row holds requests of its seat alone, so that its place in it
    is known; None: there is none.
    """
    rows: dict[int, list[Seen]] = {}
    for one in seen:
        rows.setdefault(one.sequence, []).append(one)
    for _, row in sorted(rows.items()):
        if len({one.seat for one in row}) > 1:
            continue
        first_number = min(one.number for one in row)
        for one in row:
            is_moved = (one.kind, one.code, one.state) == (RecordKind.FREEZE, ReplyCode.ACCEPTED, STATE_MOVED)
            if is_moved and one.party in days and _is_untouched(one, days[one.party]):
                return ToReverse(one, one.number - first_number)
    return None


def _is_untouched(one: Seen, day: BrokerDay) -> bool:
    order = day.orders.get((one.trade_date, one.seat, one.number))
    return order is not None and not order.filled and not order.released_fen


@dataclass(frozen=True, slots=True)
class Reversing:
    """Two people of the bank, and the seat that brings their acts."""

    staff: Staff
    teller: ControlSeat
    log: SessionLog
    say: Progress

    async def reverse(self, order: ToReverse, broker: str) -> int:
        """All that was moved for an order is only frozen from now on, and once more in vain. Returns: the journal row.

        Raises: LoadRefused when it is answered otherwise.
        """
        one = order.seen
        fields = {
            **{"act": word_of(ReverseAct), "contract_no": one.contract_no, "trade_date": one.trade_date},
            **{"seat": one.seat, "number": one.number, "sequence": one.sequence, "position": order.position},
            **{"desk_serial": DESK_SERIAL, "amount_fen": one.amount_fen},
        }
        first, again = [
            self._note(one, await self.staff.signed(self.teller, fields, "储蓄系统未受理划转")) for _ in range(2)
        ]
        if (first.code, again.code) != (ReplyCode.ACCEPTED, ReplyCode.SERIAL_USED):
            raise LoadRefused(f"reversal of order {one.number} of seat {one.seat}: {first.code}, {again.code}")
        self.say(
            f"reversed: {yuan(one.remaining_fen)} that were moved for an order of {yuan(one.amount_fen)} of {broker} "
            "are back and frozen, by two people; told twice it is refused"
        )
        return again.sequence

    def _note(self, one: Seen, outcome: OutcomeLike) -> OutcomeLike:
        """For the auditor: the number of the act is nobody's opinion."""
        seen = seen_of_bank(TELLER_SEAT, ControlKind.REVERSAL, one.contract_no, one.amount_fen, outcome)
        self.log.seen.append(
            seen._replace(
                target_date=one.trade_date,
                target_seat=one.seat,
                target_number=one.number,
                state=0,
                remaining_fen=0,
                serial=DESK_SERIAL,
                named_sequence=one.sequence,
            )
        )
        return outcome
