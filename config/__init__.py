"""Configuration and supervision: schema, defaults, embedded PostgreSQL, process supervision, command line.

What belongs here: reading and checking the one configuration file, and starting, watching and stopping the
processes it describes. What never may: a decision about money, a frame, or an SQL statement of the ledger.
"""
