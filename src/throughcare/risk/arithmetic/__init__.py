"""The arithmetic that tabled instruments share: answers as arrays, added points, rounding as publishers round."""
