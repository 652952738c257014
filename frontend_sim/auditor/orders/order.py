"""One order through the bank as the auditor keeps it: how far it has come, what a report of its broker makes of it.

Belongs here: its stages, when a report fits, what it still needs and has cost. Never here: whose report it is, what is
answered (judging), the account whose money it is, anything of ledger, rules or gateway.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from frontend_sim.auditor.accounts.freeze import FreezeKey
from frontend_sim.auditor.observations import Seen
from frontend_sim.auditor.orders.charges import Tariff
from frontend_sim.auditor.orders.papers import Paper
from protocol.vocabulary import RecordKind


class Stage(IntEnum):
    """Where an order is."""

    ON_ITS_WAY = 1
    WITH_BROKER = 2
    BEING_CANCELLED = 3
    OVER = 4
    TURNED_DOWN = 5
    CLOSED = 6  # by its clearing set


UNDER_WAY = (Stage.ON_ITS_WAY, Stage.WITH_BROKER, Stage.BEING_CANCELLED)


class Words(NamedTuple):
    """What is known of an order; it changes with each thing that is told and fits."""

    stage: Stage = Stage.ON_ITS_WAY
    executed: int = 0
    turnover: int = 0  # 1/10,000 yuan
    cancelled: int = 0
    broker_number: int = 0
    cancel: int = 0  # the place in the broker's feed of the cancel that was asked for last


@dataclass(slots=True)
class Ordered:
    """An order that was taken; prices in 1/10,000 yuan for a unit."""

    key: FreezeKey
    contract_no: int
    party: int
    paper: Paper
    market_and_side: int
    quantity: int
    limit: int
    low: int
    accrued: int
    tariff: Tariff
    words: Words = field(default_factory=Words)
    _before: list[Words] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether anything of it may still come."""
        return self.words.stage in UNDER_WAY

    def needs_fen(self, words: Words) -> int:
        """What must be frozen: what all of it costs at the most, less what it has cost."""
        left = self.quantity - words.executed - words.cancelled
        if words.stage not in UNDER_WAY or left == 0:
            return 0
        at_most = words.turnover + left * self.tariff.multiplier * (self.limit + self.accrued)
        return self.tariff.worth_fen(words.executed + left, at_most) - self.cost_fen(words)

    def cost_fen(self, words: Words) -> int:
        """What has been bought by executions, with its fees."""
        return self.tariff.worth_fen(words.executed, words.turnover)

    def put(self, words: Words) -> None:
        """So it is from now on."""
        self._before.append(self.words)
        self.words = words

    def undo(self) -> None:
        """What was put last was not."""
        self.words = self._before.pop()

    def forget(self) -> None:
        """Nothing is undone any more."""
        self._before.clear()

    def cancelled_by_asking(self, place: int) -> Words:
        """A cancel is under way, at this place of the broker's feed."""
        return self.words._replace(stage=Stage.BEING_CANCELLED, cancel=place)

    def lowered(self, quantity: int, turnover: int) -> Words:
        """Two people say that no more was executed: it has ended with that."""
        left = self.quantity - quantity
        return self.words._replace(stage=Stage.OVER, executed=quantity, turnover=turnover, cancelled=left)

    def closed(self) -> Words:
        """Its clearing set has ended it: nothing of it is open, and what is reported of it says nothing any more."""
        return self.words._replace(stage=Stage.CLOSED, cancelled=self.quantity - self.words.executed)

    def after(self, report: Seen, *, is_late: bool, room_fen: int) -> Words | None:
        """What it is behind a report that fits, else None. `is_late`: only what moves nothing fits any more; so much
        may still be bought on its account before a column is full.
        """
        if (report.way, report.security) != (self.market_and_side, self.paper[1]):
            return None
        has_set = is_late or self.words.stage == Stage.CLOSED
        if has_set and report.kind in (RecordKind.EXECUTED, RecordKind.CANCELLED, RecordKind.REFUSED):
            return None
        if report.kind == RecordKind.EXECUTED:
            return self._executed(report.quantity, report.release_fen, room_fen)
        if report.kind == RecordKind.CANCELLED:
            return self._cancelled(report.quantity, report.release_fen)
        if report.kind == RecordKind.CANCEL_REFUSED:
            return self._cancel_refused(report.release_fen)
        return self._turned_down() if report.kind == RecordKind.REFUSED else self._taken(report.release_fen)

    def _taken(self, number: int) -> Words | None:
        words = self.words
        if words.broker_number and words.broker_number != number:
            return None
        if words.stage not in UNDER_WAY:
            return words
        return words._replace(stage=_with_broker(words), broker_number=number)

    def _executed(self, quantity: int, turnover: int, room_fen: int) -> Words | None:
        words = self.words
        if (quantity, turnover) == (words.executed, words.turnover):
            return words
        more, paid = quantity - words.executed, turnover - words.turnover
        if words.stage not in UNDER_WAY or not 0 < more <= self.quantity - words.executed - words.cancelled:
            return None
        pieces = more * self.tariff.multiplier
        if not pieces * (self.low + self.accrued) <= paid <= pieces * (self.limit + self.accrued):
            return None
        after = words._replace(executed=quantity, turnover=turnover, stage=_with_broker(words))
        if quantity + words.cancelled == self.quantity:
            after = after._replace(stage=Stage.OVER)
        drawn_fen, needs_fen = self.cost_fen(after) - self.cost_fen(words), self.needs_fen(after)
        fits = 0 <= drawn_fen <= room_fen and 0 <= needs_fen <= self.needs_fen(words) - drawn_fen
        return after if fits else None

    def _cancelled(self, quantity: int, answers: int) -> Words | None:
        words = self.words
        if quantity == words.cancelled:
            return words
        if words.stage not in UNDER_WAY or not words.cancelled < quantity <= self.quantity - words.executed:
            return None
        after = words._replace(cancelled=quantity)
        if quantity + words.executed == self.quantity:
            return after._replace(stage=Stage.OVER)
        is_answered = words.stage == Stage.BEING_CANCELLED and answers == words.cancel
        return after._replace(stage=Stage.WITH_BROKER) if is_answered else after

    def _cancel_refused(self, answers: int) -> Words | None:
        words = self.words
        if answers != words.cancel:
            return None
        is_under_way = words.stage == Stage.BEING_CANCELLED
        return words._replace(stage=Stage.WITH_BROKER) if is_under_way else words

    def _turned_down(self) -> Words | None:
        words = self.words
        if words.stage == Stage.TURNED_DOWN:
            return words
        if words.stage not in UNDER_WAY or words.executed or words.cancelled:
            return None
        return words._replace(stage=Stage.TURNED_DOWN, cancelled=self.quantity)


def _with_broker(words: Words) -> Stage:
    """Where an order under way is of which its broker has spoken."""
    return words.stage if words.stage == Stage.BEING_CANCELLED else Stage.WITH_BROKER
