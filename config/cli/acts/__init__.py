"""`yzt act`: what people of the bank sign, as files."""
