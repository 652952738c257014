"""The reversal of a session: which order is chosen, what two people sign of it, how it is told and shown."""

from dataclasses import dataclass, field

import pytest
import trio

from frontend_sim.auditor.books_table import Books, printed_books
from frontend_sim.auditor.observations import ControlKind, Seen
from frontend_sim.market.broker_day import BrokerDay, OrderOfDay
from frontend_sim.market.desks import TELLER_SEAT, LoadRefused
from frontend_sim.market.people.staff import Staff
from frontend_sim.market.workload import SECURITIES, Order, Side
from frontend_sim.trading_session.days.reversal import Reversing, ToReverse, to_reverse
from frontend_sim.trading_session.session_log import SessionLog
from protocol.acts.moved import ReverseAct
from protocol.acts.table import act_of
from protocol.codes import ReplyCode
from protocol.messages.control import ControlMessage
from protocol.messages.persons import Act
from protocol.records import FREEZE_STATE_OPEN, STATE_MOVED
from protocol.vocabulary import RecordKind

DATE, PARTY, OTHER, SEAT, OTHER_SEAT = 20_260_106, 3, 2, 31, 21
WISH = Order(98, Side.BUY, SECURITIES[0], 100_000, 100, 1)


def frozen(row: int, number: int, *, seat: int = SEAT, moved_fen: int = 700, code: int = 0) -> Seen:
    """An order of 10.00, of which so much was moved."""
    state = STATE_MOVED if moved_fen else FREEZE_STATE_OPEN
    party = PARTY if seat == SEAT else OTHER
    key = (row, seat, number, DATE, party, row * 1_000, 0, int(RecordKind.FREEZE))
    return Seen(*key, 0, 98, 1_000, 0, 0, 0, 0, code, state, moved_fen or 1_000)


def day(*touched: tuple[int, int, int], of: int = 9) -> dict[int, BrokerDay]:
    """The broker's orders by number: how many shares of each were filled, what the bank released of it."""
    told = {number: (filled, released_fen) for number, filled, released_fen in touched}
    found = BrokerDay()
    for number in range(1, of):
        filled, released_fen = told.get(number, (0, 0))
        target = (DATE, SEAT, number)
        found.orders[target] = OrderOfDay(WISH, target, 1_000, filled=filled, released_fen=released_fen)
    return {PARTY: found}


def test_the_first_order_is_chosen_that_is_as_it_was_and_whose_place_in_its_row_is_known() -> None:
    """Row 4 has a request of another seat too, 1 was filled, 2 released in part, 3 is not moved, 4 was refused."""
    seen = [
        *(frozen(7, 4, code=ReplyCode.INSUFFICIENT_FUNDS), frozen(7, 5), frozen(7, 6)),
        *(frozen(4, 7), frozen(4, 1, seat=OTHER_SEAT)),
        *(frozen(3, 1), frozen(3, 2), frozen(3, 3, moved_fen=0)),
    ]
    assert to_reverse(seen, day((1, 100, 0), (2, 0, 5))) == ToReverse(frozen(7, 5), 1)
    assert to_reverse(seen[3:], day((1, 100, 0), (2, 0, 5))) is None
    assert to_reverse([frozen(9, 1, seat=OTHER_SEAT)], day()) is None


@dataclass(frozen=True)
class Told:
    """An answer."""

    code: int
    number: int = 5
    trade_date: int = DATE
    sequence: int = 11
    decided_at_ns: int = 77
    remaining_fen: int = 1
    state: int = 0


@dataclass
class Teller:
    """A seat that answers with these codes."""

    codes: list[int]
    acts: list[object] = field(default_factory=list)

    async def control(self, message: ControlMessage) -> Told:
        """As the bank's."""
        assert isinstance(message, Act)
        assert len(message.signatures) == 2
        self.acts.append(act_of(message.text))
        return Told(self.codes.pop(0))


def reversed_with(*codes: int) -> tuple[Teller, SessionLog, list[str]]:
    teller, log, said = Teller(list(codes)), SessionLog(), list[str]()
    staff = Staff("00112233445566ff", 1_000)
    trio.run(Reversing(staff, teller, log, said.append).reverse, ToReverse(frozen(7, 5), 1), "Nanfang")
    return teller, log, said


def test_both_tries_are_noted_for_the_auditor_and_one_line_is_said() -> None:
    teller, log, said = reversed_with(ReplyCode.ACCEPTED, ReplyCode.SERIAL_USED)
    for act in teller.acts:
        assert isinstance(act, ReverseAct)
        assert (act.contract_no, act.trade_date, act.seat, act.number, act.sequence) == (98, DATE, SEAT, 5, 7)
        assert (act.position, act.desk_serial, act.amount_fen) == (1, 1, 1_000)
    first, again = log.seen
    assert (first.kind, first.seat, first.code, again.code) == (
        *(ControlKind.REVERSAL, TELLER_SEAT),
        *(ReplyCode.ACCEPTED, ReplyCode.SERIAL_USED),
    )
    assert (first.target_date, first.target_seat, first.target_number, first.named_sequence) == (DATE, SEAT, 5, 7)
    assert said == [
        "reversed: 7.00 that were moved for an order of 10.00 of Nanfang are back and frozen, "
        "by two people; told twice it is refused"
    ]


@pytest.mark.parametrize("codes", [(ReplyCode.FREEZE_UNKNOWN, ReplyCode.SERIAL_USED), (0, 0)])
def test_a_bank_that_answers_otherwise_ends_the_session(codes: tuple[int, int]) -> None:
    with pytest.raises(LoadRefused, match="reversal of order 5 of seat 31"):
        reversed_with(*codes)


def test_what_was_given_back_has_a_line_of_its_own_in_the_brokers_books() -> None:
    auditor, sql = Books({}, {}, {PARTY: 700}), Books({}, {}, {PARTY: 699})
    text = printed_books(auditor, sql, {PARTY: "Nanfang"}, [])
    assert text.splitlines()[1].split() == [
        "Nanfang",
        "2420",
        "given",
        "back",
        "by",
        "reversal",
        "7.00",
        "6.99",
        "0.01",
    ]
    assert auditor != sql
