"""The golden frames of orders through the bank, of what they go by and of who is signed on."""
