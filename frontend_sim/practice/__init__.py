"""A bank to practise on: the protocol's own session before a ledger in memory, which misbehaves when it is told to."""
