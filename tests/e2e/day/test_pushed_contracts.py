"""Customers sign at a broker, through all processes: pushed, looked into by the identity desk's program, traded on.

And nothing of them is left anywhere: every file, log, metric and row that the run leaves behind is searched.
"""

from pathlib import Path

import pytest
import trio

from frontend_sim.market.bank import open_accounts
from frontend_sim.market.people.card_host import SimulatedCardHost
from frontend_sim.market.people.identity_program import IdentityProgram
from frontend_sim.market.people.walk_ins import became_of, make_walk_in, sign_at_broker
from gateway.identity.key_files import read_holder_key
from protocol.client import Seat
from protocol.vocabulary import PushState
from tests.e2e.house import House, house, wait_until, write_config
from tests.e2e.left_behind import left_behind, places_with

pytestmark = pytest.mark.postgres

ANN, BEN, CAT = (make_walk_in(place) for place in range(3))
PLANTED = [word for one in (ANN, BEN, CAT) for word in (one.person.number, one.person.name, one.card_password)]
SEAT, OTHER_SEAT = 21, 31
BALANCE_FEN = 100_000


async def signed_and_traded(found: House, program: IdentityProgram) -> str:
    """Ann confirms, Ben gives a wrong password, somebody else names Cat's account. Returns: what the desk said."""
    keys = program.make_keys()
    holder_key = read_holder_key(program.holder_key_file)
    async with Seat.open(found.bank()) as bank:
        await open_accounts(bank, [one.account(holder_key, BALANCE_FEN) for one in (ANN, BEN, CAT)])
    cards = SimulatedCardHost({one.bank_account_no: one.card_password for one in (ANN, BEN, CAT)})
    async with trio.open_nursery() as nursery, Seat.open(found.seat(SEAT)) as seat:
        await nursery.start(cards.serve, program.card_socket)
        ann = await sign_at_broker(seat, keys, 1, ANN, ANN.card_password)
        ben = await sign_at_broker(seat, keys, 2, BEN, "wrong")
        async with Seat.open(found.seat(OTHER_SEAT)) as other:
            impostor = type(CAT)(CAT.bank_account_no, BEN.person, CAT.card_password, CAT.shanghai)
            cat = await sign_at_broker(other, keys, 1, impostor, CAT.card_password)
            assert [each.state for each in await became_of(seat, [ann, ben, cat])] == [1, 1, 0]
            said = await program.once()
            facts = await became_of(seat, [ann, ben]) + await became_of(other, [cat])
        states = (PushState.ASSIGNED, PushState.PRE_ASSIGNED, PushState.NOT_IDENTIFIED)
        assert tuple(each.state for each in facts) == states
        assert sorted(cards.asked) == [ann, ben]
        assert (await seat.freeze(facts[0].contract_no, BALANCE_FEN)).accepted
        refused = await seat.freeze(facts[1].contract_no, 1)
        assert refused.code.name == "CONTRACT_PRE_ASSIGNED"
        nursery.cancel_scope.cancel()
    return said


def test_customers_sign_at_a_broker_and_nothing_of_them_is_left(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with house(4) as found:
        program = IdentityProgram(found.config, write_config(found.config), tmp_path, tmp_path / "card.sock")
        said = trio.run(signed_and_traded, found, program)
        wait_until("all pushes in SQL", lambda: found.sql("SELECT count(decided_at) FROM bank_pushes").strip() == "3")

        places = left_behind(found)
        out = capfd.readouterr()
        places += [("the desk", said.encode()), ("the test", (out.out + out.err).encode())]
        assert places_with(places, PLANTED) == set()

        # The same search finds what is no secret, and a whole push with what was sealed: it would have found a word.
        assert "bank_pushes" in places_with(places, [str(ANN.bank_account_no)])
        pushed = found.sql(
            "SELECT encode(control, 'hex') FROM journal WHERE length(control) BETWEEN 400 AND 512 LIMIT 1"
        )
        assert any(place.startswith("journal") for place in places_with(places, [pushed]))
        assert any("postgres" in place for place in places_with(places, [bytes.fromhex(pushed)]))
