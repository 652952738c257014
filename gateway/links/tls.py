"""TLS 1.3 with client certificates: the context, the bounded handshake, whom a certificate may speak for.

Belongs here: everything that is configured once for the line. Never here: signatures of frames; TLS hides and
authenticates the line, the frame's signature is the evidence.
"""

import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import trio

HANDSHAKE_WITHIN_S = 5.0
HANDSHAKES_MAX = 16  # at once; one costs about 4 ms, so a storm of them cannot starve links that are up
_PARTY_NAME = re.compile(r"party-([1-9][0-9]{0,3})(?:\..*)?")


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files: the gateway's certificate and key, and the private CA that signs partners' certificates."""

    certificate: Path
    key: Path
    ca: Path


def server_context(files: TlsFiles) -> ssl.SSLContext:
    """A context that accepts TLS 1.3 only and partners of that CA only. Raises OSError, ssl.SSLError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(files.ca)
    context.load_cert_chain(files.certificate, files.key)
    context.num_tickets = 0  # every link proves its key: a session resumed by ticket would not
    return context


async def accept_tls(
    stream: trio.SocketStream, context: ssl.SSLContext, limiter: trio.CapacityLimiter
) -> "trio.SSLStream[trio.SocketStream] | None":
    """The TLS stream after its handshake, None when the peer failed or took too long (the stream is then closed).

    On cancellation the stream is closed.
    """
    tls: trio.SSLStream[trio.SocketStream] = trio.SSLStream(stream, context, server_side=True)
    with trio.move_on_after(HANDSHAKE_WITHIN_S):
        try:
            async with limiter:
                await tls.do_handshake()
        except (OSError, trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        else:
            return tls
    await trio.aclose_forcefully(stream)
    return None


def certified_parties(certificate: Mapping[str, object] | None) -> frozenset[int] | None:
    """The parties that a certificate names: `party-7` or `party-7.example` as common name or DNS name.

    Returns None when it names none: such a certificate opens the line and leaves the rest to the signatures.
    """
    found = (_PARTY_NAME.fullmatch(name) for name in _names(certificate or {}))
    numbers = frozenset(int(match[1]) for match in found if match)
    return numbers or None


def _names(certificate: Mapping[str, object]) -> Iterator[str]:
    subject, alternatives = certificate.get("subject"), certificate.get("subjectAltName")
    for attributes in subject if isinstance(subject, tuple) else ():
        for name, value in attributes:
            if name == "commonName":
                yield str(value)
    for name, value in alternatives if isinstance(alternatives, tuple) else ():
        if name == "DNS":
            yield str(value)
