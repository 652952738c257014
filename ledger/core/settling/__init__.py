"""Customer settlement: what records settle and credit, what the law is told of it, what they do, who is gated."""
