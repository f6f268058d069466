"""Pages that say what the code does are held to it: every word that they list exists, and none is left out."""

from __future__ import annotations

import ast
import dataclasses
import math
import re
from pathlib import Path

import numpy as np

from tests.lib.reading_grade import grade
from throughcare.adapters.files.fields import POSITION_FIELDS, STATUS_FIELDS, Field
from throughcare.adapters.files.options import FORMATS, ReadOptions
from throughcare.adapters.files.reading import file_format
from throughcare.adapters.files.results import INCIDENT_SCHEMA, REJECT_COLUMNS
from throughcare.adapters.files.understand import SOURCE_CODES
from throughcare.cli.main import main
from throughcare.kernel.time import MINUTE_US
from throughcare.monitoring.areas import compile_area
from throughcare.monitoring.evidence import EvidenceBundle, EvidenceItem
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.folding import fold, open_tail, start_carry
from throughcare.monitoring.incidents import AlertCode, Cause, IncidentKind
from throughcare.monitoring.items import merge_items
from throughcare.monitoring.membership import log_ratio, log_ratio_table, sigma_m
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.presence import Presence, Segment
from throughcare.monitoring.rules import Watch
from throughcare.monitoring.status import Statuses, StatusKind
from throughcare.orders.geometry import Circle
from throughcare.runners.decoding import DECODED_FILES

DOCS = Path(__file__).parents[2] / "docs"


def page(name: str) -> str:
    """Return the text of a page."""
    return (DOCS / name).read_text(encoding="utf-8")


def rows(name: str, title: str) -> list[list[str]]:
    """Return the rows of the table whose header begins with a title; cells without backticks."""
    lines = iter(page(name).splitlines())
    assert any(line.startswith(f"| {title} |") for line in lines), f"{name} has no table {title!r}"
    next(lines)
    found = []
    for line in lines:
        if not line.startswith("|"):
            break
        found.append([cell.strip().replace("`", "") for cell in line.strip("|").split("|")])
    return found


def first_column(name: str, title: str) -> list[str]:
    """Return the first cell of each row of a table."""
    return [row[0] for row in rows(name, title)]


