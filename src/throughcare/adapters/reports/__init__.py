"""Reports of a monitoring run: HTML pages for officers and a tagged PDF for each incident.

Pure rendering: plain frozen values in (:mod:`.view`), text and bytes out. Nothing here decides anything, reads a
clock or fetches a thing; the same input gives the same bytes.
"""

from throughcare.adapters.reports.html import write_report
from throughcare.adapters.reports.pack import evidence_pdf, write_evidence

__all__ = ["evidence_pdf", "write_evidence", "write_report"]
