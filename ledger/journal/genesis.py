"""The first journal row: the bank itself, its own seat's key, the first trade date.

Belongs here: what the configuration says about it, and its commit. Never here: what it does to the book
(ledger.core.engine). A journal has it once; afterwards the configuration's [bank] and [trade] are not asked
again.
"""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from config.keys import public_file_of
from config.kit.exit_codes import ConfigFault
from config.kit.own_files import refuse_what_is_no_file
from config.schema import Config
from ledger.core import engine
from ledger.core.state.book import Book
from ledger.journal.writer import Journal
from protocol.messages.control import Genesis, PartyEntry, PartyKey, SeatEntry
from protocol.vocabulary import BANK_PARTY, BANK_SEAT, SUITES, Role, SeatRole, Suite

ALWAYS_NS = 2**62  # the first key has no end; it is followed by journaled ones
BANK_NAME = "bank"


async def commit_genesis(journal: Journal, book: Book, epoch: int, config: Config, now_ns: int) -> bytes:
    """Makes the empty `book` the bank's and commits the first row. Returns the row's digest.

    Raises: ConfigFault when the seat's public key cannot be read, Fenced or JournalLost as every commit.
    """
    message = genesis_message(config)
    row = engine.genesis_row(message, journal.shard, epoch, now_ns)
    await journal.open_date(message.trade_date)
    await journal.append(row)
    engine.apply_genesis(book, message, now_ns, row.digest)
    return row.digest


def genesis_message(config: Config) -> Genesis:
    """What the configuration says of the bank: its seat's public key, the date of [trade], the size of its ring.

    Raises: ConfigFault.
    """
    suite = SUITES[config.bank.seat_suite]
    public_key = _public_key(public_file_of(config.seat_key_file), suite)
    key = PartyKey(config.bank.seat_key_id, public_key, 0, ALWAYS_NS, BANK_SEAT)
    seat = SeatEntry(BANK_SEAT, SeatRole.MASTER_DATA)
    bank = PartyEntry(BANK_PARTY, Role.BANK, suite, BANK_NAME, False, [key], [seat])
    return Genesis(bank, config.trade.date, config.trade.unsettled_dates_max)


def _public_key(file: Path, suite: Suite) -> bytes:
    """The raw public key in a PEM file; the private one is no business of the ledger."""
    try:
        refuse_what_is_no_file(file)
        key = load_pem_public_key(file.read_bytes())
    except OSError as error:
        raise ConfigFault(f"{file}: {error.strerror}") from None
    except ValueError:
        raise ConfigFault(f"{file}: not a PEM public key") from None
    if suite == Suite.ED25519_SHA256 and isinstance(key, ed25519.Ed25519PublicKey):
        return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    if suite == Suite.P256_SHA256 and isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    raise ConfigFault(f"{file}: not a key of the suite that bank.seat_suite names")
