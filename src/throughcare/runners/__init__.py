"""Runners: the one engine on recorded files (``monitoring``, ``arrivals``); here the clock may be read."""
