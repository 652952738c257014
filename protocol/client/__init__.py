"""The broker SDK: what we publish to partners. Trio, with a thin synchronous face; the only part of protocol with I/O."""
