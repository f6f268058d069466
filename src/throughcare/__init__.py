"""Throughcare: facts in, reasons out, people decide."""

__version__ = "0.1.0"
