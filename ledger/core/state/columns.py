"""Names for the array types of the core, and how a column comes into being.

Belongs here: type aliases and the one way to allocate. Never here: which columns there are (book, requests).
Signed integers only: an unsigned 64-bit column that meets a signed one becomes float64 in numpy, and loses fen.
"""

import numpy as np
import numpy.typing as npt

FenColumn = npt.NDArray[np.int64]
LongColumn = npt.NDArray[np.int64]
IntColumn = npt.NDArray[np.int32]
ShortColumn = npt.NDArray[np.int16]
ByteColumn = npt.NDArray[np.int8]
Positions = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]
NamedArrays = dict[str, npt.NDArray[np.signedinteger]]  # the state as it is kept in files


def is_some(values: int | np.bool_ | npt.NDArray[np.generic]) -> bool:
    """Whether one of (n,) `values`, or one value for all, is not 0. It is asked so often of the columns of small blocks
    that `any`, which takes six times as long, would be felt.
    """
    return bool(np.count_nonzero(values) if isinstance(values, np.ndarray) else values)


def long_zeros(length: int) -> LongColumn:
    """(length,) int64, mapped lazily: memory is touched only where it is written."""
    return np.zeros(length, np.int64)


def int_zeros(length: int) -> IntColumn:
    """(length,) int32, mapped lazily."""
    return np.zeros(length, np.int32)


def short_zeros(length: int) -> ShortColumn:
    """(length,) int16, mapped lazily."""
    return np.zeros(length, np.int16)


def byte_zeros(length: int) -> ByteColumn:
    """(length,) int8, mapped lazily."""
    return np.zeros(length, np.int8)


def grown(column: LongColumn, used: int, wanted: int) -> LongColumn:
    """`column` itself when it holds `wanted` items, else a copy of its `used` items in twice the room or more."""
    if wanted <= len(column):
        return column
    larger = np.zeros(max(wanted, 2 * len(column)), np.int64)
    larger[:used] = column[:used]
    return larger
