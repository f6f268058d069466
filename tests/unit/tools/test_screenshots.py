"""The pictures of the documentation: every one is there, shown with words, and light."""

from __future__ import annotations

import re
from pathlib import Path

from tools.screenshots import MOST_BYTES, PICTURES, ROOT, SHOTS

SHOWN = re.compile(r"!\[([^\]]+)\]\([^)]*pictures/service/([a-z-]+)\.webp\)")


def test_every_picture_is_taken_by_the_command_and_shown_with_words() -> None:
    taken = {shot.name for shot in SHOTS}
    assert {file.stem for file in PICTURES.iterdir()} == taken
    pages: list[Path] = sorted((ROOT / "docs" / "service").glob("*.md"))
    found = [match for page in pages for match in SHOWN.findall(page.read_text())]
    assert {name for _, name in found} == taken
    assert all(len(words) > 20 for words, _ in found)


def test_the_pictures_are_light_and_what_they_are_called() -> None:
    files = list(PICTURES.glob("*.webp"))
    assert sum(file.stat().st_size for file in files) <= MOST_BYTES
    assert all(file.read_bytes()[8:12] == b"WEBP" for file in files)
