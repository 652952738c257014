"""The clearing set that docs/sdk.md prints: its program is run, and what it makes is added up by hand."""

import inspect
import re

from protocol.client import Outcome, Seat, totals_of_set
from protocol.codes import ReplyCode
from protocol.messages.fields import fen_from_sum
from tests.client.printed_example import SDK_PAGE

DAY = 20_260_921
BOUGHT = Outcome(ReplyCode.ACCEPTED, 42, DAY, 123_457, 1, 1_001_820, 1, 11)


def program() -> dict[str, object]:
    """What the page's program about clearing data defines."""
    section = SDK_PAGE.read_text("utf-8").partition("\n### Clearing data\n")[2]
    found = re.search(r"^```python\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    assert found is not None
    defined: dict[str, object] = {}
    exec(found[1], defined)  # noqa: S102
    return defined


def test_the_printed_set_is_what_its_words_say() -> None:
    """Net: 12,355.00 − 9.33 − 3,980.00 − 5.24 = 8,360.43."""
    make = program()["lines_of"]
    assert callable(make)
    lines = make(DAY, BOUGHT)

    totals = totals_of_set(lines)

    assert totals.counts == [1, 1, 1, 0, 0, 0]
    assert fen_from_sum(totals.turnover) == 398_000 + 1_235_500
    assert [fen_from_sum(fen) for fen in totals.fees] == [1_000, 309, 16, 49, 83]
    assert fen_from_sum(totals.net) == 836_043
    assert lines[["order_date", "order_seat", "order_number"]][:2].tolist() == [(DAY, 11, 42)] * 2
    assert int(lines["amount_fen"][0]) == int(lines["release_fen"][0]) + 398_000 + 524


def test_the_printed_program_calls_verbs_that_a_seat_has() -> None:
    source = SDK_PAGE.read_text("utf-8").partition("\n### Clearing data\n")[2].partition("\n## ")[0]
    called = set(re.findall(r"await seat\.(\w+)\(", source))

    assert called == {"send_clearing_set", "clearing_set", "differences"}
    assert all(inspect.isfunction(getattr(Seat, name)) for name in called)
