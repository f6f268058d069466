"""The alert desk: ranking, contact attempts, assessment, decisions, packs, workload."""
