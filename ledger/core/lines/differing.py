"""Differences as columns, and as they are told and signed: in the order of places, each with both values.

Belongs here: columns to rows. Never here: what differs (compare), who may ask (book_answers).

A broker can make as many as its set has room for, and whoever asks waits with everybody else: so they are put in order
and cut as columns, and only what is told becomes an object.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from ledger.core.state.columns import FenColumn, LongColumn, Mask
from ledger.core.state.requests import key_columns, key_parts
from protocol.given_numbers import contract_nos_from_indices
from protocol.messages.queries import Difference, rows_digest
from protocol.vocabulary import ComparedField, DifferenceClass

SUMS = (ComparedField.BOUGHT, ComparedField.SOLD)  # of a contract: they are corrected, and not decided
_NONE = np.zeros(0, np.int64)


class FoundColumns(NamedTuple):
    """(k,) differences of one class about one thing, ascending by place."""

    difference_class: DifferenceClass
    compared_field: ComparedField
    place: LongColumn
    contract: LongColumn  # index + 1, 0 where it is not known
    order_key: LongColumn  # `request_keys`, 0 where it is about a contract
    bank_has: FenColumn
    set_says: FenColumn


class ToldColumns(NamedTuple):
    """(k,) differences, ascending by place, the fields as in `Difference`."""

    place: LongColumn
    difference_class: LongColumn
    compared_field: LongColumn
    contract_no: LongColumn
    order_date: LongColumn
    order_seat: LongColumn
    order_number: LongColumn
    bank_has: FenColumn
    set_says: FenColumn

    @property
    def is_sum(self) -> Mask:
        """(k,) whether it is one of a contract's sums."""
        return np.isin(self.compared_field, SUMS)

    def rows(self) -> list[tuple[int, Difference]]:
        """Each with its place."""
        places, *fields = (column.tolist() for column in self)
        return [(place, Difference(*values)) for place, *values in zip(places, *fields, strict=True)]

    def digest(self, difference_class: DifferenceClass, before: bytes) -> bytes:
        """`before`, chained with those of a class that are no sums: what two people sign for."""
        chosen = (self.difference_class == difference_class) & ~self.is_sum
        return rows_digest(np.stack([column[chosen] for column in self[2:]], axis=1).astype("<i8").tobytes(), before)


def told_columns(differing: Iterable[FoundColumns], count: int | None = None) -> ToldColumns:
    """All of them, or the first `count`; of one place in the order in which they come."""
    found = list(differing)
    if not found:
        return ToldColumns(*[_NONE] * len(ToldColumns._fields))
    lengths = [len(each.place) for each in found]
    place, contract, key, bank_has, set_says = (
        np.concatenate([each[field] for each in found]) for field in range(2, len(FoundColumns._fields))
    )
    of_class, of_field = (np.repeat([int(each[field]) for each in found], lengths) for field in (0, 1))
    order = np.argsort(place, kind="stable")[:count]
    numbers = np.where(contract[order] > 0, contract_nos_from_indices(np.maximum(contract[order] - 1, 0)), 0)
    kinds, named = (of_class[order], of_field[order]), key_columns(key[order])
    return ToldColumns(place[order], *kinds, numbers, *named, bank_has[order], set_says[order])


def order_of(key: int) -> tuple[int, int, int]:
    """Trade date, seat and number in a name, all 0 where there is none."""
    return key_parts(key) if key else (0, 0, 0)
