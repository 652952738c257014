"""Where the processor time of a load goes: by process of the system, a record.

Belongs here: how long each process has run, and the difference over a load. Never here: loads, verdicts, what
a function inside a process costs (micro).
"""

from collections.abc import Mapping

import psutil

from config.supervise.supervisor import Supervisor

PROCESSES = ("gateway", "ledger", "follower")
LOAD, POSTGRES = "load", "postgres"
STATIONS = (LOAD, *PROCESSES, POSTGRES)


def seconds_so_far(supervisor: Supervisor) -> dict[str, float]:
    """Processor seconds, user and system, that each process of the system has used; those of the load are its own.

    A server process of PostgreSQL that has ended counts no more: those of ledger and follower live as long as a load.
    """
    spent = {name: _seconds(psutil.Process(supervisor.pid(name))) for name in PROCESSES}
    postmaster = psutil.Process(supervisor.pid("postgres"))
    spent[POSTGRES] = _seconds(postmaster) + sum(_seconds(server) for server in postmaster.children())
    return spent


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:  # a helper of the server that ended while we looked
        return 0.0
    return float(times.user + times.system)


def ns_a_record(
    before: Mapping[str, float], after: Mapping[str, float], load_seconds: float, records: int
) -> dict[str, int]:
    """Processor time between two readings, ns a record by station; `load_seconds` are those of the load itself."""
    spent = {LOAD: load_seconds, **{name: after[name] - before[name] for name in (*PROCESSES, POSTGRES)}}
    return {name: round(spent[name] * 1e9 / max(1, records)) for name in STATIONS}


def as_note(spent_ns: Mapping[str, int]) -> str:
    """One line for people."""
    each = ", ".join(f"{name} {spent_ns[name]:,}" for name in STATIONS)
    return f"processor time a record: {sum(spent_ns.values()):,} ns ({each})"
