"""The numbers on the pages about power and hidden factors are those that the code gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from throughcare.evaluation.power import Plan, Scale, Way, numbers_needed

DOCS = Path(__file__).parents[3] / "docs" / "evaluation"


def table(page: str, first: str) -> list[list[str]]:
    """Return the rows of the table whose header begins so."""
    lines = iter((DOCS / page).read_text(encoding="utf-8").splitlines())
    assert any(line.startswith(f"| {first}") for line in lines)
    next(lines)
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip().replace(",", "") for cell in line.strip("|").split("|")])
    return rows


def test_numbers_needed_are_those_of_the_page() -> None:
    found = table("power.md", "of 100 reoffend without")
    assert len(found) == 3
    for row in found:
        said = [int(cell) for cell in row]
        ours = [
            numbers_needed(Plan(150, 19_000, said[0] / 100, 0.8, way=way, scale=scale))
            for way in (Way.WEIGHTS, Way.ONE_TO_ONE)
            for scale in (Scale.DIFFERENCE, Scale.RATIO)
        ]
        assert said[1:] == ours


@pytest.mark.parametrize("page", ["power.md", "sensitivity.md"])
def test_examples_give_what_stands_beside_them(page: str) -> None:
    block = re.search(r"```python\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.S)
    assert block is not None
    names: dict[str, object] = {}
    checked = 0
    for line in block[1].splitlines():
        call, _, said = line.partition("  # ")
        if not said:
            exec(line, names)
            continue
        value = eval(call, names)
        for number in re.findall(r"\d+\.?\d*", said)[: 2 if "EValue" in said else 1]:
            close = pytest.approx(float(number), abs=0.006 if "." in number else 0.5)
            parts = (value.point, value.limit) if hasattr(value, "point") else (value,)
            assert any(part == close for part in parts)
            checked += 1
    assert checked >= 3
