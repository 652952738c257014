"""Commands that read their own options: one function for each, which imports the work when it is asked for.

Belongs here: which module does a command's work. Never here: the work, or an import at the top: `yzt --version` does
not wait for a simulator, and a command that needs no PostgreSQL driver runs without one.
"""

from collections.abc import Callable

from config.schema import Config


def _run(argv: list[str], config: Config) -> int:
    from frontend_sim.trading_session.demo import main

    return main(argv, config)


def _load(argv: list[str], config: Config) -> int:
    from config.cli.load.command import main

    return main(argv, config)


def _replay(argv: list[str], config: Config) -> int:
    from frontend_sim.replay.command import main

    return main(argv, config)


def _audit(argv: list[str], config: Config) -> int:
    from ledger.audit import main

    return main(argv, config)


def _backup(argv: list[str], config: Config) -> int:
    from ledger.backup.command import main

    return main(argv, config)


def _sim(argv: list[str], config: Config) -> int:
    from frontend_sim.practice.command import main

    return main(argv, config)


def _decode(argv: list[str], config: Config) -> int:
    from config.cli.decode import main

    return main(argv, config)


def _clearing(argv: list[str], config: Config) -> int:
    from config.cli.clearing.command import main

    return main(argv, config)


def _fees(argv: list[str], config: Config) -> int:
    from config.cli.fees.command import main

    return main(argv, config)


def _day(argv: list[str], config: Config) -> int:
    from config.cli.day.command import main

    return main(argv, config)


def _books(argv: list[str], config: Config) -> int:
    from config.cli.books.command import main

    return main(argv, config)


def _report(argv: list[str], config: Config) -> int:
    from config.cli.reports.command import main

    return main(argv, config)


def _act(argv: list[str], config: Config) -> int:
    from config.cli.acts.command import main

    return main(argv, config)


def _clock(argv: list[str], config: Config) -> int:
    from config.cli.clock import main

    return main(argv, config)


def _scenario(argv: list[str], config: Config) -> int:
    from frontend_sim.scenario.command import main

    return main(argv, config)


def _identity(argv: list[str], config: Config) -> int:
    from config.cli.identity.command import main

    return main(argv, config)


def _passwords(argv: list[str], config: Config) -> int:
    from config.cli.passwords.command import main

    return main(argv, config)


COMMANDS: dict[str, Callable[[list[str], Config], int]] = {
    "run": _run,
    "load": _load,
    "replay": _replay,
    "audit": _audit,
    "backup": _backup,
    "sim": _sim,
    "decode": _decode,
    "clearing": _clearing,
    "fees": _fees,
    "day": _day,
    "books": _books,
    "report": _report,
    "act": _act,
    "clock": _clock,
    "scenario": _scenario,
    "identity": _identity,
    "passwords": _passwords,
}
"""By name: takes what followed the name and returns the exit code."""
