"""`python -m benchmarks.micro.signatures`: what one signature of a header costs, by suite and library.

Belongs here: the measurement behind docs/decisions/0011. Never here: anything that the product runs.
"""

import time
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from protocol.keys.signing import DOMAIN, signer_from_key, verifier_from_bytes
from protocol.limits import HEADER_BYTES

CALLS = 3_000
ROUNDS = 7


def _best_us(call: Callable[[], object]) -> float:
    best_ns = 0
    for _ in range(ROUNDS):
        begun_ns = time.perf_counter_ns()
        for _ in range(CALLS):
            call()
        spent_ns = time.perf_counter_ns() - begun_ns
        best_ns = min(best_ns or spent_ns, spent_ns)
    return best_ns / CALLS / 1_000


def main() -> None:
    """Prints one line per library and suite."""
    header = bytes(HEADER_BYTES)
    openssl = ed25519.Ed25519PrivateKey.generate()
    message = DOMAIN + header
    signature, public = openssl.sign(message), openssl.public_key()
    sign_us, verify_us = _best_us(lambda: openssl.sign(message)), _best_us(lambda: public.verify(signature, message))
    print(f"Ed25519, cryptography: sign {sign_us:.1f} us, verify {verify_us:.1f} us")
    for key in (openssl, ec.generate_private_key(ec.SECP256R1())):
        signer = signer_from_key(key, 1)
        verifier = verifier_from_bytes(signer.suite, signer.public_key())
        ours = signer.sign(header)
        sign_us, verify_us = _best_us(lambda: signer.sign(header)), _best_us(lambda: verifier.verify(header, ours))  # noqa: B023 - called at once
        print(f"{signer.suite.name}, as shipped: sign {sign_us:.1f} us, verify {verify_us:.1f} us")


if __name__ == "__main__":
    main()
