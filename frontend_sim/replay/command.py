"""`yzt replay FILE`: a recorded order flow through a broker's link, and what became of it, beside the auditor.

Belongs here: the command: a system of its own for the replay, one broker, its customers, the comparison. Never here:
the file's format (lobster), what a message becomes (flow).
"""

import time
from pathlib import Path

from config.cli.links import bank_seat_settings, seat_clock, seat_settings
from config.cli.running import CommandParser, run_command
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.processes import print_progress
from config.schema import Config
from frontend_sim.auditor.auditor import Auditor
from frontend_sim.auditor.control_table import FIGURES, yuan
from frontend_sim.auditor.money_watch import FROM_LEDGER, totals_by_party
from frontend_sim.auditor.register import Totals
from frontend_sim.installation import Installation, new_party_signer, temporary_installation
from frontend_sim.market.bank import BrokerEntry, register_broker
from frontend_sim.market.market_day import Customer, informed_auditor, make_customer, open_customers
from frontend_sim.replay.flow import FlowReplay, report
from frontend_sim.replay.lobster import FlowFileError, read_flow
from frontend_sim.trading_session.session_log import SessionLog
from protocol.client import Seat
from protocol.vocabulary import ContractStatus

PARTY = 2
SEAT = 21
CUSTOMERS_MAX = 1_000_000


def main(argv: list[str], config: Config) -> int:
    """Replays a file. Returns: 0 when ledger and auditor agree on every answer and every total, else 1.

    Raises: ProcessFault with file, line and reason for a file that cannot be used.
    """
    parser = CommandParser(prog="yzt replay", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV in the columns of the LOBSTER message format")
    parser.add_argument("--customers", type=int, default=1_000, help="customers the flow is spread over")
    parser.add_argument("--balance", type=int, default=20_000_000, help="opening balance of each, in fen")
    parser.add_argument("--keep", action="store_true", help="keep the state directory for a look")
    options = parser.parse_args(argv)
    if not (1 <= options.customers <= CUSTOMERS_MAX and 0 <= options.balance <= 2**50):
        raise ProcessFault(f"--customers must be 1 to {CUSTOMERS_MAX}, --balance 0 to 2^50", ExitCode.USAGE)
    return run_command(_run, options.file, options.customers, options.balance, options.keep, config)


async def _run(file: Path, customer_count: int, balance_fen: int, keep: bool, config: Config) -> int:
    line_count = sum(1 for _ in read_flow(file))  # every line is sound before the first is sent
    if line_count == 0:
        raise FlowFileError(f"{file}: holds no line of an order flow")
    async with temporary_installation(config, print_progress, keep) as installation:
        broker = BrokerEntry(PARTY, "Replay", (SEAT,), new_party_signer(installation.config, PARTY, "ed25519"))
        customers = even_customers(customer_count, balance_fen)
        async with Seat.open(bank_seat_settings(installation.config), seat_clock(installation.config)) as bank:
            await register_broker(bank, broker)
            await open_customers(bank, customers)
            print_progress(f"replaying {file}")
            replay = await _replay(installation, broker, customers, file)
            auditor = informed_auditor([broker], customers)
            auditor.judge(replay.log.seen)
            by_ledger = totals_by_party(await bank.totals(FROM_LEDGER))[PARTY]
    print(report(replay.fates, replay.codes))
    text, agree = comparison(by_ledger, auditor)
    print(text)
    return int(ExitCode.OK if agree else ExitCode.FAILED)


async def _replay(installation: Installation, broker: BrokerEntry, customers: list[Customer], file: Path) -> FlowReplay:
    contract_nos = [customer.contract_no for customer in customers]
    settings = seat_settings(installation.config, PARTY, SEAT, broker.signer)
    async with Seat.open(settings, seat_clock(installation.config)) as seat:
        replay = FlowReplay(PARTY, SEAT, seat, contract_nos, SessionLog(), time.monotonic_ns)
        began_ns = time.monotonic_ns()
        await replay.run(read_flow(file))
        seconds = (time.monotonic_ns() - began_ns) / 1e9
    answered = replay.log.answered
    print_progress(f"{answered:,} requests in {seconds:.1f} s: {answered / seconds:,.0f} requests/s")
    return replay


def even_customers(count: int, balance_fen: int) -> list[Customer]:
    """`count` active customers of the replaying broker with the same opening balance."""
    return [make_customer(index, SEAT, PARTY, ContractStatus.ACTIVE, balance_fen) for index in range(count)]


def comparison(by_ledger: Totals, auditor: Auditor) -> tuple[str, bool]:
    """The totals of both beside each other with what differs, and whether nothing does."""
    by_auditor = auditor.totals()[PARTY]
    rows = [("", "ledger", "auditor", "difference")]
    for title, told, expected in zip(FIGURES.values(), by_ledger, by_auditor, strict=True):
        rows.append((title, yuan(told), yuan(expected), yuan(told - expected)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.rjust(width) if place else cell.ljust(width) for place, (cell, width) in enumerate(cells))
        for cells in (list(zip(row, widths, strict=True)) for row in rows)
    ]
    agree = auditor.judged_count - auditor.mismatch_count
    lines.append(f"the auditor expected {agree:,} of {auditor.judged_count:,} answers")
    lines += auditor.mismatches
    return "\n".join(lines), by_ledger == by_auditor and not auditor.mismatch_count
