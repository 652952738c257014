"""What an outsider expects of a broker's date once its clearing set is complete: what differs, what two people sign of
it, and what corrections move.

Belongs here: the rules of differences and corrections as docs/protocol.md has them (17.6, 17.8), written as simply as
possible, and the comparison with what was told. Never here: anything of ledger, rules or gateway, as in `auditor`; the
lines of the set (clearing).

An account's figures are those of one trade date here: the auditor has seen no other one of which anything is left.
"""

import hashlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from frontend_sim.auditor.audited_account import Account, Contract, Freeze, FreezeKey
from frontend_sim.auditor.clearing import OfContract, SetAudit
from protocol.codes import ReplyCode
from protocol.records import (
    FREEZE_STATE_CLOSED,
    FREEZE_STATE_NONE,
    STATE_NUMBER_GIVEN,
    OutcomeArray,
    RecordArray,
)
from protocol.trade_dates import trade_day
from protocol.vocabulary import ComparedField, DifferenceClass, Fate, RecordKind

SUMS = (ComparedField.BOUGHT, ComparedField.SOLD)
NAMES = (
    *("kind", "trade_day", "contract_no", "amount_fen", "release_fen", "target_date", "target_seat", "target_number"),
    *("act_number", "cleared_proceeds_fen", "made_good_buys_fen", "made_good_proceeds_fen"),
    *("has_bought_fen", "has_sold_fen"),
)
MISMATCHES_KEPT_MAX = 20


class Expected(NamedTuple):
    """A difference, with both values; the order's name is zeros where it is about a contract."""

    difference_class: int
    compared_field: int
    contract_no: int
    order: FreezeKey
    bank_has: int
    set_says: int


class Permitted(NamedTuple):
    """What two people have signed of one contract."""

    buys_fen: int
    proceeds_fen: int
    rejected_fen: int
    rise_max_fen: int
    made_good_max_fen: int


class Moved(NamedTuple):
    """Where a contract's date stands once it is corrected, and what its broker makes good."""

    bought_fen: int
    sold_fen: int
    good_buys_fen: int
    good_proceeds_fen: int


