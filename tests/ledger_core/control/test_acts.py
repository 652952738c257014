"""Acts of people: who may sign what, what is refused and in which rank, and what becomes of the bank.

Belongs here: the core's word on acts. Never here: the form of a text (protocol), people and keys one by
one (test_persons).
"""

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from ledger.core.control.judge import Sender, judge
from protocol.acts.parties import ResumeBrokerAct, StopBrokerAct
from protocol.acts.table import AnyAct, EndKeyAct, EndPersonKeyAct, RegisterKeyAct, VoidAct, act_of, text_of
from protocol.codes import ReplyCode
from protocol.limits import ACT_SERIAL_STEP_MAX, ACTS_REMEMBERED_MAX
from protocol.messages.control import EndKey, RegisterKey
from protocol.messages.outlets import OutletEntry, RegisterOutlets
from protocol.messages.persons import Act, RegisterPersons
from protocol.records import STATE_NUMBER_GIVEN
from protocol.vocabulary import BANK_PARTY, BANK_SEAT, OutletLevel, Right
from tests.bank_seats import DAY_SEAT, SAVINGS_SEAT, TELLER_SEAT
from tests.customers import outlets_above
from tests.ledger_core.desk import BROKER, SEAT, TUESDAY, Desk, Frame, freeze, joined, record, release
from tests.ledger_core.desk import fill_sell as sale
from tests.people import ADMINISTRATORS, ANN, BEN, CLO, Office, administrators, new_person, signature, signed, signer_of

if TYPE_CHECKING:
    from collections.abc import Callable

DEE, EVE = 4, 5  # may stop brokers
FAY = 6  # may not
GUS = 7
HOUR_S = 3_600


