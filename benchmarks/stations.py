"""Where the processor time of a load goes: by process of the system, a record.

Belongs here: the difference between two readings, over the records of a load. Never here: how long a process has run
(watch), loads, verdicts, what a function inside a process costs (micro).
"""

from collections.abc import Mapping

from benchmarks.watch import POSTGRES, PROCESSES

LOAD = "load"
STATIONS = (LOAD, *PROCESSES, POSTGRES)


def ns_a_record(
    before: Mapping[str, float], after: Mapping[str, float], load_seconds: float, records: int
) -> dict[str, int]:
    """Processor time between two readings, ns a record by station; `load_seconds` are those of the load itself."""
    spent = {LOAD: load_seconds, **{name: after[name] - before[name] for name in (*PROCESSES, POSTGRES)}}
    return {name: round(spent[name] * 1e9 / max(1, records)) for name in STATIONS}


def as_seconds(spent_ns: Mapping[str, int]) -> str:
    """One line for people, of what was not spent by the record."""
    return ", ".join(f"{name} {spent_ns[name] / 1e9:.1f}" for name in STATIONS)


def as_note(spent_ns: Mapping[str, int]) -> str:
    """One line for people."""
    each = ", ".join(f"{name} {spent_ns[name]:,}" for name in STATIONS)
    return f"processor time a record: {sum(spent_ns.values()):,} ns ({each})"
