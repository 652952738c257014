"""What every process is made of: its clock, its log, its port, what it is started in and how it is ended."""
