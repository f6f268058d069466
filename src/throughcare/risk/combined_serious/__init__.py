"""Combined serious reoffending predictor (CSRP, formerly RSR): serious violence and sexual offences together."""
