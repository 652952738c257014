"""The lines of clearing sets, a block at a time: read, decided, and what accepted ones do."""
