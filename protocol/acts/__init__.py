"""Acts of people: one struct for each by subject, the table of rights and persons, the canonical form."""
