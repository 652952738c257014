"""What a process says of itself: its log, its figures, its ready file, and what it answers when it is asked."""
