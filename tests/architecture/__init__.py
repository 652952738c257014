"""Tests of the shape of the source: sizes, words, imports, packaging."""
