"""Two dates of three brokers and two sub-branches, `yzt report` asked of them, and what its files say.

Belongs here: what happens, running the command, reading its files. Never here: what a report must say.

Monday, in yuan. 东方证券 (2), whose customers are of outlet 11: Ann has 5,000.00, freezes 1,200.00, buys for 1,005.02
and gets 194.98 released. Bob has 4,000.00, freezes 700.00 that are released, and sells for 39.00. Fay, 10.00, is
pre-assigned. 西部证券 (3), outlet 12, without proceeds at the fill: Cid has 3,000.00 and sells; Dan has 100.00 and an
order of 20.00 that nothing is bought for; Eva has 4.00. 南方证券 (4) has no customer and sends no set. There are 3
accounts of 700.00 at outlet 11 without a contract. Broker 2's first set says 1,199.99 of Ann's freeze, and leaves Bob's
order out; it withdraws it and sends another. Cleared for 2: Ann buys for 1,005.02, Bob sells for 39.00 and has a
dividend of 6.30 behind tax. For 3: Cid sells for 49.00, and once for 1.00 with fees of 5.00, which costs 4.00; Dan is
refunded 2.50.

Tuesday: Cid's proceeds are booked, both are published, Dan's order is closed, Eva's contract ends, Bob's is suspended.
"""

import csv
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path

import pypdfium2
import pytest

from config.cli import commands as cli
from config.cli.reports.paper.forms import Column, Kind, Report
from protocol.messages.control import RegisterParty
from protocol.messages.customers.accounts import AccountTerms, OpenAccounts, SignContracts
from protocol.messages.day.steps import FinishSending, Publish, SignOff, WithdrawSet
from protocol.messages.outlets import OutletEntry, RegisterOutlets
from protocol.records import RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import ContractEvent, ContractStatus, Fate, OutletLevel, RecordKind, Role, Suite
from tests.bank_seats import DAY_SEAT
from tests.customers import FIRST_BANK_ACCOUNT_NO, contract, holder_of, outlets_above
from tests.follower.journal_maker import (
    BROKER,
    DATE,
    NEXT_DATE,
    OTHER_BROKER,
    SEAT,
    SEAT_OF_OTHER_BROKER,
    JournalMaker,
    freezes,
    joined,
    record,
)
from tests.follower.reconciled_story import compare, no_of, proceeds, send_set
from tests.ledger_core.lines.words import buy, dividend, event, order, refund, sell

ANN, BOB, CID, DAN, EVA, FAY = range(6)
SILENT_BROKER = 4
OTHER_OUTLET = 12
BY = "张三"
Reports = Callable[..., tuple[int, list[Path], str]]


async def each_of(reports: Sequence[Report]) -> AsyncIterator[Report]:
    """Reports that are here already, as one is asked for after the other."""
    for report in reports:
        yield report


def monday() -> JournalMaker:
    """To the end of the reconciliation."""
    made = JournalMaker()
    made.open_bank([500_000, 400_000])
    made.register(OTHER_BROKER, "西部证券", SEAT_OF_OTHER_BROKER, proceeds_at_fill=False)
    made.control(RegisterParty(SILENT_BROKER, Role.BROKER, Suite.ED25519_SHA256, "南方证券", True))
    tree = [*outlets_above(), OutletEntry(903, OutletLevel.SUB_BRANCH, 901, "城南支行")]
    made.control(RegisterOutlets([*tree, OutletEntry(OTHER_OUTLET, OutletLevel.OUTLET, 903, "南山路储蓄所")]))
    first = made.book.accounts_count
    made.control(OpenAccounts([_account(first + i, fen) for i, fen in enumerate([300_000, 10_000, 400])]))
    made.control(SignContracts([contract(first + i, OTHER_BROKER) for i in range(3)]))
    made.open_accounts([1_000])
    made.control(SignContracts([contract(first + 3, BROKER, ContractStatus.PRE_ASSIGNED)]))
    made.block((SEAT, joined([freezes([ANN], 120_000), freezes([BOB], 70_000)])))
    made.block((SEAT_OF_OTHER_BROKER, freezes([DAN], 2_000)))
    target = {"target_date": DATE, "target_seat": SEAT}
    fill = record(
        RecordKind.FILL_BUY, ANN, 100_502, release_fen=19_498, turnover_fen=100_000, target_number=1, **target
    )
    made.block((SEAT, joined([fill, record(RecordKind.RELEASE, BOB, 70_000, target_number=2, **target)])))
    made.block((SEAT, record(RecordKind.FILL_SELL, BOB, 3_900)))
    made.block((SEAT_OF_OTHER_BROKER, record(RecordKind.FILL_SELL, CID, 4_900)))
    made.control(SignOff(DATE))
    for seat in (SEAT, SEAT_OF_OTHER_BROKER):
        made.control(FinishSending(DATE), seat)
    made.agree(DATE)
    wrong = _of_first(119_999)
    send_set(made, SEAT, BROKER, wrong[[0, 1, 2, 3, 5, 6]])
    send_set(made, SEAT_OF_OTHER_BROKER, OTHER_BROKER, _of_other())
    for party in (BROKER, OTHER_BROKER):
        compare(made, party)
    return made


