"""Faults brought about on purpose, and the figures that must come of them: `make proof`."""
