"""The practitioner's pages: caseload, the person's page, the trail. They only show; other apps hold the record."""
