"""Records: what an agency publishes about a score, made from code, the last validation and what its owner states."""
