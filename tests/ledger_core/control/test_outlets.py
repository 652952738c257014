"""The tree of outlets: what may stand under what, what a bank may change of it, and that nothing of it is lost."""

import random
from collections.abc import Callable

import numpy as np
import pytest
from msgspec.structs import replace

from ledger.core import engine
from ledger.core.control.outlets import register_outlets
from ledger.core.invariants import check_book
from ledger.core.state.forms.arrays import from_arrays, to_arrays
from ledger.core.state.forms.slices import OUTLET_SLICE_ITEMS, state_slices
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.limits import OUTLET_MAX, OUTLETS_MAX, OUTLETS_PER_CONTROL_MAX
from protocol.messages.customers.accounts import OpenAccounts
from protocol.messages.outlets import OutletEntry, RegisterOutlets
from protocol.vocabulary import OutletLevel
from rules.outlets import cannot_be, code_of_outlet
from tests.bank_seats import TELLER_SEAT
from tests.customers import OUTLET, account
from tests.ledger_core.desk import SEAT, TUESDAY, Desk

BRANCH, SUB_BRANCH, LOWEST = OutletLevel
ACCEPTED, MALFORMED = ReplyCode.ACCEPTED, ReplyCode.REQUEST_MALFORMED
NO_PARENT, FIXED, FULL = ReplyCode.OUTLET_PARENT_UNKNOWN, ReplyCode.OUTLET_LEVEL_FIXED, ReplyCode.MASTER_DATA_FULL
Tree = dict[int, OutletEntry]


def outlet(number: int, level: int, parent: int, name: str = "网点") -> OutletEntry:
    return OutletEntry(number, level, parent, name)


def small_bank() -> Desk:
    """Branches 1 and 2, sub-branches 10 of the first and 20 of the second, outlets 100 and 101 under 10."""
    desk = Desk()
    desk.done(
        RegisterOutlets(
            [
                *(outlet(1, BRANCH, 0, "甲分行"), outlet(2, BRANCH, 0, "乙分行")),
                *(outlet(10, SUB_BRANCH, 1, "东支行"), outlet(20, SUB_BRANCH, 2, "西支行")),
                *(outlet(100, LOWEST, 10, "一所"), outlet(101, LOWEST, 10, "二所")),
            ]
        )
    )
    return desk


def tree_of(desk: Desk) -> Tree:
    return dict(desk.book.outlets.entries)


@pytest.mark.parametrize(
    ("code", "entry"),
    [
        (MALFORMED, outlet(5, BRANCH, 1)),
        (MALFORMED, outlet(5, SUB_BRANCH, 0)),
        (MALFORMED, outlet(5, LOWEST, 0)),
        (MALFORMED, outlet(5, LOWEST, 5)),
        (MALFORMED, outlet(10, SUB_BRANCH, 10)),
        (NO_PARENT, outlet(5, SUB_BRANCH, 3)),  # there is no 3
        (NO_PARENT, outlet(5, SUB_BRANCH, 10)),  # a sub-branch under a sub-branch
        (NO_PARENT, outlet(5, SUB_BRANCH, 100)),
        (NO_PARENT, outlet(5, LOWEST, 1)),  # an outlet under a branch
        (NO_PARENT, outlet(5, LOWEST, 100)),
        (NO_PARENT, outlet(10, LOWEST, 99)),  # the level is another one too
        (FIXED, outlet(10, BRANCH, 0)),
        (FIXED, outlet(10, LOWEST, 20)),
        (FIXED, outlet(1, SUB_BRANCH, 2)),
        (FIXED, outlet(100, SUB_BRANCH, 1)),
        (ACCEPTED, outlet(100, LOWEST, 20, "改名")),  # a bank reorganises
        (ACCEPTED, outlet(10, SUB_BRANCH, 2)),
        (ACCEPTED, outlet(1, BRANCH, 0, "总行")),
        (ACCEPTED, outlet(100, LOWEST, 10, "一所")),  # the same again
        (ACCEPTED, outlet(OUTLET_MAX, LOWEST, 20)),
    ],
)
def test_what_one_outlet_earns(code: ReplyCode, entry: OutletEntry) -> None:
    desk = small_bank()
    before = tree_of(desk)

    assert desk.control(RegisterOutlets([entry])) == code

    assert tree_of(desk) == (before | {entry.outlet: entry} if code == ACCEPTED else before)
    check_book(desk.book)


