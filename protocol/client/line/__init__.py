"""One seat at work on its line: what waits to be sent, what is under way, what came back, and to whom it is told."""
