"""What the predictors of the OGRS4 generation share: their form, their rules of evidence, their limits."""
