"""The supervisor with stand-ins for the processes: order, restarts, exit codes, and nothing left behind."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.processes import is_alive
from config.kit.telling.ready_files import read_ready
from config.schema import Config, Supervise, load
from config.supervise.children import RestartBudget
from config.supervise.supervisor import Supervisor

ROOT = Path(__file__).parents[3]
STAND_IN = f"""
import signal, sys, time
sys.path.insert(0, {str(ROOT)!r})
"""
STAND_IN += """
from config.kit.telling.ready_files import write_ready
from config.schema import load

name, file, behaviour = sys.argv[1:]
config = load(file)
ends = config.state_directory / "ends"

def stop(number, frame):
    with ends.open("a") as stream:
        stream.write(name + "\\n")
    sys.exit(0)

signal.signal(signal.SIGTERM, signal.SIG_IGN if behaviour == "deaf" else stop)
if behaviour == "fails":
    print("no such key")
    sys.exit(78)
if behaviour == "dies" and (config.state_directory / "served").exists():
    print("the connection was lost")
    sys.exit(69)
write_ready(config.ready_file(name), {"links": 7})
(config.state_directory / "served").touch()
print("serving with", config.ledger.dsn, flush=True)
if behaviour == "broken":
    print("the books are wrong")
    sys.exit(70)
if behaviour == "dies":
    sys.exit(69)
