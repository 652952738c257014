"""Text that others may have chosen, without signs that a terminal obeys.

What belongs here: the escaping. What never may: where text goes.
"""


def printable(text: str) -> str:
    """`text` with every sign escaped that is not printable, line ends too: a word of a peer stays one line."""
    return text if text.isprintable() else "".join(map(_escaped, text))


def _escaped(sign: str) -> str:
    return sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii")
