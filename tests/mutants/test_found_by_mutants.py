"""Small cases that mutants asked for: what nothing else notices, or only when the drawn examples happen to meet it.

Belongs here: one short story for each planted error that the other tests of the core let through or may let through.
Never here: what they show by example already.
"""

import numpy as np
import pytest

from ledger.core import engine
from ledger.core.invariants import check_book
from ledger.core.state.book import ACCOUNT_COLUMNS, CONTRACT_COLUMNS, Book
from ledger.core.state.forms.arrays import from_arrays, to_arrays
from ledger.core.state.requests import PAGES_PER_SEAT
from protocol.codes import ReplyCode
from protocol.limits import AMOUNT_FEN_MAX, COLUMN_FEN_MAX, COMMIT_RECORDS_MAX, FRAME_RECORDS_MAX, REQUEST_PAGE_RECORDS
from protocol.messages.control import RegisterSeat
from protocol.messages.customers.accounts import AccountTerms, ChangeContract, OpenAccounts
from protocol.records import RECORD, RecordArray
from protocol.vocabulary import ContractEvent, ContractStatus, SeatRole
from tests.bank_seats import SAVINGS_SEAT
from tests.customers import account, restraint
from tests.ledger_core import desk as desks
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    TUESDAY,
    Desk,
    Frame,
    Target,
    account_of,
    codes,
    deposit,
    fill_buy,
    fill_sell,
    freeze,
    joined,
    release,
    withdrawal,
)

LAW, LANE = 0, 20
"""Records put behind those of a case: none leaves it to the law, twenty malformed ones bring it to the lane."""
BOTH = pytest.mark.parametrize("padding", [LAW, LANE], ids=["law", "lane"])


def padded(padding: int) -> Frame:
    """Records that are refused by their form."""
    return Frame(SEAT, np.zeros(max(padding, 1), RECORD))


def ask(desk: Desk, padding: int, seat: int, *records: RecordArray) -> list[ReplyCode]:
    """Codes of records in one block with the padding behind them."""
    frames = [Frame(seat, joined(*records))] + ([padded(padding)] if padding else [])
    return codes(desk.send(*frames))[: len(records)]


@BOTH
def test_restrained_money_is_not_withdrawn(padding: int) -> None:
    desk = Desk()
    contract_no = desk.open(1_000)
    desk.done(restraint(account_of(contract_no), 600))

    assert ask(desk, padding, SAVINGS_SEAT, withdrawal(contract_no, 401)) == [ReplyCode.INSUFFICIENT_FUNDS]
    assert ask(desk, padding, SAVINGS_SEAT, withdrawal(contract_no, 400)) == [ReplyCode.ACCEPTED]
    assert desk.money(contract_no) == (600, 0, 0, 0)


@BOTH
def test_an_order_that_no_money_stands_behind_takes_nothing_from_its_neighbours(padding: int) -> None:
    """600 + 400 of 1,000 are frozen around an order for 1,001; then money is there, but frozen."""
    desk = Desk()
    contract_no = desk.open(1_000)

    orders = [freeze(contract_no, amount_fen) for amount_fen in (600, 1_001, 400)]
    assert ask(desk, padding, SEAT, *orders) == [
        ReplyCode.ACCEPTED,
        ReplyCode.INSUFFICIENT_FUNDS,
        ReplyCode.ACCEPTED,
    ]
    assert ask(desk, padding, SEAT, freeze(contract_no, 1_000)) == [ReplyCode.FUNDS_FROZEN]
    assert desk.money(contract_no) == (1_000, 1_000, 0, 0)


@BOTH
def test_what_was_bought_or_withdrawn_is_not_frozen_again(padding: int) -> None:
    """1,000 − 300 bought − 100 withdrawn = 600."""
    desk = Desk()
    contract_no = desk.open(1_000)
    order = desk.freeze(contract_no, 300)
    desk.ask(SEAT, fill_buy(order, contract_no, 300))
    desk.ask(SAVINGS_SEAT, withdrawal(contract_no, 100))

    assert desk.buying_power(contract_no) == (600, 600)
    assert ask(desk, padding, SEAT, freeze(contract_no, 601)) == [ReplyCode.FUNDS_FROZEN]
    assert ask(desk, padding, SEAT, freeze(contract_no, 600)) == [ReplyCode.ACCEPTED]
    check_book(desk.book)


