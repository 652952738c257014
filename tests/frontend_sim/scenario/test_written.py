"""What is wrong with a story is one line with file, line, place and both values, before anything is started.

Belongs here: faults of form and of sense. Never here: what the bank refuses.
"""

from pathlib import Path

import pytest

from config.cli.commands import main
from config.kit.exit_codes import ExitCode
from frontend_sim.scenario.written.checking import check
from frontend_sim.scenario.written.reading import StoryFault, read_story
from tests.frontend_sim.scenario.stories import EVERY_KIND, EXAMPLES, story_file

FREEZE, SEND, CUSTOMER = "story.toml:27: event 1", "story.toml:35: event 2", "story.toml:12: customer 1"


def fault(folder: Path, *changes: tuple[str, str]) -> str:
    """The one line for a changed story, its folder left out."""
    file = story_file(folder, *changes)
    with pytest.raises(StoryFault) as raised:
        check(*read_story(file))
    assert raised.value.exit_code == ExitCode.DATA
    return str(raised.value).removeprefix(f"{folder}/")


@pytest.mark.parametrize("example", [*EXAMPLES, EVERY_KIND], ids=lambda file: file.stem)
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


@pytest.mark.parametrize(
    ("says", "line"),
    [
        ("", "says.broker is missing"),
        ('says = { broker = "Li" }', "says.broker: 'Li' is no broker (there are: Huaxia)"),
        ("says = { broker = 2 }", "says.broker: 2 is no name"),
        ('says = { broker = "Huaxia", party = 2 }', "says.party: this act has no such key (it has: broker)"),
    ],
)
def test_a_fault_of_an_act(tmp_path: Path, says: str, line: str) -> None:
    person = '[[person]]\nname = "Zhang"\nrights = ["brokers"]\n\n[[set]]'
    act = f'do = "act"\nact = "stop_broker"\nby = ["Zhang"]\n{says}'

    assert fault(tmp_path, ("[[set]]", person), ('do = "send_set"\nset = "true"', act)).endswith(f"event 2: {line}")


LINE = (
    '{ customer = "Li", cleared_buys = "1.00", cleared_proceeds = "0.00", rejected = "0.00", rise_max = "1.00", '
    'made_good_max = "0.00" }'
)
OF_SET = 'broker = "Huaxia", date = 2026-01-05, set_number = 1'