class House:
    """A sealed bank with a contract, and people who may stop brokers and register their keys."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.contract = self.desk.open(1_000)
        self.desk.done(administrators())
        assert self.desk.book.persons.sealed
        self.office = Office(self.desk.book.bank_id)
        for person, rights in ((DEE, Right.BROKERS), (EVE, Right.BROKERS), (FAY, Right.RESTRAIN)):
            self.done(self.office.hired(person, rights))

    def done(self, act: Act) -> int:
        """An act that must take effect; what it told."""
        answer = self.desk.told(act, TELLER_SEAT)
        assert answer.code == ReplyCode.ACCEPTED
        return answer.remaining_fen

    def code(self, act: Act, seat: int = TELLER_SEAT) -> ReplyCode:
        return self.desk.control(act, seat)

    def stop(self, author: int = DEE) -> StopBrokerAct:
        return StopBrokerAct(**self.office.by(author), party=BROKER)


@pytest.fixture
def house() -> House:
    return House()


def test_acts_have_numbers_without_gaps_and_replay_to_the_same_book(house: House) -> None:
    assert [house.done(house.office.hired(person, Right.DAY)) for person in (7, 8)] == [4, 5]

    again = house.desk.replayed()

    assert again.persons == house.desk.book.persons
    assert again.persons.acts_count == 5


@pytest.mark.parametrize("seat", [TELLER_SEAT, DAY_SEAT, BANK_SEAT])
def test_an_act_comes_by_a_desk_or_by_master_data(house: House, seat: int) -> None:
    assert house.code(signed(house.stop(), DEE, EVE), seat) == ReplyCode.ACCEPTED


# What the issue names: altered after it was signed, countersigned by its author, played again.


def test_an_act_that_was_altered_after_signing_is_refused(house: House) -> None:
    right = signed(house.stop(), DEE, EVE)
    act = act_of(right.text)
    assert act is not None

    for altered in (replace(act, party=3), replace(act, reason="no"), replace(act, serial=act.serial + 1)):
        assert house.code(Act(text_of(altered), right.signatures)) == ReplyCode.ACT_NOT_SIGNED
    assert house.code(right) == ReplyCode.ACCEPTED


def test_an_act_that_its_author_countersigned_is_refused(house: House) -> None:
    act = house.stop()

    assert house.code(signed(act, DEE, DEE)) == ReplyCode.SECOND_PERSON_NEEDED
    assert house.code(signed(act, DEE)) == ReplyCode.SECOND_PERSON_NEEDED
    assert house.code(signed(act, DEE, EVE)) == ReplyCode.ACCEPTED


def test_an_act_that_is_played_again_is_refused_and_its_number_told(house: House) -> None:
    act = signed(house.stop(), DEE, EVE)
    number = house.done(act)

    assert house.desk.told(act, TELLER_SEAT) == (ReplyCode.ACT_REPEATED, STATE_NUMBER_GIVEN, number)
    house.done(signed(ResumeBrokerAct(**house.office.by(DEE), party=BROKER), DEE, EVE))
    assert house.desk.told(act, DAY_SEAT) == (ReplyCode.ACT_REPEATED, STATE_NUMBER_GIVEN, number)
    assert house.desk.replayed().persons == house.desk.book.persons


def test_the_last_acts_of_an_author_are_told_from_a_used_serial(house: House) -> None:
    first = signed(VoidAct(**house.office.by(FAY)), FAY)
    house.done(first)
    for _ in range(ACTS_REMEMBERED_MAX - 1):
        house.done(signed(VoidAct(**house.office.by(FAY)), FAY))
    assert house.code(first) == ReplyCode.ACT_REPEATED
    house.done(signed(VoidAct(**house.office.by(FAY)), FAY))

    assert house.code(first) == ReplyCode.ACT_SERIAL_USED


def wrong_everything(house: House) -> list[tuple[ReplyCode, Act]]:
    """One act with everything wrong; each line puts one thing right, and the next rank is answered."""
    last = house.desk.book.persons.entries[DEE].last_serial
    bad = replace(house.stop(), author=FAY, valid_until_s=HOUR_S + 1, serial=ACT_SERIAL_STEP_MAX + 2)
    forged = signer_of(CLO)

    def sent(act: AnyAct, *people: int) -> Act:
        text = text_of(act)
        return Act(text, [signature(text, person, forged) for person in people])

    timely = replace(bad, valid_until_s=HOUR_S)
    counted = replace(timely, serial=1)
    by_dee = replace(timely, author=DEE, serial=last + 1)
    return [
        (ReplyCode.REQUEST_MALFORMED, Act(text_of(bad) + b" ", [signature(b"", FAY)])),
        (ReplyCode.REQUEST_MALFORMED, sent(replace(bad, bank="00" * 8), FAY)),
        (ReplyCode.ACT_NOT_VALID, sent(bad, FAY)),
        (ReplyCode.ACT_SERIAL_USED, sent(timely, FAY)),
        (ReplyCode.RIGHT_MISSING, sent(counted, FAY)),
        (ReplyCode.SECOND_PERSON_NEEDED, sent(by_dee, DEE)),
        (ReplyCode.ACT_NOT_SIGNED, sent(by_dee, DEE, EVE)),
    ]


def test_where_several_refusals_apply_the_lowest_number_wins_and_no_serial_is_used(house: House) -> None:
    before = house.desk.book.persons.entries.copy()

    for code, act in wrong_everything(house):
        assert house.code(act) == code
    assert house.desk.book.persons.entries == before


def test_a_desk_that_carries_no_acts_learns_nothing_of_them(house: House) -> None:
    right = signed(house.stop(), DEE, EVE)

    assert house.code(right, SAVINGS_SEAT) == ReplyCode.ROLE_FORBIDS
    assert house.code(right, SEAT) == ReplyCode.ROLE_FORBIDS
    assert house.code(right) == ReplyCode.ACCEPTED


@pytest.mark.parametrize("wrong", ["author", "second", "others", "foreign", "unknown", "key"])
def test_every_signature_must_be_by_a_good_key_of_who_is_named(house: House, wrong: str) -> None:
    house.done(house.office.hired(GUS, Right.BROKERS))
    act = house.stop()
    text = text_of(act)
    ours, second = signature(text, DEE), signature(text, EVE)
    signatures = {
        "author": [replace(ours, signature=bytes(64)), second],
        "second": [ours, replace(second, signature=ours.signature)],
        "others": [second, signature(text, GUS)],
        "foreign": [ours, signature(text, EVE, signer_of(FAY))],
        "unknown": [ours, replace(second, key_id=2)],
        "key": [replace(ours, key_id=2), second],
    }[wrong]

    assert house.code(Act(text, signatures)) == ReplyCode.ACT_NOT_SIGNED
    assert house.code(Act(text, [ours, second])) == ReplyCode.ACCEPTED


def test_a_person_who_is_not_there_has_no_right(house: House) -> None:
    act = house.stop()
    text = text_of(act)

    assert house.code(Act(text, [signature(text, DEE), signature(text, 99)])) == ReplyCode.RIGHT_MISSING
    assert house.code(signed(replace(act, author=99), 99, EVE)) == ReplyCode.RIGHT_MISSING
    assert house.code(signed(replace(VoidAct(**house.office.by(FAY)), author=99, serial=1), 99)) == (
        ReplyCode.ACT_NOT_SIGNED
    )


def test_an_act_is_good_to_its_last_second_and_not_far_ahead(house: House) -> None:
    act = replace(house.stop(), valid_until_s=HOUR_S)

    house.desk.now_ns = HOUR_S * 10**9 + 999_999_999
    late, early = replace(act, valid_until_s=HOUR_S - 1), replace(act, valid_until_s=2 * HOUR_S + 1)
    assert house.code(signed(late, DEE, EVE)) == ReplyCode.ACT_NOT_VALID
    assert house.code(signed(early, DEE, EVE)) == ReplyCode.ACT_NOT_VALID
    assert house.code(signed(act, DEE, EVE)) == ReplyCode.ACCEPTED
    day = replace(VoidAct(**house.office.by(DEE)), valid_until_s=HOUR_S + 86_400)
    assert house.code(signed(replace(day, valid_until_s=HOUR_S + 86_401), DEE)) == ReplyCode.ACT_NOT_VALID
    assert house.code(signed(day, DEE)) == ReplyCode.ACCEPTED


def test_serials_rise_with_gaps_up_to_the_step(house: House) -> None:
    act = VoidAct(**house.office.by(FAY))
    house.done(signed(replace(act, serial=5), FAY))

    for serial in (1, 4, 5, 5 + ACT_SERIAL_STEP_MAX + 1):
        other = replace(act, serial=serial, reason="other")
        assert house.code(signed(other, FAY)) == ReplyCode.ACT_SERIAL_USED
    assert house.code(signed(replace(act, serial=5 + ACT_SERIAL_STEP_MAX), FAY)) == ReplyCode.ACCEPTED


def test_what_people_have_thought_better_of_is_void(house: House) -> None:
    kept_back = signed(house.stop(), DEE, EVE)
    house.done(signed(VoidAct(**house.office.by(DEE)), DEE))

    assert house.code(kept_back) == ReplyCode.ACT_SERIAL_USED


def test_what_is_refused_for_what_it_does_is_done_with_all_the_same(house: House) -> None:
    """Else whoever holds the file could send it on another day, against what people want by then."""
    house.done(signed(house.stop(), DEE, EVE))
    again = signed(house.stop(), DEE, EVE)
    assert house.code(again) == ReplyCode.STATUS_FORBIDS
    house.done(signed(ResumeBrokerAct(**house.office.by(EVE), party=BROKER), EVE, DEE))

    assert house.code(again) == ReplyCode.ACT_SERIAL_USED
    assert not house.desk.book.stopped[BROKER]
    assert house.desk.replayed().persons == house.desk.book.persons


def test_a_stopped_broker_takes_no_new_orders_and_everything_else_works(house: House) -> None:
    desk, contract = house.desk, house.contract
    target = desk.freeze(contract, 300)
    house.done(signed(house.stop(), DEE, EVE))

    def asked(padding: int) -> list[ReplyCode]:
        frames = [Frame(SEAT, joined(freeze(contract, 1), release(target, contract, 1), sale(contract, 1)))]
        if padding:
            frames.append(Frame(SEAT, joined(*[record(0, contract, 0)] * padding)))
        return [answer.code for answer in desk.send(*frames)[:3]]

    for padding in (0, 20):
        assert asked(padding) == [ReplyCode.BROKER_STOPPED, ReplyCode.ACCEPTED, ReplyCode.ACCEPTED]
    desk.roll(TUESDAY)
    assert desk.ask(SEAT, freeze(contract, 1))[0].code == ReplyCode.BROKER_STOPPED
    assert bool(desk.replayed().stopped[BROKER])
    house.done(signed(ResumeBrokerAct(**house.office.by(DEE), party=BROKER), DEE, EVE))
    assert desk.ask(SEAT, freeze(contract, 1))[0].code == ReplyCode.ACCEPTED


@pytest.mark.parametrize("party", [BANK_PARTY, 9])
def test_only_a_broker_is_stopped(house: House, party: int) -> None:
    act = replace(house.stop(), party=party)

    assert house.code(signed(act, DEE, EVE)) == ReplyCode.PARTY_UNKNOWN


# Keys of parties, and who may register them once the bank is sealed.


def register_key(house: House, party: int, key_id: int, seat: int = 0, until_s: int = 0) -> Act:
    key = signer_of(100 + key_id * 2 + 1).public_key().hex()
    act = RegisterKeyAct(
        **house.office.by(DEE), party=party, key_id=key_id, public_key=key, from_s=0, until_s=until_s, seat=seat
    )
    return signed(act, DEE, EVE)


def end_key(house: House, party: int, key_id: int) -> Act:
    return signed(EndKeyAct(**house.office.by(DEE), party=party, key_id=key_id), DEE, EVE)


def test_keys_of_parties_come_and_go_by_act_alone_once_the_bank_is_sealed(house: House) -> None:
    desk, key = house.desk, signer_of(101).public_key()
    assert desk.control(RegisterKey(BROKER, 1, key, 0, 2**62, 0)) == ReplyCode.ACT_NEEDED
    assert desk.control(EndKey(BROKER, 1)) == ReplyCode.ACT_NEEDED
    assert desk.control(RegisterPersons([new_person(9)])) == ReplyCode.ACT_NEEDED

    house.done(register_key(house, BROKER, 1, until_s=5))
    (stored,) = desk.book.parties[BROKER].keys
    assert (stored.key_id, stored.not_after_ns, stored.seat) == (1, 5 * 10**9, 0)
    house.done(end_key(house, BROKER, 1))
    assert desk.book.parties[BROKER].keys == []
    assert desk.replayed().parties == desk.book.parties


def test_the_last_lasting_key_of_master_data_is_ended_by_no_act(house: House) -> None:
    """An act comes over a teller's seat, and proves nothing of the keys of master data; so one of them must stay."""
    house.done(register_key(house, BANK_PARTY, 1, BANK_SEAT))
    house.done(register_key(house, BANK_PARTY, 2, BANK_SEAT, until_s=9))
    house.done(register_key(house, BANK_PARTY, 3, TELLER_SEAT))

    assert house.code(end_key(house, BANK_PARTY, 1)) == ReplyCode.KEY_UNFIT
    house.done(end_key(house, BANK_PARTY, 3))
    house.done(register_key(house, BANK_PARTY, 4, BANK_SEAT))
    house.done(end_key(house, BANK_PARTY, 1))
    assert house.code(end_key(house, BANK_PARTY, 4)) == ReplyCode.KEY_UNFIT


