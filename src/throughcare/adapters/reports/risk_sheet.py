"""The sheet of a person's risk scores as a page or as a PDF: the officer's part, and the person's in two languages."""

from __future__ import annotations

import base64
import hashlib
import json
import warnings
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst
from markupsafe import Markup

from throughcare.adapters.files.atomic import atomic_bytes
from throughcare.adapters.reports.pages import render, style
from throughcare.adapters.reports.printable import printable, softened
from throughcare.risk.sheet import Sheet


class Audience(StrEnum):
    """For whom a sheet is printed."""

    OFFICER = "officer"
    PERSON = "person"
    PERSON_WELSH = "person-cy"


_LANGUAGE = {Audience.OFFICER: "en", Audience.PERSON: "en", Audience.PERSON_WELSH: "cy"}
_SKIP = {"en": "Skip to main content", "cy": "Neidio i'r prif gynnwys"}
_OFFICER_INTRO = (
    "A score describes groups of people and decides nothing. Record your own view first, then decide with reasons.",
    "Shares are counted from a plain, made-up case to this person, and add up exactly.",
    "Without it: the score if this one term were as in the plain case.",
)
_HEADINGS = {
    "points of percent": ("Term", "Points of percent", "Without it", "Rests on"),
    "points": ("Term", "Points", "Without it", "Rests on"),
}


def write_sheet(path: Path, sheet: Sheet, *, audience: Audience = Audience.OFFICER) -> None:
    """Write a sheet as its file name says: ``.html``, ``.pdf`` or ``.json``.

    Parameters
    ----------
    path : Path
        Its folder must exist.
    sheet : Sheet
    audience : Audience
        JSON holds everything, whoever it is for.
    """
    match path.suffix.lower():
        case ".html":
            data = sheet_html(sheet, audience=audience).encode()
        case ".pdf":
            data = sheet_pdf(sheet, audience=audience)
        case ".json":
            text = json.dumps(sheet.as_dict(), indent=2, ensure_ascii=False, allow_nan=False)
            data = (text + "\n").encode()
        case other:
            raise ValueError(f"no sheet is written as {other!r}")
    atomic_bytes(path, data)


def sheet_html(sheet: Sheet, *, audience: Audience = Audience.OFFICER) -> str:
    """Return a sheet as one whole page without a script, that fetches nothing."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return render(
        "risk_sheet.html.j2",
        style=Markup(style()),  # noqa: S704 - our own file, not input
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        skip=_SKIP[_LANGUAGE[audience]],
        **_contents(sheet, audience),
    )


def sheet_pdf(sheet: Sheet, *, audience: Audience = Audience.OFFICER) -> bytes:
    """Return a sheet as a PDF/UA-1 document; the same bytes for the same sheet."""
    told = _clean(_contents(sheet, audience))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a missing glyph must not pass unseen
        made = typst.compile(
            _template(),
            font_paths=_fonts(),
            format="pdf",
            pdf_standards=["ua-1"],
            sys_inputs={"data": json.dumps(told, ensure_ascii=False)},
            timestamp=0,
        )
    return bytes(made)


@cache
def _template() -> bytes:
    return files("throughcare.adapters.reports").joinpath("templates", "risk_sheet.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)


def _clean(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return softened(printable(value))
    if isinstance(value, Mapping):
        return {key: _clean(inner) for key, inner in value.items()}
    return [_clean(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def _contents(sheet: Sheet, audience: Audience) -> dict[str, Any]:
    record = sheet.as_dict()
    if audience is Audience.OFFICER:
        return {
            "title": "Risk scores: for the officer",
            "language": "en",
            "intro": list(_OFFICER_INTRO),
            "parts": [_officer_part(section) for section in record["sections"]],
            "ending": [f"Made from inputs {sheet.inputs_hash}.", *_sources(record["sections"])],
            "footer": "A score is not a decision. A person decides.",
        }
    language = _LANGUAGE[audience]
    told = record["person"][language]
    return {
        "title": told["title"],
        "language": language,
        "intro": [],
        "parts": [{**passage, "language": language, "tables": []} for passage in told["passages"]],
        "ending": [],
        "footer": told["title"],
    }


def _sources(sections: Sequence[Mapping[str, Any]]) -> list[str]:
    found = (
        f"{each['title']} {each['version']}: {each['source']['title']}, {each['source']['where']}, "
        f"{each['source']['date']}. Licence: {each['source']['licence']}."
        for each in sections
    )
    return list(dict.fromkeys(found))


def _officer_part(section: Mapping[str, Any]) -> dict[str, Any]:
    tables: list[dict[str, Any]] = []
    explanation = section["explanation"]
    if explanation is not None:
        tables += _arithmetic(explanation, section["decimals"])
        tables.append(_inputs(explanation["inputs"]))
    change = section["change"]
    if change is not None and change["steps"]:
        rows = [
            [step["label"], f"{step['lowers_by']:.{section['decimals']}f}", step["words"]]
            for step in change["steps"]
        ]
        tables.append(_table("What help could lower", ["Need", "Lower by", "In words"], rows))
    if change is not None and change["months"]:
        tables.append(_months(change["months"], section["decimals"]))
    return {
        "heading": section["title"],
        "language": "en",
        "sentences": list(section["words"]),
        "tables": tables,
    }


def _arithmetic(told: Mapping[str, Any], decimals: int) -> list[dict[str, Any]]:
    tables = []
    headings = list(_HEADINGS[told["unit"]])
    places = max(decimals, 2) if told["unit"] == "points of percent" else decimals
    start = (
        ""
        if told["reference"] is None
        else f"The plain case scores {told['reference']:.{places}f}; this person {told['score']:.{places}f}."
    )
    for name, key in (("What nothing can change", "static"), ("What can change", "changeable")):
        rows = [
            [
                share["words"],
                f"{share['shown_share']:+.2f}",
                "" if share["alone"] is None else f"{share['alone']:.{places}f}",
                "; ".join(share["origins"]),
            ]
            for share in told[key]
        ]
        if rows:
            tables.append(_table(name, headings, rows, start))
    for part in told["parts"]:
        tables += [
            {**table, "title": f"{part['instrument']}: {table['title']}"}
            for table in _arithmetic(part, decimals)
        ]
    return tables


def _inputs(inputs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    rows = [[each["label"], each["words"], each["origin"]] for each in inputs]
    return _table("Every answer, and where it came from", ["Question", "Answer", "Source"], rows)


def _months(months: Sequence[Mapping[str, Any]], decimals: int) -> dict[str, Any]:
    chosen = [month for month in months if month["months"] % 6 == 0] or list(months[:1])
    rows = [[str(month["months"]), month["day"], f"{month['shown']:.{decimals}f}"] for month in chosen]
    words = "If no offence is recorded and nothing else changes."
    return _table("As months pass without an offence", ["Whole months", "On", "Score"], rows, words)


def _table(
    title: str, headings: Sequence[str], rows: Sequence[Sequence[str]], words: str = ""
) -> dict[str, Any]:
    return {"title": title, "headings": list(headings), "rows": [list(row) for row in rows], "words": words}
