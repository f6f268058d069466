"""Logs as lines of JSON: ids and counts, never a name, a coordinate or free text."""

from __future__ import annotations

import json
import logging


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and the class of an error without its words."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line. Of an exception only the class is told: its words may hold what was refused."""
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line)
