"""One link of the chain: every way to change a row is found, and said in words."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from config.kit.exit_codes import ExitCode
from ledger.core.rows.layouts import row_digest
from ledger.core.rows.row import Row
from ledger.journal.chain import Chain
from ledger.journal.head import JournalNewer
from tests.follower.journal_maker import SEAT, JournalMaker, freezes


def flipped(data: bytes) -> bytes:
    """The same bytes with one bit of the last changed."""
    return data[:-1] + bytes([data[-1] ^ 1])


DIGEST = "its digest does not follow"
CHANGES: dict[str, tuple[Callable[[Row], Row], str]] = {
    "shard": (lambda row: replace(row, shard=2), "shard 2 in the journal of shard 1"),
    "sequence": (lambda row: replace(row, sequence=row.sequence + 1), "a row is missing or moved"),
    "epoch": (lambda row: replace(row, epoch=7), DIGEST),
    "older epoch": (lambda row: replace(row, epoch=0), "epoch 0 after epoch 1"),
    "trade date": (lambda row: replace(row, trade_date=row.trade_date + 1), DIGEST),
    "older trade date": (lambda row: replace(row, trade_date=row.trade_date - 1), "trade date 20260104 after"),
    "newer rules version": (lambda row: replace(row, rules_version=9), DIGEST),
    "no rules version": (lambda row: replace(row, rules_version=0), "that there never was"),
    "no layout": (lambda row: replace(row, layout=0), "that there never was"),
    "decided at": (lambda row: replace(row, decided_at_ns=row.decided_at_ns + 1), "does not follow the row"),
    "decided before": (
        lambda row: replace(row, decided_at_ns=row.decided_at_ns - 1),
        "does not follow the row",
    ),
    "earlier": (lambda row: replace(row, ordered_at_ns=1), "which does not follow the row in front of it"),
    "order": (lambda row: replace(row, ordered_at_ns=row.ordered_at_ns + 1), "does not follow the row"),
    "bank key ids": (lambda row: replace(row, bank_key_ids=(1, 3)), DIGEST),
    "headers": (lambda row: replace(row, headers=flipped(row.headers)), DIGEST),
    "cut headers": (lambda row: replace(row, headers=row.headers[:-1]), "headers, records or outcomes are cut"),
    "records": (lambda row: replace(row, records=flipped(row.records)), "the body is not the one that was signed"),
    "fewer records": (lambda row: replace(row, records=row.records[:64]), "do not describe the records"),
    "closing_heads": (lambda row: replace(row, closing_heads=b"?"), "which only a row has that opens a date"),
    "control": (lambda row: replace(row, control=b"?"), "or beside a control message"),
    "outcomes": (lambda row: replace(row, outcomes=flipped(row.outcomes)), DIGEST),
    "fewer outcomes": (lambda row: replace(row, outcomes=row.outcomes[:16]), "not one outcome for each record"),
    "state check": (lambda row: replace(row, state_check=flipped(row.state_check)), DIGEST),
    "cut state check": (lambda row: replace(row, state_check=b"\x00"), "the state check is cut"),
    "digest": (lambda row: replace(row, digest=flipped(row.digest)), DIGEST),
}


def chain_and_block() -> tuple[Chain, Row]:
    """A chain that has come to the row before a block, and the block."""
    made = JournalMaker()
    made.open_bank([1_000_000])
    row = made.block((SEAT, freezes([0, 0], 10)), (SEAT, freezes([0], 10)), check_slice=1)
    chain = Chain()
    for before in made.rows[:-1]:
        assert chain.fault_of(before) is None
        chain.advance(before)
    return chain, row


def test_an_untouched_row_fits() -> None:
    chain, row = chain_and_block()

    assert chain.fault_of(row) is None


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_row_is_found(what: str) -> None:
    change, words = CHANGES[what]
    chain, row = chain_and_block()

    assert words in str(chain.fault_of(change(row)))


def rechained(chain: Chain, row: Row) -> Row:
    """The row with the digest that follows."""
    return replace(row, digest=row_digest(chain.digest, row))


NEWER: dict[str, tuple[Callable[[Chain, Row], Row], str]] = {
    "row layout": (lambda _chain, row: replace(row, layout=2), "row layout 2, this program knows up to 1"),
    "state layout": (
        lambda chain, row: rechained(chain, replace(row, state_check=b"\x07" + row.state_check[1:])),
        "state layout 7, this program knows up to 1",
    ),
    "rules version": (
        lambda chain, row: rechained(chain, replace(row, rules_version=2)),
        "rules version 2, this program knows up to 1",
    ),
}


@pytest.mark.parametrize("what", NEWER)
def test_a_row_of_a_later_program_is_no_changed_one(what: str) -> None:
    change, words = NEWER[what]
    chain, row = chain_and_block()

    with pytest.raises(JournalNewer) as newer:
        chain.take(change(chain, row))

    assert str(newer.value) == f"row {row.sequence}: {words}: a later version wrote this journal, start that one"
    assert newer.value.exit_code == ExitCode.CONFIG


def test_a_changed_control_body_is_found() -> None:
    made = JournalMaker()
    made.open_bank([1_000_000])
    chain = Chain()
    chain.advance(made.rows[0])

    tampered = replace(made.rows[1], control=flipped(made.rows[1].control))

    assert "digest" in str(chain.fault_of(tampered))


def test_a_row_made_up_whole_with_a_fitting_digest_still_needs_its_bodies() -> None:
    chain, row = chain_and_block()
    other = replace(row, records=bytes(len(row.records)))

    assert "frame 0: the body is not the one that was signed" in str(chain.fault_of(other))
