"""Acts of people in a story that are not in order: one line says which, where, and what stands there."""

from pathlib import Path

import pytest

from tests.frontend_sim.scenario.stories import fault


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
            "says.difference_class: Expected `str` matching regex '^(?:MISSING_HERE|MISSING_THERE|AMOUNT|STATE|FEE)$', "
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
