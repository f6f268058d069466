"""RSR: proven serious reoffending, violent (SNSV) or sexual (OSP), within two years. The former generation."""
