"""The verbs for one request, each with arguments as they should be, and with values that each of them cannot have.

Belongs here: these tables. Never here: the values (wrong_values), what becomes of whoever hands them in
(test_arguments).
"""

from typing import Any

from tests.client.line.test_seat import freezes
from tests.client.wrong_values import (
    ACCEPTED,
    ACCOUNT,
    AMOUNT,
    CODE,
    MARKET,
    MARKET_OF_ORDER,
    NATURAL,
    NO_ARRAY,
    NO_NUMBER,
    ORDER,
    ORDERED,
    QUANTITY,
    REASON,
    SIDE,
    TARGET,
    TRADED_ON,
    UNTIL,
    WORD,
)

CASH: dict[str, list[Any]] = {"way": MARKET, "serial": AMOUNT, "valid_until_ns": UNTIL, "amount_fen": AMOUNT}
MONEY: dict[str, list[Any]] = {"contract_no": AMOUNT, "partner_ref": WORD, "valid_until_ns": UNTIL}
REPORTED = {"order": ORDER, "partner_ref": WORD}
ORDERING: dict[str, tuple[dict[str, Any], dict[str, list[Any]]]] = {
    "order": (
        {"contract_no": 195, "market": 1, "side": 1, "security": b"600000", "quantity": 100, "limit": 100_000},
        {
            **MONEY,
            "market": MARKET_OF_ORDER,
            "side": SIDE,
            "security": CODE,
            "quantity": NATURAL,
            "limit": NATURAL,
            "order_type": [*NO_NUMBER, -1, 0, 6],
        },
    ),
    "cancel": ({"order": ORDERED}, REPORTED),
    "taken": (
        {"order": ORDERED, "broker_number": 1},
        {**REPORTED, "broker_number": [*NO_NUMBER, -1, 0, 2**63]},
    ),
    "refused_order": ({"order": ORDERED, "reason": 1}, {**REPORTED, "reason": REASON}),
    "executed": (
        {"order": ORDERED, "quantity": 1, "turnover": 1},
        {**REPORTED, "quantity": NATURAL, "turnover": [*NO_NUMBER, -1, 100 * 2**40 + 1]},
    ),
    "cancelled": (
        {"order": ORDERED, "quantity": 1, "reason": 1},
        {**REPORTED, "quantity": NATURAL, "reason": REASON, "cancel_position": [*NO_NUMBER, -1, 2**31]},
    ),
    "cancel_refused": (
        {"order": ORDERED, "cancel_position": 1, "reason": 1},
        {**REPORTED, "cancel_position": NATURAL, "reason": REASON},
    ),
}
SINGLE: dict[str, tuple[dict[str, Any], dict[str, list[Any]]]] = {
    **ORDERING,
    "freeze": (
        {"contract_no": 195, "amount_fen": 1},
        {**MONEY, "amount_fen": AMOUNT, "quantity": QUANTITY, "price": AMOUNT, "security": WORD, "market": MARKET},
    ),
    "release": (
        {"target": ACCEPTED, "contract_no": 195, "amount_fen": 1},
        {**MONEY, "target": TARGET, "amount_fen": AMOUNT},
    ),
    "fill_buy": (
        {"target": ACCEPTED, "contract_no": 195, "charge_fen": 1},
        {
            **MONEY,
            "target": TARGET,
            "charge_fen": AMOUNT,
            "release_fen": AMOUNT,
            "turnover_fen": AMOUNT,
            "quantity": QUANTITY,
            "traded_on": TRADED_ON,
        },
    ),
    "fill_sell": (
        {"contract_no": 195, "proceeds_fen": 1},
        {
            **MONEY,
            "proceeds_fen": AMOUNT,
            "turnover_fen": AMOUNT,
            "quantity": QUANTITY,
            "traded_on": TRADED_ON,
        },
    ),
    "deposit": ({"account_no": 196, "amount_fen": 1}, {**CASH, "account_no": ACCOUNT}),
    "withdraw": ({"account_no": 196, "amount_fen": 1}, {**CASH, "account_no": ACCOUNT, "restraint_no": AMOUNT}),
    "submit": ({"record": freezes(1)}, {"record": [*NO_ARRAY, freezes(2)], "valid_until_ns": UNTIL}),
}
