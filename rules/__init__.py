"""The law of the bank, one page for each subject: whole numbers in, a verdict and its effect out; no numpy, no I/O."""
