"""The SDK as a partner has it: its own wheel, in a fresh environment with what that asks for and nothing else of ours.

Belongs here: building, installing, one order. Never here: what the SDK promises (tests/client).
"""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from config.supervise.children import PROJECT_DIRECTORY
from tests.e2e.house import House

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

SEAT = 21
PROGRAM = """\
from yinzhengtong.client import Seat, SeatSettings, load_signer, load_verifier
import sys, trio

signer_file, bank_file, port, contract_no = sys.argv[1:]
settings = SeatSettings("127.0.0.1", int(port), party=2, seat=21, signer=load_signer(signer_file, key_id=1),
                        bank_verifiers={1: load_verifier(bank_file)}, outbox="seat21.outbox")

async def main():
    async with Seat.open(settings) as seat:
        frozen = await seat.freeze(contract_no=int(contract_no), amount_fen=1_001_820, partner_ref=b"order-1")
        released = await seat.release(frozen, contract_no=int(contract_no), amount_fen=1_001_820)
        print(frozen.code.name, frozen.remaining_fen, released.code.name, released.remaining_fen)

trio.run(main)
print(sorted({name.partition(".")[0] for name in sys.modules} & {"protocol", "config", "ledger", "gateway"}))
"""


@pytest.fixture(scope="module")
def partner_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with the wheel and, linked from ours, just the packages that it names."""
    folder = tmp_path_factory.mktemp("partner")
    sources = folder / "sources"
    shutil.copytree(PROJECT_DIRECTORY / "protocol", sources, ignore=shutil.ignore_patterns("__pycache__"))
    python = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = ["wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", str(folder), str(sources)]
    subprocess.run([*python, *build], check=True, capture_output=True, text=True)
    (wheel,) = folder.glob("yinzhengtong_sdk-*.whl")
    home = folder / "venv"
    venv.create(home, symlinks=True)
    (packages,) = home.glob("lib/python3*/site-packages")
    subprocess.run([*python, "install", "--no-deps", "--target", str(packages), str(wheel)], check=True)
    for name in sorted(_needed("yinzhengtong-sdk", packages)):
        for file in importlib.metadata.files(name) or []:
            top = packages / file.parts[0]
            if file.parts[0] != ".." and not top.exists():
                top.symlink_to(Path(str(file.locate())).parents[len(file.parts) - 1] / file.parts[0])
    return home / "bin" / "python"


def _needed(name: str, packages: Path | None = None) -> set[str]:
    """What a distribution asks for, and what that asks for in turn; extras apart."""
    found = importlib.metadata.distribution(name) if packages is None else _installed(name, packages)
    asked = [text for text in found.requires or [] if "extra ==" not in text and "win" not in text]
    direct = {re.split(r"[^A-Za-z0-9._-]", text)[0] for text in asked}
    present = {one for one in direct if _is_installed(one)}
    return present.union(*(_needed(one) for one in present))


def _installed(name: str, packages: Path) -> importlib.metadata.Distribution:
    (found,) = importlib.metadata.distributions(name=name, path=[str(packages)])
    return found


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def test_fifteen_lines_trade(partner_python: Path, shared_house: House, tmp_path: Path) -> None:
    keys = shared_house.config.state_directory / "keys"
    arguments = [keys / "party-2.pem", keys / "bank-ed25519.pub.pem", shared_house.port]
    shared_house.seat(SEAT)
    done = subprocess.run(
        [partner_python, "-c", PROGRAM, *map(str, arguments), str(shared_house.contracts_of(SEAT)[0])],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert len(PROGRAM.splitlines()) <= 16
    assert done.stderr == ""
    assert done.stdout == "ACCEPTED 1001820 ACCEPTED 0\n[]\n"


def test_it_asks_for_five_packages_and_none_of_the_banks_side(partner_python: Path) -> None:
    (packages,) = partner_python.parents[1].glob("lib/python3*/site-packages")
    asked = _installed("yinzhengtong-sdk", packages).requires or []

    assert {re.split(r"[^A-Za-z0-9._-]", text)[0] for text in asked} == {
        "cryptography",
        "msgspec",
        "numpy",
        "pynacl",
        "trio",
    }
