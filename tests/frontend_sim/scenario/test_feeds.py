"""What brokers hear in a story: each entry once, up to where the read model is, with names; what is signed for.

Belongs here: entries that came, told and printed. Never here: how a feed comes (tests of the SDK).
"""

import msgspec
import pytest
import trio
from cryptography.hazmat.primitives.asymmetric import ed25519

from config.kit.exit_codes import ProcessFault
from frontend_sim.market.bank import BrokerEntry
from frontend_sim.market.desks import BankDesks
from frontend_sim.scenario import feeds as under_test
from frontend_sim.scenario.asking import FeedEnd
from frontend_sim.scenario.cast import Cast, CustomerNow
from frontend_sim.scenario.feeds import Feeds, feed_told
from frontend_sim.scenario.printing import printed
from frontend_sim.scenario.telling import EventTold
from protocol.acts.table import ACT_DOMAIN
from protocol.client import FeedEvent
from protocol.keys.signing import signer_from_key
from protocol.messages.feeds import NO_ENTRY, ContractChanged, FeedContent, ObligationTold, Receipt, SetCompared
from protocol.messages.fields import sum_from_fen
from protocol.vocabulary import FeedKind
from tests.frontend_sim.scenario.told import CASE, ITEM, PUSH, RELEASED, TOLD

DATE, NEXT_DATE, PARTY, CONTRACT_NO = 20260105, 20260106, 2, 98
OWED = ObligationTold(1, 0, sum_from_fen(-754_431), 900, False, False, 0, 0, 0, 0, 0, 0)


def event(position: int, kind: FeedKind, content: FeedContent, contract_no: int = 0, date: int = DATE) -> FeedEvent:
    return FeedEvent(position, bytes([position]) * 32, kind, date, contract_no, content, 0, position)


HEARD = [
    event(1, FeedKind.CONTRACT_CHANGED, ContractChanged(1, 0, 2, True), CONTRACT_NO),
    event(2, FeedKind.SET_COMPARED, SetCompared(1, [0, 0, 1, 0], False)),
    event(3, FeedKind.SET_COMPARED, SetCompared(1, [0, 0, 0, 0], True)),
    event(4, FeedKind.OBLIGATION, OWED),
]


def feeds() -> Feeds:
    return Feeds(lambda _: None, {PARTY: list(HEARD)})


def cast() -> Cast:
    li = CustomerNow(6_228, "Li", contracts=[(PARTY, CONTRACT_NO)])
    key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
    entry = BrokerEntry(PARTY, "Huaxia", (21,), signer_from_key(key, 1, ACT_DOMAIN))
    return Cast(BankDesks({}), {}, {"Huaxia": entry}, {"Li": li})


def test_an_entry_is_told_once_and_none_beyond_the_read_model() -> None:
    async def take() -> list[list[int]]:
        heard = feeds()
        return [[each.position for _, each in await heard.take([FeedEnd(PARTY, end)])] for end in (1, 3, 3, 4)]

    assert trio.run(take) == [[1], [2, 3], [], [4]]


def test_what_has_not_come_is_waited_for() -> None:
    heard = Feeds(lambda _: None)

    async def take() -> list[tuple[int, FeedEvent]]:
        async with trio.open_nursery() as nursery:

            @nursery.start_soon
            async def come() -> None:
                heard.heard[PARTY] = HEARD[:2]

            return await heard.take([FeedEnd(PARTY, 2)])

    assert trio.run(take) == [(PARTY, HEARD[0]), (PARTY, HEARD[1])]


def test_a_feed_that_does_not_come_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_test, "PATIENCE_SECONDS", 0.0)

    with pytest.raises(ProcessFault) as raised:
        trio.run(feeds().take, [FeedEnd(PARTY, 5)])

    assert str(raised.value) == "feeds by party, heard and expected: {2: (4, 5)}"


def test_the_newest_entry_of_a_kind_and_date_is_signed_for() -> None:
    heard = feeds()

    assert heard.receipt(PARTY, DATE, FeedKind.SET_COMPARED) == Receipt(DATE, 3, bytes([3]) * 32)
    assert heard.receipt(PARTY, DATE, FeedKind.OBLIGATION) == Receipt(DATE, 4, bytes([4]) * 32)
    assert heard.receipt(PARTY, NEXT_DATE, FeedKind.OBLIGATION) == Receipt(NEXT_DATE, 1, NO_ENTRY)


def test_entries_have_names_sums_in_fen_and_words() -> None:
    told = feed_told([(PARTY, each) for each in HEARD], cast())

    assert [(each.broker, each.position, each.kind, each.customer) for each in told] == [
        ("Huaxia", 1, "contract_changed", "Li"),
        ("Huaxia", 2, "set_compared", ""),
        ("Huaxia", 3, "set_compared", ""),
        ("Huaxia", 4, "obligation", ""),
    ]
    assert told[0].said == {"contracts": 1, "status_before": 0, "status": "active", "by_bank": True}
    assert told[1].said == {"number": 1, "differences": [0, 0, 1, 0], "is_reconciled": False}
    assert told[3].said["owed_fen"] == -754_431
    assert told[3].said["set_late_s"] == 900


def lines(told: EventTold, before: EventTold | None = None) -> list[str]:
    return [line.strip() for line in printed(told, before).splitlines()]


def test_what_was_heard_is_printed_in_yuan_without_seconds_that_there_are_none_of() -> None:
    told = msgspec.structs.replace(TOLD, feed=feed_told([(PARTY, HEARD[0]), (PARTY, HEARD[3])], cast()))

    said = [line for line in lines(told) if " hears " in line]

    assert said == [
        "Huaxia hears 1: contract changed of Li on 20260105: contracts 1, status before 0, status active, by bank true",
        "Huaxia hears 4: obligation on 20260105: number 1, case 0, owed -7,544.31, set late s 900, is late netted "
        "false, needs no notice false",
    ]


def test_pushes_and_items_are_printed_and_a_closed_one_once() -> None:
    signed = msgspec.structs.replace(RELEASED, people=["Chen", "Deng"], act="decide")
    case = msgspec.structs.replace(CASE, people=["Chen", "Deng"], act="correct", owner=None)
    told = msgspec.structs.replace(TOLD, worklist=[ITEM, signed, case], pushes=[PUSH])
    of_li = "worklist Huaxia 20260105: amount: bought of Li: the bank has 100.00, the set says 100.01; open"
    of_order = "worklist Huaxia 20260105: amount: released of Li 1 of Li: the bank has 100.00, the set says 100.01"
    of_case = "worklist Huaxia 20260105: case 2 of Li: 0.07 made good by Chen and Deng (correct); open"

    first = [line for line in lines(told) if line.startswith(("worklist", "push"))]
    again = [line for line in lines(told, told) if line.startswith("worklist")]

    assert first == [
        "push P 1 of Li by Huaxia: impossible (ITEMS_OPEN)",
        f"{of_li}, Deng looks into it, for 0 working days",
        f"{of_order}; decided by Chen and Deng (decide), for 0 working days",
        f"{of_case}, for 0 working days",
    ]
    assert again == [first[1], first[3]]
