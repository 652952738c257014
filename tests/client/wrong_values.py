"""Values that an argument of a verb cannot have, by what the argument is.

Belongs here: the values. Never here: verbs, what becomes of whoever hands them in (test_arguments).
"""

import dataclasses
from typing import Any

import msgspec
import numpy as np

from frontend_sim.practice.ledger import TRADE_DATE
from protocol.client import BankOrder, BlockOutcome, BoxKey, Outcome, Recovered, RequestKey
from protocol.codes import ReplyCode
from protocol.limits import REQUEST_NUMBER_MAX
from protocol.messages.base import Message
from protocol.messages.control import ConfirmRoll, OpenTradeDate, RegisterKey, RegisterParty
from protocol.messages.customers.accounts import (
    ChangeAccount,
    ChangeBroker,
    ChangeContract,
    ContractTerms,
    OpenAccounts,
    SecuritiesAccount,
    SignContracts,
)
from protocol.messages.customers.restraints import LiftRestraint, Restrain
from protocol.messages.queries import BuyingPowerQuery
from protocol.messages.session import Heartbeat
from protocol.particulars import Particulars, Person
from protocol.records import OUTCOME, RECORD
from tests.client.fake_bank import SEATS
from tests.client.line.test_seat import freezes
from tests.customers import account, contract


def with_shares(*named: SecuritiesAccount) -> ContractTerms:
    """Terms of a contract with these securities accounts."""
    return msgspec.structs.replace(contract(1, 2), securities_accounts=list(named))


NO_NUMBER: list[Any] = [
    1.0,
    1.7e18,
    float("nan"),
    float("inf"),
    True,
    np.bool_(True),
    np.float64(1),
    np.array([1]),
    np.datetime64(1, "ns"),
    1j,
    "1",
    b"1",
    None,
    [1],
    object(),
]
OUT_OF_INT64: list[Any] = [-1, 2**63, 10**5_000, np.int8(-1), np.uint64(2**63)]
AMOUNT = [*NO_NUMBER, *OUT_OF_INT64]
QUANTITY = [*NO_NUMBER, -1, 2**31, np.int64(2**31)]
MARKET = [*NO_NUMBER, -1, 128]
WORD: list[Any] = ["order-1", b"123456789", bytearray(9), None, 1, 1.0, np.zeros(8, "i1"), np.array(b"12345678")]
UNTIL = [*NO_NUMBER, *OUT_OF_INT64]
ACCEPTED = Outcome(ReplyCode.ACCEPTED, 1, TRADE_DATE, 1, 1, 1, 1, SEATS[0])
BLOCK = BlockOutcome(1, TRADE_DATE, 1, 1, np.zeros(1, OUTCOME), SEATS[0], ())
TARGET: list[Any] = [
    None,
    1,
    "1",
    (),
    (TRADE_DATE, SEATS[0]),
    [TRADE_DATE, SEATS[0], 1],
    (TRADE_DATE, SEATS[0], 1, 1),
    RequestKey(TRADE_DATE, SEATS[0], -1),
    RequestKey(2**31, 1, 1),
    RequestKey(TRADE_DATE, 2**31, 1),
    RequestKey(TRADE_DATE, 1, 2**63),
    RequestKey(float(TRADE_DATE), 1, 1),  # type: ignore[arg-type]
    RequestKey(TRADE_DATE, True, 1),
    BLOCK,
    Recovered(BLOCK, freezes(1), b""),
    msgspec.structs.replace(ACCEPTED, number=0),
    msgspec.structs.replace(ACCEPTED, number=1.5),
    msgspec.structs.replace(ACCEPTED, number=-1),
]
CODE = [*WORD, b""]  # of a security, which an order names
MARKET_OF_ORDER = [*NO_NUMBER, -1, 0, 3, 128]
SIDE = MARKET_OF_ORDER
NATURAL = [*NO_NUMBER, -1, 0, 2**31]  # from 1 to what a record has room for
REASON = [*NO_NUMBER, -1, 0, 256]
ORDERED = BankOrder(RequestKey(TRADE_DATE, 71, 1), 195, 1, 1, b"600000")
ORDER: list[Any] = [
    *(None, 1, b"order", ACCEPTED, RequestKey(TRADE_DATE, 71, 1)),
    *(dataclasses.replace(ORDERED, key=value) for value in TARGET),
    *(dataclasses.replace(ORDERED, contract_no=value) for value in AMOUNT),
    *(dataclasses.replace(ORDERED, market=value) for value in MARKET_OF_ORDER),
    *(dataclasses.replace(ORDERED, side=value) for value in SIDE),
    *(dataclasses.replace(ORDERED, security=value) for value in CODE),
]
NO_ARRAY: list[Any] = [
    None,
    1,
    "records",
    b"\0" * 64,
    [],
    [(1,)],
    np.zeros((), RECORD),
    np.zeros((2, 1), RECORD),
    np.zeros(0, RECORD),
    np.zeros(64, "i1"),
    np.zeros(1, OUTCOME),
    np.zeros(1, RECORD.newbyteorder(">")),
    np.array([object()]),
    np.concatenate([freezes(1), freezes(1)]),  # its dtype is repacked
    np.ma.masked_array(freezes(1)),
    freezes(1)[0],
]
BLOCK_OF_RECORDS = [*NO_ARRAY, np.broadcast_to(freezes(1), (10**12,))]
MESSAGE: list[Any] = [
    None,
    1,
    b"\x93\x19\x01\x02",
    [25, 195, 2],
    Message(),
    Heartbeat(1, False),
    BuyingPowerQuery([195]),
    ChangeContract(0, 2),
    ChangeContract(195, 7),
    ChangeContract(-1, 2),
    ChangeContract(195.0, 2),  # type: ignore[arg-type]
    ChangeContract(True, 2),
    ChangeContract(2**70, 2),
    ChangeContract("195", 2),  # type: ignore[arg-type]
    ChangeContract(object(), 2),  # type: ignore[arg-type]
    Restrain(195, 2**53 + 1, 1, "court", "1", 0),
    LiftRestraint(1, float("nan")),  # type: ignore[arg-type]
    OpenTradeDate(1),
    ConfirmRoll(20_260_105, 0, 1, bytes(32)),
    ConfirmRoll(20_260_105, 1, 0, bytes(32)),
    ConfirmRoll(20_260_105, 1, 1, bytes(31)),
    RegisterKey(2, 1, b"short", 0, 1, 0),
    RegisterParty(2, 1, 1, "", False),
    RegisterParty(2, 1, 1, "\ud800", False),
    RegisterParty(2, 1, 1, "broker", 1),  # type: ignore[arg-type]
    OpenAccounts([]),
    OpenAccounts([account(1, -1)]),
    OpenAccounts([account(1, 1)] * 8_193),
    OpenAccounts(None),  # type: ignore[arg-type]
    OpenAccounts([msgspec.structs.replace(account(1, 1), holder=bytes(15))]),
    SignContracts([]),
    SignContracts([contract(1, 2)] * 8_193),
    SignContracts([account(1, 1)]),  # type: ignore[list-item]
    SignContracts([with_shares(SecuritiesAccount(3, "A1"))]),
    SignContracts([with_shares(SecuritiesAccount(1, "a1"))]),
    SignContracts([with_shares(SecuritiesAccount(1, "A1234567890"))]),
    SignContracts([with_shares(*[SecuritiesAccount(1, "A1")] * 3)]),
    ChangeAccount(99, 5),
    ChangeBroker(195, None),  # type: ignore[arg-type]
]
CONTRACTS: list[Any] = [
    None,
    195,
    "195",
    b"195",
    {195},
    {195: 1},
    iter([195]),
    [],
    [195] * 65,
    [0],
    [-1],
    [195.0],
    [True],
    ["195"],
    [None],
    [2**62 + 1],
    np.array([[195]]),
    np.array([195.0]),
    np.array(195),
]
DAY = [*NO_NUMBER, -1, 0, 2**70, 19_891_231, 22_000_101, 20_260_230, 20_261_301, 20_260_100]
TRADED_ON = [one for one in DAY if one is not None]
NUMBER_OR_NONE = [*NO_NUMBER, -1, REQUEST_NUMBER_MAX + 1, 2**70]
NUMBER = [*NO_NUMBER, -1, 0, REQUEST_NUMBER_MAX + 1, 2**70]
SOURCE = [*NO_NUMBER, -1, 0, 3]

