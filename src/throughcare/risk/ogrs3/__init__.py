"""OGRS3: any proven reoffending, from the record alone. The former generation; the all reoffending predictor followed it."""
