"""`yzt decode HEX|FILE`: say what frames mean: header, signature, records, outcomes, messages.

Belongs here: reading bytes and keys, what is wrong with a frame, the exit code. Never here: layout (protocol.describe),
lines (frame_text). Nothing that is read is believed: a frame is shown also when its signature is wrong.
"""

import hashlib
import io
import json
import string
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.cli.frame_text import body_text, fields_text
from config.cli.running import CommandParser
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.printable import printable
from config.schema import Config
from protocol.client import KeyFileError, load_verifier
from protocol.describe import Json, body_fields, header_fields
from protocol.errors import PeerViolation
from protocol.frame import Frame
from protocol.header import MAGIC, unpack_header
from protocol.keys.signing import Verifier
from protocol.limits import HEADER_BYTES, PREFIX_BYTES

INPUT_BYTES_MAX = 64 * 1024 * 1024  # of a file or a pipe: a hundred of the largest frames, as hex
SHOWN_BYTES_MAX = 64  # of a body that cannot be read
HEX = frozenset((string.hexdigits + string.whitespace + ":").encode())


@dataclass(frozen=True, slots=True)
class Decoded:
    """One frame and what was found of it. `fault`: why its body means nothing; empty: it does."""

    offset: int
    frame: Frame
    signature: str
    is_signature_wrong: bool
    is_digest_right: bool
    body: Json
    fault: str

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong with it, as far as it was checked."""
        return self.is_digest_right and not self.fault and not self.is_signature_wrong


def main(argv: list[str], config: Config) -> int:
    """Decode every frame. Returns: 0; 1 when a signature, a digest or a body is wrong.

    Raises: ProcessFault DATA for input that is no frame, with the place; for key files that cannot be read.
    """
    parser = CommandParser(prog="yzt decode", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("input", metavar="HEX|FILE|-", help="hex digits, or a file of bytes or hex, or - for stdin")
    parser.add_argument("--key", action="append", default=[], type=Path, metavar="FILE", help="public key, as PEM")
    parser.add_argument("--json", action="store_true", help="as JSON")
    options = parser.parse_args(argv)
    verifiers = [(file, _verifier(file)) for file in options.key]
    data = read_input(options.input)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that lacks a character still shows the rest
    found: list[Decoded] = []
    try:
        for decoded in frames_of(data, verifiers):
            found.append(decoded)
            if not options.json:
                print("\n".join(text_of(decoded, len(found))))
    finally:
        if options.json:
            print(json.dumps([json_of(decoded) for decoded in found], indent=1, ensure_ascii=False))
    return int(ExitCode.OK if all(decoded.is_right for decoded in found) else ExitCode.FAILED)


def read_input(argument: str) -> bytes:
    """The bytes of the frames: of stdin (`-`), of a file, or of the argument itself. Raises ProcessFault."""
    if argument == "-":
        return _bytes_of(sys.stdin.buffer.read(INPUT_BYTES_MAX + 1), "stdin")
    is_hex = set(argument.encode("utf-8", "surrogateescape")) <= HEX
    try:
        with Path(argument).open("rb") as stream:
            return _bytes_of(stream.read(INPUT_BYTES_MAX + 1), argument)
    except (OSError, ValueError) as error:
        if is_hex:
            return _bytes_of(argument.encode(), "the argument")
        reason = error.strerror if isinstance(error, OSError) else "no file name"
        raise ProcessFault(f"{printable(argument)[:200]}: {reason}, and no hex", ExitCode.DATA) from None


def _bytes_of(content: bytes, where: str) -> bytes:
    if len(content) > INPUT_BYTES_MAX:
        raise ProcessFault(f"{where}: more than {INPUT_BYTES_MAX:,} bytes", ExitCode.DATA)
    if not content.strip():
        raise ProcessFault(f"{where}: holds nothing", ExitCode.DATA)
    if content.startswith(MAGIC) or not set(content) <= HEX:
        return content
    digits = bytes(each for each in content if each not in b" \t\r\n\v\f:")
    if len(digits) % 2:
        raise ProcessFault(f"{where}: {len(digits)} hex digits are no whole bytes", ExitCode.DATA)
    return bytes.fromhex(digits.decode("ascii"))


def frames_of(data: bytes, verifiers: Sequence[tuple[Path, Verifier]]) -> Iterator[Decoded]:
    """Each frame in turn. Raises ProcessFault DATA at the first place that no frame begins at or that ends early."""
    offset = number = 0
    while offset < len(data):
        number += 1
        where = f"frame {number} at byte {offset}"
        if len(data) - offset < PREFIX_BYTES:
            left = len(data) - offset
            raise ProcessFault(
                f"{where}: {left} bytes are left, header and signature have {PREFIX_BYTES}", ExitCode.DATA
            )
        try:
            header = unpack_header(data, offset)
        except PeerViolation as violation:
            raise ProcessFault(f"{where}: {violation.code.name}: {violation.detail}", ExitCode.DATA) from None
        end = offset + PREFIX_BYTES + header.body_bytes
        if end > len(data):
            have = len(data) - offset - PREFIX_BYTES
            raise ProcessFault(f"{where}: its body has {header.body_bytes} bytes, {have} are here", ExitCode.DATA)
        header_bytes = data[offset : offset + HEADER_BYTES]
        signature = data[offset + HEADER_BYTES : offset + PREFIX_BYTES]
        yield _decoded(offset, Frame(header, header_bytes, signature, data[offset + PREFIX_BYTES : end]), verifiers)
        offset = end


def _decoded(offset: int, frame: Frame, verifiers: Sequence[tuple[Path, Verifier]]) -> Decoded:
    signature, is_wrong = _signature_of(frame, verifiers)
    body: Json = {}
    fault = ""
    try:
        body = body_fields(frame)
    except PeerViolation as violation:
        fault = f"{violation.code.name}: {violation.detail}"
    fits = hashlib.sha256(frame.body).digest() == frame.header.body_digest
    return Decoded(offset, frame, signature, is_wrong, fits, body, fault)


def _signature_of(frame: Frame, verifiers: Sequence[tuple[Path, Verifier]]) -> tuple[str, bool]:
    """What is known of the signature, and whether it is wrong."""
    if not verifiers:
        return "not checked: no --key", False
    of_suite = [(file, verifier) for file, verifier in verifiers if verifier.suite == frame.header.suite]
    for file, verifier in of_suite:
        if verifier.verify(frame.header_bytes, frame.signature):
            return f"valid under {file}", False
    if not of_suite:
        return f"not checked: no --key of suite {frame.header.suite}", False
    return "WRONG under every key that was given", True


def text_of(decoded: Decoded, number: int) -> list[str]:
    """The lines of one frame."""
    frame, header = decoded.frame, decoded.frame.header
    size = PREFIX_BYTES + len(frame.body)
    lines = [f"frame {number}: {size} bytes at {decoded.offset}", *fields_text(header_fields(header))]
    checks: dict[str, Json] = {
        "signature": decoded.signature,
        "body_digest is": "right" if decoded.is_digest_right else "WRONG: the body is not the one that was signed",
    }
    lines += fields_text(checks)
    if decoded.fault:
        shown = frame.body[:SHOWN_BYTES_MAX].hex()
        return [*lines, f"body: {decoded.fault}", *fields_text({"its first bytes": shown}), ""]
    return [*lines, *body_text(header.first_number, decoded.body), ""]


def json_of(decoded: Decoded) -> dict[str, Json]:
    """One frame as the vectors publish it, with what was found."""
    found: dict[str, Json] = {
        "offset": decoded.offset,
        "header_fields": header_fields(decoded.frame.header),
        "signature": decoded.signature,
        "is_body_digest_right": decoded.is_digest_right,
        "body_fields": decoded.body,
    }
    return found | ({"fault": decoded.fault} if decoded.fault else {})


def _verifier(file: Path) -> Verifier:
    try:
        return load_verifier(file)
    except KeyFileError as error:
        raise ProcessFault(str(error), ExitCode.DATA) from None
