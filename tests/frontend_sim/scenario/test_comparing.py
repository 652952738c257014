"""What an event expects: told where it is otherwise, with both values, and only there.

Belongs here: each key of what is expected, once as it is and once otherwise. Never here: running a story.
"""

import datetime

import msgspec
import pytest

from frontend_sim.scenario.comparing import differences
from frontend_sim.scenario.written.amounts import Fen, fen_of
from frontend_sim.scenario.written.expected import Expects
from tests.frontend_sim.scenario.told import HEARD, TOLD


def expects(**written: object) -> Expects:
    """As a file has it."""
    return msgspec.convert(written, Expects, dec_hook=lambda kind, value: fen_of(value) if kind is Fen else value)


LANE_KEYS = {"listed": 1, "late_seconds": 2, "missing_here": 3, "missing_there": 4, "amount": 5, "fate": 6}
CUSTOMER_KEYS = {
    "balance": "20,000.00",
    "frozen": "10,018.20",
    "bought": "0.03",
    "sold": "0.04",
    "restrained": "0.05",
    "buying_power": "0.06",
    "withdrawable": "0.07",
}


def test_all_that_is_as_expected_is_not_told() -> None:
    as_it_is = expects(
        code="ACCEPTED",
        remaining="10,018.20",
        refusals=[{"code": "LINE_DOUBLED", "count": 2}],
        customers=[{"customer": "Li", **CUSTOMER_KEYS, "contract": "active"}, {"customer": "Wu", "contract": "none"}],
        books=[
            {"code": 2110, "credit": "3.00"},
            {"code": 2110, "outlet": "Sanlitun", "credit": "2.00"},
            {"code": 1010, "debit": "0.00"},
            {"code": 2410, "credit": "0.09"},
            {"code": 2410, "broker": "Huaxia", "date": datetime.date(2026, 1, 6), "credit": "0.05"},
            {"code": 2410, "broker": "Nanfang", "credit": "0.00"},
        ],
        lanes=[{"broker": "Huaxia", "state": "complete", **LANE_KEYS, "proceeds_due": 7}],
        obligations=[{"broker": "Huaxia", "owed_by": "bank", "amount": "7,544.31"}],
        restraints=[{"restraint": "R 1", "state": "open", "left": "0.06", "deducted": "0.02", "senior": "0.04"}],
        pushes=[{"push": "P 1", "state": "impossible", "reason": "ITEMS_OPEN"}, {"push": "P 2", "state": "unknown"}],
        open_items=2,
        worklist=[
            {"broker": "Huaxia", "customer": "Li", "field": "bought", "bank_has": "100.00", "set_says": "100.01"},
            {"broker": "Huaxia", "order": "Li 1", "set_number": 1, "owner": "nobody", "state": "decided"},
            {"broker": "Huaxia", "case": 2, "amount": "0.07", "owner": "Deng", "state": "open", "age_days": 0},
        ],
        feed=[{"broker": "Huaxia", **each} for each in HEARD],
    )

    assert differences(as_it_is, TOLD) == []
    assert differences(expects(), TOLD) == []


@pytest.mark.parametrize(("key", "has"), CUSTOMER_KEYS.items())
def test_each_amount_of_a_customer_that_is_otherwise_is_told(key: str, has: str) -> None:
    found = differences(expects(customers=[{"customer": "Li", key: "1.23"}]), TOLD)

    assert found == [f"Li: {key} is {has}, expected 1.23"]


