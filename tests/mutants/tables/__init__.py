"""The planted errors, a file a subject."""
