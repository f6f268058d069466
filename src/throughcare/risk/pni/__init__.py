"""The programme needs identifier: which intensity of accredited programme a person's needs and risk point to."""
