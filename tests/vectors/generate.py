"""Write the published vectors: `python -m tests.vectors.generate` makes the JSON files of this folder again.

Belongs here: the files and their order. Never here: the frames themselves. Every byte is determined: keys are fixed,
Ed25519 and RFC 6979 signatures are deterministic, and a test compares the files with this script.
"""

import json
from pathlib import Path

from protocol import describe
from protocol.describe import Json
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.keys.signing import DOMAIN, Signer
from protocol.vocabulary import Suite
from tests.bank_seats import BANK_SEAT, SEAT_ROLES
from tests.protocol import keys
from tests.vectors.conversations import conversations_file
from tests.vectors.frames import invalid as invalid_frames
from tests.vectors.frames import pushed as pushed_frames
from tests.vectors.frames import valid as valid_frames
from tests.vectors.frames.invalid import InvalidVector
from tests.vectors.frames.orders import signing_on as signing_frames
from tests.vectors.protocol_file import protocol_file
from tests.vectors.voices import SENT_AT_NS, Vector

FOLDER = Path(__file__).parent
INDICES = (0, 1, 2, 9, 96, 97, 98, 12_345, 999_999, 9_999_999, 33_554_431)


def _key(name: str, party: int, signer: Signer, seed: bytes, not_after_ns: int) -> Json:
    return {
        "name": name,
        "party": party,
        "suite": int(signer.suite),
        "suite_name": signer.suite.name,
        "key_id": signer.key_id,
        "private_key": seed.hex(),
        "public_key": signer.public_key().hex(),
        "not_before_ns": 0,
        "not_after_ns": not_after_ns,
    }


def keys_file() -> Json:
    """Private keys: the 32-byte Ed25519 seed, or the P-256 scalar, big-endian."""
    bank = keys.bank_signers()
    listed: list[Json] = [
        _key(f"bank_{suite.name.lower()}", 1, bank[suite], keys.BANK_SEEDS[suite], keys.FOREVER_NS) for suite in Suite
    ]
    for seat in [seat for seat in SEAT_ROLES if seat != BANK_SEAT]:
        seed = keys.desk_seed(seat)
        listed.append(_key(f"bank_seat_{seat}", 1, keys.bank_seat_signer(seat), seed, keys.FOREVER_NS))
    ed25519, p256 = keys.broker_signer(keys.BROKER), keys.broker_signer(keys.OTHER_BROKER)
    listed.append(_key("broker_2", keys.BROKER, ed25519, keys.BROKER_SEED, keys.FOREVER_NS))
    listed.append(_key("broker_2_expired", keys.BROKER, keys.expired_signer(), keys.EXPIRED_SEED, keys.EXPIRED_AT_NS))
    listed.append(_key("broker_2_next", keys.BROKER, keys.next_signer(), keys.NEXT_SEED, keys.FOREVER_NS))
    listed.append(_key("broker_3", keys.OTHER_BROKER, p256, keys.OTHER_SEED, keys.FOREVER_NS))
    listed.append(_key("channel_7", keys.CHANNEL, keys.channel_signer(), keys.CHANNEL_SEED, keys.FOREVER_NS))
    seats: list[Json] = [
        *[dict[str, Json](seat=seat, party=1) for seat in SEAT_ROLES],
        {"seat": keys.BROKER_SEAT, "party": keys.BROKER},
        {"seat": 12, "party": keys.BROKER},
        {"seat": keys.OTHER_SEAT, "party": keys.OTHER_BROKER},
        {"seat": keys.CHANNEL_SEAT, "party": keys.CHANNEL},
    ]
    return {"signed_before_header": DOMAIN.hex(), "keys": listed, "seats": seats}


def _valid(vector: Vector) -> Json:
    frame = vector.frame
    return {
        "name": vector.name,
        "what": vector.what,
        **describe.parts(frame.header_bytes, frame.signature, frame.body),
        "header_fields": describe.header_fields(frame.header),
        "body_fields": describe.body_fields(frame, vector.message),
    }


def valid_file(suite: Suite) -> Json:
    """Frames between the bank and the broker of one suite; with suite 1 also of the bank's own seats and a channel."""
    vectors = list(valid_frames.of_suite(suite))
    if suite == Suite.ED25519_SHA256:
        vectors += valid_frames.of_bank_seat()
    return {"suite": int(suite), "suite_name": suite.name, "frames": [_valid(vector) for vector in vectors]}


def _invalid(vector: InvalidVector) -> Json:
    return {
        "name": vector.name,
        "what": vector.what,
        "code": vector.code.name,
        **describe.parts(vector.header_bytes, vector.signature, vector.body),
    }


def invalid_file() -> Json:
    """Frames to refuse, with the reason."""
    return {
        "now_ns": SENT_AT_NS,
        "to_bank": [_invalid(vector) for vector in invalid_frames.to_bank()],
        "to_partner": [_invalid(vector) for vector in invalid_frames.to_partner()],
    }


def numbers_file() -> Json:
    """Numbers of contracts and of accounts with their check digits, and numbers that are none of either."""
    contracts: list[Json] = [{"index": index, "number": contract_no_from_index(index)} for index in INDICES]
    accounts: list[Json] = [{"index": index, "number": account_no_from_index(index)} for index in INDICES]
    return {
        "contracts": {"valid": contracts, "invalid": [0, 1, 97, 99, 194, 196, 591, 951]},
        "accounts": {"valid": accounts, "invalid": [0, 2, 97, 98, 195, 197, 592, 952]},
    }


def files() -> dict[str, str]:
    """Name to exact content of every published file."""
    contents: dict[str, Json] = {
        "keys.json": keys_file(),
        "frames_ed25519.json": valid_file(Suite.ED25519_SHA256),
        "frames_p256.json": valid_file(Suite.P256_SHA256),
        "frames_invalid.json": invalid_file(),
        "numbers.json": numbers_file(),
        "sealed.json": pushed_frames.sealed_file() | signing_frames.sealed_attempt(),
        "protocol.json": protocol_file(),
        "conversations.json": conversations_file(),
    }
    return {name: json.dumps(content, indent=1, ensure_ascii=False) + "\n" for name, content in contents.items()}


def main() -> None:
    """Write the files beside this script."""
    for name, content in files().items():
        (FOLDER / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
