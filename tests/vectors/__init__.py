"""Golden frames for anybody who writes a client: JSON files, and the scripts that make them again byte for byte.

Belongs here: what is published with the protocol. Never here: tests of our own objects (tests/protocol).
"""
