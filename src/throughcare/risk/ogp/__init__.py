"""OGP: any proven reoffending that is not violent, from OGRS3 and needs. The former generation."""
