"""Tests of the ledger's shell: journal, groups, gate, order path, recovery, the process."""
