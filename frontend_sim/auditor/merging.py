"""Which order of several seats' requests on one account explains the answers.

Belongs here: the search. Never here: what a right answer is, what a request moves (both handed in as functions).
"""

from collections.abc import Callable, Sequence

from frontend_sim.auditor.accounts.audited_account import Verdict
from frontend_sim.auditor.observations import Seen
from protocol.codes import ReplyCode


def apply_explaining_order(
    seats: Sequence[list[Seen]],
    verdict_on: Callable[[Seen], Verdict],
    apply: Callable[[Seen, int], None],
    state: Callable[[], tuple[tuple[int, ...], ...]],
) -> bool:
    """Find a merging of the seats' orders in which every verdict is what was answered, and apply it.

    `seats`: one list per seat, each in the seat's own order, all on one account. Returns False, with everything as
    it was, when no merging explains the answers. Depth first; what a request moves follows from its code, so the
    account after a set of requests does not depend on their merging but for `state`, which is of restraints alone,
    and each set is looked at once with each of these: at most the product of the seats' counts where there is none.
    """
    wanted = sum(len(items) for items in seats)
    place_of_seat = {items[0].seat: place for place, items in enumerate(seats)}
    done = [0] * len(seats)
    order: list[Seen] = []
    choices = [0]
    dead: set[tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]] = set()
    while len(order) < wanted:
        place = choices[-1]
        if place == len(seats):
            dead.add((tuple(done), state()))
            choices.pop()
            if not choices:
                return False
            last = order.pop()
            done[place_of_seat[last.seat]] -= 1
            if last.code == ReplyCode.ACCEPTED:
                apply(last, -1)
            continue
        choices[-1] += 1
        if done[place] == len(seats[place]):
            continue
        one = seats[place][done[place]]
        done[place] += 1
        if verdict_on(one) != (one.code, one.state, one.remaining_fen):
            done[place] -= 1
            continue
        if one.code == ReplyCode.ACCEPTED:
            apply(one, 1)
        if (tuple(done), state()) in dead:
            done[place] -= 1
            if one.code == ReplyCode.ACCEPTED:
                apply(one, -1)
            continue
        order.append(one)
        choices.append(0)
    return True
