"""docs/sdk.md, "Try it", followed to the letter: its commands and files, its script, and what it says is printed.

Belongs here: that page on a fresh folder. Never here: what the SDK promises (tests/client).
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config.postgres.server import EmbeddedPostgres
from config.supervise.children import PROJECT_DIRECTORY
from tests.client.printed_example import SDK_PAGE, printed_example
from tests.e2e.house import fixed_port, temporary_folder, wait_until
from tests.e2e.programs import ENDED_WITHIN_SECONDS, running

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

PRINTED_PORT = "7610"
CONFIGURATION = """
[gateway]
port = {port}
metrics_port = 0
[ledger]
metrics_port = 0
[follower]
metrics_port = 0
[postgres]
log_files_ahead = 0
"""
"""What lets the installation run beside others; the page needs no file."""


def blocks(language: str) -> list[str]:
    """The blocks of a language in the section."""
    section = SDK_PAGE.read_text("utf-8").partition("\n## Try it\n")[2].partition("\n## ")[0]
    return re.findall(rf"^```{language}\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)


def test_the_page_can_be_followed() -> None:
    up, commands, run = blocks("sh")
    assert up == ".venv/bin/yzt up\n"
    port = str(fixed_port())
    with temporary_folder() as folder:
        (folder / "yzt.toml").write_text(CONFIGURATION.format(port=port), "utf-8")
        (folder / "broker.py").write_text(printed_example().replace(PRINTED_PORT, port), "utf-8")
        put_programs(folder / ".venv" / "bin")
        log_file = folder / "up.log"
        with running("config.cli.commands", ["up", "--config", folder / "yzt.toml"], log_file) as serving:
            wait_until("the installation serves", lambda: "serving:" in log_file.read_text("utf-8"))
            said = shell(commands + run, folder)
            said_again = shell(commands.splitlines(keepends=True)[0] + run, folder)
            serving.terminate()
            assert serving.wait(ENDED_WITHIN_SECONDS) == 0
        EmbeddedPostgres.prepare(folder / "var" / "yzt").remove()

    assert said == blocks("text")[0]
    assert said_again.startswith("order 103 of ")
    assert said_again.endswith("\n0 of 100 orders frozen\n")


def put_programs(folder: Path) -> None:
    """`yzt` and `python` of this environment, as `make install` leaves them."""
    folder.mkdir(parents=True)
    for name, command in (("yzt", f"{sys.executable} -m config.cli.commands"), ("python", sys.executable)):
        (folder / name).write_text(f'#!/bin/sh\nexec {command} "$@"\n', "utf-8")
        (folder / name).chmod(0o755)


def shell(commands: str, folder: Path) -> str:
    """What commands print when a person types them in `folder`."""
    done = subprocess.run(
        ["sh", "-e", "-c", commands],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT_DIRECTORY)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=ENDED_WITHIN_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
