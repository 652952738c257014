"""The conversations about orders through the bank: a channel orders and cancels, its broker reports.

Belongs here: these scenes, with what the bank says to each record. Never here: how they are carried and written down
(director), why the bank says so: a test of the core has it decide the same records.
"""

import numpy as np

from frontend_sim.practice.naive_ledger import NaiveLedger
from protocol.client import (
    BankOrder,
    RequestKey,
    cancel_record,
    cancel_refused_record,
    cancelled_record,
    executed_record,
    order_record,
    refused_record,
    taken_record,
)
from protocol.codes import ReplyCode
from protocol.frame import Frame
from protocol.given_numbers import contract_no_from_index
from protocol.records import (
    FREEZE_STATE_CLOSED,
    FREEZE_STATE_NONE,
    FREEZE_STATE_OPEN,
    OUTCOME,
    STATE_FROZEN,
    OutcomeArray,
)
from protocol.vocabulary import Market, Side
from tests.protocol import keys
from tests.vectors.director import TRADE_DATE, Director

ANN, FOREIGN = contract_no_from_index(1), contract_no_from_index(2)
SHARE = (Market.XSHG, Side.BUY, b"600000")
Told = tuple[ReplyCode, int, int]
Said = tuple[str, list[tuple[bytes, Told]]]
"""What is said in one frame: each record, and what the bank says to it: code, state, remainder."""
DONE: Told = (ReplyCode.ACCEPTED, FREEZE_STATE_NONE, 0)
ENDED: Told = (ReplyCode.ACCEPTED, FREEZE_STATE_CLOSED, 0)
IN_TIME, TOO_LATE, NOT_TAKEN = 1, 2, 7  # the broker's reasons


class ScriptedLedger(NaiveLedger):
    """Says what the scene says, record by record."""

    def __init__(self) -> None:
        super().__init__(TRADE_DATE)
        self.told: tuple[Told, ...] = ()

    def decide(self, frame: Frame, decided_at_ns: int) -> OutcomeArray:
        outcomes = np.zeros(frame.header.record_count, OUTCOME)
        for place, (code, state, remaining_fen) in enumerate(self.told):
            outcomes["code"][place], outcomes["state"][place] = code, state
            outcomes["remaining_fen"][place] = remaining_fen
        return outcomes


def refused(code: ReplyCode) -> Told:
    return code, FREEZE_STATE_NONE, 0


def frozen(fen: int) -> Told:
    return ReplyCode.ACCEPTED, STATE_FROZEN, fen


def remaining(fen: int) -> Told:
    return ReplyCode.ACCEPTED, FREEZE_STATE_OPEN, fen


def bought(quantity: int, limit: int, contract_no: int = ANN, security: bytes = b"600000") -> bytes:
    return order_record(contract_no, Market.XSHG, Side.BUY, security, quantity, limit)


def named(number: int) -> BankOrder:
    """Ann's order under a number of the channel."""
    return BankOrder(RequestKey(TRADE_DATE, keys.CHANNEL_SEAT, number), ANN, *SHARE)


ORDERED: list[Said] = [
    (
        "1,000 at 10.00 and 100 at 10.00",
        [(bought(1_000, 100_000), frozen(1_001_820)), (bought(100, 100_000), frozen(100_502))],
    ),
    (
        "refused in rank: whoever is not signed on learns nothing else; a code, lots, tick, limits, money",
        [
            (bought(50, 1, FOREIGN, b"999999"), refused(ReplyCode.NOT_SIGNED_ON)),
            (bought(50, 1, security=b"999999"), refused(ReplyCode.SECURITY_UNKNOWN)),
            (bought(50, 100_001), refused(ReplyCode.QUANTITY_OUT_OF_LOTS)),
            (bought(100, 100_001), refused(ReplyCode.PRICE_OFF_TICK)),
            (bought(100, 120_000), refused(ReplyCode.PRICE_OUT_OF_LIMITS)),
            (bought(1_000_000, 100_000), refused(ReplyCode.INSUFFICIENT_FUNDS)),
        ],
    ),
    (
        "a cancel, which moves nothing; once",
        [
            (cancel_record(named(1)), DONE),
            (cancel_record(named(1)), refused(ReplyCode.CANCEL_UNDER_WAY)),
            (cancel_record(named(3)), refused(ReplyCode.ORDER_UNKNOWN)),
        ],
    ),
]
"""What the channel says: requests 1 and 2, 3 to 8, 9 to 11."""

REPORTED: list[Said] = [
    (
        "the broker has both orders; what is said twice changes nothing",
        [
            (taken_record(named(1), 4_711), DONE),
            (taken_record(named(2), 4_712), DONE),
            (taken_record(named(1), 4_711), DONE),
            (taken_record(named(1), 4_713), refused(ReplyCode.LISTED)),
        ],
    ),
    (
        "400 at 9.95, said twice: 3,987.24 are drawn, 20.04 released",
        [
            (executed_record(named(1), 400, 400 * 99_500), remaining(601_092)),
            (executed_record(named(1), 400, 400 * 99_500), remaining(601_092)),
        ],
    ),
    (
        "less than before, above the limit, of no order",
        [
            (executed_record(named(1), 300, 300 * 99_500), refused(ReplyCode.LISTED)),
            (executed_record(named(1), 500, 400 * 99_500 + 100 * 100_001), refused(ReplyCode.LISTED)),
            (executed_record(named(3), 100, 100 * 99_500), refused(ReplyCode.ORDER_UNKNOWN)),
        ],
    ),
    (
        "the exchange has cancelled what was open; nothing remains",
        [
            (cancel_refused_record(named(1), 4, TOO_LATE), refused(ReplyCode.LISTED)),
            (cancelled_record(named(1), 600, IN_TIME, cancel_position=3), ENDED),
            (cancelled_record(named(1), 600, IN_TIME, cancel_position=3), ENDED),
        ],
    ),
    (
        "the other order was refused",
        [
            (refused_record(named(2), NOT_TAKEN), ENDED),
            (refused_record(named(2), NOT_TAKEN), ENDED),
            (refused_record(named(1), NOT_TAKEN), refused(ReplyCode.LISTED)),
        ],
    ),
]
"""What the broker says behind all that the channel said."""


def ordering() -> Director:
    """A channel's customer is signed on, orders, is refused and cancels."""
    what = "orders through the bank 委托: taken, refused in rank, cancelled 撤单"
    scene = Director("ordering", what, speaker=(keys.CHANNEL, keys.CHANNEL_SEAT))
    return _said(scene, ORDERED)


def reports() -> Director:
    """Its broker reports; what is said twice, and what does not fit."""
    return _said(
        Director("order_reports", "reports of them: cumulative, once each, listed where they do not fit"), REPORTED
    )


def _said(scene: Director, said: list[Said]) -> Director:
    ledger = scene.ledger = ScriptedLedger()
    scene.log_on()
    number = 1
    for what, pairs in said:
        records, ledger.told = zip(*pairs, strict=True)
        scene.send_block(what, b"".join(records), number)
        number += len(records)
    return scene