def test_each_is_judged_as_if_those_before_it_stood_and_all_are_taken_or_none() -> None:
    desk = small_bank()
    before = tree_of(desk)
    up, down = outlet(30, SUB_BRANCH, 1), outlet(300, LOWEST, 30)

    assert desk.control(RegisterOutlets([down, up])) == NO_PARENT
    assert desk.control(RegisterOutlets([up, down, outlet(30, BRANCH, 0)])) == FIXED
    assert desk.control(RegisterOutlets([up, down, outlet(301, LOWEST, 31)])) == NO_PARENT
    assert desk.control(RegisterOutlets([up, outlet(30, BRANCH, 0), outlet(301, LOWEST, 31)])) == NO_PARENT  # rank
    assert desk.control(RegisterOutlets([outlet(31, SUB_BRANCH, 3), outlet(5, BRANCH, 5)])) == MALFORMED  # rank
    assert tree_of(desk) == before

    desk.done(RegisterOutlets([up, down, replace(down, name="末名")]))
    assert tree_of(desk) == before | {30: up, 300: replace(down, name="末名")}


def test_who_may_not_register_is_told_so_once_the_outlets_can_be() -> None:
    desk = Desk()
    for seat in (TELLER_SEAT, SEAT):
        assert desk.control(RegisterOutlets([outlet(1, BRANCH, 1)]), seat) == MALFORMED
        assert desk.control(RegisterOutlets([outlet(1, SUB_BRANCH, 9)]), seat) == ReplyCode.ROLE_FORBIDS
    assert not desk.book.outlets.entries


def test_there_is_room_for_so_many_and_no_more() -> None:
    desk = Desk()
    wanted = [outlet(1, BRANCH, 0), outlet(2, SUB_BRANCH, 1)]
    wanted += [outlet(number, LOWEST, 2) for number in range(3, OUTLETS_MAX + 2)]
    for first in range(0, OUTLETS_MAX, OUTLETS_PER_CONTROL_MAX):
        register_outlets(
            desk.book, RegisterOutlets(wanted[first : min(first + OUTLETS_PER_CONTROL_MAX, OUTLETS_MAX - 1)])
        )
    last, beyond = wanted[OUTLETS_MAX - 1], wanted[OUTLETS_MAX]

    assert desk.control(RegisterOutlets([last, beyond])) == FULL
    assert desk.control(RegisterOutlets([beyond, outlet(2, BRANCH, 0)])) == FIXED  # rank
    assert desk.control(RegisterOutlets([last])) == ACCEPTED
    assert desk.control(RegisterOutlets([beyond])) == FULL
    assert desk.control(RegisterOutlets([last, replace(wanted[5], name="another")])) == ACCEPTED
    assert len(desk.book.outlets.entries) == OUTLETS_MAX


def test_an_account_may_name_an_outlet_that_is_not_registered() -> None:
    desk = Desk()
    assert desk.control(OpenAccounts([account(50, 100)])) == ACCEPTED
    assert desk.book.outlets.level(OUTLET) == 0
    check_book(desk.book)


def naive_code(tree: Tree, entries: list[OutletEntry]) -> tuple[ReplyCode, Tree]:
    """In words of its own: one after the other, faults gathered, the lowest told."""
    after, faults = dict(tree), set[ReplyCode]()
    for one in entries:
        if one.parent == one.outlet or (one.level == 1 and one.parent) or (one.level > 1 and not one.parent):
            return MALFORMED, tree
    for one in entries:
        if one.level > 1 and (one.parent not in after or after[one.parent].level + 1 != one.level):
            faults.add(NO_PARENT)
        if one.outlet in after and after[one.outlet].level != one.level:
            faults.add(FIXED)
        else:
            after[one.outlet] = one
    return (min(faults), tree) if faults else (ACCEPTED, after)


