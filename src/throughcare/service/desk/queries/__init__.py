"""Questions about the desk. They return frozen values, never rows, and only about people whom the viewer may see."""

from __future__ import annotations

from throughcare.service.desk.queries.seen import seen_of

__all__ = ["seen_of"]
