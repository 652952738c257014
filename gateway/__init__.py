"""The front-end processor 前置机: partner links in, the ledger behind, signatures both ways, a book of its own."""