@pytest.mark.parametrize("seed", range(12))
def test_random_trees_are_those_of_a_naive_model(seed: int) -> None:
    """Messages of one to five outlets out of 14 numbers; every second one is made to stand where it may."""
    dice, desk, tree = random.Random(seed), Desk(), Tree()
    told = set[ReplyCode]()
    for place in range(120):
        entries = []
        for _ in range(1 + dice.randrange(5)):
            number, level = 1 + dice.randrange(14), 1 + dice.randrange(3)
            if dice.randrange(2):
                level = tree[number].level if number in tree else level
            above = (
                [known for known, one in tree.items() if one.level == level - 1] if dice.randrange(4) else [0, 5, 13]
            )
            entries.append(outlet(number, level, dice.choice(above or [0]), f"{place}"))
        code, tree = naive_code(tree, entries)

        assert desk.control(RegisterOutlets(entries)) == code
        assert tree_of(desk) == tree
        told.add(code)
    assert told == {ACCEPTED, MALFORMED, NO_PARENT, FIXED}
    check_book(desk.book)
    again = desk.replayed()
    assert again.outlets == desk.book.outlets
    assert list(state_slices(again)) == list(state_slices(desk.book))


def test_a_snapshot_and_a_roll_keep_the_tree() -> None:
    desk = small_bank()
    desk.roll(TUESDAY)
    copy = from_arrays({name: np.array(array) for name, array in to_arrays(desk.book).items()})

    assert copy.outlets == desk.book.outlets
    assert list(state_slices(copy)) == list(state_slices(desk.book))
    desk.book = copy
    assert desk.control(RegisterOutlets([outlet(100, SUB_BRANCH, 1)])) == FIXED
    with pytest.raises(InvariantBroken):
        from_arrays(to_arrays(copy) | {"outlets": np.frombuffer(b"\x91\x01", np.int8)})


def test_a_slice_has_so_many_outlets_and_tells_each_of_its_fields() -> None:
    desk = small_bank()
    none = engine.state_slice_count(Desk().book)
    assert engine.state_slice_count(desk.book) == none + 1
    more = [outlet(1_000 + place, LOWEST, 10) for place in range(2 * OUTLET_SLICE_ITEMS)]
    desk.done(RegisterOutlets(more[::-1]))  # in whatever order they came
    assert engine.state_slice_count(desk.book) == none + 3
    before = list(state_slices(desk.book))
    place = OUTLET_SLICE_ITEMS  # with the six of the small bank: in the second slice
    for changed in (
        replace(more[place], name="another"),
        replace(more[place], parent=20),
        replace(more[place], level=SUB_BRANCH),
    ):
        desk.book.outlets.put([changed])
        after = list(state_slices(desk.book))
        assert [k for k, digest in enumerate(after) if digest != before[k]] == [none + 1]
    desk.book.outlets.put([more[place]])
    assert list(state_slices(desk.book)) == before


@pytest.mark.parametrize(
    "spoil",
    [
        lambda tree: tree.put([outlet(100, LOWEST, 1)]),
        lambda tree: tree.put([outlet(10, SUB_BRANCH, 3)]),
        lambda tree: tree.entries.pop(10),
        lambda tree: tree.entries.update({100: outlet(101, LOWEST, 10)}),
        lambda tree: tree.numbers.reverse(),
    ],
)
def test_a_wrong_tree_is_noticed(spoil: Callable[[object], object]) -> None:
    desk = small_bank()
    spoil(desk.book.outlets)

    with pytest.raises(InvariantBroken):
        check_book(desk.book)


def test_the_page_knows_three_levels_by_their_order() -> None:
    for level in OutletLevel:
        for above in (0, *OutletLevel):
            fits = above == level - 1
            assert code_of_outlet(level, above, 0) == (ACCEPTED if fits else NO_PARENT)
            for before in OutletLevel:
                wanted = (ACCEPTED if before == level else FIXED) if fits else NO_PARENT
                assert code_of_outlet(level, above, before) == wanted
    assert [cannot_be(7, level, parent) for level in OutletLevel for parent in (0, 7, 8)] == [
        *(False, True, True),
        *(True, True, False),
        *(True, True, False),
    ]
