"""What is wrong with a part of an order: where, what was expected, what was found, what to do."""

from __future__ import annotations

from collections.abc import Iterable

Path = tuple[str | int, ...]


class Problem(ValueError):
    """One fault, in the words of a refusal.

    Parameters
    ----------
    expected, found, action : str
        What the field needs, what it held, and what to do about it (a whole sentence).
    path : tuple of str and int
        From the thing that is checked down to the faulty field; empty for the thing itself.
    """

    def __init__(self, *, expected: str, found: str, action: str, path: Path = ()) -> None:
        self.expected = expected
        self.found = found
        self.action = action
        self.path = path
        super().__init__(f"{path_text(path)}expected {expected}; found {found}. {action}")


class Problems(ValueError):
    """Several faults of one thing, so that a person can mend all of them at once."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(str(problem) for problem in problems))


def raise_all(problems: Iterable[Problem]) -> None:
    """Raise every problem together; return if there is none.

    Raises
    ------
    Problems
        If there is at least one.
    """
    found = tuple(problems)
    if found:
        raise Problems(found)


def path_text(path: Path) -> str:
    """Return a path as ``conditions[0].phases[1]: ``, or nothing for an empty one."""
    return f"{join_path(path)}: " if path else ""


def join_path(path: Path) -> str:
    """Return a path as ``conditions[0].phases[1].end_date``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text
