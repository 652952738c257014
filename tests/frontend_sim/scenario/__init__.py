"""Written stories: their form and sense, what they expect, one of them played."""
