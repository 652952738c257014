"""TLS 1.3 with client certificates: who may open the line, and for whom a certificate speaks.

Belongs here: handshakes good and bad. Never here: what travels inside.
"""

import datetime
import ssl
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import trio
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtensionOID

from gateway.clock import SystemClock
from gateway.daemon import Gateway
from gateway.entrance.tls import CertificateUnfit, TlsFiles, certified_parties
from gateway.settings import GatewaySettings
from protocol.codes import ReplyCode
from protocol.session.caller_check import NOT_KNOWN
from protocol.session.partner_events import OutcomesReceived, Terminated
from tests.gateway.fake_ledger import FakeLedger
from tests.gateway.partner import Connect, Partner, freezes

NO_TEXT = b"\x30\x04\x82\x02\xff\xfe"
"""GeneralNames with one DNS name of two bytes, DER."""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """The private CA of the bank."""
    return trustme.CA()


@pytest.fixture
async def tls_gateway(
    settings: GatewaySettings, folder: Path, ledger: FakeLedger, authority: trustme.CA, nursery: trio.Nursery
) -> AsyncIterator[Gateway]:
    """A gateway with certificates."""
    files = TlsFiles(folder / "gateway.pem", folder / "gateway.key", folder / "ca.pem")
    issued = authority.issue_cert("gateway.test")
    issued.cert_chain_pems[0].write_to_path(files.certificate)
    issued.private_key_pem.write_to_path(files.key)
    authority.cert_pem.write_to_path(files.ca)
    daemon = Gateway(replace(settings, tls=files), SystemClock())
    await nursery.start(daemon.run)
    yield daemon
    daemon.stop_now()


@pytest.fixture
async def connect(tls_gateway: Gateway) -> AsyncIterator[Connect]:
    """Partners of that gateway."""
    partners = Connect(tls_gateway.port)
    yield partners
    await partners.close()


def client(authority: trustme.CA, issuer: trustme.CA | None, *names: str) -> ssl.SSLContext:
    """A client's context, with a certificate of `issuer` for these names unless that is None."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    if issuer is not None:
        issuer.issue_cert(*names).configure_cert(context)
    return context


async def hears_nothing(broker: Partner) -> bool:
    """Whether the gateway hangs up unheard: TLS 1.3 tells the client with its first read, and Python 3.11.2
    takes an end without close_notify for an orderly one."""
    try:
        await broker.flush()
        return await broker.next_event() is None
    except trio.BrokenResourceError:
        return True


async def test_a_partner_with_its_certificate_is_served(connect: Connect, authority: trustme.CA) -> None:
    broker = await connect(tls=client(authority, authority, "party-2.broker.test"))
    await broker.log_on()
    await broker.send(freezes(100, 200), 1)

    assert (await broker.hear(OutcomesReceived)).outcomes["code"].tolist() == [0, 0]


async def test_a_certificate_that_names_nobody_leaves_it_to_the_signature(
    connect: Connect, authority: trustme.CA
) -> None:
    broker = await connect(tls=client(authority, authority, "broker.test"))

    assert (await broker.log_on()).next_number == 1


async def test_another_partys_certificate_does_not_open_this_ones_session(
    connect: Connect, authority: trustme.CA
) -> None:
    broker = await connect(tls=client(authority, authority, "party-3.broker.test"))
    broker.session.negotiate(b"n" * 16, time.time_ns())
    await broker.flush()

    told = await broker.hear(Terminated)

    assert (told.code, told.detail) == (ReplyCode.SIGNATURE_INVALID, NOT_KNOWN)


@pytest.mark.parametrize("own_certificate", [False, True])
async def test_no_certificate_or_a_strangers_ends_at_the_handshake(
    connect: Connect, tls_gateway: Gateway, authority: trustme.CA, own_certificate: bool
) -> None:
    stranger = trustme.CA() if own_certificate else None
    broker = await connect(tls=client(authority, stranger, "party-2.broker.test"))
    broker.session.negotiate(b"n" * 16, time.time_ns())

    assert await hears_nothing(broker)
    assert tls_gateway.listener.handshakes_failed == 1


async def test_tls_below_1_3_and_no_tls_at_all_are_refused(
    connect: Connect, tls_gateway: Gateway, authority: trustme.CA
) -> None:
    old = client(authority, authority, "party-2.broker.test")
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    broker = await connect(tls=old)
    with pytest.raises(trio.BrokenResourceError):
        await broker.log_on()
    while not tls_gateway.listener.handshakes_failed:
        await trio.lowlevel.checkpoint()
    plain = await connect()
    await plain.stream.send_all(bytes(200))
    with trio.fail_after(10), pytest.raises(trio.BrokenResourceError):
        await plain.stream.receive_some(1_000)
    while tls_gateway.listener.connections:
        await trio.lowlevel.checkpoint()

    assert tls_gateway.listener.room is not None
    assert (tls_gateway.listener.handshakes_failed, tls_gateway.listener.room.sent_away) == (1, 1)


async def test_the_certificate_is_compared_before_anything_is_waited_for(
    connect: Connect, tls_gateway: Gateway, authority: trustme.CA
) -> None:
    """A header that verified, and no body: the link of another party's certificate ends at once."""
    broker = await connect(tls=client(authority, authority, "party-3.broker.test"))
    broker.session.negotiate(b"n" * 16, time.time_ns())
    await broker.stream.send_all(broker.session.data_to_send()[:160])
    while not tls_gateway.statistics.links_ended_by_code[ReplyCode.SIGNATURE_INVALID]:
        await trio.lowlevel.checkpoint()


