"""docs/books.md shows what the program prints: its commands are given, and answer as they do there.

Belongs here: the page against the program. Never here: whether the figures are right (test_statement, test_balances).
"""

import re
import shlex
from pathlib import Path

import pytest

from config.cli.books.asking import ACCOUNTS_TOLD_MAX
from config.kit.exit_codes import ExitCode
from tests.architecture.sources import ROOT
from tests.config.books.story import books_of, kept, planted
from tests.follower.books_story import ONE, two_days

PAGE = (ROOT / "docs" / "books.md").read_text(encoding="utf-8")
EXAMPLES = [block.partition("\n") for block in re.findall(r"```console\n\$ yzt books (.*?)```", PAGE, re.DOTALL)]


@pytest.mark.postgres
def test_the_examples_are_what_is_printed(
    fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    kept(fresh_database, tmp_path, two_days())
    run = books_of(fresh_database, capfd)
    *sound, (wrong, _, told) = EXAMPLES
    assert [words.split()[0] for words, _, _ in sound] == ["statement", "ledger", "trial"]
    for words, _, says in sound:
        code, out, err = run(*shlex.split(words))
        assert (code, out + err) == (ExitCode.OK, says)
    planted(fresh_database, f"UPDATE account_pages SET balance_fen[{ONE // 100 + 1}] = 13094")  # noqa: S608
    code, out, err = run(*shlex.split(wrong))
    assert (code, out + err) == (ExitCode.FAILED, told)


def test_the_page_tells_how_many_accounts_are_told() -> None:
    assert f"the first {ACCOUNTS_TOLD_MAX} are told" in PAGE
