"""The tables of a documentation page as test cases: the page and the test cannot drift apart."""

from __future__ import annotations

from pathlib import Path

RULES = Path(__file__).parents[2] / "docs" / "rules"


def table(page: str, heading: str) -> list[dict[str, str]]:
    """Return the rows of the first table under a heading, by column title."""
    return tables(page, heading)[0]


def tables(page: str, heading: str) -> list[list[dict[str, str]]]:
    """Return every table under a heading (until the next heading of any level)."""
    found: list[list[list[str]]] = []
    inside = last_was_row = False
    for line in (RULES / page).read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            inside = line.lstrip("# ") == heading
        is_row = inside and line.startswith("|")
        if is_row:
            if not last_was_row:
                found.append([])
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        last_was_row = is_row
    assert found, f"{page} has no table under {heading!r}"
    return [[dict(zip(rows[0], row, strict=True)) for row in rows[2:]] for rows in found]


def headings(page: str) -> list[str]:
    """Return the second-level headings of a page."""
    lines = (RULES / page).read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("## ") for line in lines if line.startswith("## ")]