@BOTH
def test_two_orders_of_a_block_do_not_spend_the_same_money(padding: int) -> None:
    desk = Desk()
    contract_no = desk.open(100)

    answers = ask(desk, padding, SEAT, *[freeze(contract_no, 60)] * 2, freeze(contract_no, 40))

    assert answers == [ReplyCode.ACCEPTED, ReplyCode.FUNDS_FROZEN, ReplyCode.ACCEPTED]
    assert desk.money(contract_no) == (100, 100, 0, 0)


@BOTH
def test_one_order_cancelled_twice_in_a_block_gives_its_money_back_once(padding: int) -> None:
    desk = Desk()
    contract_no = desk.open(100)
    order = desk.freeze(contract_no, 60)
    desk.freeze(contract_no, 40)

    answers = ask(desk, padding, SEAT, *[release(order, contract_no, 60)] * 2)

    assert answers == [ReplyCode.ACCEPTED, ReplyCode.FREEZE_CLOSED]
    assert desk.money(contract_no) == (100, 40, 0, 0)


@BOTH
def test_a_release_of_less_than_nothing_is_out_of_range(padding: int) -> None:
    desk = Desk()
    contract_no = desk.open(100)
    order = desk.freeze(contract_no, 60)

    assert ask(desk, padding, SEAT, release(order, contract_no, -1)) == [ReplyCode.AMOUNT_OUT_OF_RANGE]


@BOTH
def test_an_order_is_valid_at_the_last_nanosecond(padding: int) -> None:
    desk = Desk()
    contract_no = desk.open(100)
    frames = [Frame(SEAT, freeze(contract_no, 1), desk.now_ns + late) for late in (0, -1)]

    answers = desk.send(*frames, padded(padding))

    assert codes(answers)[:2] == [ReplyCode.ACCEPTED, ReplyCode.EXPIRED]


@BOTH
def test_a_number_with_wrong_check_digits_names_no_contract(padding: int) -> None:
    desk = Desk()
    contract_no = desk.open(100)

    assert ask(desk, padding, SEAT, freeze(contract_no + 1, 1)) == [ReplyCode.CONTRACT_UNKNOWN]


@BOTH
def test_brokers_decided_together_keep_off_each_others_contracts(padding: int) -> None:
    """Also from those whose state would be refused: of a foreign contract nothing is told."""
    desk = Desk()
    own, foreign = desk.open(100), desk.open(100, OTHER_BROKER)
    suspended = desk.open(100, OTHER_BROKER, ContractStatus.SUSPENDED)
    asked = joined(freeze(own, 1), freeze(foreign, 1), freeze(suspended, 1))

    answers = desk.send(Frame(SEAT, asked), Frame(OTHER_SEAT, asked), padded(padding))

    unknown = ReplyCode.CONTRACT_UNKNOWN
    assert codes(answers)[:3] == [ReplyCode.ACCEPTED, unknown, unknown]
    assert codes(answers)[3:6] == [unknown, ReplyCode.ACCEPTED, ReplyCode.CONTRACT_SUSPENDED]


def test_resuming_does_not_lift_a_loss_report() -> None:
    desk = Desk()
    contract_no = desk.open(100, status=ContractStatus.LOSS_REPORTED)

    assert desk.control(ChangeContract(contract_no, ContractEvent.RESUME), SEAT) == ReplyCode.STATUS_FORBIDS
    assert desk.ask(SEAT, freeze(contract_no, 1))[0].code == ReplyCode.ACCOUNT_LOSS_REPORTED


