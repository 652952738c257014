"""Tests of the rules: each page by exact values, the two halves of the table of kinds, and a kind really added."""
