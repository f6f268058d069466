"""Simulation: a seeded invented town, invented people and their tags, with the truth kept.

The one rule: the same seed gives the same bytes, and each person has a seed of their own, so that adding
people changes nobody who was there before. Nothing here reads a clock, a file or global randomness.
"""
