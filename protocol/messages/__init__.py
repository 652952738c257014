"""Every message on the wire that is no money record: one frozen struct each, by subject, and their one codec."""
