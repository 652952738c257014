"""The tables of docs/protocol.md about clearing sets: bytes of each kind of line, what a set counts and adds.

Belongs here: code to Markdown, of lines. Never here: prose, other tables (document).
"""

import hashlib

from protocol.kinds import FEE_FIELDS, KINDS, LINE_KINDS, SECOND_FIELDS
from protocol.vocabulary import LineSide
from rules.day.clearing import LINES, Brought, brought_by
from tests.protocol.page.tables import golden, hex_lines, table
from tests.protocol.page.words import NET_WORDS

TURNOVER_FEN, SECOND_FEN, FEES_FEN = 1_000, 20, 3


def line_sums() -> str:
    """What each kind of line says, is counted as, and adds to the sums of its set."""
    heads = ["kind", "what it tells", "`amount_fen`", "count", "turnover", "first of `fees`", "other `fees`", "net"]
    rows = []
    for place, kind in enumerate(LINE_KINDS):
        row, side = KINDS[kind], LINES[kind].side
        assert brought_by(kind, TURNOVER_FEN, SECOND_FEN, FEES_FEN) == _as_the_words_say(side)
        moves = side != LineSide.NONE
        second = next((f"`{name}`" for name in row.fields if name in SECOND_FIELDS and moves), "")
        others = ", ".join(f"`{name}`" for name in row.fields if name in FEE_FIELDS)
        what = row.amount or ("the amount" if "amount_fen" in row.fields else "")
        net = NET_WORDS[side.name]
        if side == LineSide.CREDIT and not second:
            net = "`amount_fen`"
        turnover = "`amount_fen`" if moves else ""
        rows.append([row.name, row.meaning, what, f"place {place}", turnover, second, others, net])
    return table(heads, rows)


def _as_the_words_say(side: LineSide) -> Brought:
    """What a line brings, if `NET_WORDS` is right."""
    owed_fen = {
        LineSide.NONE: Brought(),
        LineSide.BUY: Brought(buys_fen=TURNOVER_FEN + SECOND_FEN + FEES_FEN),
        LineSide.SALE: Brought(proceeds_fen=TURNOVER_FEN - SECOND_FEN - FEES_FEN),
        LineSide.CREDIT: Brought(credits_fen=TURNOVER_FEN - SECOND_FEN),
    }
    return owed_fen[side]


def worked_set() -> str:
    """The golden lines of a clearing set, and the body that announces them."""
    lines, announced = golden("clear_lines"), golden("announce_set")
    frame_digest = lines.header.body_digest
    digest = hashlib.sha256(bytes(len(frame_digest)) + frame_digest).digest()
    return (
        f"The lines, {len(lines.body)} bytes:\n\n{hex_lines(lines.body)}"
        f"\nTheir body digest, and the digest of a set of this one frame:\n\n{hex_lines(frame_digest + digest)}"
        f"\nThe announcement, {len(announced.body)} bytes:\n\n{hex_lines(announced.body)}"
    )
