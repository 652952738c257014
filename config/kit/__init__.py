"""What every process is made with: its surroundings, files, locks, logs, life signs, figures."""
