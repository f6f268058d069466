"""The screen for the offender personality disorder pathway: one form for men, one for women."""
