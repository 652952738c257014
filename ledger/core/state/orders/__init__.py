"""What the bank knows beforehand of orders that come through it: one class per subject."""
