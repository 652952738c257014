"""People of a simulated day and what knows them: who decides, who walks in, the card host, the identity desk."""
