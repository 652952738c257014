"""What every process is made with: its surroundings, files, locks, children, clock, and what it says of itself."""
