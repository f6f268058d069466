"""RfTrack two-piece tags: a bracelet and a phone-like unit that reports over HTTP."""
