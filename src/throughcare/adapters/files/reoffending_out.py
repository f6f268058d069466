"""What the reoffending engine found, as files: a row a person, the measures, the drop-out report, rejected rows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from throughcare.adapters.files.atomic import atomic_bytes, atomic_file
from throughcare.adapters.files.reoffending_tables import ReadTable
from throughcare.evaluation.reoffending import Reoffending
from throughcare.evaluation.reoffending_measures import Measure

_ARMS = np.array(["comparison", "treated", ""])
_TIERS = ("indictable", "either_way", "summary")


def write_people(path: Path, found: Reoffending) -> None:
    """Write a row a person of the cohort; Parquet by its ending, CSV otherwise. It holds personal data."""
    with atomic_file(path) as file:
        table = pa.table(_person_columns(found))
        if path.suffix.lower() in {".parquet", ".pq"}:
            pq.write_table(table, file)
        else:
            pacsv.write_csv(table, file)


def _person_columns(found: Reoffending) -> dict[str, Any]:
    counts = found.followed
    columns: dict[str, Any] = {
        "person_id": _shown(found.people),
        "arm": pa.array(_ARMS[found.treated]),
        "index_date": found.index_on,
        "time_zero": found.time_zero,
        "follow_up_stops": counts.stop,
        "reoffended": counts.reoffended,
        "reoffences": counts.offences,
        "days_to_first": pa.array(counts.days_to_first, from_pandas=True),
        "days_without": counts.days,
        "court_reoffences": counts.court,
        "custody_reoffences": counts.custody,
        "pseudo_reconvictions": found.pseudo_reconvictions,
        "custody_days": found.custody_days,
        "at_risk_days": found.at_risk_days,
        "start_gap_days": found.start_gap_days,
        "reoffended_in_gap": found.reoffended_in_gap,
        "offences_before": found.before.offences,
    }
    columns["most_serious"] = pa.array(np.array(["", *_TIERS])[counts.most_serious])
    for place, tier in enumerate(_TIERS):
        columns[f"{tier}_reoffences"] = counts.tiers[:, place]
    for name, part in (("during", found.during), ("after", found.after)):
        if part is not None:
            columns[f"{name}_offences"] = part.offences
    return columns


def _shown(ids: Any) -> Any:  # noqa: ANN401 - text, bytes or numbers
    if ids.dtype.kind == "S":
        return pa.array(ids.tolist(), pa.binary()).cast(pa.string())
    return pa.array(ids.tolist())


def write_drop_out(path: Path, found: Reoffending, read: Mapping[str, ReadTable[Any]]) -> None:
    """Write how many rows of each table went where; the rows of a table add up to those of its file."""
    _write_csv(path, ("table", "bucket", "rows", "treated", "comparison", "words"), _drop_out(found, read))


def _drop_out(found: Reoffending, read: Mapping[str, ReadTable[Any]]) -> Iterator[Sequence[object]]:
    for table in found.drop_out.tables:
        if table.name not in read:
            continue
        unread = len(read[table.name].unread)
        yield table.name, "unreadable", unread, "", "", "rejected: each has a cell that cannot be read"
        for count in table.counts():
            name = count.bucket.name.lower()
            yield count.table, name, count.rows, count.treated, count.comparison, count.words


def write_rejected(path: Path, found: Reoffending, read: Mapping[str, ReadTable[Any]]) -> int:
    """Write every row that cannot be used, with its number in the file; return how many."""
    rows = list(_rejected(found, read))
    _write_csv(path, ("table", "row", "id", "code", "wrong", "action"), rows)
    return len(rows)


def _rejected(found: Reoffending, read: Mapping[str, ReadTable[Any]]) -> Iterator[Sequence[object]]:
    for name, table in read.items():
        for row in table.unread:
            yield name, row.row, "", "unreadable", row.wrong, row.action
    for bad in found.drop_out.rejected():
        row_number = int(read[bad.table].rows[bad.row])
        yield bad.table, row_number, bad.row_id, bad.code, bad.wrong, bad.action


def write_measures(path: Path, told: Mapping[str, Sequence[Measure]], facts: Mapping[str, Any]) -> None:
    """Write the measures of everybody and of each arm as JSON, with the facts that they rest on."""
    body = {
        **facts,
        "measures": {group: [_measure(each) for each in measures] for group, measures in told.items()},
    }
    text = json.dumps(body, indent=2, ensure_ascii=False, allow_nan=False)
    atomic_bytes(path, (text + "\n").encode())


def _measure(measure: Measure) -> dict[str, Any]:
    def number(value: float) -> float | None:
        return None if np.isnan(value) else value

    return {
        "code": measure.code,
        "words": measure.words,
        "estimate": number(measure.estimate),
        "low": number(measure.low),
        "high": number(measure.high),
        "numerator": measure.numerator,
        "denominator": measure.denominator,
        "note": measure.note,
    }


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    atomic_bytes(path, text.getvalue().encode())
