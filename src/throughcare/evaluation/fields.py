"""Reading nested fields strictly: each is asked for by name, and what nobody asked for is refused."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from throughcare.kernel.errors import RefusedInput

_LONGEST = 2_000
_YES_OR_NO = {"yes": True, "true": True, "no": False, "false": False}
_ABSENT: Any = object()


def refused(where: str, expected: str, found: str, *, action: str) -> RefusedInput:
    """Return a refusal."""
    return RefusedInput(where=where, expected=expected, found=found, action=action)


def text_of(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return a value in short, for a refusal."""
    shown = "nothing" if value is None else json.dumps(value, ensure_ascii=False, default=str)
    return shown if len(shown) <= 80 else f"{shown[:79]}…"


class Fields:
    """One mapping of a document, and where it stands.

    Parameters
    ----------
    value : mapping
    path : str
    """

    def __init__(self, value: Any, path: str) -> None:  # noqa: ANN401 - what a file held
        if not isinstance(value, Mapping):
            raise refused(
                path, "fields with names", text_of(value), action="See docs/evaluation/protocol.md."
            )
        self.path = path
        self._value = value
        self._asked: list[str] = []

    def has(self, name: str) -> bool:
        """Return whether a field is there."""
        self._asked.append(name)
        return name in self._value

    def refuse_unknown(self) -> None:
        """Refuse the first field that nobody asked for."""
        for name in self._value:
            if name not in self._asked:
                known = ", ".join(sorted(set(self._asked)))
                raise refused(
                    f"{self.path}.{name}",
                    f"one of: {known}",
                    str(name),
                    action="Correct the name, or take the field out.",
                )

    def _get(self, name: str, default: Any) -> Any:  # noqa: ANN401 - any JSON value
        self._asked.append(name)
        if name not in self._value or self._value[name] in ("", None):
            if default is _ABSENT:
                raise refused(
                    f"{self.path}.{name}", "this field", "nothing", action="State it; nothing is assumed."
                )
            return default
        return self._value[name]

    def _scalar(self, name: str, default: Any) -> str:  # noqa: ANN401 - any JSON value
        value = self._get(name, default)
        if isinstance(value, bool):
            value = "yes" if value else "no"
        if isinstance(value, (Mapping, list, tuple)) or len(str(value)) > _LONGEST:
            raise refused(
                f"{self.path}.{name}",
                f"one text of at most {_LONGEST} signs",
                text_of(value),
                action="Shorten or correct it.",
            )
        return str(value).strip()

    def text(self, name: str, default: Any = _ABSENT) -> str:  # noqa: ANN401 - the mark of absence
        """Return a text."""
        return self._scalar(name, default)

    def texts(self, name: str, default: Any = _ABSENT) -> tuple[str, ...]:  # noqa: ANN401 - as above
        """Return a list of texts."""
        value = self._get(name, default)
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise refused(
                f"{self.path}.{name}",
                "a list of texts",
                text_of(value),
                action="Begin each line with a dash.",
            )
        for each in value:
            if isinstance(each, (Mapping, list, tuple)) or not str(each).strip():
                raise refused(
                    f"{self.path}.{name}", "a list of texts", text_of(each), action="Correct the entry."
                )
        return tuple(str(each).strip() for each in value)

    def one_of(self, name: str, known: Sequence[str], default: Any = _ABSENT) -> str:  # noqa: ANN401 - as above
        """Return one of the known words."""
        value = self._scalar(name, default)
        if value not in known:
            raise refused(
                f"{self.path}.{name}", f"one of: {', '.join(known)}", value, action="Correct the word."
            )
        return value

    def day(self, name: str) -> str:
        """Return a day as text."""
        value = self._scalar(name, _ABSENT)
        try:
            return dt.date.fromisoformat(value).isoformat()
        except ValueError:
            raise refused(
                f"{self.path}.{name}", "a day such as 2023-03-01", value, action="Correct it."
            ) from None

    def flag(self, name: str, *, default: bool) -> bool:
        """Return yes or no."""
        value = self._scalar(name, default).lower()
        if value not in _YES_OR_NO:
            raise refused(f"{self.path}.{name}", "yes or no", value, action="Correct it.")
        return _YES_OR_NO[value]

    def number(self, name: str, default: Any = _ABSENT, *, least: float, most: float) -> float:  # noqa: ANN401 - as above
        """Return a number within bounds."""
        value = self._scalar(name, default)
        try:
            found = float(value)
        except ValueError:
            found = math.nan
        if not least <= found <= most:
            raise refused(
                f"{self.path}.{name}", f"a number from {least:g} to {most:g}", value, action="Correct it."
            )
        return found

    def whole(self, name: str, default: Any = _ABSENT, *, least: int, most: int) -> int:  # noqa: ANN401 - as above
        """Return a whole number within bounds."""
        value = self._scalar(name, default)
        try:
            found = int(value)
        except ValueError:
            found = least - 1
        if not least <= found <= most:
            raise refused(
                f"{self.path}.{name}", f"a whole number from {least} to {most}", value, action="Correct it."
            )
        return found

    def inner(self, name: str, default: Any = _ABSENT) -> Fields:  # noqa: ANN401 - as above
        """Return the fields of a field."""
        return Fields(self._get(name, default), f"{self.path}.{name}")

    def each(self, name: str, *, least: int = 0) -> tuple[Fields, ...]:
        """Return the fields of each entry of a list."""
        value = self._get(name, () if least == 0 else _ABSENT)
        if isinstance(value, (str, Mapping)) or not isinstance(value, Sequence) or len(value) < least:
            raise refused(
                f"{self.path}.{name}",
                f"a list of {least} or more",
                text_of(value),
                action="Begin each entry with a dash.",
            )
        return tuple(Fields(one, f"{self.path}.{name}[{place}]") for place, one in enumerate(value, 1))
