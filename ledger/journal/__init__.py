"""The journal in PostgreSQL: one commit is one statement is one row; read again, verified, applied."""
