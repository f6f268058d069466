"""Validation: does a score say what happens? Discrimination, calibration, drift; every number with its interval."""
