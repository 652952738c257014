"""`yzt scenario FILE`: a written story, run through real processes, with what they answered after each event."""
