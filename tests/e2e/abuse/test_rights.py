"""Who may do what in a running installation: as whom its processes run, who may enter its files, and one of each kind.

Belongs here: users, file modes, second starts. Never here: money.
"""

import os
import stat
import subprocess
from pathlib import Path

import psutil
import pytest

from config.kit.exit_codes import ExitCode
from config.kit.telling.ready_files import read_ready
from config.supervise.state_folders import runs_as
from tests.e2e.house import House
from tests.e2e.programs import run_module

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

PROCESSES = ("ledger", "gateway", "follower")


def test_no_process_of_the_money_path_is_root_or_can_become_it(shared_house: House) -> None:
    for name in (*PROCESSES, "postgres"):
        shared_house.supervisor.wait_ready(name) if name != "postgres" else None
        process = psutil.Process(shared_house.supervisor.pid(name))
        assert 0 not in process.uids(), name
        assert 0 not in process.gids(), name
        status = Path(f"/proc/{process.pid}/status").read_text()
        if os.geteuid() == 0 and name != "postgres":
            assert "CapPrm:\t0000000000000000" in status, name
            assert "NoNewPrivs:\t1" in status, name


def test_every_file_of_the_state_directory_is_for_its_user_alone(shared_house: House) -> None:
    state = shared_house.config.state_directory
    identity = runs_as(shared_house.config)
    status = state.stat()
    assert status.st_uid == os.geteuid()
    assert stat.S_IMODE(status.st_mode) == (0o700 if identity is None else 0o1770)
    assert identity is None or status.st_gid == identity.group_id
    open_ones = {
        str(path.relative_to(state)): oct(status.st_mode)
        for path in state.rglob("*")
        if not path.is_relative_to(state / "postgres")
        and not path.is_relative_to(state / "keys")
        and not stat.S_ISLNK((status := path.lstat()).st_mode)
        and status.st_mode & 0o077
    }
    assert open_ones == {}
    private = [file for file in (state / "keys").glob("*.pem") if not file.name.endswith(".pub.pem")]
    assert private
    assert {stat.S_IMODE(file.stat().st_mode) for file in private} == {0o600}


@pytest.mark.skipif(os.geteuid() != 0, reason="nobody else's processes run here")
def test_the_user_of_the_processes_puts_nothing_in_the_place_of_what_root_uses(shared_house: House) -> None:
    state = shared_house.config.state_directory
    for name in ("keys", "postgres", "outbox", "effective.toml", "supervisor.lock"):
        assert (state / name).exists(), name
        for command in (["/bin/mv", name, "ledger.moved"], ["/bin/rm", "-rf", name]):
            assert as_their_user(shared_house, command).returncode != 0, command
        assert (state / name).lstat().st_uid == 0
    assert as_their_user(shared_house, ["/bin/chmod", "777", "."]).returncode != 0
    assert (
        as_their_user(shared_house, ["/usr/bin/touch", "ledger.moved"]).returncode == 0
    )  # what is its own it may make
    assert as_their_user(shared_house, ["/bin/rm", "ledger.moved"]).returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="nobody else's processes run here")
def test_a_process_that_starts_again_believes_no_file_about_who_it_is(shared_house: House) -> None:
    file = shared_house.config_file
    kept = file.read_text()
    file.write_text(kept.replace("[supervise]", '[log.no_such_setting]\n[supervise]\nx = "root"', 1))
    try:
        shared_house.supervisor.kill("follower")
        again = shared_house.supervisor.wait_ready("follower")
        assert 0 not in psutil.Process(again.pid).uids()
    finally:
        file.write_text(kept)


@pytest.mark.skipif(os.geteuid() != 0, reason="nobody else's processes run here")
def test_the_user_of_the_processes_cannot_look_into_the_gateway(shared_house: House) -> None:
    gateway = shared_house.supervisor.wait_ready("gateway").pid
    for name in ("mem", "maps", "environ", "fd"):
        tried = as_their_user(shared_house, ["/bin/ls" if name == "fd" else "/bin/cat", f"/proc/{gateway}/{name}"])
        assert b"Permission denied" in tried.stderr, name


def as_their_user(house: House, command: list[str]) -> subprocess.CompletedProcess[bytes]:
    """What the user of the processes can do in the state directory."""
    identity = runs_as(house.config)
    assert identity is not None
    where = {"user": identity.user_id, "group": identity.group_id, "cwd": house.config.state_directory}
    return subprocess.run(command, extra_groups=[], capture_output=True, check=False, **where)  # type: ignore[call-overload, no-any-return]


@pytest.mark.skipif(os.geteuid() != 0, reason="nobody else's processes run here")
def test_the_processes_could_not_read_the_bank_keys_again(shared_house: House) -> None:
    identity = runs_as(shared_house.config)
    assert identity is not None
    key = shared_house.config.seat_key_file
    folder = os.open(shared_house.config.state_directory, os.O_PATH)  # inside already, as they are
    try:
        tried = subprocess.run(
            ["/bin/cat", f"/proc/self/fd/{folder}/keys/{key.name}"],
            user=identity.user_id,
            group=identity.group_id,
            extra_groups=[],
            pass_fds=[folder],
            cwd="/",
            capture_output=True,
            check=False,
        )
    finally:
        os.close(folder)
    assert b"Permission denied" in tried.stderr


@pytest.mark.parametrize("name", ["gateway", "ledger"])
def test_a_second_one_ends_at_once_and_the_first_is_still_announced(shared_house: House, name: str) -> None:
    first = shared_house.supervisor.wait_ready(name)

    second = run_module(name, "--config", shared_house.config_file, folder=Path("/"))

    assert second.code == ExitCode.FENCED
    assert second.lines[-1].endswith(f"another {name} serves from {shared_house.config.state_directory}")
    assert read_ready(shared_house.config.ready_file(name)) == first
    assert shared_house.supervisor.pid(name) == first.pid
