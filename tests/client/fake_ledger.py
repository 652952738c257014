"""What the SDK's tests know of the practice bank's ledger."""

from frontend_sim.practice.ledger import NEXT_TRADE_DATE, OPENING_FEN, TRADE_DATE

__all__ = ["BANK_KEY_ID", "NEXT_TRADE_DATE", "OPENING_FEN", "TRADE_DATE"]

BANK_KEY_ID = 1
