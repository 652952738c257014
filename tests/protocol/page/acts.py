"""The worked act of docs/protocol.md: its text, what is signed of it, keys and signatures.

Belongs here: bytes of the golden act as text. Never here: the frame (tests/vectors), prose.
"""

from protocol.acts.table import signed_bytes
from protocol.messages.persons import ActSignature
from tests.people import signer_of
from tests.vectors.frames.acts import golden_act

LINE_BYTES = 48


def worked_act() -> str:
    """Text, signed message, and of each signature key and bytes."""
    act = golden_act()
    parts = [
        "The text of the golden act:\n",
        f"    {act.text.decode('utf-8')}\n",
        f"The message that is signed, {len(signed_bytes(act.text))} bytes:\n",
        _hex(signed_bytes(act.text)),
        *(_of_signature(each) for each in act.signatures),
    ]
    return "\n".join(parts)


def _of_signature(made: ActSignature) -> str:
    signer = signer_of(made.person, made.key_id)
    what = f"Person {made.person}, key {made.key_id}, suite {int(signer.suite)}: the public key, and the signature:\n"
    return f"{what}\n{_hex(signer.public_key())}\n{_hex(made.signature)}"


def _hex(content: bytes) -> str:
    text = content.hex()
    lines = [text[start : start + 2 * LINE_BYTES] for start in range(0, len(text), 2 * LINE_BYTES)]
    return "".join(f"    {line}\n" for line in lines)
