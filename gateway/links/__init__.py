"""Everything that holds a socket: the listener, the partners' links, the one link to the ledger."""
