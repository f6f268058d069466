"""The bundle that a person gets when they ask what is recorded about them: pages to read, and the same as data."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models
from django.template.loader import render_to_string

from throughcare.kernel.time import iso_utc
from throughcare.service.audit.shown import about
from throughcare.service.operations.disclosed_facts import write_facts
from throughcare.service.operations.disclosure import CLOSED_KEYS, EXPORTS, Export
from throughcare.service.pages.templatetags.govuk import civil, duration, words


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The rows of one model: headings, rows as words, rows as data, what is withheld and why."""

    model: str
    heading: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    data: tuple[dict[str, Any], ...]
    withheld: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Bundle:
    """What was written: counts for the log, and the file's hash."""

    rows: dict[str, int] = field(default_factory=dict)
    positions: int = 0
    statuses: int = 0
    digest: str = ""


def sections(person_ref: str) -> list[Section]:
    """Return everything that is told of a person, but for where they were, model by model."""
    return [_section(export, person_ref) for export in EXPORTS]


def write_bundle(person_ref: str, *, to: Path, now_us: int) -> Bundle:
    """Write the bundle as a zip file: ``record.html``, ``record.json``, ``positions.csv`` and ``statuses.csv``.

    Returns
    -------
    Bundle
        How many rows of what, and the SHA-256 of the file.
    """
    found, bundle = sections(person_ref), Bundle()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as file:
        bundle.positions, bundle.statuses = write_facts(file, person_ref, now_us=now_us)
        context = {"sections": found, "bundle": bundle, "made_us": now_us}
        file.writestr("record.html", render_to_string("operations/disclosed_record.html", context))
        data = {section.model: {"withheld": section.withheld, "rows": section.data} for section in found}
        file.writestr("record.json", json.dumps({"made": iso_utc(now_us), "record": data}, indent=1))
    bundle.rows = {section.model: len(section.rows) for section in found if section.rows}
    bundle.digest = hashlib.sha256(to.read_bytes()).hexdigest()
    return bundle


def _section(export: Export, person_ref: str) -> Section:
    model = apps.get_model(export.model)
    rows = [_told(export, row) for row in _rows(model, export, person_ref)]
    return Section(
        model=export.model,
        heading=export.heading,
        headings=tuple(export.told.values()),
        rows=tuple(tuple(_words(name, row[name]) for name in export.told) for row in rows),
        data=tuple(rows),
        withheld=tuple(sorted({str(why) for why in export.withheld.values()})),
    )


def _rows(model: type[models.Model], export: Export, person_ref: str) -> Iterator[models.Model]:
    related = [name.name for name in model._meta.concrete_fields if name.is_relation]
    wanted = about(person_ref) if export.listed else models.Q(**{export.path: person_ref})
    rows = model._default_manager.filter(wanted).order_by("pk")
    return (
        rows.select_related(*related).iterator(chunk_size=2000) if related else rows.iterator(chunk_size=2000)
    )


def _told(export: Export, row: models.Model) -> dict[str, Any]:
    """Return a row as data, field by field; of a closed kind only the kind."""
    if export.closed_kinds and getattr(row, "kind", "") in export.closed_kinds:
        return {name: row.kind if name == "kind" else "withheld" for name in export.told}  # type: ignore[attr-defined]
    return {name: _value(getattr(row, name)) for name in export.told}


def _value(value: Any) -> Any:  # noqa: ANN401 - any field's value
    """Return a value as JSON: a related row by what people call it, a document without its closed keys."""
    if isinstance(value, models.Model):
        return str(getattr(value, "order_id", None) or getattr(value, "name", value.pk))
    if isinstance(value, dict):
        return {
            key: f"withheld: {CLOSED_KEYS[key]}" if key in CLOSED_KEYS else _value(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_value(inner) for inner in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _words(name: str, value: Any) -> str:  # noqa: ANN401 - any field's value
    """Return a value as people read it."""
    if value is None or value == "":
        return "Not recorded"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, dict | list):
        return json.dumps(value, indent=1, ensure_ascii=False)
    if name.endswith("_us") and isinstance(value, int):
        return civil(value)
    if name.endswith("_s") and isinstance(value, int | float):
        return duration(value)
    is_code = name in {"kind", "action", "state", "status", "outcome", "purpose", "review_outcome"}
    return words(str(value)) if is_code else str(value)
