"""People and their keys: the seal, who may come and go, and how many administrators must stay.

Belongs here: each message about people. Never here: acts themselves (test_acts).
"""

import numpy as np
import pytest
from msgspec.structs import replace

from ledger.core.state.forms.arrays import from_arrays, to_arrays
from ledger.core.state.forms.slices import state_slices
from ledger.core.state.people.permits import Permit, PermitList, Permits
from protocol.acts.parties import StopBrokerAct
from protocol.acts.table import (
    ChangePersonAct,
    EndPersonKeyAct,
    RegisterPersonAct,
    RegisterPersonKeyAct,
    VoidAct,
    text_of,
    words_of,
)
from protocol.codes import ReplyCode
from protocol.limits import KEY_ID_STEP_MAX, KEYS_PER_PERSON_MAX, PERMITS_MAX
from protocol.messages.control import RegisterKey
from protocol.messages.outlets import RegisterOutlets
from protocol.messages.persons import Act, NewPerson, PersonKey, RegisterPersons
from protocol.vocabulary import Right
from tests.bank_seats import TELLER_SEAT
from tests.customers import OUTLET, outlets_above
from tests.ledger_core.desk import BROKER, MONDAY, TUESDAY, WEDNESDAY, Desk
from tests.ledger_core.sealed import sealed
from tests.people import ANN, BEN, CLO, Office, administrators, key_of, new_person, signature, signed, signer_of

DEE, EVE = 4, 5


def code(desk: Desk, act: Act) -> ReplyCode:
    return desk.control(act, TELLER_SEAT)


def is_sealed(desk: Desk) -> bool:
    return desk.book.persons.sealed


def one_more_key(office: Office, person: int, key: PersonKey) -> Act:
    act = RegisterPersonKeyAct(
        **office.by(ANN),
        person=person,
        key_id=key.key_id,
        suite="ed25519" if key.suite == 1 else "p256",
        public_key=key.public_key.hex(),
        from_s=key.from_s,
        until_s=key.until_s,
    )
    return signed(act, ANN, BEN)


def changed(office: Office, person: int, rights: int, active: bool = True, outlet: int = 0, by: int = ANN) -> Act:
    act = ChangePersonAct(
        **office.by(by), person=person, name="改名", outlet=outlet, rights=words_of(rights), active=active
    )
    return signed(act, by, BEN if by != BEN else CLO)


def test_three_administrators_seal_the_bank_for_ever() -> None:
    desk = Desk()
    desk.done(RegisterPersons([new_person(ANN), new_person(BEN)]))
    desk.done(RegisterPersons([new_person(DEE, Right.BROKERS)]))
    assert not is_sealed(desk)
    desk.done(RegisterPersons([new_person(CLO)]))

    assert is_sealed(desk)
    assert desk.control(RegisterPersons([new_person(9)])) == ReplyCode.ACT_NEEDED
    # Whoever came by the key of master data alone is asleep until two administrators say otherwise.
    assert not desk.book.persons.entries[DEE].active
    office = Office(desk.book.bank_id)
    assert code(desk, signed(VoidAct(**office.by(DEE)), DEE)) == ReplyCode.ACT_NOT_SIGNED
    desk.done(changed(office, DEE, Right.BROKERS))
    assert code(desk, signed(VoidAct(**office.by(DEE)), DEE)) == ReplyCode.ACCEPTED


@pytest.mark.parametrize(
    "key",
    [key_of(CLO, until_s=9), key_of(CLO, from_s=1)],
    ids=["ends", "not yet good"],
)
def test_a_key_that_ends_or_has_not_begun_seals_nothing(key: PersonKey) -> None:
    desk = Desk()
    desk.done(RegisterPersons([new_person(ANN), new_person(BEN), replace(new_person(CLO), key=key)]))

    assert not desk.book.persons.sealed


