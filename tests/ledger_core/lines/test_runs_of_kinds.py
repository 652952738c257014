"""Lines of one kind side by side are looked at together: it finds what each by itself would have shown."""

import numpy as np
import pytest

from ledger.core.kind_tables import TOLD_MAX
from ledger.core.lines.read import KindsThere, _malformed
from protocol.kinds import KINDS, WORDS_PER_RECORD, unused_bits
from protocol.records import RECORD, RecordArray
from protocol.vocabulary import RecordKind

KINDS_OF_LINES = [kind for kind, row in KINDS.items() if row.is_line]


def naive(lines: RecordArray) -> list[bool]:
    """One line after the other, as the table of kinds has it."""
    words = lines.view("<i8").reshape(len(lines), WORDS_PER_RECORD).tolist()
    found = []
    for kind, told, line in zip(lines["kind"].tolist(), lines["event"].tolist(), words, strict=True):
        masks = unused_bits(KINDS[RecordKind(kind)])
        says_nothing = TOLD_MAX[kind] > 0 and not 1 <= told <= TOLD_MAX[kind]
        found.append(says_nothing or any(word & mask for word, mask in zip(line, masks, strict=True)))
    return found


def lines_of(rng: np.random.Generator, runs: list[tuple[RecordKind, int]]) -> RecordArray:
    """Runs of lines, one in eight of which has some bit set somewhere."""
    lines = np.zeros(sum(count for _, count in runs), RECORD)
    lines["kind"] = np.repeat([int(kind) for kind, _ in runs], [count for _, count in runs])
    lines["event"] = (TOLD_MAX[lines["kind"]] > 0).astype(np.int8)
    stray = np.flatnonzero(rng.random(len(lines)) < 1 / 8)
    words = lines.view("<i8").reshape(len(lines), WORDS_PER_RECORD)
    words[stray, rng.integers(0, WORDS_PER_RECORD, len(stray))] |= 1 << rng.integers(8, 63, len(stray))
    return lines


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("count", [1, 63, 700])
def test_a_line_is_malformed_in_whatever_company_it_comes(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    kinds = rng.permutation(KINDS_OF_LINES)[: 1 + seed].tolist()
    lines = lines_of(rng, [(RecordKind(kind), count) for kind in kinds])
    kind = lines["kind"].astype(np.int64)
    there = KindsThere(kind)

    found = _malformed(lines, kind, _told(lines, there), there)

    assert found.tolist() == naive(lines)
    assert [run[0] for run in there.runs()] == (kinds if count == 700 or len(kinds) == 1 else [])


def _told(lines: RecordArray, there: KindsThere) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.where(there.where(TOLD_MAX > 0), lines["event"], 0).astype(np.int64)


def test_what_holds_of_all_or_of_none_is_one_word() -> None:
    kind = np.array([RecordKind.CLEAR_BUY, RecordKind.CLEAR_SELL], np.int64)
    table = np.zeros(256, bool)
    assert KindsThere(kind).where(table) is False
    table[RecordKind.CLEAR_BUY] = True
    assert KindsThere(kind[:1]).where(table) is True
    assert np.asarray(KindsThere(kind).where(table)).tolist() == [True, False]
