"""The second client's own codec: bytes, frames, messages, records, signatures, as the page says."""
