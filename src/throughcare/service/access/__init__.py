"""Limited access (exclusion, restriction) and break-glass: who may see whose record."""
