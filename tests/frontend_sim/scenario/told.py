"""An event as it was told, with one of everything that may be expected.

Belongs here: what is told. Never here: what is expected of it (test_comparing).
"""

import msgspec

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
