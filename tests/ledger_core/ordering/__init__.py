"""Records of orders through the bank: what they earn, what they do, and that blocks of them may be cut anywhere."""
