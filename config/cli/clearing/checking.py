"""What the bank would make of the lines of a set, as far as that can be told without it.

Belongs here: asking the page of the rules line by line, the words of what is refused, the sums of what is taken. Never
here: reading files (csv_lines), the rules (rules.day.clearing).

Whether an order is there, and whose a contract is, only the bank knows: each is supposed to be as it should.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from protocol.codes import FACTS, ReplyCode
from protocol.given_numbers import index_from_contract_no
from protocol.kinds import FEE_FIELDS, KINDS, SECOND_FIELDS
from protocol.limits import REQUESTS_PER_SEAT_DATE_MAX, SEATS_MAX, TRADE_DATE_MAX, TRADE_DATE_MIN
from protocol.messages.day.steps import SetTotals
from protocol.messages.fields import fen_from_sum
from protocol.records import RecordArray
from protocol.vocabulary import RecordKind
from rules.day.clearing import LINES, Line, SetSoFar, decide_line

_COLUMNS = (
    *("kind", "event", "quantity", "contract_no", "amount_fen", "release_fen", *FEE_FIELDS),
    *("order_date", "order_seat", "order_number", "reference"),
)
_HAS_SECOND = {kind: not SECOND_FIELDS.isdisjoint(KINDS[kind].fields) for kind in LINES}
_HAS_FEES = {kind: FEE_FIELDS[0] in KINDS[kind].fields for kind in LINES}
_NO_FEES = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that the bank would not take."""

    place: int  # among the lines
    code: ReplyCode

    @property
    def words(self) -> str:
        """The code and its meaning."""
        return f"{self.code.name}: {FACTS[self.code].meaning}"


def refusals(lines: RecordArray) -> Iterator[Refusal]:
    """Those of (n,) lines that a bank would refuse, in their order."""
    so_far = SetSoFar()
    columns = [lines[name].tolist() for name in _COLUMNS]
    for place, line in enumerate(zip(*columns, strict=True)):
        code = decide_line(_line_of(*line), so_far)[0]
        if code != ReplyCode.ACCEPTED:
            yield Refusal(place, ReplyCode(code))


def summary(totals: SetTotals) -> list[str]:
    """What a set has in all, a line for each figure."""
    names = [kind.name for kind in LINES]
    fees = ("commission and tax", "stamp duty", "transfer fee", "handling fee", "regulatory fee")
    net_fen = fen_from_sum(totals.net)
    return [
        *(f"{name:<24} {count:>20,}" for name, count in zip(names, totals.counts, strict=True)),
        f"{'turnover':<24} {_yuan(fen_from_sum(totals.turnover)):>20}",
        *(f"{name:<24} {_yuan(fen_from_sum(fen)):>20}" for name, fen in zip(fees, totals.fees, strict=True)),
        f"{'the broker owes' if net_fen >= 0 else 'the bank owes':<24} {_yuan(abs(net_fen)):>20}",
    ]


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02}"


def _line_of(*values: int) -> Line:
    kind = RecordKind(values[0])
    index = index_from_contract_no(values[3])
    trade_date, seat, number = values[10:13]
    is_named = TRADE_DATE_MIN <= trade_date <= TRADE_DATE_MAX and 1 <= seat <= SEATS_MAX
    is_named = is_named and 1 <= number <= REQUESTS_PER_SEAT_DATE_MAX
    return Line(
        kind=kind,
        unused_bits=0,
        may_send=True,
        known=index >= 0,
        set_is_open=True,
        contract=index,
        told=values[1] if LINES[kind].told_max else 0,
        quantity=values[2],
        amount_fen=values[4],
        second_fen=values[5] if _HAS_SECOND[kind] else 0,
        fees_fen=(values[6], values[7], values[8], values[9]) if _HAS_FEES[kind] else _NO_FEES,
        order_key=(trade_date * SEATS_MAX + seat) << 32 | number if is_named and KINDS[kind].names_order else 0,
        is_held=True,
        reference=values[13] if KINDS[kind].has_reference else 0,
    )
