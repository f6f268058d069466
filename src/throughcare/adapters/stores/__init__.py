"""Stores: where whole sets of facts are kept."""
