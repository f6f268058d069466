"""Risk assessments: the officer's own view first, then answers, then the scores and their reasons; people decide."""
