"""Files: position and status files in, results out. Rows that cannot be used become rejects; none is lost."""
