"""One seat at work on its line: links, clocks, windows, banks that lie or misbehave."""
