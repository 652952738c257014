"""The keyed digest of a person: how the bank's books say whose an account is, and nothing else of him.

Belongs here: the one function that makes it, for accounts as they are loaded and for pushes as they are looked into.
Never here: where the key comes from (key_files), comparing (the core).

BLAKE2b with a key of the bank, 16 bytes: equal for equal persons, and without the key nobody can try whether a digest
is a certain person's. Whoever has the key can, so it is in the identity desk's hands alone.
"""

import hashlib

from protocol.limits import HOLDER_BYTES
from protocol.particulars import Person, digested_bytes

HOLDER_KEY_BYTES = 32
_PURPOSE = b"YZT holder"


def holder_digest(key: bytes | bytearray, person: Person) -> bytes:
    """(HOLDER_BYTES,) of a person under a key of HOLDER_KEY_BYTES. Raises MisuseError for what is no person."""
    body = digested_bytes(person)
    return hashlib.blake2b(body, digest_size=HOLDER_BYTES, key=key, person=_PURPOSE).digest()
