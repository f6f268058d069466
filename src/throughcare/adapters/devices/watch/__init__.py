"""Watches of the 3G, SG, CS and ZJ sort: bracketed text with a bit for taken off."""
