"""What a restart may change: the bank's key, and the port that the system chose.

Belongs here: gateways that follow one another over the same ledger. Never here: sessions, money.
"""

import logging
import os
import socket
from dataclasses import replace

import pytest
import trio

from config.kit.exit_codes import ConfigFault
from gateway.__main__ import first, in_one_line, run
from gateway.clock import SystemClock
from gateway.daemon import Gateway
from gateway.settings import GatewaySettings
from protocol.codes import ReplyCode
from protocol.keys.signing import verifier_from_bytes
from protocol.session.caller_check import NOT_KNOWN
from protocol.session.partner_events import OutcomesReceived, Terminated
from protocol.vocabulary import Suite
from tests.gateway.fake_ledger import FakeLedger
from tests.gateway.partner import Connect, Partner, freezes
from tests.protocol import keys

NEW_KEY_ID = 9
OLD_KEY = keys.bank_signers()[Suite.ED25519_SHA256]
NEW_KEY = keys.signer_from_seed(Suite.ED25519_SHA256, b"\x55" * 32, NEW_KEY_ID)


def rotated(settings: GatewaySettings, former: bool) -> GatewaySettings:
    """The bank signs with a new key; the old one is still known, or not."""
    return replace(
        settings,
        signers={**settings.signers, Suite.ED25519_SHA256: NEW_KEY},
        former_signers=(OLD_KEY,) if former else (),
    )


async def log_on_after_rotation(connect: Connect) -> Partner:
    """A broker that knows both keys of the bank."""
    broker = await connect(version=2)
    broker.session._bank_verifiers[NEW_KEY_ID] = verifier_from_bytes(Suite.ED25519_SHA256, NEW_KEY.public_key())
    await broker.log_on()
    return broker


async def serve_one_freeze(settings: GatewaySettings, nursery: trio.Nursery) -> int:
    """A gateway that answers number 1 and is gone; returns its port."""
    gateway = Gateway(settings, SystemClock())
    await nursery.start(gateway.run)
    connect = Connect(gateway.port)
    broker = await connect()
    await broker.log_on()
    await broker.send(freezes(100), 1)
    await broker.hear(OutcomesReceived)
    await connect.close()
    gateway.stop_now()
    return gateway.port


async def test_an_outcome_of_a_former_key_is_told_under_that_key(
    settings: GatewaySettings, ledger: FakeLedger, nursery: trio.Nursery
) -> None:
    """The outcome was lost on its way before the rotation; the repeat brings its very bytes."""
    await serve_one_freeze(settings, nursery)
    gateway = Gateway(rotated(settings, former=True), SystemClock())
    await nursery.start(gateway.run)
    connect = Connect(gateway.port)
    broker = await log_on_after_rotation(connect)

    await broker.send(freezes(100), 1)
    told = await broker.hear(OutcomesReceived)

    assert (told.frame.header.key_id, told.preamble.sequence) == (OLD_KEY.key_id, 2)
    assert ledger.registrations[-1].bank_key_ids == [NEW_KEY_ID, 2]
    await connect.close()
    gateway.stop_now()


async def test_an_outcome_of_a_key_that_nobody_named_ends_the_link_with_one_clear_line(
    settings: GatewaySettings, ledger: FakeLedger, nursery: trio.Nursery, caplog: pytest.LogCaptureFixture
) -> None:
    await serve_one_freeze(settings, nursery)
    gateway = Gateway(rotated(settings, former=False), SystemClock())
    await nursery.start(gateway.run)
    connect = Connect(gateway.port)
    broker = await log_on_after_rotation(connect)

    with caplog.at_level(logging.ERROR):
        await broker.send(freezes(100), 1)
        told = await broker.hear(Terminated)

    line = "seat 11: an outcome is journaled under bank key 1 of suite 1, not given here"
    assert (told.code, told.detail) == (ReplyCode.SIGNATURE_INVALID, NOT_KNOWN)
    logged = [record.message for record in caplog.records if record.levelno >= logging.ERROR]
    assert logged == [f"link 1: {line}: name its file in bank.former_keys"]
    assert (gateway.statistics.outcomes_without_key, gateway.statistics.link_faults) == (1, 0)
    await connect.close()
    gateway.stop_now()


async def test_a_gateway_on_a_port_of_the_systems_choice_takes_it_again(
    settings: GatewaySettings, ledger: FakeLedger, nursery: trio.Nursery
) -> None:
    first_port = await serve_one_freeze(settings, nursery)
    again = Gateway(settings, SystemClock())
    await nursery.start(again.run)
    assert again.port == first_port

    beside = Gateway(settings, SystemClock())  # the port is taken: another one will do
    await nursery.start(beside.run)
    assert beside.port not in (0, first_port)
    for gateway in (again, beside):
        gateway.stop_now()


@pytest.mark.parametrize("text", ["", "port", "70000", "-1"])
async def test_a_port_file_that_says_no_port_is_passed_over(
    settings: GatewaySettings, ledger: FakeLedger, nursery: trio.Nursery, text: str
) -> None:
    settings.port_file.write_text(text)
    gateway = Gateway(settings, SystemClock())
    await nursery.start(gateway.run)

    assert gateway.port > 0
    gateway.stop_now()


async def test_a_pipe_in_the_place_of_the_port_file_is_named_and_not_waited_for(
    settings: GatewaySettings, ledger: FakeLedger
) -> None:
    os.mkfifo(settings.port_file)
    with pytest.raises(BaseExceptionGroup) as caught:
        await Gateway(settings, SystemClock()).run()

    assert in_one_line(first(caught.value)) == (
        f"{settings.port_file}: not a file of this installation's own: move it away"
    )


def test_a_fault_of_the_gateway_keeps_its_code_and_its_line(
    settings: GatewaySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def serve(_gateway: Gateway) -> None:
        async with trio.open_nursery():
            raise ConfigFault("gateway.port: move it away")

    monkeypatch.setattr("gateway.__main__.serve", serve)
    with pytest.raises(ConfigFault, match="move it away"):
        run(settings, lambda: None)


@pytest.mark.parametrize("setting", ["port", "metrics_port"])
async def test_an_address_that_is_taken_is_named_with_its_setting(
    settings: GatewaySettings, ledger: FakeLedger, setting: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        gateway = Gateway(replace(settings, **{setting: port}), SystemClock())
        with pytest.raises(BaseExceptionGroup) as caught:
            await gateway.run()

    found = caught.value.split(lambda error: isinstance(error, OSError))[0]
    assert found is not None
    assert in_one_line(first(found)) == f"gateway.{setting}, 127.0.0.1 port {port}: Address already in use"
