"""One harness, one command: the shipped system under load, and its peers measured in the same run."""
