"""Orders of scheme A at the end of their day: closed, compared with their set, lowered by two people before."""
