"""TLS 1.3 with client certificates: the context, the bounded handshake, whom a certificate may speak for.

Belongs here: everything that is configured once for the line. Never here: signatures of frames; TLS hides and
authenticates the line, the frame's signature is the evidence.
"""

import re
import ssl
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import trio

HANDSHAKE_WITHIN_S = 5.0
NAMING = ("commonName", "DNS")
_PARTY_NAME = re.compile(r"party-([1-9][0-9]{0,3})(?:\.[^\s]*)?")
INVISIBLE = ("Cf", "Cc", "Mn", "Me")
# Other letters that people take for those of "party" (the confusables of Unicode TR 39 that casefold leaves).
_LOOKS_LIKE = {
    ord(letter.casefold()): latin
    for latin, letters in {
        "p": "\u0440\u03c1\u1d18\u13e2\u2374\ua4d1",  # Cyrillic, Greek, small capital, Cherokee, APL, Lisu
        "a": "\u0430\u03b1\u0251\u1d00\u13aa\u237a\ua4ee",
        "r": "\u0433\u1d26\u0280\u13a1\u13d2\ua4e3",
        "t": "\u0442\u03c4\u1d1b\u13a2\ua4d4",
        "y": "\u0443\u03b3\u04af\u028f\u0263\u13a9\u13bd\ua4ec",
    }.items()
    for letter in letters
}
_NEARLY = re.compile(r"(?<![a-z0-9])party[^a-z0-9]*[0-9]")


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


class HandshakeFailed(Exception):
    """The peer did not finish its handshake, or not in time."""


class CertificateUnfit(Exception):
    """A certificate that seems to name a party and does not say it as it must: with a line for the log."""


async def accept_tls(stream: trio.SocketStream, context: ssl.SSLContext) -> "trio.SSLStream[trio.SocketStream]":
    """The TLS stream after its handshake; its first record has come, so that this waits for nobody who is silent.

    Raises HandshakeFailed.
    """
    tls: trio.SSLStream[trio.SocketStream] = trio.SSLStream(stream, context, server_side=True)
    try:
        with trio.fail_after(HANDSHAKE_WITHIN_S):
            await tls.do_handshake()
    except (OSError, trio.BrokenResourceError, trio.ClosedResourceError, trio.TooSlowError) as error:
        raise HandshakeFailed(str(error.__cause__ or error)) from None
    return tls


def named_in_certificate(tls: "trio.SSLStream[trio.SocketStream]") -> frozenset[int] | None:
    """The parties that the peer's certificate names, as `certified_parties`.

    Raises CertificateUnfit also for one that cannot be read: the library fails in several ways at names, and at
    addresses of revocation lists, that hold bytes of no encoding, and the CA may have signed whatever it was handed.
    """
    try:
        certificate = tls.getpeercert()
    except Exception as error:
        raise CertificateUnfit(f"it cannot be read: {error}") from None
    return certified_parties(certificate)


def certified_parties(certificate: Mapping[str, object] | None) -> frozenset[int] | None:
    """The parties that a certificate names: `party-7` or `party-7.example` as common name or DNS name.

    Returns None when it names none: such a certificate opens the line and leaves the rest to the signatures. Raises
    CertificateUnfit when a name anywhere in it nearly says so, or when a common name or DNS name is not ASCII, so that
    nobody can see what it says: whoever issued it may have meant to bind it to a party.
    """
    found: set[int] = set()
    for attribute, name in _names(certificate or {}):
        match = _PARTY_NAME.fullmatch(name) if attribute in NAMING else None
        if match:
            found.add(int(match[1]))
        elif (attribute in NAMING and not name.isascii()) or _NEARLY.search(_plain(name)):
            raise CertificateUnfit(f"{attribute} {name!r}: a party is named as common name or DNS name party-N[.…]")
    return frozenset(found) or None


def _plain(name: str) -> str:
    """The name as a person reads it: small Latin letters and digits, no wide forms, nothing invisible, no accents.

    Letters and digits of other scripts that look like those of `party-N` become these.
    """
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    shown = (letter for letter in spread if unicodedata.category(letter) not in INVISIBLE)
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in shown).translate(_LOOKS_LIKE)


def _names(certificate: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Attribute and value of every name of the subject. Python tells a subject as tuples of pairs, alternatives as
    pairs, and a directory name among these as a subject: what stands in there is not a name of the subject's own.
    """
    subject, alternatives = certificate.get("subject"), certificate.get("subjectAltName")
    for attributes in subject if isinstance(subject, tuple) else ():
        for attribute, value in attributes:
            yield attribute, str(value)
    for kind, value in alternatives if isinstance(alternatives, tuple) else ():
        yield kind, value if isinstance(value, str) else repr(value)
