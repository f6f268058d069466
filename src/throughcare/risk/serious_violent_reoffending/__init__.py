"""Serious violent reoffending predictor (SVRP, OGRS4 generation): proven serious violence, not sexual, within two years."""
