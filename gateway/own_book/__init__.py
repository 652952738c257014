"""The gateway's own book: money per contract by its own code, and its checkpoints."""
