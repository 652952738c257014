"""The bank's signing keys, from files.

Belongs here: reading PKCS#8 PEM and refusing keys that do not fit their suite. Never here: partners' keys.
"""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from config.kit.exit_codes import ConfigFault
from config.kit.own_files import refuse_if_others_may_read
from protocol.errors import MisuseError
from protocol.keys.signing import Signer, signer_from_key
from protocol.vocabulary import Suite


class KeyUnfit(Exception):
    """A key file that is not what the configuration says: one line with file and reason."""


def load_bank_signer(file: Path, suite: Suite, key_id: int) -> Signer:
    """The signer of one suite. Raises KeyUnfit; the message never shows content of the file."""
    try:
        refuse_if_others_may_read(file)
        key = load_pem_private_key(file.read_bytes(), password=None)
    except ConfigFault as fault:
        raise KeyUnfit(str(fault)) from None
    except OSError as error:
        raise KeyUnfit(f"{file}: {error.strerror}") from None
    except (ValueError, TypeError):
        raise KeyUnfit(f"{file}: not an unencrypted private key in PKCS#8 PEM") from None
    if not isinstance(key, (ed25519.Ed25519PrivateKey, ec.EllipticCurvePrivateKey)):
        raise KeyUnfit(f"{file}: a key of suite {suite.name} is wanted")
    try:
        signer = signer_from_key(key, key_id)
    except MisuseError as error:
        raise KeyUnfit(f"{file}: {error}") from None
    if signer.suite != suite:
        raise KeyUnfit(f"{file}: a key of suite {suite.name} is wanted, this is {signer.suite.name}")
    return signer
