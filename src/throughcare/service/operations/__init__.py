"""Operating the service: health, metrics, logs, backup, retention."""
