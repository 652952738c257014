"""The limit of open files is looked at when the gateway starts, not when partners come.

Belongs here: `gateway.descriptors`, and that a start asks it. Never here: running out (test_strangers).
"""

import resource
from dataclasses import replace

import pytest

from config.kit.exit_codes import ExitCode, ProcessFault
from gateway import descriptors
from gateway.__main__ import run
from gateway.entrance.entry_order import SPOKEN_MAX
from gateway.entrance.listener import DESCRIPTORS_BESIDE_SESSIONS, LOGGING_ON_MAX
from gateway.entrance.waiting_room import SILENT_MAX
from gateway.settings import GatewaySettings

NEEDED = 256 + DESCRIPTORS_BESIDE_SESSIONS


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """(soft, hard) as they stand, the newest last; the test's own process keeps its limits."""
    stands = [(1_024, 4_096)]
    monkeypatch.setattr(resource, "getrlimit", lambda _what: stands[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _what, pair: stands.append(pair))
    return stands


def test_a_low_soft_limit_is_raised_to_what_is_needed(limits: list[tuple[int, int]]) -> None:
    assert descriptors.ensure(256) == NEEDED > SILENT_MAX + SPOKEN_MAX + LOGGING_ON_MAX
    assert limits[-1] == (NEEDED, 4_096)


@pytest.mark.parametrize("soft", [NEEDED, resource.RLIM_INFINITY])
def test_a_sufficient_one_stays(limits: list[tuple[int, int]], soft: int) -> None:
    limits.append((soft, resource.RLIM_INFINITY))
    descriptors.ensure(256)

    assert len(limits) == 2


def test_an_unlimited_hard_limit_is_no_bound(limits: list[tuple[int, int]]) -> None:
    limits.append((256, resource.RLIM_INFINITY))
    descriptors.ensure(256)

    assert limits[-1] == (NEEDED, resource.RLIM_INFINITY)


def test_a_hard_limit_below_it_is_a_fault_of_the_configuration(
    limits: list[tuple[int, int]], settings: GatewaySettings
) -> None:
    limits.append((1_024, 1_024))
    with pytest.raises(ProcessFault, match=f"gateway.links_max 256 needs {NEEDED} file descriptors and .* 1024") as end:
        run(replace(settings, links_max=256))

    assert end.value.exit_code is ExitCode.CONFIG
