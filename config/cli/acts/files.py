"""An act as a file: its text and the signatures that it has so far.

Belongs here: reading and writing such a file. Never here: what an act says (protocol.acts.table), keys, sending.

JSON: {"text": …, "signatures": [{"person": …, "key_id": …, "signature": hexadecimal}, …]}. The text is what is signed,
so the file may pass through any hands: whoever changes it makes it worthless.
"""

from pathlib import Path
from typing import Annotated

import msgspec

from config.kit.exit_codes import ExitCode, ProcessFault
from protocol.acts.table import AnyAct, act_of
from protocol.limits import ACT_SIGNATURES_MAX
from protocol.messages.fields import KeyId, PersonNo
from protocol.messages.persons import ActSignature

FILE_BYTES_MAX = 65_536


class SignatureInFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One signature."""

    person: PersonNo
    key_id: KeyId
    signature: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{128}$")]


class ActFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of one act."""

    text: str
    signatures: Annotated[list[SignatureInFile], msgspec.Meta(max_length=ACT_SIGNATURES_MAX)]

    def act(self, file: Path) -> AnyAct:
        """What the text says. Raises ProcessFault DATA for a text that is none."""
        act = act_of(self.text.encode("utf-8", "surrogatepass"))
        if act is None:
            raise ProcessFault(f"{file}: its text is no act in canonical form", ExitCode.DATA)
        return act

    def sent(self) -> tuple[bytes, list[ActSignature]]:
        """Text and signatures as the seat sends them."""
        signatures = [ActSignature(one.person, one.key_id, bytes.fromhex(one.signature)) for one in self.signatures]
        return self.text.encode("utf-8", "surrogatepass"), signatures


def read_act(file: Path) -> ActFile:
    """Raises ProcessFault DATA for a file that cannot be read or is none of an act."""
    try:
        with file.open("rb") as stream:
            return msgspec.json.decode(stream.read(FILE_BYTES_MAX), type=ActFile)
    except OSError as error:
        raise ProcessFault(f"{file}: {error.strerror}", ExitCode.DATA) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProcessFault(f"{file}: no file of an act: {error}", ExitCode.DATA) from None


def write_act(file: Path, act: ActFile, is_new: bool) -> None:
    """Writes it; a new one replaces nothing. Raises ProcessFault DATA when it cannot."""
    text = msgspec.json.format(msgspec.json.encode(act), indent=1) + b"\n"
    try:
        with file.open("xb" if is_new else "wb") as stream:
            stream.write(text)
    except OSError as error:
        raise ProcessFault(f"{file}: {error.strerror}", ExitCode.DATA) from None
