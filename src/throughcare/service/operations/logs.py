"""Logs as lines of JSON: ids and counts, never a name, a coordinate or free text."""

from __future__ import annotations

import json
import logging
import traceback
from types import TracebackType


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, ``fields``, and of an error its class and place.

    What an error says in words is left out, for it may repeat what was refused.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _place(record.exc_info[2])
        return json.dumps(line)


def _place(trace: TracebackType | None) -> list[str]:
    """Return the last steps to the error as ``module file:line``; source lines and values are not told."""
    return [
        f"{step.name} {step.filename.rpartition('/')[2]}:{step.lineno}"
        for step in traceback.extract_tb(trace)[-4:]
    ]