@pytest.mark.parametrize(("key", "has"), [*LANE_KEYS.items(), ("proceeds_due", 7)])
def test_each_count_of_a_lane_that_is_otherwise_is_told(key: str, has: int) -> None:
    found = differences(expects(lanes=[{"broker": "Huaxia", key: 99}]), TOLD)

    assert found == [f"lane of Huaxia on 20260105: {key} is {has}, expected 99"]


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ({"code": "LISTED"}, "code is ACCEPTED, expected LISTED"),
        ({"remaining": "10,018.21"}, "remaining is 10,018.20, expected 10,018.21"),
        ({"refusals": []}, "refusals is LINE_DOUBLED 2, expected none"),
        ({"refusals": [{"code": "LINE_DOUBLED"}]}, "refusals is LINE_DOUBLED 2, expected LINE_DOUBLED 1"),
        ({"customers": [{"customer": "Wu", "contract": "active"}]}, "Wu: contract is none, expected active"),
        ({"books": [{"code": 2110, "debit": "3.00"}]}, "2110: debit is 0.00, expected 3.00"),
        ({"books": [{"code": 1010, "debit": "3.00"}]}, "1010: debit is 0.00, expected 3.00"),
        (
            {"books": [{"code": 2410, "broker": "Huaxia", "credit": "0.09"}]},
            "2410 of Huaxia: credit has 2 parts: name outlet, broker, date or case",
        ),
        (
            {"books": [{"code": 2410, "broker": "Huaxia", "date": "2026-01-05", "credit": "0.05"}]},
            "2410 of Huaxia of 20260105: credit is 0.04, expected 0.05",
        ),
        (
            {"books": [{"code": 2110, "outlet": "Chaoyangmen", "credit": "3.00"}]},
            "2110 of Chaoyangmen: credit is 1.00, expected 3.00",
        ),
        (
            {"books": [{"code": 2410, "broker": "Huaxia", "case": 3, "debit": "0.05"}]},
            "2410 of Huaxia of case 3: debit is 0.00, expected 0.05",
        ),
        (
            {"lanes": [{"broker": "Huaxia", "state": "published"}]},
            "lane of Huaxia on 20260105: state is complete, expected published",
        ),
        (
            {"lanes": [{"broker": "Huaxia", "date": "2026-01-06", "listed": 0}]},
            "lane of Huaxia on 20260106: listed is none, expected 0",
        ),
        ({"restraints": [{"restraint": "R 1", "state": "ended"}]}, "restraint R 1: state is open, expected ended"),
        ({"restraints": [{"restraint": "R 1", "left": "1.00"}]}, "restraint R 1: left is 0.06, expected 1.00"),
        ({"restraints": [{"restraint": "R 1", "deducted": "1.00"}]}, "restraint R 1: deducted is 0.02, expected 1.00"),
        ({"restraints": [{"restraint": "R 1", "senior": "1.00"}]}, "restraint R 1: senior is 0.04, expected 1.00"),
        ({"restraints": [{"restraint": "R 2", "state": "open"}]}, "restraint R 2: state is none, expected open"),
        ({"pushes": [{"push": "P 1", "state": "assigned"}]}, "push P 1: state is impossible, expected assigned"),
        (
            {"pushes": [{"push": "P 1", "reason": "HOLDER_DIFFERS"}]},
            "push P 1: reason is ITEMS_OPEN, expected HOLDER_DIFFERS",
        ),
        ({"pushes": [{"push": "P 2", "state": "waiting"}]}, "push P 2: state is unknown, expected waiting"),
        (
            {"obligations": [{"broker": "Huaxia", "owed_by": "broker", "amount": "7,544.31"}]},
            "obligation of Huaxia on 20260105 is bank 7,544.31, expected broker 7,544.31",
        ),
        (
            {"obligations": [{"broker": "Huaxia", "date": "2026-01-06", "owed_by": "bank", "amount": "1.00"}]},
            "obligation of Huaxia on 20260106 is none is published, expected bank 1.00",
        ),
        (
            {"obligations": [{"broker": "Huaxia", "owed_by": "bank", "amount": "7,544.31", "state": "paid"}]},
            "obligation of Huaxia on 20260105: state is owed_by_bank, expected paid",
        ),
        (
            {"obligations": [{"broker": "Huaxia", "owed_by": "bank", "amount": "7,544.31", "objected": True}]},
            "obligation of Huaxia on 20260105: objected is False, expected True",
        ),
        (
            {"obligations": [{"broker": "Huaxia", "owed_by": "bank", "amount": "7,544.31", "bank_late": False}]},
            "obligation of Huaxia on 20260105: bank_late is True, expected False",
        ),
        (
            {"obligations": [{"broker": "Huaxia", "owed_by": "bank", "amount": "7,544.31", "paid": "1.01"}]},
            "obligation of Huaxia on 20260105: paid is 1.00, expected 1.01",
        ),
        (
            {"obligations": [{"broker": "Huaxia", "owed_by": "bank", "amount": "7,544.31", "advanced": "0.00"}]},
            "obligation of Huaxia on 20260105: advanced is 2.00, expected 0.00",
        ),
        (
            {"obligations": [{"broker": "Huaxia", "case": 2, "owed_by": "broker", "amount": "1.00"}]},
            "obligation of Huaxia on 20260105 case 2 is none is published, expected broker 1.00",
        ),
    ],
)
def test_whatever_else_is_otherwise_is_told_with_both_values(written: dict[str, object], line: str) -> None:
    assert differences(expects(**written), TOLD) == [line]


@pytest.mark.parametrize(
    ("item", "line"),
    [
        ({"customer": "Li"}, "customer Li: there are 3, expected one: name set_number, customer, order, field, case"),
        ({"date": "2026-01-06"}, ": there are 0, expected one: name set_number, customer, order, field, case"),
        ({"field": "bought", "bank_has": "100.01"}, "field bought: bank_has is 100.00, expected 100.01"),
        ({"field": "bought", "set_says": "100.00"}, "field bought: set_says is 100.01, expected 100.00"),
        ({"field": "bought", "owner": "nobody"}, "field bought: owner is Deng, expected nobody"),
        ({"order": "Li 1", "owner": "Deng"}, "order Li 1: owner is nobody, expected Deng"),
        ({"order": "Li 1", "state": "open"}, "order Li 1: state is decided, expected open"),
        ({"case": 2, "amount": "0.08"}, "case 2: amount is 0.07, expected 0.08"),
        ({"case": 2, "age_days": 4}, "case 2: age_days is 0, expected 4"),
    ],
)
def test_an_item_that_is_otherwise_is_told(item: dict[str, object], line: str) -> None:
    found = differences(expects(worklist=[{"broker": "Huaxia", **item}]), TOLD)

    day = "20260106" if "date" in item else "20260105"
    assert found == [f"item of Huaxia on {day}{'' if line[0] == ':' else ' '}{line}"]


def test_how_many_items_are_open_is_told() -> None:
    assert differences(expects(open_items=0), TOLD) == ["open_items is 2, expected 0"]


def test_an_event_that_asks_nothing_has_no_answer() -> None:
    silent = msgspec.structs.replace(TOLD, answers=[])

    assert differences(expects(code="ACCEPTED"), silent) == ["code is none, expected ACCEPTED"]
