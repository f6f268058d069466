"""The house's own tools: how the environment is made, the steps of a check, the rules as code."""
