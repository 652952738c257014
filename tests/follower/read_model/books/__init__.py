"""The books in SQL: what is posted for customers, outlets and brokers, and what it comes to."""
