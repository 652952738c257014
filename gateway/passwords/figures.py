"""What the password desk counts, and how it is told: to Prometheus, and to whoever asks how it is.

Belongs here: plain figures and their names; never a contract, an account or a word of a customer. Never here: what is
found (desk), HTTP (config.kit.telling.exposition).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from protocol.vocabulary import PasswordFound

PREFIX = "yzt_password_desk_"


@dataclass(slots=True)
class Figures:
    """Of one process, over all its sessions. A scrape may read them a moment apart."""

    reaches_bank: bool = False
    why: str = "it has not reached the bank yet"
    """What keeps it from its work; empty while it answers."""
    answered: dict[PasswordFound, int] = field(default_factory=lambda: dict.fromkeys(PasswordFound, 0))
    """How often each was told."""
    under_way: int = 0

    def facts(self) -> dict[str, int | float | str]:
        """What `yzt status` shows of it."""
        told = {f"told {found.name}": count for found, count in self.answered.items() if count}
        return {"attempts under way": self.under_way, **told}


class PasswordCollector(Collector):
    """Reads the figures as they are at the moment of asking."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        """All families of the password desk."""
        figures = self._figures
        for name, text, value in (
            ("reaches_bank", "1 while it answers at its door.", figures.reaches_bank),
            ("attempts_under_way", "Attempts that are not answered yet.", figures.under_way),
        ):
            yield GaugeMetricFamily(PREFIX + name, text, float(value))
        family = CounterMetricFamily(PREFIX + "attempts", "Attempts by what was told of them.", labels=["found"])
        for found, count in figures.answered.items():
            family.add_metric([found.name], count)
        yield family


def registry_of(figures: Figures) -> CollectorRegistry:
    """What the password desk's port shows."""
    registry = CollectorRegistry()
    registry.register(PasswordCollector(figures))
    return registry
