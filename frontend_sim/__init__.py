"""Everyone outside the bank's two processes, played: brokers, exchange, the bank's seat, and an independent auditor."""
