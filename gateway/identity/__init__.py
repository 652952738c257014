"""The identity desk: looks into contracts that brokers push, with the only key to what is sealed in them."""
