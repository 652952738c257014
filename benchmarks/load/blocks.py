"""Blocks of records whose outcome is known before they are sent.

Belongs here: seeded making of blocks and their expected codes and sums. Never here: sending, timing.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from protocol.codes import ReplyCode
from protocol.given_numbers import account_nos_from_indices, contract_nos_from_indices
from protocol.limits import AMOUNT_FEN_MAX
from protocol.records import RECORD, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import RecordKind

BALANCE_FEN = 2**36  # of every contract: below AMOUNT_FEN_MAX, so that the largest amount never fits
AMOUNT_FEN_MAX_SENT = 1_000  # so small that no contract runs dry within a case of 10 million records
SECURITIES = np.array([b"%06d" % (139 * place) for place in range(5_000)], "S8")  # as many as are listed
LOT_SHARES = 100

ITEM = np.dtype(f"V{RECORD.itemsize}")
Codes = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class KnownBlock:
    """A block, the code that each record must get, and what the accepted ones freeze together."""

    records: RecordArray  # (n,) RECORD
    codes: Codes  # (n,) int16
    frozen_fen: int


def freeze_block(rng: np.random.Generator, record_count: int, contracts_count: int, refused_share: float) -> KnownBlock:
    """Freezes on random contracts; `refused_share` refused: half for an unknown contract, half for money."""
    indices = rng.integers(0, contracts_count, record_count)
    records = np.zeros(record_count, RECORD)
    records["kind"] = RecordKind.FREEZE
    records["contract_no"] = contract_nos_from_indices(indices)
    records["amount_fen"] = rng.integers(1, AMOUNT_FEN_MAX_SENT, record_count, endpoint=True)
    _describe(rng, records)
    codes = np.zeros(record_count, np.int16)
    draw = rng.random(record_count)
    poor = draw < refused_share / 2
    unknown = (draw >= refused_share / 2) & (draw < refused_share)
    records["amount_fen"][poor] = AMOUNT_FEN_MAX
    codes[poor] = ReplyCode.INSUFFICIENT_FUNDS
    records["contract_no"][unknown] += 1  # wrong check digits
    codes[unknown] = ReplyCode.CONTRACT_UNKNOWN
    return KnownBlock(records, codes, int(records["amount_fen"][codes == 0].sum()))


def _describe(rng: np.random.Generator, records: RecordArray) -> None:
    """Fills what an order says beside its money, so that nothing is cheaper than with a broker's own orders."""
    record_count = len(records)
    records["security"] = SECURITIES[rng.integers(0, len(SECURITIES), record_count)]
    records["market"] = rng.integers(1, 2, record_count, endpoint=True)
    records["quantity"] = rng.integers(1, 100, record_count, endpoint=True) * LOT_SHARES
    records["price"] = rng.integers(200, 20_000, record_count) * 100  # 2.00 to 200 yuan, in steps of a fen
    first_ref = rng.integers(1, 2**40)
    records["partner_ref"] = (first_ref + np.arange(record_count)).view("V8")


def hot_block(rng: np.random.Generator, record_count: int) -> KnownBlock:
    """Freezes on one contract (index 0), half of them refused for money, in random order."""
    block = freeze_block(rng, record_count, 1, 0.0)
    poor = rng.permutation(record_count) < record_count // 2
    block.records["amount_fen"][poor] = AMOUNT_FEN_MAX
    block.codes[poor] = ReplyCode.INSUFFICIENT_FUNDS
    return KnownBlock(block.records, block.codes, int(block.records["amount_fen"][block.codes == 0].sum()))


def bank_block(rng: np.random.Generator, record_count: int, contracts_count: int) -> KnownBlock:
    """Deposits and as many withdrawals, all accepted; `frozen_fen` is 0."""
    records = np.zeros(record_count, RECORD)
    records["kind"] = np.where(np.arange(record_count) % 2 == 0, RecordKind.DEPOSIT, RecordKind.WITHDRAWAL)
    records["contract_no"] = account_nos_from_indices(rng.integers(0, contracts_count, record_count))
    records["amount_fen"] = 100
    return KnownBlock(records, np.zeros(record_count, np.int16), 0)


@dataclass(slots=True)
class OpenFreezes:
    """Accepted freezes of one seat that nothing has touched yet, as parallel arrays."""

    numbers: npt.NDArray[np.int64]
    contract_nos: npt.NDArray[np.int64]
    amounts_fen: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MixedBlock:
    """A block of freezes, fills and releases, and what it moves when all of it is accepted as expected."""

    known: KnownBlock
    bought_fen: int
    freed_fen: int  # charge and release of fills, and releases: what leaves frozen


def mixed_block(
    rng: np.random.Generator, fresh: KnownBlock, open_freezes: OpenFreezes, seat: int, trade_date: int
) -> MixedBlock:
    """`fresh` freezes, then fills of two thirds of `open_freezes` and releases of the rest, shuffled.

    A fill charges the amount less one fen and releases that fen (none for an amount of one fen).
    """
    count = len(open_freezes.numbers)
    follow = np.zeros(count, RECORD)
    fills = np.arange(count) < count * 2 // 3
    amounts_fen = open_freezes.amounts_fen
    charges_fen = np.where(amounts_fen > 1, amounts_fen - 1, amounts_fen)
    follow["kind"] = np.where(fills, RecordKind.FILL_BUY, RecordKind.RELEASE)
    follow["contract_no"] = open_freezes.contract_nos
    follow["amount_fen"] = np.where(fills, charges_fen, amounts_fen)
    follow["release_fen"] = np.where(fills, amounts_fen - charges_fen, 0)
    follow["trade_day"] = np.where(fills, trade_day(trade_date), 0)
    follow["target_date"] = trade_date
    follow["target_seat"] = seat
    follow["target_number"] = open_freezes.numbers
    order = rng.permutation(len(fresh.records) + count)
    # As plain 64-byte items: joining arrays of RECORD itself would repack the bytes that its fields share.
    joined = np.concatenate((fresh.records.view(ITEM), follow.view(ITEM)))
    records = joined[order].view(RECORD)
    codes = np.concatenate((fresh.codes, np.zeros(count, np.int16)))[order]
    return MixedBlock(
        KnownBlock(records, codes, fresh.frozen_fen),
        bought_fen=int(charges_fen[fills].sum()),
        freed_fen=int(amounts_fen.sum()),
    )


def opened_by(records: RecordArray, codes: Codes, first_number: int) -> OpenFreezes:
    """The freezes that a block opened, given the codes that it got."""
    opened = np.flatnonzero((records["kind"] == RecordKind.FREEZE) & (codes == 0))
    return OpenFreezes(
        opened + first_number, records["contract_no"][opened].copy(), records["amount_fen"][opened].copy()
    )
