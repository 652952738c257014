"""The gate: nothing before its sequence is durable, everything in order, one write for what leaves
together.
"""

from collections.abc import Sequence

from ledger.order_path.gate import Gate


class Sink:
    """An outlet that remembers its writes."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []

    def send(self, parts: Sequence[bytes]) -> None:
        self.writes.append(b"".join(parts))


def test_an_answer_waits_for_its_sequence() -> None:
    gate, link = Gate(4, lambda: True), Sink()
    gate.put(5, link, [b"five"])
    gate.release_after(4)
    assert (link.writes, gate.waiting_bytes) == ([], 4)
    gate.release_after(5)
    assert (link.writes, gate.waiting_bytes) == ([b"five"], 0)


def test_what_leaves_together_is_one_write_in_the_order_of_decision() -> None:
    gate, link = Gate(0, lambda: True), Sink()
    gate.put(1, link, [b"a", b"b"])
    gate.put(1, link, [b"c"])
    gate.put(2, link, [b"d"])
    gate.put(3, link, [b"late"])
    gate.release_after(2)
    assert link.writes == [b"abcd"]
    assert gate.waiting_bytes == 4


def test_an_answer_that_needs_no_new_row_still_waits_for_the_rows_before_it() -> None:
    gate, link = Gate(7, lambda: True), Sink()
    gate.put(8, link, [b"outcomes of 8"])
    gate.put(8, link, [b" query as of 8"])
    gate.release_after(7)
    assert link.writes == []
    gate.release_after(8)
    assert link.writes == [b"outcomes of 8 query as of 8"]


def test_two_links_get_their_own_writes() -> None:
    gate, before, after = Gate(0, lambda: True), Sink(), Sink()
    gate.put(1, before, [b"old"])
    gate.put(2, after, [b"new"])
    gate.release_after(2)
    assert (before.writes, after.writes) == ([b"old"], [b"new"])


def test_what_comes_from_memory_waits_for_a_recent_look_and_nothing_overtakes_it() -> None:
    looks: list[bool] = []
    gate, link = Gate(7, lambda: bool(looks)), Sink()
    gate.put(7, link, [b"not seen"], from_memory=True)
    gate.put(8, link, [b" outcomes of 8"])
    gate.release_after(8)
    assert (link.writes, gate.waiting_bytes) == ([], 22)
    looks.append(True)
    gate.release_after(8)
    assert (link.writes, gate.waiting_bytes) == ([b"not seen outcomes of 8"], 0)


def test_outcomes_of_a_durable_row_leave_without_a_look() -> None:
    gate, link = Gate(7, lambda: False), Sink()
    gate.put(8, link, [b"outcomes of 8"])
    gate.put(8, link, [b"not seen"], from_memory=True)
    gate.release_after(8)
    assert link.writes == [b"outcomes of 8"]
