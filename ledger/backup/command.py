"""`yzt backup make | check | restore FOLDER`: copies of the journal.

Belongs here: the options, what is printed, the exit code. Never here: the work (making, checking, restoring).
"""

from pathlib import Path

from config.cli.options import CommandParser, add_common_options
from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault
from config.kit.processes import print_progress
from config.kit.version import version
from config.schema import Config
from ledger.backup.checking import check
from ledger.backup.making import make
from ledger.backup.manifest import Manifest
from ledger.backup.restoring import Restored, restore
from ledger.backup.stopping import unbroken
from ledger.core.state.forms.layouts import STATE_LAYOUT


def main(argv: list[str], config: Config) -> int:
    """Does what the first word says. Returns: 0; 1 when a restored figure differs from the manifest.

    Raises: ProcessFault USAGE for what is no command; what the work raises.
    """
    parser = CommandParser(
        prog="yzt backup",
        description="make: a copy of the journal in a new FOLDER, beside whatever serves. check: restores it into a "
        "second server, decides every row again and compares. restore: the same into the empty installation that is "
        "configured, which is then ready for `yzt up`.",
    )
    add_common_options(parser)
    parser.add_argument("what", choices=("make", "check", "restore"))
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="of the backup")
    parser.add_argument("--in", dest="beside", type=Path, metavar="FOLDER", help="check: for the second server")
    options = parser.parse_args(argv)
    if options.beside is not None and options.what != "check":
        raise ProcessFault(f"backup {options.what}: takes no --in (see `yzt backup --help`)", ExitCode.USAGE)
    folder = options.folder.absolute()
    if options.what == "make":
        manifest, sha256 = unbroken(lambda: make(config, folder, version(), print_progress))
        _print_made(folder, manifest, sha256)
        return int(ExitCode.OK)
    if not folder.is_dir():
        raise ConfigFault(f"{folder}: no such folder")
    if options.what == "check":
        beside = options.beside.absolute() if options.beside is not None else None
        found = unbroken(lambda: check(config, folder, beside, print_progress))
    else:
        found = unbroken(lambda: restore(config, folder, print_progress))
    return _print_found(folder, found)


def _print_made(folder: Path, manifest: Manifest, sha256: str) -> None:
    facts = manifest.facts
    print(f"{folder}: row {facts.sequence} of {facts.trade_date}, {manifest.files[0].file_bytes / 1e6:,.1f} MB")
    print(f"chain     {facts.digest}")
    print(f"manifest  {sha256}")


def _print_found(folder: Path, found: Restored) -> int:
    facts = found.manifest.facts
    for line in [*found.verified.lines(redecided=True), *found.differing]:
        print(line)
    if found.differing:
        count = len(found.differing)
        differ = "1 figure differs" if count == 1 else f"{count} figures differ"
        raise ProcessFault(f"{folder}: not what the manifest says: {differ}", ExitCode.FAILED)
    is_old = facts.state_layout != STATE_LAYOUT
    compared = "chain" if is_old else "chain, state"
    parties = f"control totals of {len(facts.parties)} {'party' if len(facts.parties) == 1 else 'parties'}"
    print(f"row {facts.sequence} of {facts.trade_date}: {compared} and {parties} are those of the manifest")
    if is_old:
        print(f"the state is not compared: its layout is {facts.state_layout} in the manifest, {STATE_LAYOUT} here")
    return int(ExitCode.OK)