@BOTH
def test_orders_behind_a_release_or_fill_of_their_block_spend_exactly_what_it_freed(padding: int) -> None:
    """100, all frozen. A release frees 40; a fill of 30 gives 5 back; 25 stay frozen: 45 can be spent, not 46."""
    for amount_fen, code in ((46, ReplyCode.FUNDS_FROZEN), (45, ReplyCode.ACCEPTED)):
        desk = Desk()
        contract_no = desk.open(100)
        order = desk.freeze(contract_no, 100)

        answers = ask(
            desk,
            padding,
            SEAT,
            release(order, contract_no, 40),
            fill_buy(order, contract_no, 30, 5),
            freeze(contract_no, amount_fen),
        )

        assert answers == [ReplyCode.ACCEPTED, ReplyCode.ACCEPTED, code]
        check_book(desk.book)


@BOTH
def test_a_fill_names_a_freeze_of_its_own_contract(padding: int) -> None:
    """Both contracts are of the same broker."""
    desk = Desk()
    own, neighbour = desk.open(100), desk.open(100)
    order = desk.freeze(neighbour, 100)

    assert ask(desk, padding, SEAT, fill_buy(order, own, 10)) == [ReplyCode.LISTED]
    assert (desk.money(own), desk.money(neighbour)) == ((100, 0, 0, 0), (100, 100, 0, 0))


def test_an_order_behind_the_deposit_that_covers_it() -> None:
    """One order and one deposit on the account, in a block of the lane."""
    desk = Desk()
    contract_no = desk.open(0)

    answers = desk.send(
        Frame(SAVINGS_SEAT, deposit(contract_no, 10)), Frame(SEAT, freeze(contract_no, 10)), padded(LANE)
    )

    assert codes(answers)[:2] == [ReplyCode.ACCEPTED] * 2


def test_deposits_of_one_block_pass_the_limit_together() -> None:
    """2⁶⁰ − 15 holds two deposits of 7, not three."""
    desk = Desk()
    contract_no = desk.open(COLUMN_FEN_MAX - 15)

    answers = desk.send(Frame(SAVINGS_SEAT, joined(*[deposit(contract_no, 7)] * 3)), padded(LANE))

    assert codes(answers)[:3] == [ReplyCode.ACCEPTED, ReplyCode.ACCEPTED, ReplyCode.LIMIT_EXCEEDED]


