"""One savings account as the auditor keeps it: what is ordered on it, earned by it, withheld of it."""
