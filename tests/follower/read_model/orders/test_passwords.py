"""Trading passwords in SQL: what people see of one, and what the password desk alone reads."""

import asyncio
from pathlib import Path

import pytest
import trio

from config.cli.passwords.reading import PasswordsRead
from gateway.passwords.desk import Known
from protocol.given_numbers import contract_no_from_index
from protocol.messages.control import RegisterChannelSeat, RegisterParty, SetScheme
from protocol.messages.orders.signing_on import ReportPasswordLoss, SetVerifier
from protocol.vocabulary import RecordKind, Role, Scheme, Suite, Verdict
from tests.bank_seats import PASSWORD_SEAT
from tests.follower.journal_maker import BROKER, NEXT_DATE, SEAT, JournalMaker, joined, record
from tests.follower.world import asked, world

pytestmark = pytest.mark.postgres

ANN = contract_no_from_index(0)
PASSWORDS = "SELECT state, generation, locked, failures, barred_channels FROM bank_passwords"
SIGN_ONS = "SELECT contract_no, channel, extract(epoch FROM until_time)::bigint FROM bank_sign_ons ORDER BY channel"
KEPT = "SELECT salt, verifier, generation FROM passwords"
SALT, VERIFIER = bytes(range(16)), bytes(range(32))


def a_bank(made: JournalMaker) -> None:
    """One contract of a broker of A, and a channel that serves it."""
    made.genesis()
    made.register(BROKER, "东方证券", SEAT)
    made.control(SetScheme(BROKER, Scheme.A))
    made.control(RegisterParty(7, Role.CHANNEL, Suite.P256_SHA256, "手机银行", False))
    made.control(RegisterChannelSeat(71, 7, 1, BROKER))
    made.control(RegisterChannelSeat(72, 7, 2, BROKER))
    made.open_accounts([0] * 3)
    made.open_contracts([0])


def test_passwords_and_who_is_signed_on_are_shown_and_no_verifier_is(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        made = JournalMaker()
        a_bank(made)
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(made)
            assert await asked(here.sql, PASSWORDS) == []

            made.control(SetVerifier(ANN, 0, SALT, VERIFIER))
            named = {"generation": 1, "nonce": 9}
            wrong = {"verdict": int(Verdict.FAILED), "channel": 1, **named}
            right = {"verdict": int(Verdict.SIGNED_ON), "until_s": 1_790_000_000, "channel": 2, **named}
            made.block((PASSWORD_SEAT, joined([record(RecordKind.SIGNED_ON, 0, 0, **right)])))
            made.block((PASSWORD_SEAT, joined([record(RecordKind.SIGNED_ON, 0, 0, **wrong)] * 3)))
            await here.follow_soundly(made)
            assert await asked(here.sql, PASSWORDS) == [("SET", 1, False, 3, [1])]
            assert await asked(here.sql, SIGN_ONS) == [(ANN, 2, 1_790_000_000)]
            assert await asked(here.sql, KEPT) == [(SALT, VERIFIER, 1)]

            made.roll(NEXT_DATE)
            await here.follow_soundly(made)
            assert await asked(here.sql, PASSWORDS) == [("SET", 1, False, 0, [])]

            made.control(ReportPasswordLoss(ANN))
            await here.follow_soundly(made)
            assert await asked(here.sql, PASSWORDS) == [("LOST", 2, False, 0, [])]
            assert await asked(here.sql, SIGN_ONS) == []
            assert await asked(here.sql, KEPT) == [(bytes(16), bytes(32), 2)]

    asyncio.run(scenario())


def test_the_password_desk_reads_whom_it_may_check(fresh_database: str, tmp_path: Path) -> None:
    """Of the channel's own broker, of scheme A, not barred there; of who has none that he has none."""

    async def scenario() -> None:
        made = JournalMaker()
        a_bank(made)
        made.open_contracts([0])
        other = contract_no_from_index(1)
        made.control(SetVerifier(ANN, 0, SALT, VERIFIER))
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(made)
            stands = Known(1, True, SALT, VERIFIER)
            none = Known(0, False, b"", b"")
            asked: dict[tuple[int, int, int], Known | None] = {(ANN, 1, BROKER): stands, (ANN, 2, BROKER): stands}
            asked |= {(other, 1, BROKER): none, (other, 0, 0): none}
            asked |= {(ANN, 3, BROKER): None, (ANN, 1, 3): None, (12_345, 1, BROKER): None, (2**63, 1, BROKER): None}
            assert await asyncio.to_thread(read, fresh_database, list(asked)) == list(asked.values())

            failed = {"verdict": int(Verdict.FAILED), "channel": 1, "generation": 1, "nonce": 9}
            made.block((PASSWORD_SEAT, joined([record(RecordKind.SIGNED_ON, 0, 0, **failed)] * 3)))
            await here.follow_soundly(made)
            barred = [(ANN, 1, BROKER), (ANN, 2, BROKER)]
            assert await asyncio.to_thread(read, fresh_database, barred) == [None, stands]

            made.control(ReportPasswordLoss(ANN))
            await here.follow_soundly(made)
            assert await asyncio.to_thread(read, fresh_database, barred) == [None, None]

    asyncio.run(scenario())


def read(dsn: str, asked: list[tuple[int, int, int]]) -> list[Known | None]:
    """What the desk reads of each contract, channel and broker."""
    passwords = PasswordsRead.open(dsn)

    async def each() -> list[Known | None]:
        return [await passwords.of(*one) for one in asked]

    try:
        return trio.run(each)
    finally:
        passwords.close()
