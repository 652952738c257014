"""What a seat makes of refusals that name no logon of its own: soon told at the door, and never the end of a seat."""

from dataclasses import replace
from pathlib import Path

import pytest
import trio.testing
from msgspec import structs

from frontend_sim.practice import cast
from protocol.client import Seat, SessionEnded
from protocol.client.seat import REFUSALS_AT_THE_DOOR
from protocol.codes import ReplyCode
from protocol.keys.signing import Signer
from protocol.vocabulary import Suite
from tests.client.fake_bank import FakeBank
from tests.protocol.keys import signer_from_seed


def wrong_signer() -> Signer:
    """A key that the bank does not know, under the number of one that it knows."""
    return signer_from_seed(Suite.ED25519_SHA256, b"w" * 32, cast.broker_signer(cast.BROKER).key_id)


async def test_a_wrong_key_is_told_soon_to_whoever_opens_the_seat(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        with pytest.raises(SessionEnded) as ended:
            async with Seat.open(replace(bank.settings(tmp_path), signer=wrong_signer())):
                pass

        assert ended.value.code is ReplyCode.SIGNATURE_INVALID
        assert f"{REFUSALS_AT_THE_DOOR} times in a row: TERMINATE SIGNATURE_INVALID" in str(ended.value)
        assert bank.violations[ReplyCode.SIGNATURE_INVALID] == REFUSALS_AT_THE_DOOR


async def test_a_seat_that_had_a_session_is_ended_by_no_number_of_such_words(tmp_path: Path) -> None:
    """Whoever stands between may play recordings for as long as it likes: when it goes, the seat is there again."""
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        known = bank._registry.party(cast.BROKER)
        assert known is not None
        bank._registry.take_over(structs.replace(known, keys=[]))
        bank.cut()
        while bank.violations[ReplyCode.SIGNATURE_INVALID] < 3 * REFUSALS_AT_THE_DOOR:
            await trio.testing.wait_all_tasks_blocked()
        assert seat.ended is None
        bank._registry.take_over(known)

        assert (await seat.freeze(195, 77)).code is ReplyCode.ACCEPTED
