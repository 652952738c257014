"""Verdicts of the password desk among the records of a block: read, decided one behind the other, and what they do.

Belongs here: their columns, the effect of (verdicts, outcomes) on who is signed on. Never here: what one earns and
counts (rules.orders.signing_on), what verdicts share with all records (ledger.core.resolve). No money moves by them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ledger.core.kind_tables import IS_VERDICT, UNUSED_BITS
from ledger.core.state.book import PARTY_SHIFT, STATE_SHIFT, Book
from ledger.core.state.columns import LongColumn, Mask, Positions, is_some
from protocol.errors import InvariantBroken
from protocol.kinds import VERDICT_FIELDS, WORDS_PER_RECORD
from protocol.records import OutcomeArray, RecordArray, records_at
from protocol.vocabulary import ContractStatus, Verdict
from rules.contracts import LOSS
from rules.orders.signing_on import Password, Told, code_of_verdict, is_malformed, take_verdict

_UNUSED = np.stack(UNUSED_BITS, axis=1)  # (256, words)
_LOSS_AND_STATUS = 2 * LOSS - 1


@dataclass(slots=True)
class Verdicts:
    """(m,) each: the verdicts of a block, in its order."""

    positions: Positions  # in the block
    is_malformed: Mask
    verdict: LongColumn
    generation: LongColumn
    until_s: LongColumn
    channel: LongColumn


def read_verdicts(records: RecordArray, kinds: int | Positions) -> Verdicts | None:
    """The verdicts among (n,) `records`; None without any."""
    if not is_some(IS_VERDICT[kinds]):
        return None
    positions = np.flatnonzero(np.broadcast_to(IS_VERDICT[kinds], len(records)))
    own = records_at(records, positions)
    kind = own["kind"].astype(np.intp)
    words = own.view("<i8").reshape(len(own), WORDS_PER_RECORD)
    verdict, generation, until_s, channel, nonce = (own[name].astype(np.int64) for name in VERDICT_FIELDS)
    malformed = (words & _UNUSED.take(kind, axis=0)).any(axis=1)
    numbers = zip(*(column.tolist() for column in (verdict, generation, until_s, channel, nonce)), strict=True)
    malformed |= np.fromiter((is_malformed(*each) for each in numbers), bool, len(own))
    return Verdicts(positions, malformed, verdict, generation, until_s, channel)


def decide_verdicts(book: Book, verdicts: Verdicts, contract: Positions, outcomes: OutcomeArray) -> None:
    """Complete the outcomes of verdicts, which have the codes that they share with all records. `contract`: (n,)."""
    passwords: dict[int, Password] = {}
    for position, index, told, _ in _told(book, verdicts, contract):
        if outcomes["code"][position]:
            continue
        password = passwords.setdefault(index, book.orders.sign_ons.password(index))
        code = code_of_verdict(told, password)
        outcomes["code"][position] = code
        if not code:
            take_verdict(told, password)


def check_verdicts(book: Book, verdicts: Verdicts, accepted: Mask) -> None:
    """Raises InvariantBroken when an accepted one is none that a desk could mean, or no password was ever set."""
    own = accepted[verdicts.positions]
    if (own & verdicts.is_malformed).any() or (is_some(own) and not book.orders.sign_ons.is_used):
        raise InvariantBroken("an accepted verdict on a password that there cannot be")


def apply_verdicts(book: Book, verdicts: Verdicts, contract: Positions, outcomes: OutcomeArray) -> None:
    """Let the accepted ones act, one behind the other."""
    sign_ons = book.orders.sign_ons
    for position, index, told, until_s in _told(book, verdicts, contract):
        if outcomes["code"][position]:
            continue
        password = sign_ons.password(index)
        take_verdict(told, password)
        sign_ons.put(index, password)
        if told.verdict == Verdict.SIGNED_ON:
            sign_ons.sign_on(index, told.channel, until_s)


def _told(book: Book, verdicts: Verdicts, contract: Positions) -> Iterator[tuple[int, int, Told, int]]:
    """Position, contract, what is told of it, and until when."""
    schemes, channels = book.orders.schemes, book.orders.channels
    columns = (verdicts.positions, verdicts.verdict, verdicts.generation, verdicts.until_s, verdicts.channel)
    for position, verdict, generation, until_s, channel in zip(*(each.tolist() for each in columns), strict=True):
        index = int(contract[position])
        facts = int(book.contract_facts[index])
        party, state = facts >> PARTY_SHIFT, facts >> STATE_SHIFT & _LOSS_AND_STATUS
        told = Told(
            status=ContractStatus(state & ~LOSS or ContractStatus.TERMINATED),
            scheme=schemes.of(party),
            serves_broker=channels.serves(channel, party),
            verdict=verdict,
            generation=generation,
            channel=channel,
        )
        yield position, index, told, until_s
