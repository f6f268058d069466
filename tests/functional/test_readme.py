"""The README keeps its word: its example prints what it says, its tree is the tree, its picture has words."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PICTURES = sorted((ROOT / "docs" / "pictures").glob("*.svg"))
SVG = "{http://www.w3.org/2000/svg}"


def test_the_example_prints_what_the_readme_says(monkeypatch: pytest.MonkeyPatch) -> None:
    example = re.search(r"^```python\n(.*?)^```\n\n^```\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert example is not None
    monkeypatch.chdir(ROOT)
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        exec(compile(example[1], "README.md", "exec"), {})
    assert told.getvalue() == example[2]


def test_the_tree_names_every_room_and_no_other() -> None:
    tree = re.search(r"^```\n(src/throughcare/\n.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert tree is not None
    named = re.findall(r"^(?:  )?([\w/]+)/ ?", tree[1], re.MULTILINE)
    package = ROOT / "src" / "throughcare"
    rooms = {path.name for path in package.iterdir() if (path / "__init__.py").exists()}
    assert rooms < set(named)
    for name in set(named) - rooms:
        assert (ROOT / name).is_dir()
    assert len(named) == len(set(named))


def test_the_pictures_of_the_readme_are_there() -> None:
    shown = re.findall(r"^!\[([^\]]+)\]\(([^)]+)\)$", README, re.MULTILINE)
    assert shown[0][1] == "docs/pictures/a-night.svg"
    assert all((ROOT / path).is_file() and len(words) > 60 for words, path in shown)
    picture = ET.fromstring((ROOT / shown[0][1]).read_text(encoding="utf-8"))
    assert len(shown[0][0]) > 80
    assert len(picture.findtext(f"{SVG}desc", "")) > 200


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_a_picture_says_in_words_what_it_shows_and_asks_for_nothing(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    root = ET.fromstring(text)
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") or root.get("aria-label")
    assert re.findall(r"(?:href|src)=[\"'](?!#)|@import|url\((?!#)", text) == []
