"""What Prometheus reads of a ledger."""

import urllib.request

import numpy as np
import pytest

from config.kit.exit_codes import ProcessFault
from ledger.watch.metrics import LedgerMetrics, serve
from protocol.codes import ReplyCode
from protocol.records import OUTCOME

LOOPBACK = "127.0.0.1"


def test_counts_by_outcome_groups_and_commit_times_are_exposed() -> None:
    metrics = LedgerMetrics(sequence=9, epoch=2)
    outcomes = np.zeros(5, OUTCOME)
    outcomes["code"][3:] = ReplyCode.INSUFFICIENT_FUNDS
    metrics.committed(outcomes.tobytes(), frames=2, commit_ns=3_000_000)
    metrics.committed(outcomes[:1].tobytes(), frames=1, commit_ns=600_000)
    metrics.not_applied(ReplyCode.SEQUENCE_GAP)
    exposition = serve(metrics, LOOPBACK, 0)
    with urllib.request.urlopen(f"http://127.0.0.1:{exposition.port}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    exposition.close()
    expected = [
        'yzt_ledger_requests_total{outcome="ACCEPTED"} 4.0',
        'yzt_ledger_requests_total{outcome="INSUFFICIENT_FUNDS"} 2.0',
        'yzt_ledger_requests_total{outcome="SEQUENCE_GAP"} 1.0',
        "yzt_ledger_frames_total 3.0",
        "yzt_ledger_records_total 6.0",
        "yzt_ledger_commits_total 2.0",
        "yzt_ledger_sequence 9.0",
        "yzt_ledger_epoch 2.0",
        "yzt_ledger_queue_oldest_seconds 0.0",
        'yzt_ledger_group_records_bucket{le="1"} 1.0',
        'yzt_ledger_group_records_bucket{le="16"} 2.0',
        'yzt_ledger_commit_milliseconds_bucket{le="1"} 1.0',
        'yzt_ledger_commit_milliseconds_bucket{le="+Inf"} 2.0',
        "yzt_ledger_commit_milliseconds_sum 3.6",
    ]
    assert [line for line in expected if line not in lines] == []


def test_a_taken_port_is_one_line() -> None:
    exposition = serve(LedgerMetrics(), LOOPBACK, 0)
    with pytest.raises(ProcessFault, match=rf"ledger.metrics_port 127\.0\.0\.1:{exposition.port}: "):
        serve(LedgerMetrics(), LOOPBACK, exposition.port)
    exposition.close()