def sentences(text: str) -> list[str]:
    """Return the sentences of a Markdown page, cells of tables too; what has under five words is a label."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    plain = re.sub(r"[*`#]|^\d\. ", "", plain, flags=re.MULTILINE)
    parts: list[str] = []
    for line in plain.splitlines():
        cells = line.strip("|").split("|") if line.startswith("|") else [line]
        parts += [s.strip() for cell in cells for s in re.split(r"(?<=[.!?:])\s", cell)]
    return [part if part.endswith((".", "?", "!")) else f"{part}." for part in parts if len(part.split()) > 4]


def test_the_page_on_reading_a_report_reads_at_grade_8_or_below() -> None:
    assert grade(sentences(page("reading-a-report.md"))) <= 8


def test_the_reading_grade_is_taken_of_whole_sentences_and_not_of_labels() -> None:
    text = "# Title here\n\nOne [two](x.md) three four five. Is six?\n\n| Aa | `One` cell has five words |\n"
    assert sentences(text) == ["One two three four five.", "One cell has five words."]


def test_every_code_and_cause_is_explained_to_a_practitioner() -> None:
    assert sorted(first_column("reading-a-report.md", "Code")) == sorted(AlertCode)
    assert sorted(first_column("reading-a-report.md", "Cause")) == sorted(c.replace("_", " ") for c in Cause)


def codes_in(cells: list[str]) -> list[str]:
    """Return the comma-separated words of cells."""
    return [word.strip() for cell in cells for word in cell.split(",")]


def columns_of(fields: tuple[Field, ...]) -> list[list[str]]:
    """Return the rows that a table of fields must have: the name and the columns taken for it."""
    return [[field.name, ", ".join(field.columns)] for field in fields]


def test_the_columns_on_the_page_are_those_that_the_readers_take() -> None:
    for title, fields in (("Position field", POSITION_FIELDS), ("Status field", STATUS_FIELDS)):
        assert [row[:2] for row in rows("file-formats.md", title)] == columns_of(fields)


def test_each_moj_name_is_read_as_the_field_beside_it() -> None:
    for title, fields in (("MoJ position field", POSITION_FIELDS), ("MoJ event field", STATUS_FIELDS)):
        for *names, ours in [
            row[: 3 if "position" in title else 2] for row in rows("file-formats.md", title)
        ]:
            taken = {column: field.name for field in fields for column in field.columns}
            found = {taken.get(name.strip().lower()) for cell in names for name in cell.split(",")}
            assert found == {ours or None}, names


def test_the_columns_that_decode_writes_are_those_on_the_page(tmp_path: Path) -> None:
    (tmp_path / "in.bin").write_bytes(b"@GPSD,000000000000001,R,20260309,200000,54.0,N,1.5,E,0,0,0,80,L,")
    assert (
        main(["decode", "--device", "r16h", "--input", str(tmp_path / "in.bin"), "--out", str(tmp_path)]) == 0
    )
    written = [
        [name, ", ".join((tmp_path / name).read_text().splitlines()[0].replace('"', "").split(","))]
        for name in DECODED_FILES
    ]
    assert rows("file-formats.md", "File of decode") == written


def test_the_endings_on_the_page_are_those_that_are_read_as_its_formats() -> None:
    words = {"csv": "CSV", "ndjson": "JSON", "parquet": "Parquet", "gpx": "GPX", "nmea": "NMEA"}
    for endings, form, _ in rows("file-formats.md", "Ending"):
        for ending in codes_in([endings]):
            assert words[file_format(Path(f"x{ending}"), ReadOptions())] in form
    assert len(rows("file-formats.md", "Ending")) == len(FORMATS)


def test_the_source_codes_and_status_kinds_on_the_page_are_the_code_s() -> None:
    written = {
        word: int(row[0]) for row in rows("file-formats.md", "Source code") for word in codes_in([row[1]])
    }
    assert written == {word: int(source) for word, source in SOURCE_CODES.items() if not word.isdigit()}
    assert first_column("file-formats.md", "Kind") == [kind.name.lower() for kind in StatusKind]


def test_the_columns_of_incidents_and_rejects_on_the_page_are_those_written() -> None:
    assert first_column("file-formats.md", "Incident column") == INCIDENT_SCHEMA.names
    assert first_column("file-formats.md", "Reject column") == list(REJECT_COLUMNS)


def test_every_incident_kind_and_alert_code_is_on_the_page_of_formats() -> None:
    kinds = rows("file-formats.md", "Incident kind")
    assert [row[0] for row in kinds] == list(IncidentKind)
    assert sorted(codes_in([row[1] for row in kinds])) == sorted(AlertCode)


def test_every_reject_reason_and_note_in_the_code_is_on_the_page_and_no_other() -> None:
    listed = codes_in(
        first_column("file-formats.md", "Reject reason") + first_column("file-formats.md", "Note")
    )
    used = words_in_code()
    assert len(listed) == len(set(listed))
    assert sorted(set(listed) - used) == []
    assert sorted(used - set(listed) - NO_REASONS) == []


def test_the_evidence_bundle_has_the_fields_of_the_page() -> None:
    item = EvidenceItem(1, 0, "gnss", None, None, None, None, False, "", None, None)
    assert first_column("file-formats.md", "Item field") == list(item.as_dict())
    bundle = {field.name for field in dataclasses.fields(EvidenceBundle)} | {"content_hash"}
    assert set(first_column("file-formats.md", "Bundle field")) == bundle


NAMES = {name for field in (*POSITION_FIELDS, *STATUS_FIELDS) for name in (field.name, *field.columns)}
NO_REASONS = NAMES | {"heading_deg", "speed_mps", "lat_deg", "lon_deg", "accuracy_m", "received_us", "t_us"}
SNAKE = re.compile(r"[a-z]+(?:_[a-z0-9]+)+|comment")
READERS = ("csv_blocks", "ndjson_blocks", "parquet_blocks", "gpx_blocks", "nmea_blocks", "sentences", "tables", "times",
           "understand")  # fmt: skip


def words_in_code() -> set[str]:
    """Return every word with an underscore that stands as a string in the modules that reject and note."""
    source = DOCS.parent / "src" / "throughcare"
    paths = [source / "adapters" / "files" / f"{name}.py" for name in READERS]
    paths += [source / "monitoring" / "screening.py", source / "runners" / "loading.py"]
    found: set[str] = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and SNAKE.fullmatch(node.value):
                found.add(node.value)
    made = {
        "missing_latitude",
        "missing_longitude",
        "unknown_source",
        "unknown_kind",
    }  # put together at run time
    return found | made


def test_the_worked_number_is_what_the_engine_computes() -> None:
    parameters = Parameters()
    fix = Fixes.build(key=[0], keys=("A",), t_us=[0], accuracy_m=[25.0], level=[0.68])
    sigma = float(sigma_m(fix, parameters)[0])
    distance = 30.0 + parameters.margin_m - 200.0
    table = log_ratio_table(parameters.outlier_share)
    own = log_ratio(distance / sigma, distance / parameters.outlier_scale_m, table)
    share = min(parameters.max_weight, 60.0 / parameters.decorrelation_s)
    odds = [parameters.cap_log_odds]
    while odds[-1] > -parameters.open_log_odds:
        odds.append(odds[-1] + share * (own - odds[-1]))
    text = page("how-it-works.md")
    assert distance == -110.0
    assert f"the standard error is **{sigma:.1f} m**" in text
    assert f"**{1 / (1 + math.exp(-own)):.4f}**" in text
    assert f"= **\N{MINUS SIGN}{-own:.2f}**" in text
    assert rows("how-it-works.md", "Fixes after leaving") == [
        [str(n), f"{o:.2f}"] for n, o in enumerate(odds)
    ]


def test_the_worked_number_is_where_the_engine_opens_the_absence() -> None:
    minutes = np.arange(40)
    east_m = np.where(minutes < 30, 0.0, 200.0)
    segments = presence_of(minutes, east_m)
    assert [segment.state for segment in segments] == [Presence.INSIDE, Presence.OUTSIDE]
    assert segments[1].first_us == 30 * MINUTE_US
    assert segments[1].decided_us == 36 * MINUTE_US
    walked = presence_of(minutes, np.where(minutes < 30, 0.0, 200.0 + 100.0 * (minutes - 30)))
    assert walked[1].decided_us == 31 * MINUTE_US


def presence_of(minutes: np.ndarray, east_m: np.ndarray) -> tuple[Segment, ...]:
    """Return the presence of a wearer east of a home of 30 m, one fix of 25 m radius a minute."""
    fixes = Fixes.build(
        key=np.zeros(len(minutes), np.int64),
        keys=("A",),
        t_us=minutes * MINUTE_US,
        lat_deg=np.full(len(minutes), 54.0),
        lon_deg=1.5 + east_m / (math.cos(math.radians(54.0)) * 111_320.0),
        accuracy_m=np.full(len(minutes), 25.0),
        level=np.full(len(minutes), 0.68),
    )
    parameters = Parameters()
    home = Circle(type="Circle", centre=(1.5, 54.0), radius_m=30.0)
    watch = Watch(
        watch_id="w",
        condition_id="c",
        kind=IncidentKind.CURFEW_ABSENCE,
        area=compile_area(be_in=(home,), margin_m=parameters.margin_m),
        radio=False,
    )
    items = merge_items(fixes, Statuses.empty(), parameters)
    carry, closed = fold(items, watch, start_carry(0), parameters=parameters)
    return (*closed, *open_tail(carry, now_us=int(minutes[-1]) * MINUTE_US, parameters=parameters))