def test_before_the_seal_acts_of_administrators_count_and_no_others() -> None:
    desk = Desk()
    desk.done(RegisterPersons([new_person(ANN), new_person(BEN), new_person(DEE, Right.BROKERS)]))
    office = Office(desk.book.bank_id)
    stop = StopBrokerAct(**office.by(DEE), party=BROKER)
    assert code(desk, signed(stop, DEE)) == ReplyCode.RIGHT_MISSING
    assert code(desk, office.hired(CLO, Right.ADMINISTER)) == ReplyCode.ACCEPTED
    assert desk.book.persons.sealed


@pytest.mark.parametrize(
    ("rights", "outlet"),
    [(Right.ADMINISTER | Right.DAY, 0), (Right.ADMINISTER, OUTLET)],
    ids=["and another right", "of an outlet"],
)
def test_who_administers_people_has_no_other_right_and_the_whole_bank(rights: int, outlet: int) -> None:
    desk = Desk()
    assert desk.control(RegisterPersons([new_person(ANN, rights, outlet)])) == ReplyCode.REQUEST_MALFORMED
    office = sealed(desk)
    assert code(desk, office.hired(DEE, rights, outlet)) == ReplyCode.REQUEST_MALFORMED
    assert code(desk, changed(office, CLO, rights, outlet=outlet)) == ReplyCode.REQUEST_MALFORMED


def test_nothing_leaves_fewer_than_three_administrators() -> None:
    desk = Desk()
    office = sealed(desk)
    own = EndPersonKeyAct(**office.by(CLO), person=CLO, key_id=1)

    assert code(desk, changed(office, CLO, Right.ADMINISTER, active=False)) == ReplyCode.ADMINISTRATORS_FEW
    assert code(desk, changed(office, CLO, Right.DAY)) == ReplyCode.ADMINISTRATORS_FEW
    assert code(desk, signed(own, CLO)) == ReplyCode.ADMINISTRATORS_FEW
    desk.done(one_more_key(office, CLO, key_of(CLO, 2)))
    desk.done(signed(EndPersonKeyAct(**office.by(CLO), person=CLO, key_id=1), CLO))
    desk.done(office.hired(DEE, Right.ADMINISTER))
    desk.done(changed(office, CLO, Right.DAY))
    assert desk.book.persons.administrators(0) == 3
    assert code(desk, changed(office, DEE, Right.DAY)) == ReplyCode.ADMINISTRATORS_FEW


def test_a_number_a_staff_number_and_a_key_are_somebodys_for_ever() -> None:
    desk = Desk()
    office = sealed(desk)
    desk.done(office.hired(DEE, Right.DAY))
    desk.done(signed(EndPersonKeyAct(**office.by(DEE), person=DEE, key_id=1), DEE))

    def other(person: int, staff_no: str, key: PersonKey) -> Act:
        act = RegisterPersonAct(
            **office.by(ANN),
            person=person,
            staff_no=staff_no,
            name="x",
            outlet=0,
            rights=[],
            key_id=1,
            suite="ed25519" if key.suite == 1 else "p256",
            public_key=key.public_key.hex(),
            from_s=0,
            until_s=0,
        )
        return signed(act, ANN, BEN)

    assert code(desk, other(DEE, "E00005", key_of(EVE))) == ReplyCode.PERSON_EXISTS
    assert code(desk, other(EVE, "E00004", key_of(EVE))) == ReplyCode.PERSON_EXISTS
    for taken in (key_of(CLO), key_of(DEE)):
        assert code(desk, other(EVE, "E00005", taken)) == ReplyCode.KEY_UNFIT
    assert code(desk, other(EVE, "E00005", key_of(EVE))) == ReplyCode.ACCEPTED


def test_the_key_of_a_seat_is_no_persons() -> None:
    desk = Desk()
    desk.done(RegisterKey(BROKER, 1, signer_of(ANN).public_key(), 0, 1, 0))

    assert desk.control(administrators()) == ReplyCode.KEY_UNFIT


@pytest.mark.parametrize(
    "wrong",
    [
        PersonKey(1, 1, bytes(32), 0, 0),
        PersonKey(1, 1, b"\x01" * 33, 0, 0),
        PersonKey(1, 2, key_of(ANN).public_key, 0, 0),
        key_of(ANN, from_s=5, until_s=5),
        replace(key_of(ANN), key_id=KEY_ID_STEP_MAX + 1),
    ],
    ids=["no point", "too long", "another suite", "never good", "a step too far"],
)
def test_a_first_key_must_be_one(wrong: PersonKey) -> None:
    new = replace(new_person(ANN), key=wrong)

    assert Desk().control(RegisterPersons([new])) == ReplyCode.KEY_UNFIT


