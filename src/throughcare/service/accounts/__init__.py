"""Staff accounts: roles, teams, the second factor, the organisation's own sign-in."""
