"""Random histories of whole business days: the same facts by many ways, and the books that must come of them."""
