"""The example that we print works, and is the same wherever it is printed."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from config.keys import write_key_pair
from frontend_sim.practice.ledger import TRADE_DATE
from tests.client.fake_bank import FakeBank
from tests.client.printed_example import ROOT, printed_example

RUN = "trio.run(main)\n"


def imported(program_file: Path) -> ModuleType:
    """A program file as a module."""
    spec = importlib.util.spec_from_file_location("broker", program_file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def test_the_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program = printed_example()
    assert program.endswith(RUN)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "var/yzt/keys").mkdir(parents=True)
    for key_file in ("broker.pem", "var/yzt/keys/bank-ed25519.pem"):
        write_key_pair(tmp_path / key_file, "ed25519")
    (tmp_path / "broker.py").write_text(program.removesuffix(RUN), "utf-8")
    broker = imported(tmp_path / "broker.py")

    async with FakeBank.run() as bank:
        broker.__dict__["settings"] = bank.settings(tmp_path)
        await broker.main()

    assert capsys.readouterr().out.splitlines() == [
        f"order 1 of {TRADE_DATE}: 1001820 fen frozen",
        "50 of 100 orders frozen",
    ]


def test_the_readme_and_the_sdk_page_print_the_same_example() -> None:
    assert printed_example(ROOT / "README.md") == printed_example(ROOT / "docs" / "sdk.md")


def test_the_example_is_three_imports_and_15_lines() -> None:
    lines = [line for line in printed_example().splitlines() if line]

    assert [line.startswith(("import ", "from ")) for line in lines] == [True] * 3 + [False] * 15
