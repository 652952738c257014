"""A second client, written from docs/protocol.md and the golden frames alone.

Belongs here: an independent reading of the published protocol, and the conversations that prove it. Never here: an
import of the product. Only conftest.py, which plays the bank that hands over an address and keys, may start one.
"""
