"""All state of the ledger, one class for each subject, and its forms: arrays, slices, totals."""
