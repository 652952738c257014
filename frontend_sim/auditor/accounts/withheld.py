"""What authorities, and the bank for cards, withhold of one account, as the auditor keeps it.

Belongs here: the restraints of an account, what they hold, by the published rules. Never here: what else an account has
(audited_account), whether a request is accepted (auditor).
"""

from dataclasses import dataclass, field, replace

from protocol.vocabulary import RestraintKind


@dataclass(slots=True)
class Restraint:
    """One restraint."""

    number: int  # 0 of one for cards: nobody is told it
    kind: int
    amount_fen: int  # what it withholds
    before_it_fen: int  # of what is frozen and bought, what ranks before it
    until_s: int = 0  # 0: until it is lifted
    ordered_fen: int = 0  # of a judicial one: what two people have ordered to be deducted, and was not yet


@dataclass(slots=True)
class Withheld:
    """The restraints of an account, oldest first."""

    restraints: list[Restraint] = field(default_factory=list)
    _before: list[list[Restraint]] = field(default_factory=list)  # what was there before each thing that may be undone

    @property
    def amount_fen(self) -> int:
        """All together."""
        return sum(one.amount_fen for one in self.restraints)

    def remember(self) -> None:
        """What follows may be undone."""
        self._before.append([replace(one) for one in self.restraints])

    def undo(self) -> None:
        """As before the last thing that was remembered."""
        self.restraints = self._before.pop()

    def forget(self) -> None:
        """Nothing of it will be undone."""
        self._before.clear()

    def state(self) -> tuple[tuple[int, ...], ...]:
        """What decides about a deduction."""
        return tuple((one.amount_fen, one.before_it_fen, one.ordered_fen) for one in self.restraints)

    def named(self, number: int) -> Restraint | None:
        """The one of this number, 0: the one for cards; None when there is none."""
        return next((one for one in self.restraints if one.number == number), None)

    @property
    def has_card(self) -> bool:
        """Whether anything is withheld for card debits."""
        return self.named(0) is not None

    def lower(self, number: int, amount_fen: int) -> None:
        """A part of one is lifted: no more is deducted by it than it withholds then."""
        for one in self.restraints:
            if one.number == number:
                one.amount_fen -= amount_fen
                one.ordered_fen = min(one.ordered_fen, one.amount_fen)
        self.restraints = [one for one in self.restraints if one.amount_fen]

    def order(self, number: int, amount_fen: int) -> None:
        """Two people order so much more to be deducted by one."""
        for one in self.restraints:
            if one.number == number:
                one.ordered_fen += amount_fen

    def deduct(self, number: int, amount_fen: int) -> None:
        """A part of one is deducted, which was ordered once there are people who order."""
        for one in self.restraints:
            if one.number == number:
                one.ordered_fen = max(0, one.ordered_fen - amount_fen)
        self.lower(number, amount_fen)

    def fell(self, spent_fen: int) -> None:
        """What is frozen and bought has become less, and is so much."""
        for one in self.restraints:
            one.before_it_fen = min(one.before_it_fen, spent_fen)

    def owe(self, rest_fen: int, spent_fen: int) -> None:
        """A card debit took so much more than the account gave."""
        card = self.named(0)
        if card is not None:
            card.amount_fen += rest_fen
        elif rest_fen:
            self.restraints.append(Restraint(0, RestraintKind.CARD, rest_fen, spent_fen))

    def lapse(self, second: int) -> None:
        """Those whose last second is before this one are over."""
        self.restraints = [one for one in self.restraints if not 0 < one.until_s < second]

    def held_back(self, balance_fen: int, spent_fen: int) -> int:
        """What all of them together hold."""
        older_fen = 0
        for one in self.restraints:
            room_fen = balance_fen - min(one.before_it_fen, spent_fen) - older_fen
            older_fen += max(0, min(one.amount_fen, room_fen))
        return older_fen

    def held_by(self, number: int, balance_fen: int, spent_fen: int) -> int:
        """What one of them holds of a balance of which `spent_fen` is frozen and bought, behind the older ones."""
        older_fen = 0
        for one in self.restraints:
            room_fen = balance_fen - min(one.before_it_fen, spent_fen) - older_fen
            held_fen = max(0, min(one.amount_fen, room_fen))
            if one.number == number:
                return held_fen
            older_fen += held_fen
        return 0
