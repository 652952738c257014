"""The example of the README and docs/sdk.md, as the documents print it. Belongs here: finding it, nothing else."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SDK_PAGE = ROOT / "docs" / "sdk.md"


def printed_example(document_file: Path = SDK_PAGE) -> str:
    """The first Python program of a document."""
    found = re.search(r"^```python\n(.*?)^```$", document_file.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert found is not None, document_file
    return found[1]
