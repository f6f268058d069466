"""The bundle that a person gets when they ask what is recorded about them: pages to read, and the same as data."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models
from django.template.loader import render_to_string

from throughcare.kernel.time import DAY_US, iso_utc
from throughcare.service.monitoring.queries import trail
from throughcare.service.operations.disclosure import CLOSED_KEYS, EXPORTS, IN_A_TABLE, Export
from throughcare.service.orders.queries import activations_of_person
from throughcare.service.pages.templatetags.govuk import civil, duration, words

_MONTH_US = 31 * DAY_US
POSITION_COLUMNS = ("at", "tag", "lat_deg", "lon_deg", "accuracy_m", "source")


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
    digest: str = ""


def sections(person_ref: str) -> list[Section]:
    """Return everything that is told of a person, but for where they were, model by model."""
    return [_section(export, person_ref) for export in EXPORTS]


def write_bundle(person_ref: str, *, to: Path, now_us: int) -> Bundle:
    """Write the bundle as a zip file: ``record.html``, ``record.json`` and ``positions.csv``.

    Returns
    -------
    Bundle
        How many rows of what, and the SHA-256 of the file.
    """
    found, bundle = sections(person_ref), Bundle()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as file:
        with file.open("positions.csv", "w") as raw, io.TextIOWrapper(raw, "utf-8", newline="") as table:
            bundle.positions = _write_positions(table, person_ref, now_us)
        context = {
            "sections": found, "positions": bundle.positions, "made_us": now_us, "tables": IN_A_TABLE.values(),
        }  # fmt: skip
        file.writestr("record.html", render_to_string("operations/disclosed_record.html", context))
        data = {section.model: {"withheld": section.withheld, "rows": section.data} for section in found}
        file.writestr("record.json", json.dumps({"made": iso_utc(now_us), "record": data}, indent=1))
    bundle.rows = {section.model: len(section.rows) for section in found if section.rows}
    bundle.digest = hashlib.sha256(to.read_bytes()).hexdigest()
    return bundle


def _section(export: Export, person_ref: str) -> Section:
    model = apps.get_model(export.model)
    rows = [_told(export, row) for row in _rows(model, export.path, person_ref)]
    return Section(
        model=export.model,
        heading=export.heading,
        headings=tuple(export.told.values()),
        rows=tuple(tuple(_words(name, row[name]) for name in export.told) for row in rows),
        data=tuple(rows),
        withheld=tuple(sorted({str(why) for why in export.withheld.values()})),
    )


def _rows(model: type[models.Model], path: str, person_ref: str) -> Iterator[models.Model]:
    wanted: object = person_ref
    if path == "activation_id":
        path, wanted = "activation_id__in", [span.activation_id for span in activations_of_person(person_ref)]
    related = [name.name for name in model._meta.concrete_fields if name.is_relation]
    rows = model._default_manager.filter(**{path: wanted}).order_by("pk")
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


def _write_positions(table: io.TextIOWrapper, person_ref: str, now_us: int) -> int:
    """Write every position, a month at a time, and return how many there were."""
    writer, number = csv.writer(table), 0
    writer.writerow(POSITION_COLUMNS)
    spans = activations_of_person(person_ref)
    tags = {span.activation_id: span.device_id for span in spans}
    begin_us = min((span.interval.start_us for span in spans), default=now_us)
    for from_us in range(begin_us, now_us + 1, _MONTH_US):
        points = trail(person_ref, from_us, min(from_us + _MONTH_US, now_us + 1)).points
        number += len(points)
        writer.writerows(
            (iso_utc(p.t_us), tags[p.activation_id], p.lat_deg, p.lon_deg, p.accuracy_m, p.source)
            for p in points
        )
    return number
