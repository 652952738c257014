"""`yzt`: the command line.

What belongs here: which commands there are, their options, one clear line and an exit code for every fault.
What never may: the work itself; each command imports only what it needs, when it runs.
"""

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from config.cli.options import DEFAULT_FILE, add_common_options
from config.cli.output import CLOSED_PIPE, OutputLost, checked_output
from config.cli.owned import COMMANDS
from config.dsn import fault_of
from config.kit import environment
from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault, StopAsked
from config.kit.printable import printable
from config.kit.processes import Progress, print_progress
from config.kit.stop_request import THIS_PROCESS, Interrupted
from config.kit.version import version
from config.schema import Config, dump, load, with_dsn, without_secrets

EPILOG = """exit codes: 0 done, 1 a figure or check differs, 64 usage, 65 input data,
69 something needed is not there, 70 the books are broken, 74 fenced by another ledger,
76 journal tampered with or its tail lost, 78 configuration"""


class UsageFault(ProcessFault):
    """The command line is wrong."""

    def __init__(self, message: str) -> None:
        """Takes the one line; the code is always ExitCode.USAGE."""
        super().__init__(message, ExitCode.USAGE)


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are faults like all others: one line, exit code 64."""

    def error(self, message: str) -> None:  # type: ignore[override]  # argparse ends the process here, we raise
        raise UsageFault(f"{message} (see `yzt --help`)")


class _ShowVersion(argparse.Action):
    """Looks the version up when it is asked for, not at every start."""

    def __call__(self, parser: argparse.ArgumentParser, *_arguments: object) -> None:
        print(f"yzt {version()}")
        parser.exit()


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command. Returns: its exit code; a fault is one line on stderr."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        with checked_output():
            if argv is None and not THIS_PROCESS.is_installed:  # a script of an earlier installation
                THIS_PROCESS.install()
                environment.settle()
            THIS_PROCESS.begin()
            return _dispatch(arguments)
    except OutputLost as lost:
        if lost.is_closed:  # `yzt … | head`: whoever read it has read enough
            return CLOSED_PIPE
        print_progress(f"yzt: {lost}")
        return int(lost.exit_code)
    except ProcessFault as fault:
        print_progress(f"yzt: {printable(str(fault))}")
        return int(fault.exit_code)
    except Interrupted as interrupted:
        return interrupted.exit_code
    except PermissionError as error:  # an installation of somebody else's: its folders are closed
        print_progress(f"yzt: {error.filename}: {error.strerror}: ask as the user that it belongs to")
        return int(ExitCode.CONFIG)


def _dispatch(arguments: list[str]) -> int:
    common = _common_options()
    if arguments and arguments[0] in COMMANDS:
        known, rest = common.parse_known_args(arguments[1:])
        config = _config_of(known)
        return _owned_command(arguments[0], rest, config)
    options = _parser(common).parse_args(arguments)
    match options.command:
        case "up":
            return _up(_config_of(options))
        case "keygen":
            return _keygen(options)
        case "config":
            return _config(options)
        case _:
            return _status(_config_of(options), options.json)


def _owned_command(name: str, rest: list[str], config: Config) -> int:
    try:
        return COMMANDS[name](rest, config)
    except ModuleNotFoundError as error:
        raise ProcessFault(f"{name} cannot be loaded: {error}", ExitCode.UNAVAILABLE) from None


def _common_options() -> _Parser:
    common = _Parser(add_help=False, allow_abbrev=False)
    add_common_options(common)
    return common


def _parser(common: _Parser) -> _Parser:
    parser = _Parser(
        prog="yzt",
        description="Yinzhengtong (银证通): a bank-securities gateway",
        epilog=EPILOG,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    commands.add_parser("up", parents=[common], help="serve until stopped: PostgreSQL, ledger, gateway, follower")
    commands.add_parser("run", help="run a trading session with simulated brokers and print the control table")
    commands.add_parser("load", help="load parties, keys, seats and contracts from CSV files as the bank")
    commands.add_parser("replay", help="drive a recorded order flow through a broker link")
    commands.add_parser("clearing", help="a broker's clearing set as a CSV file: make an example, check, send")
    commands.add_parser("fees", help="what a broker charges of orders through the bank: announce it")
    commands.add_parser("day", help="the business day by hand: its plan, where it stands, its steps, what differs")
    commands.add_parser("books", help="the books: statement of an account, general ledger, trial balance")
    commands.add_parser("report", help="reports in Chinese as CSV and PDF: of a day, of a month, of an account")
    commands.add_parser("act", help="what people of the bank sign: write, sign, countersign, show, send")
    commands.add_parser("clock", help="the simulated clock, where the configuration allows one: show, set, advance")
    commands.add_parser("scenario", help="a written story, run through real processes, and what they answered")
    commands.add_parser("identity", help="the identity desk: contracts that brokers push, its keys, holders' digests")
    commands.add_parser("passwords", help="the password desk: checks trading passwords of customers, its keys")
    commands.add_parser("audit", help="`audit verify`: check the journal's chain")
    commands.add_parser("backup", help="copies of the journal: make one, check it in a second server, restore it")
    commands.add_parser("sim", help="`sim bank`: a bank to practise on, which misbehaves on request")
    commands.add_parser("decode", help="say what frames mean, from hex or a file")
    keygen = commands.add_parser("keygen", parents=[common], help="make a key pair, or the bank's missing ones")
    keygen.add_argument("file", nargs="?", type=Path, help="private key file to make, such as broker.pem")
    keygen.add_argument("--suite", choices=("ed25519", "p256"), default="ed25519")
    keygen.add_argument("--bank", action="store_true", help="make the bank's missing keys in the state directory")
    shown = commands.add_parser("config", parents=[common], help="check or show the configuration")
    shown.add_argument("what", choices=("check", "show"))
    status = commands.add_parser(
        "status", parents=[common], help="ask the processes whether they serve, and how they are"
    )
    status.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    return parser


def _config_of(options: argparse.Namespace) -> Config:
    file = Path(options.config) if options.config else (DEFAULT_FILE if DEFAULT_FILE.exists() else None)
    config = load(file)
    if not options.dsn:
        return config
    fault = fault_of(options.dsn)
    if fault is not None:
        raise ConfigFault(f"--dsn: {fault}")
    return with_dsn(config, options.dsn)


def _up(config: Config) -> int:
    from config.kit.telling.logs import begin, formatted

    progress = begin("up", config.log)
    try:
        return _serve(config, progress, formatted("up", config.log))
    except ProcessFault as fault:
        if config.log.format != "json":
            raise
        print_progress(formatted("up", config.log, logging.ERROR)(str(fault)))  # for who reads every line as JSON
        return int(fault.exit_code)


def _serve(config: Config, progress: Progress, spoken: Callable[[str], str]) -> int:
    from config.keys import make_missing_bank_keys
    from config.supervise.supervisor import Supervisor

    supervisor = Supervisor(config, progress=progress)
    with THIS_PROCESS.told(supervisor.request_stop, spoken):
        try:
            make_missing_bank_keys(config, progress)
            supervisor.start()
            ports = [f"{name} {purpose} {port}" for name, purpose, port in supervisor.ports()]
            progress(f"serving: {', '.join(ports)}{_of_what_time(config)}")
            supervisor.wait()
        except StopAsked as left:
            progress(str(left))
        code = supervisor.stop()
    if supervisor.fault is not None:
        raise supervisor.fault
    return code


def _of_what_time(config: Config) -> str:
    """Nothing where time is the machine's."""
    from config.supervise.status import simulated_time

    said = simulated_time(config)
    return "" if said is None else f"; TIME IS SIMULATED: {said}"


