"""The mirror of securities as the core keeps it: positions, pages, of which day who was told."""
