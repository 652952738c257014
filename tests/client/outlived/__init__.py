"""What a caller's death, fork or interruption leaves behind, and what the outbox keeps."""
