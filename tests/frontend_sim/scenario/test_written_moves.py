"""What cannot be meant of transfer mode, reversals and savings interest is one line, before anything is started."""

from pathlib import Path

import pytest

from tests.frontend_sim.scenario.stories import fault


@pytest.mark.parametrize(
    ("act", "says", "line"),
    [
        (
            "reverse",
            'order = "Li 9", desk_serial = 1, amount = "1.00"',
            "says.order: 'Li 9' is no order for which a freeze was asked (there are: Li 1)",
        ),
        ("reverse", 'order = "Li 1", amount = "1.00"', "says.desk_serial is missing"),
        (
            "savings_interest",
            "rate_millionths = 500, last_day = 20260105",
            "says.last_day: 20260105 is no date such as 2026-01-05",
        ),
    ],
)
def test_a_fault_of_an_act(tmp_path: Path, act: str, says: str, line: str) -> None:
    person = '[[person]]\nname = "Zhang"\nrights = ["reconcile"]\n\n[[set]]'
    written = f'do = "act"\nact = "{act}"\nby = ["Zhang"]\nsays = {{ {says} }}'

    assert fault(tmp_path, ("[[set]]", person), ('do = "send_set"\nset = "true"', written)).endswith(f"event 2: {line}")


def test_a_broker_has_one_of_two_modes(tmp_path: Path) -> None:
    line = fault(tmp_path, ("proceeds_at_fill = true", 'proceeds_at_fill = true\nmode = "both"'))
    assert line.endswith("broker 1: mode: Invalid enum value 'both', found 'both'")
