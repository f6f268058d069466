"""The learning screening tool: a sign that learning difficulties or challenges may need attention."""
