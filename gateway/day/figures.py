"""What the day desk counts and finds, and how it is told: to Prometheus, and to whoever asks how it is.

Belongs here: plain figures, written once a round, and their names. Never here: what is due (by_clock), HTTP
(config.kit.telling.exposition).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.day.lane_seen import LaneSeen
from protocol.vocabulary import LaneState

NAMED_MAX = 20  # brokers in one line
PREFIX = "yzt_day_desk_"
STEPS = (
    *("sign-off", "agree", "take-back", "reconcile", "correct", "proceeds", "publish", "close", "settle"),
    *("due", "pay", "credit", "open", "confirm-roll", "end-settlement", "interest"),
)


class Step(NamedTuple):
    """A step that is due from `at_s` on, whole seconds since 1970."""

    at_s: int
    name: str
    trade_date: int


class LaneName(NamedTuple):
    """One broker's trade date."""

    trade_date: int
    party: int


@dataclass(slots=True)
class Figures:
    """What the last round found. A scrape may read it a moment apart."""

    reaches_bank: bool = False
    why: str = "it has not reached the bank yet"
    """What keeps the plan from going on; empty while it goes on."""
    trade_date: int = 0
    phase: str = ""
    next_step: Step | None = None
    signed_on: tuple[int, ...] = ()
    absent: tuple[int, ...] = ()
    """Brokers, ascending, that have signed on for the open date while it is traded, and that have not."""
    overdue_s: int = 0
    """How long the next step has been due."""
    lanes: dict[LaneName, LaneSeen] = field(default_factory=dict)
    """Of every date that is signed off, those that were not settled before the last round."""
    late: dict[LaneName, int] = field(default_factory=dict)
    """By how many seconds the set of a lane is late that has none complete."""
    bank_late: tuple[int, ...] = ()
    """Brokers that the bank has not paid, behind the time from which that is an alarm."""
    overdue: tuple[int, ...] = ()
    """Brokers that have not paid what is behind its due time."""
    taken: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STEPS, 0))
    refused: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STEPS, 0))

    def facts(self) -> dict[str, int | float | str]:
        """What `yzt status` shows of it."""
        step = self.next_step
        found: dict[str, int | float | str] = {}
        if self.trade_date:
            found |= {"trade date": str(self.trade_date), "phase": self.phase}
        if self.signed_on or self.absent:
            found["brokers signed on"] = named(self.signed_on)
            found["brokers not signed on"] = named(self.absent)
        if step is not None:
            found["next step"] = f"{step.name} of {step.trade_date}"
            found["overdue seconds"] = self.overdue_s
        if self.bank_late or self.overdue:
            found |= {"bank late to brokers": named(self.bank_late), "brokers overdue": named(self.overdue)}
        found |= {"lanes open": self.open_lanes, "lanes that differ": self.differing, "sets late": len(self.late)}
        return found

    @property
    def open_lanes(self) -> int:
        """Lanes that are not published."""
        return sum(lane.state < LaneState.PUBLISHED for lane in self.lanes.values())

    @property
    def differing(self) -> int:
        """Lanes whose set says otherwise than the bank has it."""
        return sum(bool(lane.found) and lane.state < LaneState.PUBLISHED for lane in self.lanes.values())


def named(parties: Sequence[int]) -> str:
    """Brokers by their numbers, for people: the first few, and how many more."""
    if not parties:
        return "none"
    more = f" and {len(parties) - NAMED_MAX} more" if len(parties) > NAMED_MAX else ""
    return ", ".join(map(str, parties[:NAMED_MAX])) + more


class DayCollector(Collector):
    """Reads the figures as they are at the moment of asking."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        """All families of the day desk."""
        figures = self._figures
        gauges = (
            ("reaches_bank", "1 while its seat is served.", figures.reaches_bank),
            ("goes_on", "1 while nothing keeps the plan from going on.", not figures.why),
            ("trade_date", "The open trade date, yyyymmdd.", figures.trade_date),
            ("brokers_absent", "Brokers that have not signed on for the open date.", len(figures.absent)),
            ("step_overdue_seconds", "How long the next step has been due.", figures.overdue_s),
            ("lanes_open", "Lanes of dates that are signed off and not published.", figures.open_lanes),
            ("lanes_differing", "Of these, those that differ.", figures.differing),
            ("sets_late", "Of these, those whose set is late.", len(figures.late)),
            ("bank_late", "Brokers that the bank has not paid in time.", len(figures.bank_late)),
            ("brokers_overdue", "Brokers that have not paid in time.", len(figures.overdue)),
        )
        for name, text, value in gauges:
            yield GaugeMetricFamily(PREFIX + name, text, float(value))
        for name, text, counts in (
            ("steps_taken", "Steps that were taken.", figures.taken),
            ("steps_refused", "Steps that were due and that the bank refused.", figures.refused),
        ):
            family = CounterMetricFamily(PREFIX + name, text, labels=["step"])
            for step, count in counts.items():
                family.add_metric([step], count)
            yield family


def registry_of(figures: Figures) -> CollectorRegistry:
    """What the day desk's port shows."""
    registry = CollectorRegistry()
    registry.register(DayCollector(figures))
    return registry