time.sleep(600)
"""

Start = Callable[..., Supervisor]


def configured(folder: Path, more: str = "") -> Config:
    """A configuration with a DSN that nobody connects to, and quick restarts."""
    file = folder / "yzt.toml"
    file.write_text(
        '[state]\ndirectory = "state"\n[ledger]\ndsn = "postgresql:///stand-in"\n'
        f"[supervise]\nbackoff_first_ns = 1_000_000\n{more}",
        encoding="utf-8",
    )
    return load(file)


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Start]:
    """Makes supervisors of stand-ins, by name and behaviour; stops them in the end."""
    script = tmp_path / "stand_in.py"
    script.write_text(STAND_IN, encoding="utf-8")
    made: list[Supervisor] = []

    def make(config: Config, progress: Callable[[str], None] = lambda line: None, **behaviours: str) -> Supervisor:
        commands = {
            name: (sys.executable, str(script), name, "{config}", behaviour) for name, behaviour in behaviours.items()
        }
        made.append(Supervisor(config, progress=progress, commands=commands))
        return made[-1]

    yield make
    for supervisor in made:
        supervisor.stop()


def ending_of(supervisor: Supervisor) -> str:
    """Starts it and waits for the fault that ends it, while starting or later."""
    try:
        supervisor.start()
        supervisor.wait()
    except ProcessFault as fault:
        return str(fault)
    return str(supervisor.fault)


def test_processes_start_in_order_and_stop_gateway_first(tmp_path: Path, supervised: Start) -> None:
    said: list[str] = []
    supervisor = supervised(configured(tmp_path), said.append, ledger="serves", gateway="serves", follower="serves")

    supervisor.start()
    pids = [supervisor.pid(name) for name in ("ledger", "gateway", "follower")]
    assert supervisor.ports() == [("ledger", "links", 7), ("gateway", "links", 7), ("follower", "links", 7)]
    assert supervisor.stop() == ExitCode.OK

    assert said[0].startswith("using PostgreSQL at ")
    assert said[1:4] == ["starting ledger", "starting gateway", "starting follower"]
    assert (tmp_path / "state" / "ends").read_text().split() == ["gateway", "ledger", "follower"]
    assert not any(is_alive(pid) for pid in pids)
    assert list((tmp_path / "state").glob("*.ready")) == []


def test_children_read_the_dsn_from_the_effective_configuration(tmp_path: Path, supervised: Start) -> None:
    supervisor = supervised(configured(tmp_path), ledger="serves")
    supervisor.start()

    assert load(supervisor.config_file).state_directory == tmp_path / "state"
    assert (tmp_path / "state" / "outbox").is_dir() == (os.geteuid() == 0)  # nobody else can make it before root does
    assert supervisor.config_file.stat().st_mode & 0o777 == 0o600
    supervisor.stop()
    assert (tmp_path / "state" / "ledger.log").read_text() == "serving with postgresql:///stand-in\n"


def test_a_killed_process_is_started_again(tmp_path: Path, supervised: Start) -> None:
    supervisor = supervised(configured(tmp_path), ledger="serves", gateway="serves")
    supervisor.start()
    first, gateway = supervisor.pid("ledger"), supervisor.pid("gateway")

    supervisor.kill("ledger")
    ready = supervisor.wait_ready("ledger")

    assert ready.pid == supervisor.pid("ledger") != first
    assert supervisor.starts("ledger") == 2
    assert supervisor.pid("gateway") == gateway
    assert not is_alive(first)


def test_a_pipe_in_the_place_of_a_ready_file_holds_up_nobody(tmp_path: Path, supervised: Start) -> None:
    config = configured(tmp_path)
    supervisor = supervised(config, ledger="serves")
    supervisor.start()
    first = supervisor.pid("ledger")

    config.ready_file("ledger").unlink()
    os.mkfifo(config.ready_file("ledger"))
    os.kill(first, signal.SIGKILL)
    while supervisor.starts("ledger") == 1 and supervisor.fault is None:
        threading.Event().wait(0.001)

    assert supervisor.wait_ready("ledger").pid == supervisor.pid("ledger") != first


def test_a_process_started_again_reads_what_the_first_one_read(tmp_path: Path, supervised: Start) -> None:
    """Whatever stands by then in the file that is there for people."""
    config = configured(tmp_path)
    supervisor = supervised(config, ledger="serves")
    supervisor.start()

    supervisor.config_file.write_text('[ledger]\ndsn = "postgresql:///another"\n[supervise]\nrun_as = "root"\n')
    supervisor.kill("ledger")
    supervisor.wait_ready("ledger")
    supervisor.stop()

    said = (config.state_directory / "ledger.log").read_text().splitlines()
    assert said == ["serving with postgresql:///stand-in"] * 2


def test_a_failed_start_ends_the_whole_with_its_code_and_reason(tmp_path: Path, supervised: Start) -> None:
    supervisor = supervised(configured(tmp_path), ledger="serves", gateway="fails")

    with pytest.raises(ProcessFault, match="gateway ended with exit code 78: no such key") as caught:
        supervisor.start()

    assert caught.value.exit_code is ExitCode.CONFIG
    assert (tmp_path / "state" / "ends").read_text().split() == ["ledger"]


def test_broken_books_stop_everything(tmp_path: Path, supervised: Start) -> None:
    supervisor = supervised(configured(tmp_path), gateway="serves", ledger="broken")

    assert ending_of(supervisor) == "ledger ended with exit code 70: the books are wrong"
    assert supervisor.stop() == ExitCode.BROKEN


def test_a_process_that_keeps_ending_is_given_up(tmp_path: Path, supervised: Start) -> None:
    supervisor = supervised(configured(tmp_path, "restarts_max = 2\n"), ledger="dies")

    assert ending_of(supervisor) == "ledger ended with exit code 69, 3 times by now: the connection was lost"
    assert supervisor.starts("ledger") == 3
    assert supervisor.exit_code == ExitCode.UNAVAILABLE


def test_a_process_deaf_to_sigterm_is_killed_in_the_end(tmp_path: Path, supervised: Start) -> None:
    limits = "stop_ns = 50_000_000\n[gateway]\ndrain_ns = 50_000_000\n"
    supervisor = supervised(configured(tmp_path, limits), ledger="deaf")
    supervisor.start()
    pid = supervisor.pid("ledger")

    supervisor.stop()

    assert not is_alive(pid)


def test_one_state_directory_is_served_once(tmp_path: Path, supervised: Start) -> None:
    config = configured(tmp_path)
    supervised(config, ledger="serves").start()

    with pytest.raises(ProcessFault, match="already served by another"):
        supervised(config, ledger="serves").start()

    assert read_ready(config.ready_file("ledger")) is not None


def test_children_outlive_the_starting_thread_but_not_the_process(tmp_path: Path, supervised: Start) -> None:
    supervisor = supervised(configured(tmp_path), ledger="serves")
    starter = threading.Thread(target=supervisor.start)
    starter.start()
    starter.join()
    supervisor.wait_ready("ledger")

    assert supervisor.starts("ledger") == 1
    assert is_alive(supervisor.pid("ledger"))

    program = "import sys, time; from config.kit.processes import spawn; import signal, os\n"
    program += "child = spawn(['sleep', '600'], death_signal=signal.SIGTERM, output=sys.stderr.buffer,"
    program += " environment=dict(os.environ)); print(child.pid, flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=ROOT) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    while is_alive(child):
        threading.Event().wait(0.001)


def test_restarts_wait_longer_each_time_until_the_window_has_passed() -> None:
    policy = Supervise(
        run_as="",
        restarts_max=3,
        restarts_window_ns=1_000,
        backoff_first_ns=100,
        backoff_max_ns=300,
        stop_ns=1,
    )
    budget = RestartBudget(policy)

    assert [budget.spend(0), budget.spend(10), budget.spend(20), budget.spend(30)] == [100, 200, 300, None]
    assert budget.spend(1_005) == 300
    assert budget.spend(5_000) == 100


@pytest.mark.postgres
def test_postgresql_is_started_first_and_again_after_a_kill(tmp_path: Path, supervised: Start) -> None:
    file = tmp_path / "yzt.toml"
    file.write_text('[state]\ndirectory = "state"\n', encoding="utf-8")
    supervisor = supervised(load(file), ledger="serves")
    supervisor.start()
    assert supervisor.postgres is not None
    try:
        first = supervisor.pid("postgres")
        supervisor.kill("postgres")
        supervisor.kill("ledger")
        supervisor.wait_ready("ledger")

        assert supervisor.pid("postgres") != first
        assert load(supervisor.config_file).ledger.dsn == supervisor.postgres.dsn
    finally:
        supervisor.stop()
        supervisor.postgres.remove()
