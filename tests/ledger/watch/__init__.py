"""Clock, head and figures of a running ledger; its process and its link."""
