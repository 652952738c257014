"""The processes beside the harness: loads, floods, a sink; their plans and results."""
