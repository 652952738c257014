"""Transfer mode: what is moved, drawn and given back, beside a book in which nothing is."""
