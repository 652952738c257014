"""Pushed contracts in SQL: what came, where each stands, and the contracts that come, end and run off by them."""

import asyncio
from pathlib import Path

import pytest

from ledger.core.state.customers import pushes as kept
from protocol.acts.customers import SignAtCounterAct, push_serial_of
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.limits import SEALED_PASSWORD_BYTES, SEALED_PERSON_BYTES
from protocol.messages.control import SetScheme
from protocol.messages.customers.accounts import ChangeAccount, OpenAccounts
from protocol.messages.customers.pushes import ConfirmPush, Identify
from protocol.vocabulary import AccountEvent, CardAnswer, Right, Scheme
from tests.bank_seats import IDENTITY_SEAT, TELLER_SEAT
from tests.customers import account, holder_of, pushed_contract
from tests.follower.journal_maker import BROKER, DATE, SEAT, JournalMaker
from tests.follower.world import asked, world
from tests.people import Office, administrators, signed

TIM = 4  # a teller

pytestmark = pytest.mark.postgres

OF_VIEW = """
SELECT push, party, serial, bank_account_no - 6217000000000000, state, reason, replaces, contract_no,
       decided_sequence - pushed_sequence
FROM bank_pushes ORDER BY push
"""
OF_CONTRACTS = (
    "SELECT contract_no, account_no, status, xshg_account FROM bank_contracts WHERE contract_no > 98 ORDER BY 1"
)


def pushed(made: JournalMaker, account_index: int, shanghai: str, replaces: int = 0) -> int:
    serial = int(made.book.seat_serial[SEAT]) + 1
    made.control(pushed_contract(serial, account_index, shanghai, replaces), SEAT)
    return made.book.pushes.given


def confirm(made: JournalMaker, push: int, account: int, ends: list[int], runs_off: int, answer: CardAnswer) -> None:
    made.control(ConfirmPush(push, BROKER, account_no_from_index(account), ends, runs_off, answer))


def test_pushes_and_what_comes_of_them(fresh_database: str, tmp_path: Path) -> None:
    """Account 0: pre-assigned, then signed by a push with the password. Account 1: another person. Account 2: waits."""

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.open_bank([1_000])
            first = pushed(made, 0, "A1")
            made.control(Identify(first, holder_of(0)))
            await here.follow_soundly(made)
            assert (await asked(here.sql, OF_VIEW))[0][4:] == ("IDENTIFIED", None, None, None, None)

            confirm(made, first, 0, [], 0, CardAnswer.NOT_ASKED)
            waiting_contract = contract_no_from_index(1)
            second = pushed(made, 0, "A1")
            made.control(Identify(second, holder_of(0)))
            confirm(made, second, 0, [waiting_contract], 0, CardAnswer.RIGHT)
            signed = contract_no_from_index(2)
            stranger, busy, waiting = (pushed(made, index, "A3") for index in (1, 0, 2))
            made.control(Identify(stranger, holder_of(2)))
            made.control(Identify(busy, holder_of(0)))
            await here.follow_soundly(made)
            assert await asked(here.sql, OF_VIEW) == [
                (first, BROKER, 1, 0, "PRE_ASSIGNED", None, None, waiting_contract, 2),
                (second, BROKER, 2, 0, "ASSIGNED", None, None, signed, 2),
                (stranger, BROKER, 3, 1, "NOT_IDENTIFIED", None, None, None, 3),
                (busy, BROKER, 4, 0, "IMPOSSIBLE", "ACCOUNT_HAS_CONTRACT", None, None, 3),
                (waiting, BROKER, 5, 2, "WAITING", None, None, None, None),
            ]
            assert await asked(here.sql, OF_CONTRACTS) == [
                (waiting_contract, account_no_from_index(0), "TERMINATED", "A1"),
                (signed, account_no_from_index(0), "ACTIVE", "A1"),
            ]
            assert await asked(here.sql, "TABLE read_model_faults") == []

            new_card = account(4, 0)
            made.control(OpenAccounts([type(new_card)(new_card.bank_account_no, 11, holder_of(0), 5)]))
            made.control(ChangeAccount(account_no_from_index(0), AccountEvent.REPORT_LOSS))
            third = pushed(made, 4, "A1", signed)
            made.control(Identify(third, holder_of(0)))
            confirm(made, third, 4, [], signed, CardAnswer.RIGHT)
            await here.follow_soundly(made)
            replaced = contract_no_from_index(3)
            assert (await asked(here.sql, OF_VIEW))[-1][4:8] == ("ASSIGNED", None, signed, replaced)
            assert (await asked(here.sql, OF_CONTRACTS))[1:] == [
                (signed, account_no_from_index(0), "LOSS_REPORTED", "A1"),
                (replaced, account_no_from_index(4), "ACTIVE", "A1"),
            ]
            assert await asked(here.sql, "SELECT count(*) FROM contracts WHERE ended_on = $1", DATE) == [(2,)]
            assert await asked(here.sql, "TABLE read_model_faults") == []

    asyncio.run(scenario())


