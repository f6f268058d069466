"""All reoffending predictor (ARP, OGRS4 generation): any proven reoffending within two years."""
