"""What a broker heard otherwise than a story expects.

Belongs here: each key of an entry once otherwise, one too many or too few. Never here: whatever else is expected
(test_comparing).
"""

import msgspec
import pytest

from frontend_sim.scenario.comparing import differences
from tests.frontend_sim.scenario.test_comparing import expects
from tests.frontend_sim.scenario.told import FEED, HEARD, TOLD


@pytest.mark.parametrize(
    ("place", "key", "value", "line"),
    [
        (0, "contract", "suspended", "1, contract_changed: contract is active, expected suspended"),
        (0, "by_bank", False, "1, contract_changed: by_bank is True, expected False"),
        (0, "customer", "Wu", "1, contract_changed: customer is Li, expected Wu"),
        (0, "date", "2026-01-06", "1, contract_changed: date is 20260105, expected 20260106"),
        (1, "set_number", 2, "2, set_compared: set_number is 1, expected 2"),
        (1, "reconciled", True, "2, set_compared: reconciled is False, expected True"),
        (2, "case", 1, "3, case: case is 2, expected 1"),
        (2, "amount", "0.04", "3, case: amount is 0.07, expected 0.04"),
        (3, "amount", "0.04", "4, set_withdrawn: amount is 0.07, expected 0.04"),
        (4, "amount", "0.04", "5, obligation: amount is 7,544.31, expected 0.04"),
        (4, "owed_by", "broker", "5, obligation: owed_by is bank, expected broker"),
        (5, "stopped", False, "6, stopped: stopped is True, expected False"),
        (6, "frozen", "1.01", "7, signed_off: frozen is 1.00, expected 1.01"),
        (6, "sold", "4.01", "7, signed_off: sold is 4.00, expected 4.01"),
        (7, "paid", "0.06", "8, payment: paid is 0.05, expected 0.06"),
        (7, "state", "paid", "8, payment: state is overdue, expected paid"),
        (7, "bank_late", True, "8, payment: bank_late is False, expected True"),
    ],
)
def test_what_a_broker_heard_otherwise_is_told(place: int, key: str, value: object, line: str) -> None:
    feed = [{"broker": "Huaxia", **each, **({key: value} if at == place else {})} for at, each in enumerate(HEARD)]

    assert differences(expects(feed=feed), TOLD) == [f"Huaxia hears {line}"]


def test_an_entry_too_many_or_too_few_is_told() -> None:
    heard = ", ".join(f"Huaxia {each.kind}" for each in FEED)
    silent = msgspec.structs.replace(TOLD, feed=[])

    assert differences(expects(feed=[]), TOLD) == [f"feed is {heard}, expected none"]
    assert differences(expects(feed=[{"broker": "Huaxia", "kind": "stopped"}]), silent) == [
        "feed is none, expected Huaxia stopped"
    ]