ACCOUNT = [*AMOUNT, 0, 2, 195, 197, 100]  # none, of another kind, with other check digits
WANG = Person(1, "1", "Wang")
PARTICULARS: list[Any] = [
    None,
    1,
    WANG,
    Particulars(None, ""),  # type: ignore[arg-type]
    Particulars(WANG, None),  # type: ignore[arg-type]
    Particulars(WANG, "1" * 13),
    Particulars(Person(0, "1", "Wang"), ""),
    Particulars(Person(1, object(), "Wang"), ""),  # type: ignore[arg-type]
    Particulars(Person(1, "1", "\ud800"), ""),
]
SHARES: list[Any] = [
    *(None, 1, "A1", [], [1], iter([SecuritiesAccount(1, "A1")]), [SecuritiesAccount(1, "A1")] * 3),
    [SecuritiesAccount(3, "A1")],
    [SecuritiesAccount(1, "a1")],
    [SecuritiesAccount(1, None)],  # type: ignore[arg-type]
]
_PASSWORD = [None, 1, b"secret-1", "", "short", "x" * 33, "\ud800" * 6]
_KEY = [1, b"", "key", BoxKey(1, bytes(31))]
_SIGNS_ON: dict[str, Any] = {"contract_no": 195, "password": "secret-1"}
PASSWORDS: dict[str, tuple[dict[str, Any], dict[str, list[Any]]]] = {
    "sign_on": (_SIGNS_ON, {"contract_no": NUMBER, "password": _PASSWORD, "key": _KEY}),
    "change_password": (
        {**_SIGNS_ON, "new_password": "secret-2"},
        {"contract_no": NUMBER, "password": _PASSWORD, "new_password": _PASSWORD, "key": _KEY},
    ),
    "sign_off": ({"contract_no": 195}, {"contract_no": NUMBER}),
    "set_first_password": (  # the seat is a broker's: of the bank's alone are good ones taken
        _SIGNS_ON,
        {"contract_no": [*NUMBER, 195], "password": _PASSWORD, "key": _KEY},
    ),
}
"""The verbs about passwords, each with what is good and what is wrong."""
