"""The names of a story as far as it was looked at, and whether one that is used is among them.

Belongs here: names, dates and texts by themselves. Never here: what a table must say (checking, expecting).
"""

from dataclasses import dataclass, field
from datetime import date

from protocol.acts.shown_text import is_shown_as_it_is
from protocol.trade_dates import is_trade_date


class Wrong(Exception):
    """What is wrong with the table that is being looked at."""


def number_of(day: date) -> int:
    """A day of the calendar as yyyymmdd."""
    return day.year * 10_000 + day.month * 100 + day.day


@dataclass(slots=True)
class Known:
    """Names by table, and the orders that were to be frozen so far."""

    names: dict[str, set[str]] = field(default_factory=dict)
    orders: set[str] = field(default_factory=set)

    def new(self, table: str, name: str) -> None:
        """A name of its own among those of a table. Raises Wrong."""
        known = self.names.setdefault(table, set())
        if name in known:
            raise Wrong(f"name: there is {_a(table)} {name!r} before")
        known.add(name)

    def known(self, key: str, table: str, name: str | None) -> None:
        """A name that is in a table. Raises Wrong."""
        if name is not None and name not in self.names.get(table, set()):
            known = ", ".join(sorted(self.names.get(table, set()))) or "none"
            raise Wrong(f"{key}: {name!r} is no {table} (there are: {known})")

    def date(self, key: str, day: date | None) -> None:
        """A date on which the bank may trade. Raises Wrong."""
        if day is not None and not is_trade_date(number_of(day)):
            raise Wrong(f"{key}: {day} is outside the dates that the bank may trade on, 1990-01-01 to 2059-09-18")

    def shown(self, key: str, text: str) -> None:
        """What people sign must look like what it is. Raises Wrong."""
        if not is_shown_as_it_is(text):
            raise Wrong(f"{key}: {text!r} has characters that nobody sees, or that look like others")

    def order(self, key: str, name: str, known: set[str]) -> None:
        """An order among those for which a freeze was asked. Raises Wrong."""
        if name not in known:
            there = ", ".join(sorted(known)) or "none"
            raise Wrong(f"{key}: {name!r} is no order for which a freeze was asked (there are: {there})")


def _a(table: str) -> str:
    return f"an {table}" if table[0] in "aeiou" else f"a {table}"
