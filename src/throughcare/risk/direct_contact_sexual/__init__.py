"""Direct contact sexual reoffending predictor (DC-SRP, formerly OSP/DC): contact sexual reoffending of men."""
