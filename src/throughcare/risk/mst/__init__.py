"""The maturity screening tool: a sign that a young man's maturity may need attention."""