@pytest.mark.parametrize(
    ("act", "says", "line"),
    [
        ("tolerance", 'broker = "Huaxia", each_contract = "0.05"', "says.whole_date is missing"),
        (
            "tolerance",
            'broker = "Huaxia", each_contract = 5, whole_date = "0.08"',
            'says.each_contract: an amount is yuan in quotes with two decimals, such as "10,018.20", found 5',
        ),
        (
            "tolerance",
            'broker = "Huaxia", each_contract = "0.05", whole_date = "99,999,999,999.00"',
            "says.whole_date: Expected `int` <= 1099511627776, found 9999999999900",
        ),
        (
            "decide",
            'broker = "Huaxia", date = 2026-01-05, set_number = 0, difference_class = "AMOUNT", count = 1',
            "says.set_number: Expected `int` >= 1, found 0",
        ),
        (
            "decide",
            f'{OF_SET}, difference_class = "SUM", count = 1',
            "says.difference_class: Expected `str` matching regex '^(?:MISSING_HERE|MISSING_THERE|AMOUNT|STATE)$', "
            "found 'SUM'",
        ),
        (
            "decide",
            f'{OF_SET}, difference_class = "AMOUNT", count = 1, digest = "00"',
            "says.digest: this act has no such key (it has: broker, date, set_number, difference_class, count)",
        ),
        (
            "assign_item",
            'broker = "Huaxia", date = 2026-01-05, owner = "Li"',
            "says.owner: 'Li' is no person (there are: Zhang)",
        ),
        (
            "assign_item",
            'broker = "Huaxia", date = 2026-01-05, customer = "Wang"',
            "says.customer: 'Wang' has signed with no broker, so nobody can send this",
        ),
        ("withdraw_set", 'broker = "Huaxia", date = 20260105', "says.date: 20260105 is no date such as 2026-01-05"),
        ("change_holder", 'customer = "Li", holder_before = "Li"', "says.holder is missing"),
        (
            "adopt_set",
            'date = 2026-01-05, broker = "Huaxia", source = "EXCHANGE"',
            "says.set: None, and the source is 'EXCHANGE': EXCHANGE names one",
        ),
        (
            "adopt_set",
            'date = 2026-01-05, broker = "Huaxia", source = "NOTHING_TRADED", set = "true"',
            "says.set: 'true', and the source is 'NOTHING_TRADED': EXCHANGE names one",
        ),
        (
            "adopt_set",
            'date = 2026-01-05, broker = "Huaxia", source = "EXCHANGE", set = "false"',
            "says.set: 'false' is no set (there are: true)",
        ),
        (
            "correct_list",
            f"{OF_SET}, last_date = 2026-01-05, lines = []",
            "says.lines: a list has 1 to 4096 lines, found []",
        ),
        (
            "correct_list",
            f"{OF_SET}, last_date = 2026-01-05, lines = [{LINE}, 3]",
            "says.lines[2]: a line is a table, found 3",
        ),
        (
            "correct_list",
            f"{OF_SET}, last_date = 2026-01-05, lines = [{LINE.replace('rejected', 'reject')}]",
            "says.lines[1].reject: this act has no such key (it has: customer, cleared_buys, cleared_proceeds, "
            "rejected, rise_max, made_good_max)",
        ),
        (
            "correct_list",
            f"{OF_SET}, last_date = 2026-01-05, lines = [{LINE.replace('1.00', '99999999999.00')}]",
            "says.lines[1].cleared_buys: Expected `int` <= 1099511627776, found 9999999999900",
        ),
    ],
)
def test_a_fault_of_an_act_on_differences(tmp_path: Path, act: str, says: str, line: str) -> None:
    person = '[[person]]\nname = "Zhang"\nrights = ["reconcile"]\n\n[[set]]'
    written = f'do = "act"\nact = "{act}"\nby = ["Zhang"]\nsays = {{ {says} }}'

    assert fault(tmp_path, ("[[set]]", person), ('do = "send_set"\nset = "true"', written)).endswith(f"event 2: {line}")


@pytest.mark.parametrize(
    ("step", "line"),
    [
        ('step = "agree"\ncustomer = "Li"', "customer: 'Li', and the step is 'agree', not 'correct'"),
        ('step = "all"\nact = "C"', "act: 'C', and the step is 'all', not 'correct'"),
        ('step = "correct"\nact = "C"', "act: 'C' is no act (there are: T)"),
        ('step = "correct"\nact = "T"', "act: 'T' is stop_broker, which permits no correction"),
        (
            'step = "correct"\ncustomer = "Wang"',
            "customer: 'Wang' has signed with no broker, so nobody can send this",
        ),
    ],
)
def test_a_fault_of_a_correction(tmp_path: Path, step: str, line: str) -> None:
    person = '[[person]]\nname = "Zhang"\nrights = ["brokers"]\n\n[[set]]'
    act = 'do = "act"\nact = "stop_broker"\nname = "T"\nby = ["Zhang"]\nsays = { broker = "Huaxia" }\n\n'
    desk = f'{act}[[event]]\nat = 2026-01-05 15:30:00\ndo = "day_desk"\n{step}'

    assert fault(tmp_path, ("[[set]]", person), ('do = "send_set"\nset = "true"', desk)).endswith(f"event 3: {line}")


def test_an_act_has_a_name_of_its_own(tmp_path: Path) -> None:
    person = '[[person]]\nname = "Zhang"\nrights = ["brokers"]\n\n[[set]]'
    act = 'do = "act"\nact = "void"\nname = "T"\nby = ["Zhang"]'
    twice = f"{act}\n\n[[event]]\nat = 2026-01-05 15:30:00\n{act}"

    said = fault(tmp_path, ("[[set]]", person), ('do = "send_set"\nset = "true"', twice))

    assert said.endswith("event 3: name: there is an act 'T' before")


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