def test_an_outlet_moves_by_act_alone_once_the_bank_is_sealed(house: House) -> None:
    desk = house.desk
    desk.done(RegisterOutlets(outlets_above()))
    renamed = OutletEntry(902, OutletLevel.SUB_BRANCH, 901, "renamed")
    desk.done(RegisterOutlets([renamed, OutletEntry(903, OutletLevel.BRANCH, 0, "another")]))

    moved = OutletEntry(902, OutletLevel.SUB_BRANCH, 903, "moved")
    assert desk.control(RegisterOutlets([moved])) == ReplyCode.ACT_NEEDED


# What one thief can do.


def test_whoever_has_one_key_of_one_person_can_end_that_key_and_nothing_else(house: House) -> None:
    stolen: list[Callable[[], AnyAct]] = [
        lambda: house.stop(DEE),
        lambda: EndKeyAct(**house.office.by(DEE), party=BANK_PARTY, key_id=1),
        lambda: EndPersonKeyAct(**house.office.by(DEE), person=EVE, key_id=1),
    ]
    for write in stolen:
        assert house.code(signed(write(), DEE)) in (ReplyCode.SECOND_PERSON_NEEDED, ReplyCode.RIGHT_MISSING)
    admin = EndPersonKeyAct(**house.office.by(ANN), person=BEN, key_id=1)
    assert house.code(signed(admin, ANN)) == ReplyCode.SECOND_PERSON_NEEDED

    house.done(signed(EndPersonKeyAct(**house.office.by(DEE), person=DEE, key_id=1), DEE))
    assert house.code(signed(house.stop(DEE), DEE, EVE)) == ReplyCode.ACT_NOT_SIGNED


def test_whoever_has_the_key_of_master_data_changes_nobody_once_the_bank_is_sealed(house: House) -> None:
    before = house.desk.replayed().persons

    thief = [RegisterPersons([new_person(50 + person)]) for person in ADMINISTRATORS]
    assert {house.desk.control(message) for message in thief} == {ReplyCode.ACT_NEEDED}
    assert house.desk.book.persons == before


def test_replay_does_not_ask_a_library_once_more(house: House) -> None:
    """What was decided stands, also where a signature would not be let in today."""
    act = house.stop()
    text = text_of(act)
    forged = Act(text, [signature(text, DEE), signature(text, EVE, signer_of(FAY))])
    sender = Sender(BANK_PARTY, TELLER_SEAT, 0)

    assert judge(house.desk.book, sender, forged, 0) == ReplyCode.ACT_NOT_SIGNED
    assert judge(house.desk.book, sender, forged, 0, is_replay=True) == ReplyCode.ACCEPTED
    assert house.code(forged) == ReplyCode.ACT_NOT_SIGNED
    house.done(signed(act, DEE, EVE))
    assert house.desk.replayed().persons == house.desk.book.persons