def _keygen(options: argparse.Namespace) -> int:
    from config.keys import make_missing_bank_keys, public_key_hex, write_key_pair

    if options.bank == (options.file is not None) or (options.file and not options.file.name):
        raise UsageFault("keygen takes a file, or --bank")
    if options.bank:
        make_missing_bank_keys(_config_of(options), print)
    else:
        public_file = write_key_pair(options.file, options.suite)
        print(f"{options.file}\n{public_file}\n{public_key_hex(public_file)}")
    return ExitCode.OK


def _config(options: argparse.Namespace) -> int:
    from config.keys import bank_key_files, check_private_key

    config = _config_of(options)
    if options.what == "show":
        print(dump(without_secrets(config)), end="")
        return ExitCode.OK
    for file, suite in bank_key_files(config):
        check_private_key(file, suite)
    config.wall_clock()
    if config.calendar.overrides:
        from gateway.day.planning.configured import overrides_of

        overrides_of(config)
    print("the configuration and the bank's keys are in order")
    return ExitCode.OK


def _status(config: Config, as_json: bool) -> int:
    from config.supervise.status import lines_of, status_of

    status = status_of(config)
    print(msgspec.json.format(msgspec.json.encode(status)).decode() if as_json else "\n".join(lines_of(status)))
    return ExitCode.OK if status.serves else ExitCode.UNAVAILABLE


if __name__ == "__main__":
    THIS_PROCESS.install()
    sys.exit(main())
