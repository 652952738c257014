"""Certificates of a throw-away authority for the TLS case: RFC 5280 clean, as Python 3.13 demands.

Belongs here: making them with trustme. Never here: keys of a real installation.
"""

from pathlib import Path

import trustme


def make_certificates(folder: Path) -> None:
    """Writes ca.pem, and .pem and .key of gateway, party-1 and party-2 into a new folder.

    A certificate that names a party speaks for that party alone.
    """
    folder.mkdir()
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    for name, identity in (("gateway", "localhost"), ("party-1", "party-1"), ("party-2", "party-2")):
        certificate = authority.issue_cert(identity, common_name=identity)
        key = folder / f"{name}.key"
        key.touch(mode=0o600)  # a key that others may read is refused
        certificate.private_key_pem.write_to_path(key)
        chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
        (folder / f"{name}.pem").write_bytes(chain)