async def test_a_certificate_that_nearly_names_a_party_is_refused_and_logged(
    connect: Connect, tls_gateway: Gateway, authority: trustme.CA, caplog: pytest.LogCaptureFixture
) -> None:
    broker = await connect(tls=client(authority, authority, "party-02.broker.test"))
    broker.session.negotiate(b"n" * 16, time.time_ns())

    assert await hears_nothing(broker)
    assert tls_gateway.listener.certificates_refused == 1
    assert "127.0.0.1: certificate refused: DNS 'party-02.broker.test': a party is named" in caplog.text


async def test_a_certificate_that_cannot_be_read_is_refused_and_logged(
    connect: Connect, tls_gateway: Gateway, authority: trustme.CA, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A name of bytes that are no text: it ends its own connection, and not the gateway."""
    broker = await connect(tls=with_unreadable_name(authority, folder))
    broker.session.negotiate(b"n" * 16, time.time_ns())

    assert await hears_nothing(broker)
    assert tls_gateway.listener.certificates_refused == 1
    assert "127.0.0.1: certificate refused: it cannot be read" in caplog.text
    await (await connect(tls=client(authority, authority, "party-2.broker.test"))).log_on()


def with_unreadable_name(authority: trustme.CA, folder: Path) -> ssl.SSLContext:
    """A client's context with a certificate of the CA whose DNS name is no UTF-8."""
    issuer = x509.load_pem_x509_certificate(authority.cert_pem.bytes())
    issuer_key = serialization.load_pem_private_key(authority.private_key_pem.bytes(), None)
    assert isinstance(issuer_key, ec.EllipticCurvePrivateKey)
    own, day = ec.generate_private_key(ec.SECP256R1()), datetime.timedelta(days=1)
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "broker.test")]))
        .issuer_name(issuer.subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.UnrecognizedExtension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, NO_TEXT), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    encodings = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file = folder / "unreadable.pem"
    file.write_bytes(own.private_bytes(*encodings) + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.create_default_context()
    authority.configure_trust(context)
    context.load_cert_chain(file)
    return context


def test_names_of_parties_in_certificates() -> None:
    subject = ((("organizationName", "x"),), (("commonName", "party-7"),))

    assert certified_parties({"subject": subject}) == frozenset({7})
    assert certified_parties({"subjectAltName": (("DNS", "party-7.a.test"), ("DNS", "b.test"))}) == frozenset({7})
    assert certified_parties({"subject": subject, "subjectAltName": (("DNS", "party-8"),)}) == frozenset({7, 8})
    assert certified_parties({"subjectAltName": (("DNS", "xparty-7"), ("IP Address", "10.0.0.7"))}) is None
    assert certified_parties({"subject": ((("commonName", "Third Party Ltd"),),)}) is None
    assert certified_parties({"subject": ((("organizationName", "\u4e1c\u65b9\u8bc1\u5238"),),)}) is None
    assert certified_parties(None) is None


@pytest.mark.parametrize(
    "name",
    [
        "PARTY-3",
        "party-03",
        "party-3 ",
        " party-3",
        "party-0",
        "party-12345",
        "party3",
        "party_3",
        "Party 3",
        "party-3 .broker.test",
        "broker.party-3",
        "\uff50\uff41\uff52\uff54\uff59\uff0d\uff13",
        "par\u200bty-3",
        "party-\uff13",
        "party\u20133",
        "\u0440arty-3",
        "p\u0430r\u0442\u0443-3",
        "\u03c1\u03b1\u0433\u03c4\u03b3-3",
        "\u13e2\u13aa\u13a1\u13a2\u13a9-3",
        "p\u00e1rty-3",
        "pa\u0301rty-3",
        "party-\u0663",
        "broker.\u0440arty-3",
        "\u4e1c\u65b9\u8bc1\u5238",
    ],
)
def test_a_name_that_nearly_fits_names_nobody_and_is_not_passed_over(name: str) -> None:
    for certificate in (
        {"subject": ((("commonName", name),),)},
        {"subjectAltName": (("DNS", "party-2"), ("DNS", name))},
    ):
        with pytest.raises(CertificateUnfit, match="a party is named as common name or DNS name party-N"):
            certified_parties(certificate)


@pytest.mark.parametrize(
    "certificate",
    [
        {"subject": ((("organizationName", "party-3"),),)},
        {"subject": ((("organizationName", "\u0440arty-3"),),)},
        {"subject": ((("organizationName", "\u13e2\u13aa\u13a1\u13a2\u13a9-3"),),)},
        {"subject": ((("organizationalUnitName", "party-3"), ("commonName", "broker.test")),)},
        {"subjectAltName": (("email", "party-3@broker.test"),)},
        {"subjectAltName": (("URI", "urn:party-3"),)},
        {"subjectAltName": (("DirName", ((("commonName", "party-3"),),)),)},
    ],
)
def test_a_name_in_another_attribute_is_refused(certificate: dict[str, object]) -> None:
    with pytest.raises(CertificateUnfit):
        certified_parties(certificate)
