"""Control totals asked over the bank's seat: the ledger's and the gateway's own book, live and at the end.

Belongs here: asking, and pairing answers as of the same journal row. Never here: printing, the other two sources.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import trio

from config.kit.exit_codes import ExitCode, ProcessFault
from frontend_sim.auditor.register import Totals
from frontend_sim.market.order_seat import TotalsSeat
from protocol.messages.queries import TotalsAnswer

FROM_LEDGER = 1
FROM_GATEWAY = 2
LEDGER_SECONDS = 0.1
GATEWAY_SECONDS = 0.01
ANSWERS_KEPT_MAX = 64


@dataclass(frozen=True, slots=True)
class MoneyControl:
    """Ledger and gateway's own book as of one journal row, and what lies between them over all figures."""

    sequence: int
    difference_fen: int


@dataclass(slots=True)
class MoneyWatch:
    """While money moves, two books are rarely at the same row: the latest answers of both are kept until they meet."""

    bank: TotalsSeat
    _ledger: dict[int, TotalsAnswer] = field(default_factory=dict)
    _gateway: dict[int, TotalsAnswer] = field(default_factory=dict)

    async def run(self, note: Callable[[MoneyControl], None], is_over: Callable[[], bool]) -> None:
        """Ask both again and again; note a comparison whenever they have spoken of the same row.

        The gateway is asked more often, so that hardly a row passes between two of its answers.
        """
        async with trio.open_nursery() as nursery:
            for source, pause_seconds in ((FROM_LEDGER, LEDGER_SECONDS), (FROM_GATEWAY, GATEWAY_SECONDS)):
                nursery.start_soon(self._ask, source, pause_seconds, note, is_over)

    async def _ask(
        self, source: int, pause_seconds: float, note: Callable[[MoneyControl], None], is_over: Callable[[], bool]
    ) -> None:
        answers = self._ledger if source == FROM_LEDGER else self._gateway
        while not is_over():
            answer = await self.bank.totals(source)
            if answer.complete:
                answers[answer.as_of_sequence] = answer
            while len(answers) > ANSWERS_KEPT_MAX:
                del answers[min(answers)]
            common = self._ledger.keys() & self._gateway.keys()
            if common:
                note(control_at(self._ledger.pop(max(common)), self._gateway[max(common)]))
            await trio.sleep(pause_seconds)


def control_at(ledger: TotalsAnswer, gateway: TotalsAnswer) -> MoneyControl:
    """Compare two answers as of the same row: the sum of all absolute differences, per party and figure."""
    by_ledger, by_gateway = totals_by_party(ledger), totals_by_party(gateway)
    nothing = Totals(0, 0, 0, 0)
    difference_fen = 0
    for party in by_ledger.keys() | by_gateway.keys():
        one, other = by_ledger.get(party, nothing), by_gateway.get(party, nothing)
        difference_fen += sum(abs(here - there) for here, there in zip(one, other, strict=True))
    return MoneyControl(ledger.as_of_sequence, difference_fen)


async def totals_as_of(bank: TotalsSeat, source: int, sequence: int, patience_seconds: float) -> dict[int, Totals]:
    """Totals per party of one source, as of journal `sequence` or later.

    Raises: ProcessFault when the source is not complete or not there in time.
    """
    with trio.move_on_after(patience_seconds):
        while True:
            answer = await bank.totals(source)
            if answer.complete and answer.as_of_sequence >= sequence:
                return totals_by_party(answer)
            await trio.sleep(LEDGER_SECONDS)
    message = f"totals of source {source} are not at row {sequence} after {patience_seconds:.0f} s"
    raise ProcessFault(message, ExitCode.UNAVAILABLE)


def totals_by_party(answer: TotalsAnswer) -> dict[int, Totals]:
    """A totals answer as figures by party."""
    return {entry.party: Totals(*entry.amounts_fen) for entry in answer.parties}
