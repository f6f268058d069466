"""Violent reoffending predictor (VRP, OGRS4 generation): proven violent, not sexual, reoffending within two years."""
