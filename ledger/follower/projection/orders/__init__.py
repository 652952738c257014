"""What orders through the bank go by, in the read model: one file per subject."""