@pytest.mark.parametrize("name", ["e\u0301", "a\u202eb", "a\u200bb", "a\nb"])
def test_a_name_is_shown_as_it_is(name: str) -> None:
    assert Desk().control(RegisterPersons([replace(new_person(ANN), name=name)])) == ReplyCode.REQUEST_MALFORMED


def test_a_person_has_four_keys_and_those_that_are_over_give_way() -> None:
    desk = Desk()
    office = sealed(desk)
    desk.done(office.hired(DEE, Right.DAY))
    for key_id in range(2, KEYS_PER_PERSON_MAX + 1):
        desk.done(one_more_key(office, DEE, key_of(DEE, key_id, until_s=key_id)))
    fifth = key_of(DEE, KEYS_PER_PERSON_MAX + 1)
    assert code(desk, one_more_key(office, DEE, fifth)) == ReplyCode.KEY_UNFIT
    desk.now_ns = 2 * 10**9

    desk.done(one_more_key(office, DEE, replace(fifth, key_id=9)))
    person = desk.book.persons.entries[DEE]
    assert [key.key_id for key in person.keys] == [1, 3, 4, 9]
    assert person.retired_key_id == 2
    for key_id in (2, 9, 9 + KEY_ID_STEP_MAX + 1):
        assert code(desk, one_more_key(office, DEE, key_of(DEE, key_id))) == ReplyCode.KEY_UNFIT
    assert code(desk, one_more_key(office, 99, key_of(99))) == ReplyCode.PERSON_UNKNOWN


def test_what_is_said_of_nobody_is_refused() -> None:
    desk = Desk()
    office = sealed(desk)

    assert code(desk, changed(office, 99, 0)) == ReplyCode.PERSON_UNKNOWN
    ended = EndPersonKeyAct(**office.by(ANN), person=99, key_id=1)
    assert code(desk, signed(ended, ANN, BEN)) == ReplyCode.PERSON_UNKNOWN
    ended = EndPersonKeyAct(**office.by(ANN), person=BEN, key_id=2)
    assert code(desk, signed(ended, ANN, BEN)) == ReplyCode.KEY_UNFIT


def test_persons_of_one_message_are_told_apart() -> None:
    same_number = [new_person(ANN), replace(new_person(BEN), person=ANN)]
    same_staff = [new_person(ANN), replace(new_person(BEN), staff_no="E00001")]
    same_key = [new_person(ANN), NewPerson(BEN, "E2", "x", 0, 0, key_of(ANN))]

    assert Desk().control(RegisterPersons(same_number)) == ReplyCode.PERSON_EXISTS
    assert Desk().control(RegisterPersons(same_staff)) == ReplyCode.PERSON_EXISTS
    assert Desk().control(RegisterPersons(same_key)) == ReplyCode.KEY_UNFIT


def test_people_and_permits_are_in_snapshots_and_in_the_digest_of_the_state() -> None:
    desk = Desk()
    office = sealed(desk)
    desk.done(office.hired(DEE, Right.DAY))
    desk.done(signed(EndPersonKeyAct(**office.by(DEE), person=DEE, key_id=1), DEE))
    desk.book.permits.grant(permit(7))
    desk.book.permits.put_list(permitted(1, 1))

    again = from_arrays({name: np.array(array) for name, array in to_arrays(desk.book).items()})

    assert again.persons == desk.book.persons
    assert again.permits == desk.book.permits
    assert again.bank_id == desk.book.bank_id == desk.rows[0].digest[:8]
    before = list(state_slices(again))
    assert before == list(state_slices(desk.book))
    again.permits.use(7, 195)
    assert list(state_slices(again)) != before
    again.permits.grant(permit(7))
    assert list(state_slices(again)) == before
    again.permits.put_list(permitted(2, 0))
    assert list(state_slices(again)) != before
    again.permits.put_list(permitted(1, 1))
    again.persons.put(replace(again.persons.entries[DEE], active=False))
    assert list(state_slices(again)) != before


