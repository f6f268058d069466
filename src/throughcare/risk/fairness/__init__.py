"""Fairness: the same questions asked of every group, at every threshold, with what chance alone would show."""
