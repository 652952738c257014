"""What a client is told by TLS when the line is not opened: the alerts that docs/protocol.md names.

Belongs here: both ends of a handshake in memory. Never here: sockets, what travels inside (test_tls).
"""

import datetime
import re
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from gateway.entrance.tls import TlsFiles, server_context

PAGE = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")
Contexts = tuple[ssl.SSLContext, ssl.SSLContext]


def contexts(folder: Path, prepare: Callable[[trustme.CA, ssl.SSLContext], None]) -> Contexts:
    """The gateway's context, and a client's that trusts it and was prepared."""
    authority = trustme.CA()
    issued = authority.issue_cert("gateway.test")
    files = TlsFiles(folder / "gateway.pem", folder / "gateway.key", folder / "ca.pem")
    issued.cert_chain_pems[0].write_to_path(files.certificate)
    issued.private_key_pem.write_to_path(files.key)
    authority.cert_pem.write_to_path(files.ca)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    prepare(authority, client)
    return server_context(files), client


def alert_of(server: ssl.SSLContext, client: ssl.SSLContext) -> str:
    """What the client's library says when it reads the end of its handshake; empty when the line is open."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    inside = server.wrap_bio(to_server, to_client, server_side=True)
    outside = client.wrap_bio(to_client, to_server, server_hostname="gateway.test")
    for _ in range(6):
        try:
            outside.do_handshake()
            outside.read(1)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            return str(error.reason)
        try:
            inside.do_handshake()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:
            continue  # the alert has been queued
    return ""


def no_certificate(_authority: trustme.CA, _client: ssl.SSLContext) -> None:
    """The client has none."""


def strangers_certificate(_authority: trustme.CA, client: ssl.SSLContext) -> None:
    trustme.CA().issue_cert("party-2.test").configure_cert(client)


def expired_certificate(authority: trustme.CA, client: ssl.SSLContext) -> None:
    yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    authority.issue_cert("party-2.test", not_after=yesterday).configure_cert(client)


def old_version(authority: trustme.CA, client: ssl.SSLContext) -> None:
    authority.issue_cert("party-2.test").configure_cert(client)
    client.maximum_version = ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    ("prepare", "alert"),
    [
        (no_certificate, "certificate_required"),
        (strangers_certificate, "unknown_ca"),
        (expired_certificate, "certificate_expired"),
        (old_version, "protocol_version"),
    ],
)
def test_a_line_that_is_not_opened_says_why_in_its_alert(
    tmp_path: Path, prepare: Callable[[trustme.CA, ssl.SSLContext], None], alert: str
) -> None:
    told = alert_of(*contexts(tmp_path, prepare)).lower()

    assert told.endswith(alert), told
    assert re.search(rf"\| `{alert}` \(\d+\) \|", PAGE)


def test_a_right_certificate_opens_the_line(tmp_path: Path) -> None:
    def right(authority: trustme.CA, client: ssl.SSLContext) -> None:
        authority.issue_cert("party-2.test").configure_cert(client)

    assert alert_of(*contexts(tmp_path, right)) == ""
