"""`The business day`: the phases of the open trade date, as a table.

A date is traded from the roll that opens it until it is signed off 签退. From then on an order belongs to the next
date: nothing is frozen any more, so what the books of bank and broker are compared over stands still (004 B·三(四)1).
Releases, fills, movements and all that is said of contracts work in every phase.

Belongs here: phases, events, the table. Never here: what a kind of record needs (kinds), lanes, times of the clock.
"""

from protocol.vocabulary import DateEvent, DatePhase

DATE_PHASES: dict[tuple[DatePhase, DateEvent], DatePhase] = {
    (DatePhase.TRADING, DateEvent.SIGN_OFF): DatePhase.SIGNED_OFF,
}
"""The phase after an event; a cell that is missing refuses it."""


def next_phase(phase: DatePhase, event: DateEvent) -> DatePhase | None:
    """The phase after `event`, None where it is not due."""
    return DATE_PHASES.get((phase, event))


def is_market_closed(phase: DatePhase) -> bool:
    """Whether an order is refused because it belongs to the next date."""
    return phase != DatePhase.TRADING
