"""Orders through the bank in SQL: the records as people read them, and the money that no record tells."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.audit import Auditor
from ledger.core.state.book import Book
from ledger.journal.chain import Chain
from protocol.given_numbers import contract_no_from_index
from protocol.messages.control import RegisterChannelSeat, RegisterKey, RegisterParty, SetScheme
from protocol.messages.day.steps import SignOn
from protocol.messages.orders.signing_on import SetVerifier
from protocol.vocabulary import RecordKind, Role, Scheme, Suite, Verdict
from tests.bank_seats import PASSWORD_SEAT, SAVINGS_SEAT
from tests.fees import fees_set
from tests.follower.journal_maker import (
    ALWAYS_NS,
    BROKER,
    CHANNEL,
    DATE,
    KEY_ID,
    NEXT_DATE,
    SEAT,
    SIGNERS,
    SMALL,
    JournalMaker,
    joined,
    record,
)
from tests.follower.world import asked, world
from tests.ledger_core.ordering.trading import (
    NOW_S,
    UNTIL_S,
    YUAN,
    Name,
    cancel,
    cancelled,
    executed,
    order,
    refused,
    taken,
)
from tests.phases import morning
from tests.securities import limits, priced, registered, share

pytestmark = pytest.mark.postgres

ANN, BOB = contract_no_from_index(0), contract_no_from_index(1)
PHONE_SEAT = 71
FIRST, SECOND = Name(DATE, PHONE_SEAT, 1), Name(DATE, PHONE_SEAT, 2)
ORDERS = (
    "SELECT number, contract_no, party, outcome, market, side, order_type, security, limit_yuan, quantity, frozen_fen, "
    "entry FROM bank_customer_orders ORDER BY number"
)
REPORTS = (
    "SELECT kind, order_number, outcome, quantity, turnover_yuan, broker_number, answers_entry, reason, drawn_fen, "
    "released_fen, entry FROM bank_order_reports ORDER BY sequence, seat, number"
)
FREEZES = "SELECT number, amount_fen, drawn_fen, released_fen, remaining_fen FROM freezes ORDER BY number"
MONEY = (
    "SELECT balance_fen, frozen_fen, bought_unsettled_fen, sold_unsettled_fen FROM accounts "
    "ORDER BY account_no OFFSET 3"  # those of customers stand behind the spare ones
)


def a_bank() -> JournalMaker:
    """Two customers of a broker of A, who are signed on by phone."""
    made = JournalMaker(now_ns=NOW_S * 10**9)
    made.genesis()
    made.register(BROKER, "东方证券", SEAT)
    made.control(SetScheme(BROKER, Scheme.A))
    made.control(RegisterParty(CHANNEL, Role.CHANNEL, Suite.ED25519_SHA256, "手机银行", False))
    made.control(RegisterKey(CHANNEL, KEY_ID, SIGNERS[CHANNEL].public_key(), 0, ALWAYS_NS, 0))
    made.control(RegisterChannelSeat(PHONE_SEAT, CHANNEL, 1, BROKER))
    for message in (registered(share(DATE)), priced(DATE, limits(low=5 * YUAN)), fees_set(BROKER, DATE), morning(DATE)):
        made.control(message)
    made.control(SignOn(DATE), SEAT)
    made.open_accounts([0] * 3)
    made.open_contracts([2_000_000, 2_000_000])
    verdict = {"verdict": int(Verdict.SIGNED_ON), "until_s": UNTIL_S, "channel": 1, "generation": 1, "nonce": 9}
    for contract in (0, 1):
        made.control(SetVerifier(contract_no_from_index(contract), 0, bytes(range(16)), bytes(range(32))))
        made.block((PASSWORD_SEAT, record(RecordKind.SIGNED_ON, contract, 0, **verdict)))
    return made


def traded() -> JournalMaker:
    """An order that is executed in part and cancelled, one that is refused by the bank, one by its broker."""
    made = a_bank()
    made.block((PHONE_SEAT, joined([order(ANN), order(BOB), order(ANN, 150)])))
    made.block((SAVINGS_SEAT, record(RecordKind.DEPOSIT, 0, 7)), (SEAT, taken(FIRST, ANN)))
    made.block(
        (SEAT, joined([executed(FIRST, ANN, 400, 3_980 * YUAN), executed(FIRST, ANN, 400, 3_980 * YUAN)])),
        (PHONE_SEAT, cancel(FIRST, ANN)),
        (SEAT, joined([executed(FIRST, ANN, 500, 4_000 * YUAN), cancelled(FIRST, ANN, 600, answers=3)])),
        (SEAT, refused(SECOND, BOB, reason=200)),
    )
    return made


def test_what_was_ordered_and_reported_is_shown_with_the_money_that_it_moved(
    fresh_database: str, tmp_path: Path
) -> None:
    async def scenario() -> None:
        made = traded()
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(made)

            said = ("XSHG", "BUY", "LIMIT", "600000", Decimal("10.0000"))
            assert await asked(here.sql, ORDERS) == [
                (1, ANN, BROKER, "ACCEPTED", *said, 1_000, 1_001_820, 1),
                (2, BOB, BROKER, "ACCEPTED", *said, 1_000, 1_001_820, 2),
                (3, ANN, BROKER, "QUANTITY_OUT_OF_LOTS", *said, 150, None, None),
            ]
            half = (400, Decimal("3980.0000"), None, None, None)
            assert await asked(here.sql, REPORTS) == [
                ("TAKEN", 1, "ACCEPTED", None, None, 42, None, None, 0, 0, None),
                ("EXECUTED", 1, "ACCEPTED", *half, 398_724, 2_004, None),
                ("EXECUTED", 1, "ACCEPTED", *half, 0, 0, None),
                ("EXECUTED", 1, "LISTED", 500, Decimal("4000.0000"), None, None, None, None, None, None),
                ("CANCELLED", 1, "ACCEPTED", 600, None, None, 3, 1, 0, 601_092, None),
                ("REFUSED", 2, "ACCEPTED", None, None, None, None, 200, 0, 1_001_820, None),
                ("CANCEL", 1, "ACCEPTED", None, None, None, None, None, 0, 0, 3),
            ]
            assert await asked(here.sql, FREEZES) == [
                (1, 1_001_820, 398_724, 603_096, 0),
                (2, 1_001_820, 0, 1_001_820, 0),
            ]
            assert await asked(here.sql, MONEY) == [(2_000_007, 0, 398_724, 0), (2_000_000, 0, 0, 0)]
            kinds = await asked(here.sql, "SELECT kind FROM bank_movements WHERE kind <> 'SIGNED_ON'")
            assert kinds == [("DEPOSIT",)]

    asyncio.run(scenario())


def test_a_follower_that_begins_at_any_row_comes_to_the_same(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        made = traded()
        made.roll(NEXT_DATE)
        made.block((SEAT, taken(SECOND, BOB)))
        async with world(fresh_database, tmp_path) as here:
            await here.follow_row_by_row(made)
            assert await asked(here.sql, MONEY) == [(2_000_007, 0, 398_724, 0), (2_000_000, 0, 0, 0)]

    asyncio.run(scenario())


def test_a_report_that_could_not_be_decided_is_shown_and_has_moved_nothing(fresh_database: str, tmp_path: Path) -> None:
    """It stands behind a row that moved something, and in front of it there are more records than it has."""

    async def scenario() -> None:
        made = traded()
        made.undecided(SEAT, taken(FIRST, ANN))
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(made)
            last = "SELECT kind, outcome, drawn_fen FROM bank_order_reports ORDER BY sequence DESC, number DESC LIMIT 1"
            assert await asked(here.sql, last) == [("TAKEN", "NOT_DECIDED", None)]

    asyncio.run(scenario())


def test_the_audit_decides_rows_with_orders_again() -> None:
    made = traded()
    auditor = Auditor(Chain(), Book.empty(SMALL))

    for row in made.rows:
        auditor.check(row)
