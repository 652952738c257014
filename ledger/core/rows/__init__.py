"""Journal rows as values: their form, their digest, and what becomes of the book when a stored one is applied."""