def permit(number: int, last_date: int = TUESDAY) -> Permit:
    return Permit(number, 13, 195, MONDAY, [1, 2], bytes(32), last_date)


def test_a_permit_is_used_once_and_holds_to_the_end_of_its_last_date() -> None:
    permits = Permits()
    for number, last_date in ((1, MONDAY), (2, TUESDAY), (3, TUESDAY)):
        permits.grant(permit(number, last_date))
    permits.date_opened(TUESDAY)
    assert permits.find(1, 195) is None
    assert permits.find(2, 195) == permit(2)
    permits.use(2, 195)
    assert permits.find(2, 195) is None
    with pytest.raises(KeyError):
        permits.use(2, 195)
    permits.date_opened(WEDNESDAY)
    assert permits == Permits()


def test_permits_have_a_bound() -> None:
    """A list of two lines takes the room of both until they are told, and one place for itself ever after."""
    permits = Permits({(number, 195): permit(number) for number in range(PERMITS_MAX - 3)})
    permits.put_list(permitted(0, 2))
    assert (permits.has_room(1), permits.has_room(2)) == (True, False)
    permits.put_list(permitted(2, 0))
    assert (permits.has_room(2), permits.has_room(3)) == (True, False)


def permitted(told: int, left: int, last_date: int = TUESDAY) -> PermitList:
    return PermitList(PERMITS_MAX, 2, MONDAY, 1, told, left, bytes(32), 0, bytes(32), last_date)


def test_a_roll_ends_permits_of_the_date_before() -> None:
    desk = Desk()
    desk.book.permits.grant(permit(1, MONDAY))
    desk.book.permits.grant(permit(2, TUESDAY))
    desk.book.permits.put_list(permitted(0, 2, MONDAY))
    desk.roll(TUESDAY)

    assert list(desk.book.permits.entries) == [(2, 195)]
    assert desk.book.permits.lists == {}


def test_the_way_up_from_an_outlet() -> None:
    desk = Desk()
    desk.done(RegisterOutlets(outlets_above()))

    assert desk.book.outlets.way_up(OUTLET) == [OUTLET, 902, 901]
    assert desk.book.outlets.way_up(901) == [901]
    assert desk.book.outlets.way_up(77) == [77]
    assert desk.book.outlets.way_up(0) == []


def test_an_outlet_teller_signs_for_people_of_no_other_outlet_and_for_nothing_of_the_whole_bank() -> None:
    """Nobody but administrators signs for people today, and they have the whole bank; stops concern the whole bank."""
    desk = Desk()
    desk.done(RegisterOutlets(outlets_above()))
    office = sealed(desk)
    for person in (DEE, EVE):
        desk.done(office.hired(person, Right.BROKERS, OUTLET if person == DEE else 0))
    stop = StopBrokerAct(**office.by(EVE), party=BROKER)

    assert code(desk, signed(stop, EVE, DEE)) == ReplyCode.RIGHT_MISSING
    desk.done(changed(office, DEE, Right.BROKERS))
    assert code(desk, signed(stop, EVE, DEE)) == ReplyCode.ACCEPTED


def test_a_key_signs_in_its_time_alone() -> None:
    desk = Desk()
    office = sealed(desk)
    desk.done(office.hired(DEE, Right.DAY))
    desk.done(one_more_key(office, DEE, key_of(DEE, 2, from_s=5, until_s=7)))

    def void() -> Act:
        text = text_of(VoidAct(**office.by(DEE)))
        return Act(text, [signature(text, DEE, key_id=2)])

    for second, wanted in ((4, ReplyCode.ACT_NOT_SIGNED), (5, ReplyCode.ACCEPTED), (6, ReplyCode.ACCEPTED)):
        desk.now_ns = second * 10**9 + 999_999_999
        assert code(desk, void()) == wanted
    desk.now_ns = 7 * 10**9
    assert code(desk, void()) == ReplyCode.ACT_NOT_SIGNED
