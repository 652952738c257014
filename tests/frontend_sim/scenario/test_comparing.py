"""What an event expects: told where it is otherwise, with both values, and only there.

Belongs here: each key of what is expected, once as it is and once otherwise. Never here: running a story.
"""

import datetime

import msgspec
import pytest

from frontend_sim.scenario.comparing import differences
from frontend_sim.scenario.customers import CustomerTold
from frontend_sim.scenario.feeds import FeedTold
from frontend_sim.scenario.heard import Answer
from frontend_sim.scenario.telling import (
    BookPartTold,
    BookTold,
    EventTold,
    ItemTold,
    LaneTold,
    ObligationTold,
    PushTold,
    RestraintTold,
)
from frontend_sim.scenario.written.amounts import Fen, fen_of
from frontend_sim.scenario.written.expected import Expects


def answer(code: str, count: int = 1, remaining_fen: int = 0) -> Answer:
    return Answer(
        asked="FREEZE",
        code=code,
        count=count,
        trade_date=20260105,
        seat=21,
        number=1,
        sequence=9,
        remaining_fen=remaining_fen,
        state=1,
    )


LI = CustomerTold(
    customer="Li",
    account_no=99,
    outlet="Sanlitun",
    account_status="open",
    broker="Huaxia",
    contract_no=98,
    contract_status="active",
    balance_fen=2_000_000,
    frozen_fen=1_001_820,
    bought_fen=3,
    sold_fen=4,
    moved_fen=8,
    restrained_fen=5,
    gated_fen=9,
    buying_power_fen=6,
    withdrawable_fen=7,
)
SAVER = msgspec.structs.replace(LI, customer="Wu", broker="", contract_no=None, contract_status=None)
SAVINGS = BookTold(
    code=2110,
    name="SAVINGS",
    debit_fen=0,
    credit_fen=300,
    parts=[
        BookPartTold(outlet="Chaoyangmen", broker="", trade_date=None, case=None, debit_fen=0, credit_fen=100),
        BookPartTold(outlet="Sanlitun", broker="", trade_date=None, case=None, debit_fen=0, credit_fen=200),
    ],
)
SUSPENSE = BookTold(
    code=2410,
    name="SETTLEMENT",
    debit_fen=0,
    credit_fen=9,
    parts=[
        BookPartTold(outlet="", broker="Huaxia", trade_date=20260105, case=None, debit_fen=0, credit_fen=4),
        BookPartTold(outlet="", broker="Huaxia", trade_date=20260106, case=None, debit_fen=0, credit_fen=5),
    ],
)
LANE = LaneTold(
    broker="Huaxia",
    trade_date=20260105,
    state="complete",
    set_number=1,
    lines=5,
    listed=1,
    late_seconds=2,
    missing_here=3,
    missing_there=4,
    amount=5,
    fate=6,
    proceeds_due=7,
    net_fen=0,
    differences=[],
)
OWED = ObligationTold(
    broker="Huaxia",
    trade_date=20260105,
    case=0,
    owed_by="bank",
    amount_fen=754_431,
    state="owed_by_bank",
    paid_fen=100,
    advanced_fen=200,
    bank_late=True,
    late_netted=False,
    objected=False,
    first_due_s=0,
    last_due_s=0,
)
HELD = RestraintTold(
    restraint="R 1",
    customer="Li",
    kind="judicial",
    state="open",
    amount_fen=9,
    lifted_fen=1,
    deducted_fen=2,
    left_fen=6,
    senior_fen=4,
)
PUSH = PushTold(push="P 1", broker="Huaxia", customer="Li", state="impossible", reason="ITEMS_OPEN", contract_no=None)
ITEM = ItemTold(
    kind="difference",
    broker="Huaxia",
    trade_date=20260105,
    set_number=1,
    difference="amount",
    field="bought",
    customer="Li",
    order="",
    bank_has=10_000,
    set_says=10_001,
    amount_fen=None,
    case=None,
    age_days=0,
    age_in="working",
    owner="Deng",
    state="open",
    act=None,
    act_number=None,
    reason=None,
    people=[],
)
RELEASED = msgspec.structs.replace(ITEM, field="released", order="Li 1", owner=None, state="decided")
CASE = msgspec.structs.replace(
    ITEM, kind="case", set_number=None, field=None, bank_has=None, set_says=None, amount_fen=7, case=2
)


def entry(position: int, kind: str, customer: str = "", **said: object) -> FeedTold:
    return FeedTold(
        broker="Huaxia", position=position, kind=kind, trade_date=20260105, customer=customer, said=dict(said)
    )


FEED = [
    entry(1, "contract_changed", "Li", contracts=1, status_before=0, status="active", by_bank=True),
    entry(2, "set_compared", number=1, differences=[0, 0, 1, 0], is_reconciled=False),
    entry(3, "case", "Li", number=1, case=2, buys_fen=4, proceeds_fen=3),
    entry(4, "set_withdrawn", number=1, is_taken_back=True, cases=1, made_good_fen=7),
    entry(5, "obligation", number=2, owed_fen=-754_431),
    entry(6, "stopped", is_stopped=True),
    entry(7, "signed_off", counts=[1, 2, 3, 4], amounts_fen=[100, 200, 300, 400]),
    entry(8, "payment", case=0, state="overdue", owed_fen=9, paid_fen=5, advanced_fen=4, at_s=7, is_bank_late=False),
]
HEARD: list[dict[str, object]] = [
    {"kind": "contract_changed", "customer": "Li", "contract": "active", "by_bank": True, "date": "2026-01-05"},
    {"kind": "set_compared", "set_number": 1, "reconciled": False},
    {"kind": "case", "set_number": 1, "customer": "Li", "case": 2, "amount": "0.07"},
    {"kind": "set_withdrawn", "set_number": 1, "amount": "0.07"},
    {"kind": "obligation", "set_number": 2, "owed_by": "bank", "amount": "7,544.31"},
    {"kind": "stopped", "stopped": True},
    {"kind": "signed_off", "frozen": "1.00", "released": "2.00", "bought": "3.00", "sold": "4.00"},
    {
        **{"kind": "payment", "case": 0, "state": "overdue", "owed_by": "broker", "amount": "0.09"},
        **{"paid": "0.05", "advanced": "0.04", "bank_late": False},
    },
]
TOLD = EventTold(
    layout=1,
    event=1,
    at="2026-01-05T09:30:00+08:00",
    do="freeze",
    what="freeze",
    note="",
    trade_date=20260105,
    answers=[answer("LINE_DOUBLED", 2), answer("ACCEPTED", remaining_fen=1_001_820)],
    said=[],
    feed=FEED,
    as_of_sequence=9,
    customers=[LI, SAVER],
    books=[SAVINGS, SUSPENSE],
    lanes=[LANE],
    obligations=[OWED],
    clearing=[],
    restraints=[HELD],
    pushes=[PUSH],
    worklist=[ITEM, RELEASED, CASE],
    refusals={"LINE_DOUBLED": 2},
    differs=[],
)


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
