"""Live monitoring: the inbox of facts, the engine's state, its events, the archive."""
