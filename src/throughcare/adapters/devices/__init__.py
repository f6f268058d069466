"""Device adapters: what tags send, as bytes, turned into positions and readings. One folder a protocol."""
