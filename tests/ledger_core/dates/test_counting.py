"""What was accepted of brokers' requests on a date, counted a block at a time: against its answers, one by one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.codes import ReplyCode
from protocol.records import RecordArray
from protocol.vocabulary import RecordKind
from tests.ledger_core.desk import SEAT, SECOND_SEAT, Desk, Frame, fill_sell, freeze, joined, release

BALANCE_FEN = 10_000
PLACES = (RecordKind.FREEZE, RecordKind.RELEASE, RecordKind.FILL_BUY, RecordKind.FILL_SELL)

# Of each record its kind and amount; one of 0 is refused, and so are freezes once the money is gone.
drawn_frames = st.lists(
    st.tuples(
        st.sampled_from([SEAT, SECOND_SEAT]),
        st.lists(
            st.tuples(
                st.sampled_from([RecordKind.FREEZE, RecordKind.FREEZE, RecordKind.FILL_SELL, RecordKind.RELEASE]),
                st.integers(0, 2_000),
            ),
            min_size=1,
            max_size=12,
        ),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60)
@given(drawn_frames)
def test_a_block_counts_what_its_answers_say(drawn: list[tuple[int, list[tuple[RecordKind, int]]]]) -> None:
    """Blocks of one frame and of several, of one kind and of several, with refused ones in between."""
    desk = Desk()
    ann = desk.open(BALANCE_FEN)
    order = desk.freeze(ann, BALANCE_FEN // 2)

    def record(kind: RecordKind, amount_fen: int) -> RecordArray:
        if kind == RecordKind.FREEZE:
            return freeze(ann, amount_fen)
        return fill_sell(ann, amount_fen) if kind == RecordKind.FILL_SELL else release(order, ann, amount_fen)

    answers = desk.send(*(Frame(seat, joined(*(record(*each) for each in wanted))) for seat, wanted in drawn))

    expected = {seat: ([0] * len(PLACES), [0] * len(PLACES)) for seat in (SEAT, SECOND_SEAT)}
    expected[SEAT][0][0], expected[SEAT][1][0] = 1, BALANCE_FEN // 2
    told = iter(answers)
    for seat, wanted in drawn:
        for kind, amount_fen in wanted:
            if next(told).code == ReplyCode.ACCEPTED:
                expected[seat][0][PLACES.index(kind)] += 1
                expected[seat][1][PLACES.index(kind)] += amount_fen
    found = {seat: desk.book.feeds.accepted_of([seat]) for seat in expected}
    assert found == expected
    assert desk.replayed().feeds.accepted == desk.book.feeds.accepted
