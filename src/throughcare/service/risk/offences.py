"""The published list of offences, where an administrator has loaded it: looked up by words or code."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from throughcare.risk.catalogue.offence_categories import CATEGORY_WORDS
from throughcare.risk.offences import read_offence_codes

FILE = "offence_codes.csv"
MOST = 30
_TEXT = ("parent_group", "category", "sub_category")


@dataclass(frozen=True, slots=True)
class Offence:
    """One code of the list, with the category that the predictors weigh; empty where the list has none."""

    code: str
    words: str
    category: str
    category_words: str


def loaded() -> bool:
    """Return whether a list was loaded by ``throughcare risk offences``."""
    return _path().is_file()


def search(text: str) -> list[Offence]:
    """Return the offences whose code begins with the text, or whose words hold every word of it; at most 30."""
    wanted = text.casefold().split()
    if not wanted or not loaded():
        return []
    found = _offences(_path(), _path().stat().st_mtime_ns)
    return [
        each
        for each in found
        if each.code.startswith(wanted[0]) or all(word in each.words.casefold() for word in wanted)
    ][:MOST]


def offence(code: str) -> Offence | None:
    """Return one offence by its code; None where the list does not hold it."""
    if not loaded():
        return None
    return next((each for each in _offences(_path(), _path().stat().st_mtime_ns) if each.code == code), None)


def _path() -> Path:
    folder: Path = settings.CONFIGURATION.data_dir
    return folder / FILE


@lru_cache(maxsize=2)
def _offences(path: Path, changed_ns: int) -> tuple[Offence, ...]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    codes, _ = read_offence_codes(rows)
    texts = {row["offence_code"].strip(): _words(row) for row in rows}
    return tuple(
        Offence(code, texts.get(code, ""), known.category or "", CATEGORY_WORDS.get(known.category or "", ""))
        for code, known in codes.items()
    )


def _words(row: dict[str, str]) -> str:
    parts = dict.fromkeys(" ".join((row.get(name) or "").split()) for name in _TEXT)
    return ": ".join(part for part in parts if part)
