"""Tests of configuration, embedded PostgreSQL, supervision and the command line."""
