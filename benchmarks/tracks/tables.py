"""Result tables, for the terminal and for the page of the documentation."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

Cell = str | int | float


@dataclass(frozen=True)
class Table:
    """One table: a name by which the page finds it, a header, and rows of cells."""

    name: str
    header: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]

    def markdown(self) -> str:
        """Return the table as Markdown."""
        lines = [
            self.header,
            ["---"] * len(self.header),
            *[[shown(cell) for cell in row] for row in self.rows],
        ]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def shown(cell: Cell) -> str:
    """Return a cell as text: no more digits than it deserves, a dash for what there is none of."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int):
        return f"{cell:,}"
    if not math.isfinite(cell):
        return "-"
    digits = 3 if abs(cell) < 0.1 else 2 if abs(cell) < 1 else 1 if abs(cell) < 10 else 0
    text = f"{cell:,.{digits}f}"
    return text.lstrip("-") if float(text.replace(",", "")) == 0.0 else text


def of(part: int, whole: int) -> str:
    """Return a count with what it is out of."""
    return f"{part:,} of {whole:,}" if whole else "-"


def share(part: float, whole: float) -> str:
    """Return a share in percent."""
    return f"{part / whole:.1%}" if whole else "-"


def write_page(page: Path, tables: Sequence[Table]) -> None:
    """Put the tables between their markers in the page; a table without its markers is an error."""
    text = page.read_text(encoding="utf-8")
    for table in tables:
        begin, end = f"<!-- table {table.name} -->", "<!-- end -->"
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"{page} has no place for the table {table.name}: expected {begin} and {end}")
        filled = f"{begin}\n{table.markdown()}\n{end}"
        text = pattern.sub(lambda _match, filled=filled: filled, text)
    page.write_text(text, encoding="utf-8")
