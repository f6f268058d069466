"""The people under supervision: identity, contact, needs, teams, assignments."""
