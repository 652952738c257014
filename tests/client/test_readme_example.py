"""The example that we print works, and is the one that we print."""

from pathlib import Path

import numpy as np
import pytest

from protocol.records import RECORD
from tests.client import readme_example
from tests.client.fake_bank import FakeBank
from tests.client.fake_ledger import TRADE_DATE

DOCUMENTS = [Path(__file__).parents[2] / name for name in ("README.md", "docs/sdk.md")]


async def test_the_example_runs(tmp_path: Path) -> None:
    orders = np.zeros(100, RECORD)
    orders["kind"], orders["contract_no"], orders["amount_fen"] = 1, 292, 200_000

    async with FakeBank.run() as bank:
        said = await readme_example.trade(bank.settings(tmp_path), orders)

    assert said == [f"order 1 of {TRADE_DATE}: 1001820 fen frozen", "50 of 100 orders frozen"]


@pytest.mark.parametrize("document_file", DOCUMENTS, ids=lambda file: file.name)
def test_the_documents_print_the_example(document_file: Path) -> None:
    program = Path(readme_example.__file__).read_text("utf-8")
    lines = [line for line in program.splitlines() if line.startswith("    ") and not line.strip().startswith('"""')]
    document = document_file.read_text("utf-8")

    assert [line for line in lines if line.strip() not in document] == []