def test_one_that_is_decided_and_gives_way_in_one_row_is_told_all_the_same(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With room for two: the first is decided and gives way to a third in the same row; nothing is left of it."""
    monkeypatch.setattr(kept, "PUSHES_KEPT_MAX", 2)

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.open_bank([1_000])
            first, second = pushed(made, 0, "A1"), pushed(made, 1, "A2")
            third = pushed_contract(3, 0, "A1")
            made.control_run((IDENTITY_SEAT, Identify(first, b""), 0), (SEAT, third, 0))
            assert list(made.book.pushes.entries) == [second, 3]
            await here.follow_soundly(made)
            assert await asked(here.sql, "SELECT push, state FROM bank_pushes ORDER BY push") == [
                (first, "UNREADABLE"),
                (second, "WAITING"),
                (3, "WAITING"),
            ]

    asyncio.run(scenario())


def test_names_that_came_to_nothing_touch_nothing(fresh_database: str, tmp_path: Path) -> None:
    """An impossible push is booked whatever its confirmation names; nobody follows those names."""

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.open_bank([1_000])
            push = pushed(made, 0, "A1")
            made.control(Identify(push, holder_of(0)))
            made.control(ChangeAccount(account_no_from_index(0), AccountEvent.REPORT_LOSS))
            made.control(ConfirmPush(push, BROKER, 2**62, [2**62], 2**62, CardAnswer.RIGHT))
            await here.follow_soundly(made)
            assert (await asked(here.sql, OF_VIEW))[0][4:6] == ("IMPOSSIBLE", "ACCOUNT_LOSS_REPORTED")

    asyncio.run(scenario())


def test_what_was_signed_at_the_counter_stands_beside_pushes(fresh_database: str, tmp_path: Path) -> None:
    """By the teller desk's seat, for the broker that the act names; a customer without his password signs nothing."""

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.genesis()
            made.register(BROKER, "东方证券", SEAT)
            made.open_accounts([1_000])
            made.control(SetScheme(BROKER, Scheme.A))
            made.control(administrators())
            office = Office(made.book.bank_id, made.now_ns // 10**9 + 600)
            made.control(office.hired(TIM, Right.CUSTOMERS), TELLER_SEAT)
            for answer in (CardAnswer.WRONG, CardAnswer.RIGHT):
                act = SignAtCounterAct(
                    **office.by(TIM),
                    party=BROKER,
                    account_no=account_no_from_index(0),
                    shanghai="A1",
                    shenzhen="",
                    person_key_id=1,
                    sealed_person="00" * SEALED_PERSON_BYTES,
                    password_key_id=1,
                    sealed_password="00" * SEALED_PASSWORD_BYTES,
                )
                made.control(signed(act, TIM), TELLER_SEAT)
                push = made.book.pushes.given
                made.control(Identify(push, holder_of(0)))
                confirm(made, push, 0, [], 0, answer)
            await here.follow_soundly(made)
            contract_no, serials = contract_no_from_index(0), [push_serial_of(TIM, serial) for serial in (1, 2)]
            assert await asked(here.sql, OF_VIEW) == [
                (1, BROKER, serials[0], 0, "NOT_IDENTIFIED", None, None, None, 2),
                (2, BROKER, serials[1], 0, "ASSIGNED", None, None, contract_no, 2),
            ]
            assert await asked(here.sql, "SELECT DISTINCT seat FROM bank_pushes") == [(TELLER_SEAT,)]
            assert await asked(here.sql, "SELECT status, xshg_account FROM bank_contracts") == [("ACTIVE", "A1")]

    asyncio.run(scenario())
