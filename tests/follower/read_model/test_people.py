"""People and acts in SQL: who may sign, which keys there were, what took effect, and what was refused."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from protocol.acts.customers import ChangeHolderAct
from protocol.acts.parties import StopBrokerAct
from protocol.acts.table import ChangePersonAct, EndPersonKeyAct, RegisterKeyAct, RegisterOutletAct, text_of
from protocol.given_numbers import account_no_from_index
from protocol.messages.persons import Act, RegisterPersons
from protocol.vocabulary import Right
from tests.bank_seats import DAY_SEAT, SAVINGS_SEAT, TELLER_SEAT
from tests.customers import outlets_above
from tests.follower.journal_maker import BROKER, JournalMaker
from tests.follower.world import asked, world
from tests.people import (
    ADMINISTRATORS,
    ANN,
    BEN,
    REASON,
    Office,
    administrators,
    new_person,
    signature,
    signed,
    signer_of,
)

pytestmark = pytest.mark.postgres

DEE, EVE, FAY = 4, 5, 6
OF_PERSONS = (
    "SELECT person, staff_no, outlet, rights, active, last_serial, keys_count FROM bank_persons ORDER BY person"
)
OF_KEYS = "SELECT person, key_id, suite, ended FROM bank_person_keys ORDER BY person, key_id"
OF_ACTS = "SELECT number, act, author, second_person, second_name, reason, seat FROM bank_acts ORDER BY number"
OF_REFUSALS = "SELECT code, claimed_act, claimed_author, claimed_second, seat FROM bank_act_refusals ORDER BY sequence"


def office_of(made: JournalMaker) -> Office:
    return Office(made.book.bank_id, made.now_ns // 10**9 + 600)


def test_people_their_keys_and_their_acts_are_shown(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.open_bank([1_000])
            made.control(RegisterPersons([new_person(FAY, Right.DAY)]))
            await here.follow_soundly(made)
            assert await asked(here.sql, OF_PERSONS) == [(FAY, "E00006", 0, ["DAY"], True, 0, 1)]

            made.control(administrators())  # it seals, and Fay sleeps
            office = office_of(made)
            for person in (DEE, EVE):
                made.control(office.hired(person, Right.BROKERS | Right.RECONCILE, outlet=0), TELLER_SEAT)
            ended = EndPersonKeyAct(**office.by(DEE), person=DEE, key_id=1)
            stop = StopBrokerAct(**office.by(EVE), party=BROKER)
            made.control(signed(ended, DEE), DAY_SEAT)
            made.control(signed(stop, EVE, DEE), TELLER_SEAT)  # Dee's key is over
            made.control(signed(stop, EVE, EVE), TELLER_SEAT)
            made.control(Act(b"\xff\0", [signature(b"", EVE)]), TELLER_SEAT)
            made.control(signed(stop, EVE, DEE), SAVINGS_SEAT)
            await here.follow_soundly(made)

            both = ["BROKERS", "RECONCILE"]
            assert await asked(here.sql, OF_PERSONS) == [
                (ANN, "E00001", 0, ["ADMINISTER"], True, 2, 1),
                *((person, f"E0000{person}", 0, ["ADMINISTER"], True, 0, 1) for person in ADMINISTRATORS[1:]),
                (DEE, "E00004", 0, both, True, 1, 0),
                (EVE, "E00005", 0, both, True, 0, 1),
                (FAY, "E00006", 0, ["DAY"], False, 0, 1),
            ]
            suites = {0: "P256_SHA256", 1: "ED25519_SHA256"}
            wanted = [(person, 1, suites[person % 2], person == DEE) for person in range(ANN, FAY + 1)]
            assert await asked(here.sql, OF_KEYS) == wanted
            assert await asked(here.sql, OF_ACTS) == [
                (1, "register_person", ANN, BEN, "员工2", REASON, TELLER_SEAT),
                (2, "register_person", ANN, BEN, "员工2", REASON, TELLER_SEAT),
                (3, "end_person_key", DEE, None, None, REASON, DAY_SEAT),
            ]
            assert await asked(here.sql, OF_REFUSALS) == [
                ("ACT_NOT_SIGNED", "stop_broker", EVE, DEE, TELLER_SEAT),
                ("SECOND_PERSON_NEEDED", "stop_broker", EVE, EVE, TELLER_SEAT),
                ("REQUEST_MALFORMED", None, None, None, TELLER_SEAT),
                ("ROLE_FORBIDS", "stop_broker", EVE, DEE, SAVINGS_SEAT),
            ]
            assert await asked(here.sql, "SELECT bank FROM bank_as_of") == [(office.bank,)]
            texts = await asked(here.sql, "SELECT text FROM bank_acts ORDER BY number DESC LIMIT 1")
            assert texts == [(text_of(ended).decode("utf-8"),)]

    asyncio.run(scenario())


def test_what_acts_make_reaches_the_tables_of_parties_and_outlets(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.open_bank([1_000])
            made.control(administrators())
            office = office_of(made)
            for person in (DEE, EVE):
                made.control(office.hired(person, Right.BROKERS))
            for entry, level in zip(outlets_above()[:2], ("BRANCH", "SUB_BRANCH"), strict=True):
                act = RegisterOutletAct(
                    **office.by(ANN), outlet=entry.outlet, level=level, parent=entry.parent, name=entry.name
                )
                made.control(signed(act, ANN, BEN))
            renamed = ChangePersonAct(**office.by(BEN), person=EVE, name="新名", outlet=0, rights=["DAY"], active=False)
            made.control(signed(renamed, BEN, ANN))
            made.control(signed(replace(renamed, serial=2, rights=["BROKERS"], active=True), BEN, ANN))
            key = signer_of(101).public_key().hex()
            register = RegisterKeyAct(
                **office.by(DEE), party=BROKER, key_id=77, public_key=key, from_s=0, until_s=0, seat=0
            )
            made.control(signed(register, DEE, EVE))
            made.control(signed(StopBrokerAct(**office.by(DEE), party=BROKER), DEE, EVE))
            await here.follow_soundly(made)

            assert await asked(here.sql, "SELECT number, parent FROM outlets ORDER BY number") == [(901, 0), (902, 901)]
            assert await asked(here.sql, "SELECT party, stopped FROM bank_parties ORDER BY party") == [
                (1, False),
                (BROKER, True),
            ]
            eve = await asked(here.sql, "SELECT person_name, rights, active FROM bank_persons WHERE person = 5")
            assert eve == [("新名", ["BROKERS"], True)]
            assert await asked(here.sql, "SELECT count(*), max(number) FROM bank_acts") == [(8, 8)]

    asyncio.run(scenario())


def test_an_account_is_shown_with_its_holder_of_now(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.open_bank([1_000])
            before = made.book.holder[0].tobytes()
            made.control(administrators())
            office = office_of(made)
            for person in (DEE, EVE):
                made.control(office.hired(person, Right.CUSTOMERS), TELLER_SEAT)
            await here.follow_soundly(made)
            digests = {"holder_before": before.hex(), "holder": (b"\x07" * 16).hex()}
            act = ChangeHolderAct(**office.by(DEE), account_no=account_no_from_index(0), **digests)
            made.control(signed(act, DEE, EVE), TELLER_SEAT)
            await here.follow_soundly(made)
            changed = "SELECT account_no FROM savings_accounts WHERE holder = $1"
            assert await asked(here.sql, changed, b"\x07" * 16) == [(account_no_from_index(0),)]

    asyncio.run(scenario())
