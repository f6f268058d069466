"""Real tracks: orders written from their ground truth, monitored by the public path, scored against the truth."""
