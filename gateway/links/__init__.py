"""The lines once they are let in: the partners' links, and the one link to the ledger."""
