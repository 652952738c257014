"""The journal replayed: chain, audit, forged rows, recovery."""
