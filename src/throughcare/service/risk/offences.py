"""The published list of offences, where an administrator put it into the data folder: looked up by words or code."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from throughcare.adapters.files.risk_answers import read_codes
from throughcare.risk.catalogue.offence_categories import CATEGORY_WORDS

FILES = ("offence_codes.csv", "offence_codes.json")
"""The published file itself, which has words; or what ``throughcare risk offences`` makes of it, which has codes."""
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
    """Return whether a list is there."""
    return _path() is not None


def search(text: str) -> list[Offence]:
    """Return the offences whose code begins with the text, or whose words hold every word of it; at most 30."""
    wanted = text.casefold().split()
    return [
        each
        for each in (_known() if wanted else ())
        if each.code.startswith(wanted[0]) or all(word in each.words.casefold() for word in wanted)
    ][:MOST]


def offence(code: str) -> Offence | None:
    """Return one offence by its code; None where the list does not hold it."""
    return next((each for each in _known() if each.code == code), None)


def _path() -> Path | None:
    folder: Path = settings.CONFIGURATION.data_dir
    return next((folder / name for name in FILES if (folder / name).is_file()), None)


def _known() -> tuple[Offence, ...]:
    path = _path()
    return () if path is None else _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _read(path: Path, changed_ns: int) -> tuple[Offence, ...]:  # read again when the file changes
    codes, texts = read_codes(path), _texts(path)
    return tuple(
        Offence(
            code,
            texts.get(code) or CATEGORY_WORDS.get(known.category or "", ""),
            known.category or "",
            CATEGORY_WORDS.get(known.category or "", ""),
        )
        for code, known in codes.items()
    )


def _texts(path: Path) -> dict[str, str]:
    if path.suffix != ".csv":
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["offence_code"].strip(): _words(row) for row in csv.DictReader(file)}


def _words(row: dict[str, str]) -> str:
    parts = dict.fromkeys(" ".join((row.get(name) or "").split()) for name in _TEXT)
    return ": ".join(part for part in parts if part)
