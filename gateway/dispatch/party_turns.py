"""Who works next in the gateway: by turns over parties, and within a party over what waits for it.

Belongs here: the order of turns and how much of one pass of the scheduler they take. Never here: what a turn does
(links.partner_link, answers), what frames cost a party (admission), sockets.

A gateway has one processor, and checking and making signatures is nearly all that it does. Were turns given to links,
a party with K links would have K turns for each one of another party, all within its credit. So the turn belongs to
the party: with N parties at work each waits for at most N - 1 turns, however many seats the others have.

trio runs everything that can run before it looks at sockets again. Were each link to take its turn in its own task, K
turns would go by before the ledger's answers were read. So a turn is no task's: links and answers wait here, whoever
comes works off what is due until the pass has had its share, and `keep` goes on in the next pass. Between two
passes the sockets are looked at, and the ledger's tasks run. What comes while nobody waits is worked off at once, in
the task that brought it: that costs two calls and wakes nobody.

A turn is measured by the clock. Where the system took the processor away meanwhile it is over the sooner, and nobody
is wronged; asking how much of the processor was used is a call of the system, and costs as much as a frame's lookup.
"""

from collections import deque
from typing import Protocol

import trio

from gateway.clock import Clock
from protocol.client.line.waits import Bell
from protocol.errors import InvariantBroken

TURN_NS = 250_000  # two or three small frames, or one large one
PASS_NS = 1_000_000  # several turns: looking at all sockets costs something by itself
LONE_PASS_NS = 4_000_000  # while one party alone is at work: nobody waits, and less goes by between its turns
LONE_AFTER_NS = 100_000_000  # of turns of one party only: then it is alone


class Worker(Protocol):
    """Something that waits for its turn: a link with frames, a seat with answers."""

    def take_turn(self, ends_ns: int) -> bool:
        """Works until the time is `ends_ns`, on one frame at least. True: there is more to do.

        Never waits, and keeps what goes wrong to itself. Raises InvariantBroken.
        """
        ...


class PartyTurns(trio.abc.Instrument):
    """One per gateway. `put`, then `run`; `keep` is the task that does what they leave over."""

    def __init__(self, clock: Clock) -> None:
        self._elapsed_ns = clock.elapsed_ns
        self._parties: dict[int, deque[Worker]] = {}  # those with work, whose turn is next first
        self._used_ns = 0  # in this pass
        self._pass_ns = PASS_NS
        self._last_party = 0
        self._lone_ns = 0  # since a turn of another party
        self._is_running = False
        self._bell = Bell()

    def put(self, party: int, worker: Worker) -> None:
        """`worker` waits for a turn of this party. It must not wait already."""
        waiting = self._parties.get(party)
        if waiting is None:
            self._parties[party] = deque((worker,))
        else:
            waiting.append(worker)

    def run(self) -> None:
        """Gives out turns until nobody waits or the pass has had its share; `keep` has the rest done.

        Raises InvariantBroken, also for what a worker did not keep to itself: the task that calls is mostly another's.
        """
        if self._is_running:
            return
        self._is_running = True
        parties, began_ns = self._parties, self._elapsed_ns()
        used_ns = self._used_ns
        try:
            while parties:
                if used_ns >= self._pass_ns:
                    self._bell.ring()
                    break
                party = next(iter(parties))
                waiting = parties.pop(party)
                if party != self._last_party:
                    self._last_party, self._lone_ns, self._pass_ns = party, 0, PASS_NS
                worker = waiting.popleft()
                if worker.take_turn(began_ns + TURN_NS):
                    waiting.append(worker)
                if waiting:
                    # Behind the others; what came for this party meanwhile waits behind what waited.
                    waiting.extend(parties.pop(party, ()))
                    parties[party] = waiting
                now_ns = self._elapsed_ns()
                used_ns += now_ns - began_ns
                self._lone_ns += now_ns - began_ns
                began_ns = now_ns
                if self._lone_ns >= LONE_AFTER_NS:
                    self._pass_ns = LONE_PASS_NS
        except InvariantBroken:
            raise
        except Exception as error:
            raise InvariantBroken("a turn left an exception to somebody else's task") from error
        finally:
            self._used_ns = used_ns
            self._is_running = False

    async def keep(self) -> None:
        """Until cancelled: in each pass, what is left over. Raises InvariantBroken as `run` does."""
        trio.lowlevel.add_instrument(self)
        try:
            while True:
                await self._bell.wait()
                self.run()
        finally:
            trio.lowlevel.remove_instrument(self)

    def after_io_wait(self, timeout: float) -> None:
        """A pass begins: trio has looked at the sockets."""
        self._used_ns = 0
