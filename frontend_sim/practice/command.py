"""`yzt sim bank`: a bank to practise on, which misbehaves on request. No money, nothing is kept, published keys.

Belongs here: the command, its options, the key files that it hands out. Never here: what the bank does (bank,
misdeeds).
"""

import os
import signal
import textwrap
from dataclasses import dataclass
from pathlib import Path

import trio
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from config.cli.running import CommandParser, run_command
from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault
from config.schema import Config
from frontend_sim.practice import cast
from frontend_sim.practice.bank import PracticeBank
from frontend_sim.practice.misdeeds import MISDEEDS, Plan, meaning
from protocol.vocabulary import SUITES

PORT = 7710
COUNT_MAX = 10**9
COLUMNS, NAME_COLUMNS = 80, 28
SUITE_NAMES = {suite: name for name, suite in SUITES.items()}


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for."""

    host: str
    port: int
    keys: Path
    misbehave: tuple[str, ...]
    every: int
    times: int
    seed: int


def main(argv: list[str], config: Config) -> int:
    """Serve until stopped, or list the misdeeds. Returns: 0.

    Raises: ProcessFault for options, a port or key files that cannot be used.
    """
    parser = CommandParser(prog="yzt sim", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("what", choices=["bank"])
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=PORT, help="0: any (default: %(default)s)")
    parser.add_argument("--keys", type=Path, default=Path("practice"), help="folder for keys (default: %(default)s)")
    parser.add_argument("--misbehave", default="", metavar="A,B,…", help="misdeeds by name, or `all`; see --list")
    parser.add_argument("--every", type=int, default=3, help="befall every so many request frames (default: 3)")
    parser.add_argument("--times", type=int, default=0, help="befall so many frames at most (default: 0, no end)")
    parser.add_argument("--seed", type=int, default=0, help="draws the order of the misdeeds")
    parser.add_argument("--list", action="store_true", help="say what the misdeeds are")
    found = parser.parse_args(argv)
    if found.list:
        print("\n".join(_listed(name) for name in MISDEEDS))
        return int(ExitCode.OK)
    for name, value, lowest, highest in (
        ("--port", found.port, 0, 65_535),
        ("--every", found.every, 1, COUNT_MAX),
        ("--times", found.times, 0, COUNT_MAX),
    ):
        if not lowest <= value <= highest:
            raise ProcessFault(f"{name} must be {lowest} to {highest}", ExitCode.USAGE)
    names = _names(found.misbehave)
    options = Options(found.host, found.port, found.keys, names, found.every, found.times, found.seed)
    return run_command(_serve, options)


def _listed(name: str) -> str:
    indent = " " * NAME_COLUMNS
    return textwrap.fill(meaning(name), COLUMNS, initial_indent=f"{name:<{NAME_COLUMNS}}", subsequent_indent=indent)


def _names(text: str) -> tuple[str, ...]:
    if text == "all":
        return tuple(MISDEEDS)
    names = tuple(name.strip() for name in text.split(",")) if text else ()
    for name in names:
        if name not in MISDEEDS:
            raise ProcessFault(f"--misbehave: there is no misdeed {name!r} (see `yzt sim bank --list`)", ExitCode.USAGE)
    return names


async def _serve(options: Options) -> int:
    told = write_keys(options.keys)
    bank = PracticeBank()
    counted = 0

    def tell(line: str) -> None:
        nonlocal counted
        counted += 1
        print(line, flush=True)

    bank.tell = tell
    if options.misbehave:
        bank.plan = Plan(options.misbehave, options.every, options.times, options.seed)
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with trio.open_nursery() as nursery:
            try:
                await bank.listen(nursery, options.host, options.port)
            except OSError as error:
                where = f"{options.host} port {options.port}"
                raise ProcessFault(f"{where}: {error.strerror or error}", ExitCode.UNAVAILABLE) from None
            print("a bank to practise on: no money, nothing is kept, everybody knows its keys", flush=True)
            print("\n".join(told))
            if options.misbehave:
                print(f"befalls every {options.every}. request frame: {', '.join(options.misbehave)}")
            print(f"serving: {options.host} port {bank.port}", flush=True)
            async for _ in signals:
                break
            nursery.cancel_scope.cancel()
    print(f"stopped: {bank.requests_count:,} request frames came, {counted:,} were befallen")
    return int(ExitCode.OK)


def write_keys(folder: Path) -> list[str]:
    """Write the private keys of the brokers and the public ones of the bank, those that are missing.

    Returns: lines that say who is who. Raises: ConfigFault when a file cannot be written or holds something else.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigFault(f"{folder}: {error.strerror}") from None
    lines = []
    for party, seats in cast.SEATS.items():
        key, file = cast.broker_key(party), folder / f"broker-{party}.pem"
        _write(file, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), 0o600)
        suite, key_id = SUITE_NAMES[cast.broker_suite(party)], cast.broker_signer(party).key_id
        lines.append(f"party {party}, seats {seats[0]} to {seats[-1]}, {suite}, key id {key_id}: {file}")
    for bank_suite, signer in cast.bank_signers().items():
        file = folder / f"bank-{SUITE_NAMES[bank_suite]}.pub.pem"
        public = cast.bank_key(bank_suite).public_key()
        _write(file, public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), 0o644)
        lines.append(f"the bank, {SUITE_NAMES[bank_suite]}, key id {signer.key_id}: {file}")
    return lines


def _write(file: Path, content: bytes, mode: int) -> None:
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
            stream.write(content)
    except FileExistsError:
        if file.read_bytes() != content:
            raise ConfigFault(f"{file}: holds another key than that of practice") from None
    except OSError as error:
        raise ConfigFault(f"{file}: {error.strerror}") from None
