"""The demonstration: an invented town with a month behind it, kept alive by simulated tags. Never beside real data."""
