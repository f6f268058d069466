"""The Public Safety Assessment: three scores at an arrest, for a judge who decides on release before trial."""
