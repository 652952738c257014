"""A signing key for tests, the same in every run.

Belongs here: a key that guards nothing. Never here: anything else.
"""

from typing import Final

from cryptography.hazmat.primitives.asymmetric import ed25519

from protocol.keys.signing import Ed25519Signer

TEST_SIGNER: Final = Ed25519Signer(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))), key_id=1)