def test_limits_come_near_by_what_was_deposited_too() -> None:
    """An account just so low that one commit of the largest amounts cannot pass the limit; then one amount more."""
    desk = Desk()
    contract_no = desk.open(COLUMN_FEN_MAX - COMMIT_RECORDS_MAX * AMOUNT_FEN_MAX)
    largest = deposit(contract_no, AMOUNT_FEN_MAX)
    desk.ask(SAVINGS_SEAT, largest)
    frame = Frame(SAVINGS_SEAT, joined(*[largest] * FRAME_RECORDS_MAX))

    answers = desk.send(*[frame] * (COMMIT_RECORDS_MAX // FRAME_RECORDS_MAX))

    assert answers[-1].code == ReplyCode.LIMIT_EXCEEDED
    assert codes(answers)[:-1] == [ReplyCode.ACCEPTED] * (COMMIT_RECORDS_MAX - 1)
    assert desk.money(contract_no) == (COLUMN_FEN_MAX, 0, 0, 0)


def test_two_freezes_named_twice_in_one_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search for freezes named twice has 2¹⁸ buckets, the request table 32 pages for as many slots: the first
    requests of a seat and of the 32nd after it meet, and the later one hides the earlier."""
    desk = Desk()
    contract_no, other_no = desk.open(1_000), desk.open(1_000)
    orders: list[Target] = []
    for seat in range(100, 133):
        monkeypatch.setitem(desks.OWNERS, seat, BROKER)
        desk.done(RegisterSeat(seat, BROKER, SeatRole.BROKER))
        orders.append(desk.freeze(contract_no if seat < 132 else other_no, 10, seat))
    first, last = (int(desk.book.requests.page_slot[seat * PAGES_PER_SEAT]) for seat in (100, 132))
    assert last - first == 32 * REQUEST_PAGE_RECORDS == 1 << 18

    asked = [release(orders[0], contract_no, 6), release(orders[-1], other_no, 6)] * 2
    answers = desk.send(Frame(SEAT, joined(*asked)), padded(LANE))

    over = ReplyCode.AMOUNT_OVER_REMAINING
    assert codes(answers)[:4] == [ReplyCode.ACCEPTED, ReplyCode.ACCEPTED, over, over]
    check_book(desk.book)


def test_what_a_fill_draws_and_what_it_gives_back_are_kept_apart() -> None:
    desk = Desk()
    contract_no = desk.open(100)
    order = desk.freeze(contract_no, 50)
    desk.ask(SEAT, fill_buy(order, contract_no, 30, 5), release(order, contract_no, 8))

    requests = desk.book.requests
    slot = int(requests.page_slot[SEAT * PAGES_PER_SEAT]) + order[2]
    assert (requests.amount_fen[slot], requests.drawn_fen[slot], requests.released_fen[slot]) == (50, 30, 5 + 8)


@pytest.mark.parametrize("what", ["bought", "sold"])
def test_a_contract_with_unsettled_money_of_earlier_dates_does_not_end(what: str) -> None:
    desk = Desk()
    contract_no = desk.open(1_000)
    if what == "bought":
        desk.ask(SEAT, fill_buy(desk.freeze(contract_no, 10), contract_no, 10))
    else:
        desk.ask(SEAT, fill_sell(contract_no, 1))
    for trade_date in (TUESDAY, TUESDAY + 1, TUESDAY + 2):
        desk.roll(trade_date)
        assert desk.control(ChangeContract(contract_no, ContractEvent.TERMINATE)) == ReplyCode.ITEMS_OPEN


UNSETTLED = ("bought_fen", "sold_fen")
REQUEST_COLUMNS = ("contract", "amount_fen", "drawn_fen", "released_fen")
SEAT_COLUMNS = ("seat_owner", "session_version", "next_number", "previous_next_number")


def digests(book: Book) -> list[bytes]:
    return [engine.state_slice_digest(book, k) for k in range(engine.state_slice_count(book))]


def test_every_column_is_in_a_slice() -> None:
    desk = Desk()
    contract_no = desk.open(1_000, OTHER_BROKER)
    desk.open(5)
    desk.freeze(contract_no, 1, OTHER_SEAT)
    book, before = desk.book, digests(desk.book)
    columns = {name: getattr(book, name)[:2] for name in (*ACCOUNT_COLUMNS, *CONTRACT_COLUMNS)}
    columns |= {f"{name} of a date": getattr(book.unsettled, name)[0] for name in UNSETTLED}
    columns |= {name: getattr(book, name) for name in SEAT_COLUMNS}
    first = book.requests.first_page_slot
    columns |= {f"request {name}": getattr(book.requests, name)[first:] for name in REQUEST_COLUMNS}
    assert contract_no == 98

    for name, column in columns.items():
        column[1] ^= 1
        assert sum(one != other for one, other in zip(digests(book), before, strict=True)) == 1, name
        column[1] ^= 1
    assert digests(book) == before


def test_numbers_of_the_bank_are_found_however_they_came() -> None:
    """In runs of every length, and merged."""
    desk, opened = Desk(), list[AccountTerms]()
    for first in range(100, 130, 2):
        opened += [account(first, 0), account(first + 1, 0)]
        desk.done(OpenAccounts(opened[-2:]))

        codes = {desk.control(OpenAccounts([terms])) for terms in opened}
        assert codes == {ReplyCode.ACCOUNT_EXISTS}


def test_a_restraint_outlives_a_snapshot() -> None:
    desk = Desk()
    contract_no = desk.open(1_000)
    desk.done(restraint(account_of(contract_no), 600))

    desk.book = from_arrays({name: array.copy() for name, array in to_arrays(desk.book).items()})

    assert desk.buying_power(contract_no) == (400, 400)
    assert desk.book.trade_date == MONDAY
    check_book(desk.book)
