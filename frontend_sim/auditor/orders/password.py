"""A customer's trading password, and with which channels he is signed on, as an outsider reads of it.

Belongs here: what is counted and barred, what ends a sign-on. Never here: who may say so (judging), anything of ledger,
rules or gateway.
"""

from dataclasses import dataclass, field, replace

from protocol.vocabulary import Verdict

OF_CHANNEL, OF_ALL = 3, 5  # failures of a date, that bar a channel and all of them


@dataclass(slots=True)
class Password:
    """Of one contract."""

    generation: int = 0
    is_set: bool = False
    is_lost: bool = False
    is_locked: bool = False
    failures: dict[int, int] = field(default_factory=dict)  # of the date, by channel
    until_s: dict[int, int] = field(default_factory=dict)  # signed on, by channel; 0 where the customer is not
    _before: list["Password"] = field(default_factory=list)

    def is_barred(self, channel: int) -> bool:
        """Whether nobody signs on with it."""
        return self.is_locked or self.failures.get(channel, 0) == OF_CHANNEL

    def judged(self, verdict: int, channel: int, until_s: int) -> None:
        """The desk's verdict on an attempt was accepted."""
        self._before.append(self._copy())
        if verdict == Verdict.SIGNED_ON:
            self.failures = {}
            self.until_s[channel] = until_s
        elif not self.is_barred(channel):
            self.failures[channel] = self.failures.get(channel, 0) + 1
            self.is_locked = sum(self.failures.values()) == OF_ALL

    def undo(self) -> None:
        """The last verdict was none."""
        last = self._before.pop()
        self.failures, self.until_s, self.is_locked = last.failures, last.until_s, last.is_locked

    def forget(self) -> None:
        """Nothing is undone any more."""
        self._before.clear()

    def set(self) -> None:
        """Another one is set."""
        self._changed()
        self.is_set = True

    def lose(self) -> None:
        """It is reported lost."""
        self._changed()
        self.is_set, self.is_lost = False, True

    def reset(self) -> None:
        """Two people have reset it."""
        self._changed()
        self.is_set = self.is_lost = False
        self.unlock()

    def unlock(self) -> None:
        """Nothing is counted any more."""
        self.failures, self.is_locked = {}, False

    def roll(self) -> None:
        """Another date is open; a lock stays."""
        self.failures = {}

    def carried(self) -> "Password":
        """Of the contract that goes on for this one."""
        return replace(self, failures=dict(self.failures), until_s={}, _before=[])

    def state(self) -> tuple[int, ...]:
        """All that verdicts of a row may change."""
        counted = (each for pair in sorted(self.failures.items()) for each in pair)
        signed_on = (each for pair in sorted(self.until_s.items()) for each in pair)
        return (self.is_locked, *counted, -1, *signed_on)

    def _changed(self) -> None:
        self.generation = min(self.generation + 1, 2**31 - 1)
        self.until_s = {}

    def _copy(self) -> "Password":
        return replace(self, failures=dict(self.failures), until_s=dict(self.until_s), _before=[])
