"""R16h ankle tag: ASCII sentences with the state of the strap."""
