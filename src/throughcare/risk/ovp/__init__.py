"""OVP: proven violent reoffending, from the record and needs. The former generation."""
