"""The typed order: what a court, a prison or the Home Office asked for, complete and checkable."""
