"""The words of a refusal for each way in which a JSON value can miss its type: expected, and what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from throughcare.orders.problem import Path, Problem

_SHOWN_CHARS = 80

_PATTERNS = {
    r"^[A-Za-z0-9][A-Za-z0-9._:-]*$": "an id of letters, digits and . _ : - that starts with a letter or digit",
    r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$": "a clock time such as 07:00, or 24:00 for the midnight that ends the day",
}
_DATE = ("a date such as 2026-03-29", "Write year, month and day only.")
_CLOCK = ("a clock time such as 19:00", "Write hours and minutes.")
_INSTANT = (
    "a date-time with an offset, such as 2026-03-29T19:00:00Z",
    "Write date, time and offset (Z, +00:00 or +01:00).",
)
_LIST = ("a list in square brackets", "Put the items in [ ].")
_OBJECT = ("an object in curly brackets", "Put the fields in { }.")
_WHOLE = ("a whole number", "Write digits only, without quotes.")
_NUMBER = ("a number", "Write it without quotes.")
_FIXED: dict[str, tuple[str, str]] = {
    "missing": ("a value, because the field is required", "Add it."),
    "string_type": ("text in quotes", "Put it in quotes."),
    "json_invalid": ("text of whole characters", "Remove the broken character, an escape such as \\ud800."),
    "bool_type": ("true or false", "Write true or false, without quotes."),
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "finite_number": _NUMBER,
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "time_type": _CLOCK,
    "time_parsing": _CLOCK,
    "datetime_type": _INSTANT,
    "datetime_parsing": _INSTANT,
    "datetime_from_date_parsing": _INSTANT,
    "datetime_object_invalid": _INSTANT,
    "timezone_aware": _INSTANT,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "frozen_set_type": _LIST,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dict_type": _OBJECT,
}


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


_VARYING: dict[str, Callable[[Mapping[str, Any]], tuple[str, str]]] = {
    "string_too_short": lambda c: (f"at least {_count(c['min_length'], 'character')}", "Fill it in."),
    "string_too_long": lambda c: (f"at most {_count(c['max_length'], 'character')}", "Shorten it."),
    "string_pattern_mismatch": lambda c: (_PATTERNS.get(c["pattern"], c["pattern"]), "Correct it."),
    "greater_than_equal": lambda c: (f"{c['ge']} or more", "Correct the number."),
    "greater_than": lambda c: (f"more than {c['gt']}", "Correct the number."),
    "less_than_equal": lambda c: (f"{c['le']} or less", "Correct the number."),
    "less_than": lambda c: (f"less than {c['lt']}", "Correct the number."),
    "literal_error": lambda c: (_choice(c["expected"]), "Use one of these words."),
    "enum": lambda c: (_choice(c["expected"]), "Use one of these words."),
    "too_short": lambda c: (f"at least {_count(c['min_length'], 'item')}", "Add what is missing."),
    "too_long": lambda c: (f"at most {_count(c['max_length'], 'item')}", "Remove what is too much."),
}


def _choice(words: str) -> str:
    return f"one of {words}" if " or " in words else words


def worded_problem(error: Mapping[str, Any], path: Path) -> Problem:
    """Return one error of pydantic in the words of a refusal; its own message where no words are known.

    Parameters
    ----------
    error : mapping
        As in ``ValidationError.errors()``.
    path : tuple
        Where the error is; the name of a missing or unknown ``kind`` or ``type`` is added to it.
    """
    kind = error["type"]
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        return _wrong_tag(error["ctx"], path)
    if kind in _FIXED:
        expected, action = _FIXED[kind]
    elif kind in _VARYING:
        expected, action = _VARYING[kind](error["ctx"])
    else:
        expected, action = f"a value that fits ({error['msg']})", "Correct it."
    found = "nothing" if kind == "missing" else found_words(error["input"])
    return Problem(expected=expected, found=found, action=action, path=path)


def _wrong_tag(context: Mapping[str, Any], path: Path) -> Problem:
    name = str(context["discriminator"]).strip("'")
    tags = re.findall(r"'(\w+)'", str(context.get("expected_tags", "")))
    return Problem(
        expected=f"one of {', '.join(tags)}" if tags else f"a {name} that says which it is",
        found=repr(str(context["tag"])) if "tag" in context else "nothing",
        action="Use one of these words." if tags else f"Add {name}.",
        path=(*path, name),
    )


def found_words(value: object) -> str:
    """Return a JSON value in at most 80 characters, and an object or a list by its size only."""
    if isinstance(value, dict):
        return f"an object with {_count(len(value), 'field')}"
    if isinstance(value, list | tuple):
        return f"a list of {_count(len(value), 'item')}"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN_CHARS else f"{text[: _SHOWN_CHARS - 1]}…"
