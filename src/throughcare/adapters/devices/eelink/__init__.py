"""Eelink trackers: binary packages that begin with 0x6767."""
