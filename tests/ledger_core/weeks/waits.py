"""What customers of one broker wait for, in plain numbers: reckoned from what was sent and told, not from the tables.

Belongs here: what is gated of each contract and date, what a set-off must come to, who is gated. Never here: sending.
"""

from ledger.core.state.book import Book
from protocol.given_numbers import CONTRACT_NUMBER_STEP
from protocol.vocabulary import ObligationState

GATES = (ObligationState.OWED_BY_BROKER, ObligationState.NOTIFIED, ObligationState.OVERDUE)


class Waits:
    """By contract and trade date, the oldest first."""

    def __init__(self, party: int) -> None:
        self.party = party
        self.proceeds_fen: dict[int, dict[int, int]] = {}
        self.other_fen: dict[tuple[int, int], int] = {}
        self.begun: set[int] = set()  # dates whose settle step has begun

    def of_date_fen(self, date: int) -> int:
        """All that waits for a date."""
        others_fen = sum(fen for (_, on), fen in self.other_fen.items() if on == date)
        return others_fen + sum(of_dates.get(date, 0) for of_dates in self.proceeds_fen.values())

    def is_gated(self, book: Book) -> bool:
        """Whether the broker owes anything of a date up to the last one that is being settled."""
        owed = book.obligations.unpaid_of(self.party)
        return any(each.state in GATES and each.trade_date <= max(self.begun, default=0) for each in owed)

    def set_off_fen(self, book: Book, contract_no: int, sold_fen: int, buys_fen: int) -> int:
        """What of a contract's proceeds its buys need, beside all else that pays for them."""
        account = int(book.account_of_contract[contract_no // CONTRACT_NUMBER_STEP])
        columns = (book.balance_fen, book.frozen_fen, book.bought_fen)
        balance_fen, frozen_fen, bought_fen = (int(column[account]) for column in columns)
        held_fen = 0
        for each in [each for each in book.restraints.ordered() if each.account == account]:
            there_fen = balance_fen - min(each.senior_fen, frozen_fen + bought_fen) - held_fen
            held_fen += min(each.amount_fen, max(0, there_fen))
        pays_fen = balance_fen - frozen_fen - (bought_fen - buys_fen) - held_fen
        waits_fen = sum(self.proceeds_fen.get(contract_no, {}).values())
        return min(waits_fen + sold_fen, max(0, buys_fen - max(0, pays_fen)))

    def settled(self, contract_no: int, date: int, sold_fen: int, other_fen: int, credited_fen: int) -> None:
        """Of proceeds so much was credited, of what waits longest first; the rest waits, as dividends do."""
        of_dates = self.proceeds_fen.setdefault(contract_no, {})
        of_dates[date] = sold_fen
        self.other_fen[contract_no, date] = other_fen
        for on in sorted(of_dates):
            taken_fen = min(credited_fen, of_dates[on])
            of_dates[on] -= taken_fen
            credited_fen -= taken_fen
        assert not credited_fen

    def all_of(self, contract_no: int) -> int:
        """All proceeds of a contract that wait."""
        return sum(self.proceeds_fen.get(contract_no, {}).values())