def two_dates() -> JournalMaker:
    """All of it."""
    made = monday()
    made.control(WithdrawSet(DATE, 1), SEAT)
    send_set(made, SEAT, BROKER, _of_first(120_000))
    compare(made, BROKER)
    made.roll(NEXT_DATE)
    made.block((DAY_SEAT, proceeds(CID, 4_900, 400)))
    made.agree(DATE)
    for party in (BROKER, OTHER_BROKER):
        made.control(Publish(DATE, party))
    of_dan = {"target_date": DATE, "target_seat": SEAT_OF_OTHER_BROKER, "trade_day": trade_day(DATE)}
    made.block((DAY_SEAT, record(RecordKind.CLOSE, DAN, 0, release_fen=2_000, target_number=1, **of_dan)))
    made.change(EVA, ContractEvent.TERMINATE)
    made.change(BOB, ContractEvent.SUSPEND)
    return made


def _account(customer: int, balance_fen: int) -> AccountTerms:
    return AccountTerms(FIRST_BANK_ACCOUNT_NO + customer, OTHER_OUTLET, holder_of(customer), balance_fen)


def _of_first(frozen_fen: int) -> RecordArray:
    """−1,005.02 + 39.00 + 6.30 = −959.72."""
    return joined(
        [
            *(event(no_of(ANN)), event(no_of(BOB))),
            order((DATE, SEAT, 1), no_of(ANN), frozen_fen, 19_498),
            buy((DATE, SEAT, 1), no_of(ANN), 100_000, 300, 100, 50, 40, 12),
            order((DATE, SEAT, 2), no_of(BOB), 70_000, 70_000, Fate.CANCELLED),
            *(sell(1, no_of(BOB), 4_000, 60, 20, 10, 7, 3), dividend(2, no_of(BOB), 700, 70)),
        ]
    )


def _of_other() -> RecordArray:
    """49.00 − 4.00 + 2.50 = 47.50."""
    return joined(
        [
            *(event(no_of(index)) for index in (CID, DAN, EVA)),
            order((DATE, SEAT_OF_OTHER_BROKER, 1), no_of(DAN), 2_000, fate=Fate.CANCELLED),
            *(sell(1, no_of(CID), 5_000, 100), sell(2, no_of(CID), 100, 500), refund(3, no_of(DAN), 250)),
        ]
    )


def reports_of(dsn: str, folder: Path, capfd: pytest.CaptureFixture[str]) -> Reports:
    """`yzt report` of this database: exit code, the files that it names, standard error."""

    def run(*words: str | int) -> tuple[int, list[Path], str]:
        code = cli.main(["report", *map(str, words), "--out", str(folder), "--by", BY, "--dsn", dsn])
        said = capfd.readouterr()
        return code, [Path(line) for line in said.out.splitlines()], said.err

    return run


def table_of(files: Sequence[Path], part: str) -> list[list[str]]:
    """The rows of the one CSV whose name begins so, without its head and the column of the journal row."""
    (file,) = [file for file in files if file.name.startswith(f"{part}-row") and file.suffix == ".csv"]
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return [[cell.strip("\t") for cell in row[:-1]] for row in csv.reader(stream)][1:]


def text_of(file: Path) -> str:
    """All text of a PDF, in the order in which it is drawn, without any space."""
    pages = pypdfium2.PdfDocument(file)
    try:
        return "".join("".join(page.get_textpage().get_text_range().split()) for page in pages)
    finally:
        pages.close()


def as_on_page(columns: Sequence[Column], row: Sequence[str]) -> str:
    """A row of a CSV as a page has it, without any space."""
    return "".join("".join(_with_commas(c.kind, cell).split()) for c, cell in zip(columns, row, strict=True))


def _with_commas(kind: Kind, cell: str) -> str:
    if kind is Kind.FEN and cell:
        return re.sub(r"(?<=\d)(?=(\d{3})+\.)", ",", cell)
    if kind is Kind.COUNT and cell:
        return re.sub(r"(?<=\d)(?=(\d{3})+$)", ",", cell)
    return cell


Shown = Mapping[str, Sequence[Column]]
"""The columns of each CSV of a report, by how its name begins."""