@dataclass(slots=True)
class DateAudit:
    """One broker's date, by one complete set of it."""

    told: SetAudit
    permits: Mapping[tuple[int, int], Permitted] = field(default_factory=dict)
    """By the number of the act and the contract."""
    judged_count: int = 0
    mismatches: list[str] = field(default_factory=list)
    corrected: dict[int, Moved] = field(default_factory=dict)
    """By contract."""
    _closed_fen: dict[FreezeKey, int] = field(default_factory=dict)  # what closing released, of which no set tells

    def differences(self) -> list[Expected]:
        """All that the comparison should find now, in the order in which it is told."""
        found = [*self._strays(), *self._of_orders()]
        for contract_no in sorted(self._contracts()):
            found += self._of_sums(contract_no)
        return found

    def to_sign(self, difference_class: DifferenceClass) -> tuple[int, str]:
        """How many differences of a class two people sign for, and the digest of their list, in hexadecimal."""
        digest, count = bytes(32), 0
        for each in self.differences():
            if each.difference_class == difference_class and each.compared_field not in SUMS:
                values = (each.compared_field, each.contract_no, *each.order, each.bank_has, each.set_says)
                digest = hashlib.sha256(digest + struct.pack("<7q", *values)).digest()
                count += 1
        return count, digest.hex()

    def judge(self, records: RecordArray, outcomes: OutcomeArray) -> None:
        """(n,) CLOSEs and CORRECTs of the day desk in order, and what was answered to each."""
        columns = [records[name].tolist() for name in NAMES]
        answered = zip(*(outcomes[name].tolist() for name in ("code", "state", "remaining_fen")), strict=True)
        for values, told in zip(zip(*columns, strict=True), answered, strict=True):
            one = dict(zip(NAMES, values, strict=True))
            expected = self._on_closing(one) if one["kind"] == RecordKind.CLOSE else self._on_correction(one)
            self.judged_count += 1
            if expected != told and len(self.mismatches) < MISMATCHES_KEPT_MAX:
                self.mismatches.append(f"day desk, {one}: answered {told}, expected {expected}")

    def _contracts(self) -> dict[int, Contract]:
        known = self.told.auditor.contracts.items()
        return {number: contract for number, contract in known if contract.party == self.told.party}

    def _freezes(self) -> list[tuple[FreezeKey, int, Freeze]]:
        """Those of the date, by seat and number."""
        return sorted(
            (key, number, freeze)
            for number, contract in self._contracts().items()
            for key, freeze in contract.freezes.items()
            if key[0] == self.told.trade_date
        )

    def _strays(self) -> list[Expected]:
        there = {key for key, _, _ in self._freezes()}
        of = ((self.told.orders, ComparedField.ORDER), (self.told.cleared_fen, ComparedField.BUY))
        return [
            Expected(DifferenceClass.MISSING_HERE, what, 0, key, 0, 1)
            for names, what in of
            for key in sorted(names.keys() - there)
        ]

    def _of_orders(self) -> list[Expected]:
        found = []
        for key, number, freeze in self._freezes():
            told, cleared_fen = self.told.orders.get(key), self.told.cleared_fen.get(key, 0)
            if told is None:
                found.append(Expected(DifferenceClass.MISSING_THERE, ComparedField.ORDER, number, key, 1, 0))
                continue
            amount, state = DifferenceClass.AMOUNT, DifferenceClass.STATE
            if freeze.amount_fen != told.frozen_fen:
                values = (freeze.amount_fen, told.frozen_fen)
                found.append(Expected(amount, ComparedField.FROZEN, number, key, *values))
            released_fen = freeze.released_fen - self._closed_fen.get(key, 0)
            if released_fen != told.released_fen:
                values = (released_fen, told.released_fen)
                found.append(Expected(amount, ComparedField.RELEASED, number, key, *values))
            nothing = told.fate in (Fate.REFUSED, Fate.CANCELLED) and max(freeze.drawn_fen, cleared_fen) > 0
            something = told.fate in (Fate.FILLED, Fate.PARTLY) and cleared_fen == 0
            if nothing or something:
                found.append(Expected(state, ComparedField.FATE, number, key, freeze.drawn_fen, told.fate))
        return found

    def _of_sums(self, number: int) -> list[Expected]:
        """What will have been bought and sold, against the set less, or plus, what is made good."""
        contract = self._contracts()[number]
        account, says = contract.account, self.told.of_contract.get(number, OfContract())
        if account.contract is not contract:
            return []
        done = self.corrected.get(number)
        bought_fen = account.bought_fen + sum(self._draws(key, each)[0] for key, each in contract.freezes.items())
        buys_fen = says.buys_fen - (done.good_buys_fen if done else says.listed_fen)
        proceeds_fen = says.proceeds_fen + (done.good_proceeds_fen if done else 0)
        at_fill, found = self.told.auditor.members[self.told.party].proceeds_at_fill, []
        if not (at_fill or done):  # both come with the set
            buys_fen -= says.excess_fen
        if bought_fen != buys_fen:
            values = (bought_fen, buys_fen)
            found.append(Expected(DifferenceClass.AMOUNT, ComparedField.BOUGHT, number, (0, 0, 0), *values))
        if (at_fill or done) and account.sold_fen != proceeds_fen:
            values = (account.sold_fen, proceeds_fen)
            found.append(Expected(DifferenceClass.AMOUNT, ComparedField.SOLD, number, (0, 0, 0), *values))
        return found

    def _draws(self, key: FreezeKey, freeze: Freeze) -> tuple[int, int]:
        """What closing an order of the date draws and releases."""
        told = self.told.orders.get(key)
        if key[0] != self.told.trade_date or (told is not None and told.fate == Fate.HELD):
            return 0, 0
        due_fen = max(0, self.told.cleared_fen.get(key, 0) - freeze.drawn_fen)
        drawn_fen = min(freeze.remaining_fen, due_fen)
        return drawn_fen, freeze.remaining_fen - drawn_fen

    def _on_closing(self, one: Mapping[str, int]) -> tuple[int, int, int]:
        contract = self._contracts().get(one["contract_no"])
        if contract is None:
            return (ReplyCode.CONTRACT_UNKNOWN, FREEZE_STATE_NONE, 0)
        key = (one["target_date"], one["target_seat"], one["target_number"])
        freeze = contract.freezes.get(key)
        if freeze is None or not freeze.remaining_fen:
            code = ReplyCode.FREEZE_UNKNOWN if freeze is None else ReplyCode.FREEZE_CLOSED
            return (code, FREEZE_STATE_NONE, 0)
        drawn_fen, released_fen = self._draws(key, freeze)
        if one["trade_day"] != trade_day(self.told.trade_date) or drawn_fen + released_fen != freeze.remaining_fen:
            return (ReplyCode.STEP_NOT_DUE, FREEZE_STATE_NONE, 0)
        if (one["amount_fen"], one["release_fen"]) != (drawn_fen, released_fen):
            return (ReplyCode.SETTLEMENT_DIFFERS, FREEZE_STATE_NONE, 0)
        freeze.drawn_fen += drawn_fen
        freeze.released_fen += released_fen
        self._closed_fen[key] = released_fen
        contract.account.frozen_fen -= drawn_fen + released_fen
        contract.account.bought_fen += drawn_fen
        contract.account.withheld.fell(contract.account.spent_fen)
        return (ReplyCode.ACCEPTED, FREEZE_STATE_CLOSED, 0)

    def _on_correction(self, one: Mapping[str, int]) -> tuple[int, int, int]:
        number = one["contract_no"]
        contract = self._contracts().get(number)
        if contract is None:
            return (ReplyCode.CONTRACT_UNKNOWN, FREEZE_STATE_NONE, 0)
        is_open = any(any(self._draws(key, each)) for key, each in contract.freezes.items())
        if number in self.corrected or is_open:
            return (ReplyCode.STEP_NOT_DUE, FREEZE_STATE_NONE, 0)
        account, says = contract.account, self.told.of_contract.get(number, OfContract())
        permit = self.permits.get((one["act_number"], number))
        if one["act_number"] and permit is None:
            return (ReplyCode.ACT_NEEDED, FREEZE_STATE_NONE, 0)
        moved = self._moved(account, says, permit.rejected_fen if permit is not None else 0)
        named = [one[name] for name in ("amount_fen", "cleared_proceeds_fen", "has_bought_fen", "has_sold_fen")]
        named += [one["made_good_buys_fen"], one["made_good_proceeds_fen"]]
        if named != [says.buys_fen, says.proceeds_fen, account.bought_fen, account.sold_fen, *moved[2:]]:
            return (ReplyCode.SETTLEMENT_DIFFERS, FREEZE_STATE_NONE, 0)
        rise_fen, good_fen = moved.bought_fen - account.bought_fen, moved.good_buys_fen + moved.good_proceeds_fen
        if not self._may(permit, says, rise_fen, moved.sold_fen - account.sold_fen, good_fen):
            return (ReplyCode.ACT_NEEDED, FREEZE_STATE_NONE, 0)
        account.bought_fen, account.sold_fen = moved[:2]
        account.withheld.fell(account.spent_fen)
        self.corrected[number] = moved
        self.told.is_booked.add(number)
        if not good_fen:
            return (ReplyCode.ACCEPTED, FREEZE_STATE_NONE, 0)
        cases = sum(each.good_buys_fen + each.good_proceeds_fen > 0 for each in self.corrected.values())
        return (ReplyCode.ACCEPTED, STATE_NUMBER_GIVEN, cases)

    def _may(self, permit: Permitted | None, says: OfContract, rise_fen: int, sold_fen: int, good_fen: int) -> bool:
        """Whether two people have signed for it, or it needs nobody: no tolerance was ever agreed here."""
        if permit is None:
            differs_fen = max(0, -rise_fen) + (
                abs(sold_fen) if self.told.auditor.members[self.told.party].proceeds_at_fill else 0
            )
            return not (good_fen or differs_fen) and rise_fen <= says.excess_fen
        is_same = (permit.buys_fen, permit.proceeds_fen) == (says.buys_fen, says.proceeds_fen)
        return is_same and rise_fen <= permit.rise_max_fen and good_fen <= permit.made_good_max_fen

    def _moved(self, account: Account, says: OfContract, rejected_fen: int) -> Moved:
        """The three steps of 17.8: nobody is overdrawn, and nothing is taken for which there is no money."""
        takes_fen = says.buys_fen - min(rejected_fen, says.buys_fen)
        power_fen = account.buying_power_fen + account.restrained_fen
        bought_fen, sold_fen = min(account.bought_fen, takes_fen), max(account.sold_fen, says.proceeds_fen)
        power_fen += account.bought_fen - bought_fen + sold_fen - account.sold_fen
        falls_fen = min(power_fen, sold_fen - says.proceeds_fen)
        sold_fen, power_fen = sold_fen - falls_fen, power_fen - falls_fen
        bought_fen += min(takes_fen - bought_fen, max(0, power_fen - account.restrained_fen))
        return Moved(bought_fen, sold_fen, says.buys_fen - bought_fen, sold_fen - says.proceeds_fen)


def differ(expected: Sequence[Expected], found: Sequence[Expected]) -> str:
    """In words how what was found is not what was expected; nothing when it is."""
    more, less = [each for each in found if each not in expected], [each for each in expected if each not in found]
    if more or less:
        return f"found and not expected: {more[:3]}; expected and not found: {less[:3]}"
    return "" if list(expected) == list(found) else "found in another order"
