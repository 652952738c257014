"""What is wrong with a story is one line with file, line, place and both values, before anything is started.

Belongs here: faults of form and of sense. Never here: what the bank refuses.
"""

from pathlib import Path

import pytest

from config.cli.commands import main
from config.kit.exit_codes import ExitCode
from frontend_sim.scenario.written.checking import check
from frontend_sim.scenario.written.reading import read_story
from tests.frontend_sim.scenario.stories import EVERY_KIND, EXAMPLES, fault, story_file

FREEZE, SEND, CUSTOMER = "story.toml:27: event 1", "story.toml:35: event 2", "story.toml:12: customer 1"


@pytest.mark.parametrize("example", [*EXAMPLES, *EVERY_KIND], ids=lambda file: file.stem)
def test_the_examples_are_in_order(example: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenario", str(example), "--check"]) == 0
    assert capsys.readouterr().out.endswith("events: in order\n")


def test_the_small_story_is_in_order(tmp_path: Path) -> None:
    check(*read_story(story_file(tmp_path)))


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            'amount = "1,005.02"',
            "amount = 1005.02",
            f'{FREEZE}: amount: an amount is yuan in quotes with two decimals, such as "10,018.20", found 1005.02',
        ),
        (
            'amount = "1,005.02"\n',
            "",
            f"{FREEZE}: Object missing required field `amount`, found the keys at, do, order",
        ),
        ('do = "freeze"', 'do = "freez"', f"{FREEZE}: do: Invalid value 'freez' (known: freeze, release,"),
        ('fate = "filled"', 'fate = "full"', "story.toml:21: set 1: lines[1].fate: Invalid enum value 'full'"),
        (
            'line = "order"',
            'line = "ordr"',
            "story.toml:21: set 1: lines[1].line: Invalid value 'ordr' (known: order, b",
        ),
        (
            "at = 2026-01-05 09:30:00",
            "at = 2026-01-05",
            f"{FREEZE}: at: Expected `datetime`, got `date`, found 2026-01-05",
        ),
        ('name = "Li"', 'name = "Li,"', f"{CUSTOMER}: name: Expected `str` matching regex"),
        (
            'name = "Li"',
            'name = "Li"\nage = 3',
            f"{CUSTOMER}: Object contains unknown field `age`, found the keys name",
        ),
        (
            "trade_date = 2026-01-05",
            "trade_date = 20260105",
            "story.toml: trade_date: Expected `date`, got `int`, found",
        ),
        ('title = "small"', "titel = 1", "story.toml: Object contains unknown field `titel`"),
        ('title = "small"', "title = ", "story.toml: Invalid value (at line 1, column 9)"),
        ('title = "small"', 'title = "small"\nevent = 3', "story.toml: Cannot "),
    ],
)
def test_a_fault_of_form(tmp_path: Path, old: str, new: str, line: str) -> None:
    assert fault(tmp_path, (old, new)).startswith(line)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            'customer = "Li"\namount',
            'customer = "Lee"\namount',
            f"{FREEZE}: customer: 'Lee' is no customer (there are: Li, Wang)",
        ),
        (
            'customer = "Li"\namount',
            'customer = "Wang"\namount',
            f"{FREEZE}: customer: 'Wang' has signed with no broker, so nobody can send this",
        ),
        (
            'broker = "Huaxia"\n\n',
            'broker = "Nanfang"\n\n',
            f"{CUSTOMER}: broker: 'Nanfang' is no broker (there are: Hua",
        ),
        ('name = "Wang"', 'name = "Li"', "story.toml:17: customer 2: name: there is a customer 'Li' before"),
        (
            "at = 2026-01-05 15:30:00",
            "at = 2026-01-05 09:29:59",
            f"{SEND}: at: 2026-01-05 09:29:59, and the event before is at 2026-01-05 09:30:00",
        ),
        ("at = 2026-01-05 15:30:00", "at = 2026-01-05 15:30:00Z", f"{SEND}: at: 2026-01-05T15:30:00+00:00 has a zone"),
        (
            'order = "Li 1", fate',
            'order = "Li 2", fate',
            "story.toml:21: set 1: lines[1].order: 'Li 2' is no order for which a freeze was asked (there are: Li 1)",
        ),
        ('set = "true"', 'set = "false"', f"{SEND}: set: 'false' is no set (there are: true)"),
        (
            "trade_date = 2026-01-05",
            "trade_date = 1989-12-31",
            "story.toml: trade_date: 1989-12-31 is outside the dates",
        ),
        (
            'level = "branch"',
            'level = "outlet"',
            "story.toml:4: outlet 1: under: None, and the level is 'outlet': all but a branch stand under one",
        ),
        ('code = "ACCEPTED"', 'code = "DONE"', f"{FREEZE}: expects.code: 'DONE' is no code"),
        (
            '[{ customer = "Li", frozen',
            '[{ customer = "Lu", frozen',
            f"{FREEZE}: expects.customers[1].customer: 'Lu' is no customer",
        ),
        (
            'set = "true"',
            'set = "true"\ninstead = [{ line = "contract", customer = "Li", event = "opened" }]',
            f"{SEND}: instead[1]: 'true' has 0 lines 'contract' of 'Li', one must be there to take the place of",
        ),
        (
            'set = "true"',
            'set = "true"\n[event.expects]\nbooks = [{ code = 2110 }]',
            f"{SEND}: expects.books[1]: debit is None, credit is None: one of them is named",
        ),
        (
            '{ line = "order", order = "Li 1", fate = "filled", frozen = "1,005.02" }',
            '{ line = "buy", order = "Li 1", turnover = "1.00", stamp = "21474836.48" }',
            "story.toml:21: set 1: lines[1].stamp: 21,474,836.48, and a line has room for 21,474,836.47",
        ),
        (
            'do = "send_set"\nset = "true"',
            'do = "day_desk"\nstep = "agree"\nkilled_after = "agree"',
            f"{SEND}: killed_after: 'agree', and the step is 'agree', not 'all'",
        ),
        (
            "[[broker]]",
            '[[person]]\nname = "administrator 1"\nrights = ["day"]\n\n[[broker]]',
            "story.toml:8: person 1: name: 'administrator 1' is there of itself",
        ),
        (
            "[[broker]]",
            '[[person]]\nname = "Zh\u200bang"\nrights = ["day"]\n\n[[broker]]',
            "story.toml:8: person 1: name: 'Zh\\u200bang' has characters that nobody sees",
        ),
        (
            'do = "send_set"\nset = "true"',
            'do = "act"\nact = "stop_broker"\nby = ["Zhang"]',
            f"{SEND}: by: 'Zhang' is no person (there are: none)",
        ),
        (
            'do = "send_set"\nset = "true"',
            'do = "act"\nact = "stop_brokers"\nby = ["administrator 1"]',
            f"{SEND}: act: 'stop_brokers' is no act of a story (there are: ",
        ),
        (
            'do = "send_set"\nset = "true"',
            'do = "withdraw"\ncustomer = "Li"\namount = "1.00"\nrestraint = "R"',
            f"{SEND}: restraint: 'R', and the way is 'cash': a judicial one names it",
        ),
        (
            'do = "send_set"\nset = "true"',
            'do = "withdraw"\ncustomer = "Li"\namount = "1.00"\nway = "judicial"\nrestraint = "R"',
            f"{SEND}: restraint: 'R' is no restraint (there are: none)",
        ),
        (
            'do = "send_set"\nset = "true"',
            'do = "open_date"\ndate = 2026-01-05',
            f"{SEND}: date: 2026-01-05 is not later than trade_date, 2026-01-05",
        ),
        (
            'do = "send_set"\nset = "true"',
            'do = "push_contract"\npush = "P"\nbroker = "Huaxia"\ncustomer = "Wang"\nreplaces = "Wang"',
            f"{SEND}: replaces: 'Wang' has signed with no broker, so nobody can send this",
        ),
        (
            'do = "send_set"\nset = "true"',
            'do = "push_contract"\npush = "P"\nbroker = "Huaxia"\ncustomer = "Wang"\ncard_password = "1234567890123"',
            f"{SEND}: card_password: Expected `str` of length <= 12, found '1234567890123'",
        ),
        (
            'do = "send_set"\nset = "true"',
            'do = "identity_desk"\n[event.expects]\npushes = [{ push = "P" }]',
            f"{SEND}: expects.pushes[1].push: 'P' is no push (there are: none)",
        ),
        (
            'set = "true"',
            'set = "true"\n[event.expects]\nworklist = [{ broker = "Huaxia", owner = "Deng" }]',
            f"{SEND}: expects.worklist[1].owner: 'Deng' is no person (there are: none)",
        ),
        (
            'set = "true"',
            'set = "true"\n[event.expects]\nworklist = [{ broker = "Huaxia", order = "Li 2" }]',
            f"{SEND}: expects.worklist[1].order: 'Li 2' is no order for which a freeze was asked (there are: Li 1)",
        ),
        (
            'set = "true"',
            'set = "true"\n[event.expects]\nfeed = [{ broker = "Huaxia", kind = "stopped", reconciled = true }]',
            f"{SEND}: expects.feed[1].reconciled: an entry 'stopped' has none (it has: broker, kind, date, stopped)",
        ),
        (
            'set = "true"',
            'set = "true"\n[event.expects]\nfeed = [{ broker = "Huaxia", kind = "stop" }]',
            f"{SEND}: expects.feed[1].kind: Invalid enum value 'stop', found 'stop'",
        ),
        (
            'do = "send_set"\nset = "true"',
            'do = "release"\norder = "Li 2"\namount = "1.00"',
            f"{SEND}: order: 'Li 2' is no order for which a freeze was asked (there are: Li 1)",
        ),
    ],
)
def test_a_fault_of_sense(tmp_path: Path, old: str, new: str, line: str) -> None:
    assert fault(tmp_path, (old, new)).startswith(line)


def test_a_set_may_not_be_sent_before_its_orders(tmp_path: Path) -> None:
    early = '[[event]]\nat = 2026-01-05 09:00:00\ndo = "send_set"\nset = "true"\n\n'

    said = fault(tmp_path, ("[[event]]\nat = 2026-01-05 09:30:00", f"{early}[[event]]\nat = 2026-01-05 09:30:00"))

    assert said.startswith("story.toml:27: event 1: set: lines[1] of 'true': 'Li 1' is no order for which a freeze was")


def test_a_fault_is_told_before_anything_is_started(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = story_file(tmp_path, ('amount = "1,005.02"', "amount = 1005"))

    assert main(["scenario", str(file)]) == ExitCode.DATA

    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert said.err.startswith(f"yzt: {file}:27: event 1: amount: an amount is yuan in quotes")


def test_a_story_that_is_not_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenario", str(tmp_path / "none.toml")]) == ExitCode.DATA
    assert capsys.readouterr().err == f"yzt: {tmp_path}/none.toml: No such file or directory\n"
