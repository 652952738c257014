"""The fast path agrees with the auditor that judges one by one."""

import numpy as np
import pytest

from frontend_sim.auditor.register import Totals
from frontend_sim.auditor.totals import AuditorTotals
from frontend_sim.market.request_blocks import Request, record_block
from frontend_sim.trading_session.session_log import outcome_array
from protocol.codes import ReplyCode
from protocol.limits import AMOUNT_FEN_MAX
from protocol.records import OUTCOME, RECORD
from protocol.vocabulary import RecordKind

TARGET = (20_260_105, 21, 1)


def test_totals_follow_from_what_was_accepted() -> None:
    records = record_block(
        [
            Request(RecordKind.FREEZE, 98, 1_001_820),
            Request(RecordKind.FREEZE, 98, 5),
            Request(RecordKind.FILL_BUY, 98, 398_724, TARGET, release_fen=2_004),
            Request(RecordKind.RELEASE, 98, 601_092, TARGET),
            Request(RecordKind.FILL_SELL, 98, 700),
            Request(RecordKind.DEPOSIT, 98, 50),
            Request(RecordKind.WITHDRAWAL, 98, 20),
        ]
    )
    codes = [ReplyCode.ACCEPTED, ReplyCode.FUNDS_FROZEN, *[ReplyCode.ACCEPTED] * 5]
    totals = AuditorTotals()
    totals.add(records, outcome_array([(int(code), 0, 0) for code in codes]))
    assert totals.expected(Totals(2_000_000, 0, 0, 0)) == Totals(2_000_030, 0, 398_724, 700)
    assert (totals.record_count, totals.accepted_count) == (7, 6)
    assert totals.count_of(ReplyCode.FUNDS_FROZEN) == 1
    assert totals.counts[(RecordKind.FREEZE, ReplyCode.FUNDS_FROZEN)] == 1


def test_the_largest_amounts_do_not_wrap() -> None:
    records = np.zeros(65_536, RECORD)
    records["kind"] = RecordKind.DEPOSIT
    records["amount_fen"] = AMOUNT_FEN_MAX
    totals = AuditorTotals()
    for _ in range(200):
        totals.add(records, np.zeros(65_536, OUTCOME))
    assert totals.expected(Totals(0, 0, 0, 0)).balance_fen == 200 * 2**56


def test_blocks_of_different_lengths_are_an_error() -> None:
    with pytest.raises(ValueError, match="2 records and 1 outcomes"):
        AuditorTotals().add(np.zeros(2, RECORD), np.zeros(1, OUTCOME))
