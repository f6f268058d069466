"""The evidence pack: tagged, whole, the same twice, and safe from what it is told."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from tests.lib import nights
from throughcare.adapters.reports import evidence_pdf, write_evidence
from throughcare.adapters.reports.background import Background
from throughcare.adapters.reports.pack import CHECK_PROGRAM, EXHIBITS, flatten
from throughcare.adapters.reports.printable import is_printable, printable, softened
from throughcare.monitoring.evidence import chain_bundles
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.incidents import IncidentStatus
from throughcare.monitoring.status import Statuses

VIEW = nights.activation()
BUNDLE = VIEW.bundles[0]


@pytest.fixture(scope="module")
def made() -> bytes:
    return evidence_pdf(BUNDLE, activation=VIEW, background=Background.of(nights.background()))


@pytest.fixture(scope="module")
def reader(made: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(made))


@pytest.fixture(scope="module")
def text(reader: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


def test_the_document_is_tagged_titled_and_says_its_language(reader: PdfReader) -> None:
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - a pypdf object
    assert root["/Lang"] == "en-GB"
    assert root["/StructTreeRoot"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert reader.metadata.title == "Evidence pack: away from the curfew address"
    assert b"pdfuaid:part>1<" in root["/Metadata"].get_data().replace(b" ", b"")


def test_every_figure_has_words_for_those_who_cannot_see_it(reader: PdfReader) -> None:
    found: list[str] = []
    todo = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while todo:
        node = todo.pop()
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            todo += node
        elif isinstance(node, dict):
            if node.get("/S") == "/Figure":
                found.append(str(node.get("/Alt", "")))
            todo += [node["/K"]] if "/K" in node else []
    assert len(found) == 2
    assert any("132 positions from 20:34 to 23:01" in words for words in found)
    assert any("outside from 21:04" in words for words in found)


def test_pages_are_numbered_of_their_total(reader: PdfReader) -> None:
    total = len(reader.pages)
    assert total >= 7
    for n, page in enumerate(reader.pages, 1):
        assert f"Page {n} of {total}" in page.extract_text()


def test_the_eight_exhibits_stand_in_order(text: str) -> None:
    places = [text.index(f"Exhibit {n}: {name}") for n, name in enumerate(EXHIBITS, 1)]
    assert places == sorted(places)


def test_the_first_exhibit_says_in_words_what_happened_and_that_a_person_decides(text: str) -> None:
    flat = " ".join(text.split())
    assert (
        "from 21:04 to 22:31 on Monday 2 March 2026: 1 h 27 min (at least 1 h 20 min, at most 1 h 35 min)"
        in flat
    )
    assert "This is not a finding of breach." in flat
    assert "A person decides." in flat
    assert "ORD-7, version 2" in flat


def test_every_report_used_or_not_is_in_the_table_with_why(text: str) -> None:
    assert len(BUNDLE.items) == 142
    lines = text.splitlines()
    for item in BUNDLE.items:
        assert any(line.startswith(f"{item.number} ") for line in lines)
    assert "implausible jump" in text
    assert "home unit radio" in text
    assert (
        "142 reports from 20:34 on Monday 2 March 2026 to 23:01 on Monday 2 March 2026: 138 used, 4 not used"
        in text
    )


def test_the_limits_say_that_speed_is_not_a_fact_and_silence_is_not_absence(text: str) -> None:
    flat = " ".join(text.split())
    assert "Speed and heading as reported by the tag are not validated." in flat
    assert "Not known is not absence." in flat
    assert "95 %" in flat


def test_hashes_can_be_copied_whole_from_the_page(text: str) -> None:
    record = BUNDLE.as_dict()
    assert record["content_hash"] in text
    assert BUNDLE.chain_hash in text


def test_the_same_input_gives_the_same_bytes(made: bytes) -> None:
    again = evidence_pdf(BUNDLE, activation=VIEW, background=Background.of(nights.background()))
    assert again == made


def test_no_clock_and_no_font_of_the_machine_is_in_the_file(reader: PdfReader, made: bytes) -> None:
    assert reader.metadata.creation_date is None
    assert b"Liberation" not in made
    assert b"DejaVuSans," not in made


def test_the_printed_program_prints_the_content_hash_of_the_bundle_beside_the_pack(tmp_path: Path) -> None:
    pdf, record = write_evidence(tmp_path, BUNDLE, activation=VIEW)
    assert (pdf.name, record.name) == (
        f"{BUNDLE.incident.incident_id}.pdf",
        f"{BUNDLE.incident.incident_id}.json",
    )
    program = tmp_path / "check.py"
    program.write_text(CHECK_PROGRAM)
    run = subprocess.run([sys.executable, program, record], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == json.loads(record.read_text("utf-8"))["content_hash"]
    assert run.stdout.strip() == BUNDLE.as_dict()["content_hash"]


def test_the_program_finds_an_altered_bundle(tmp_path: Path) -> None:
    _, record = write_evidence(tmp_path, BUNDLE, activation=VIEW)
    changed = json.loads(record.read_text("utf-8"))
    changed["items"][3]["used"] = not changed["items"][3]["used"]
    record.write_text(json.dumps(changed))
    program = tmp_path / "check.py"
    program.write_text(CHECK_PROGRAM)
    run = subprocess.run([sys.executable, program, record], capture_output=True, text=True, check=True)
    assert run.stdout.strip() != changed["content_hash"]


HOSTILE = '#panic("x") *bold* $x$ @ref <script>alert(1)</script> \\u{1F600} "quoted" \x07\u202e'


def test_hostile_text_is_printed_and_neither_run_nor_lost() -> None:
    incident = replace(BUNDLE.incident, wearer_ref=HOSTILE, condition_id=HOSTILE)
    bundle = replace(BUNDLE, incident=incident, rule={HOSTILE: HOSTILE})
    view = replace(
        nights.activation(label=HOSTILE), wearer_ref=HOSTILE, condition_words=((HOSTILE, HOSTILE),)
    )
    made = PdfReader(io.BytesIO(evidence_pdf(bundle, activation=view)))
    text = "".join(" ".join(page.extract_text() for page in made.pages).split()).replace("\u200b", "")
    assert '#panic("x")*bold*$x$@ref<script>alert(1)</script>' in text


@pytest.mark.parametrize(
    "name", ["张伟", "😀 Lane", "x\u0303\u0301 Row", "دار", "Rhodfa\u2019r Ŵyn", "Łódź Świętego", "ΑΘΗΝΑ"]
)
def test_a_name_in_any_script_gives_a_pack(name: str) -> None:
    view = nights.activation(label=name)
    made = PdfReader(io.BytesIO(evidence_pdf(view.bundles[0], activation=replace(view, wearer_ref=name))))
    text = " ".join(made.pages[0].extract_text().split())
    assert " ".join(printable(name).split()) in text


def test_every_sign_that_is_called_printable_is_printed_in_text_and_drawing() -> None:
    signs = "".join(chr(n) for n in range(0x20, 0x3000) if is_printable(chr(n)))
    parts = [signs[i : i + 30] for i in range(0, len(signs), 30)]
    places = tuple(replace(VIEW.places[0], label=part) for part in parts)
    bundle = replace(BUNDLE, rule={f"part {n}": part for n, part in enumerate(parts)}, code_version=signs)
    made = evidence_pdf(bundle, activation=replace(VIEW, places=places))
    assert made.startswith(b"%PDF")


@given(st.text(max_size=80))
def test_softening_only_adds_places_to_break(words: str) -> None:
    assert softened(words).replace("\u200b", "") == words.replace("\u200b", "")


def test_a_long_unbroken_run_gets_places_to_break_and_a_short_one_does_not() -> None:
    assert max(map(len, softened("a" * 200).split("\u200b"))) <= 16
    assert softened("a" * 32) == "a" * 32


def test_an_incident_with_nothing_but_itself_still_gives_a_pack() -> None:
    bare = replace(
        BUNDLE.incident,
        end_us=None,
        window=None,
        spells=(),
        reasons=(),
        cause=None,
        condition_id=None,
        status=IncidentStatus.OPEN,
    )
    (bundle,) = chain_bundles((replace(BUNDLE, incident=bare, items=(), rule={}, parameters={}),))
    view = replace(VIEW, fixes=Fixes.empty(), statuses=Statuses.empty(), places=(), segments=(), windows=())
    made = PdfReader(io.BytesIO(evidence_pdf(bundle, activation=view)))
    text = " ".join(" ".join(page.extract_text() for page in made.pages).split())
    assert "there is no map" in text
    assert "it had not ended when this was written" in text


def test_nested_values_become_named_rows_and_long_lists_are_counted() -> None:
    rows = flatten(
        {"zone": {"type": "Polygon", "coordinates": [[[1.5, 52.0]] * 60]}, "on": True, "none": None}
    )
    assert rows == [
        ("none", "none"),
        ("on", "yes"),
        ("zone: coordinates", "1 parts; in full in the bundle beside this pack"),
        ("zone: type", "Polygon"),
    ]
