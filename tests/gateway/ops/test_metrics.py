"""What an operator reads: exact values after a known conversation.

Belongs here: the exposition. Never here: how things came to be counted.
"""

import urllib.request

import trio
from prometheus_client.parser import text_string_to_metric_families

from gateway.daemon import Gateway
from gateway.ops.statistics import LATENCY_BUCKETS, Statistics
from protocol.session.partner_events import NotAppliedReceived, OutcomesReceived
from tests.gateway.partner import Connect, freezes


def read(port: int) -> dict[str, float]:
    """Every sample by its name and labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        text = answer.read().decode()
    return {
        sample.name + "".join(f"{{{value}}}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_a_conversation_stands_in_the_metrics(gateway: Gateway, connect: Connect) -> None:
    broker = await connect()
    await broker.log_on()
    await broker.send(freezes(100, 200, 2_000_000), 1)
    await broker.hear(OutcomesReceived)
    await broker.send(freezes(100), 4)
    await broker.hear(OutcomesReceived)
    await broker.send(freezes(101), 4)
    await broker.hear(NotAppliedReceived)

    found = await trio.to_thread.run_sync(read, gateway.metrics_port)

    prefix = "yzt_gateway_"
    assert found[prefix + "requests_total{ACCEPTED}"] == 3
    assert found[prefix + "requests_total{INSUFFICIENT_FUNDS}"] == 1
    assert found[prefix + "not_applied_total{DUPLICATE_OTHER_CONTENT}"] == 1
    assert found[prefix + "request_frames_total"] == 3
    assert found[prefix + "request_bytes_total"] == 5 * 64
    assert found[prefix + "answer_seconds_count"] == 2
    assert found[prefix + "answer_seconds_bucket{+Inf}"] == 2
    assert (
        found[prefix + "verifications_total"] == 6
    )  # two of the logon, the first of these also while it waited, three requests
    assert found[prefix + "signatures_total"] == 5
    assert found[prefix + "verify_cpu_seconds_total"] > 0
    assert found[prefix + "sessions_established"] == 1
    assert found[prefix + "in_flight_records"] == 0
    assert found[prefix + "high_water_sequence"] == 3
    assert found[prefix + "book_complete"] == 1
    assert found["process_cpu_seconds_total"] > 0


def test_latency_falls_into_buckets_that_double() -> None:
    statistics = Statistics()
    for elapsed_ns in (0, 62_499, 62_500, 124_999, 125_000, 10**12):
        statistics.answered_after(elapsed_ns)

    assert statistics.latency_buckets[:3] == [2, 2, 1]
    assert statistics.latency_buckets[LATENCY_BUCKETS] == 1
    assert statistics.latency_total_ns == 62_499 + 62_500 + 124_999 + 125_000 + 10**12
