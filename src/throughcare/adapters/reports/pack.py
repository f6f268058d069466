"""The evidence pack of one incident: numbered exhibits as a tagged PDF (PDF/UA-1), and the bundle beside it.

Made with Typst: its wheel carries the compiler and the fonts, so that nothing of the machine is in the file
(docs/adr/0003-evidence-pack-pdf.md). The pack shows no clock: what it says of time comes from the bundle.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

from throughcare.adapters.files.atomic import atomic_bytes
from throughcare.adapters.reports import tables, words
from throughcare.adapters.reports.background import Background
from throughcare.adapters.reports.casework import COURT_LIMITS, Casework
from throughcare.adapters.reports.map import WITHHELD_WORDS, draw_incident_map, no_map_words
from throughcare.adapters.reports.pages import safe_stem
from throughcare.adapters.reports.points import GAP_US
from throughcare.adapters.reports.printable import printable, softened
from throughcare.adapters.reports.timeline import draw_timeline
from throughcare.adapters.reports.view import ActivationView
from throughcare.kernel.ids import canonical_json
from throughcare.kernel.time import HOUR_US, Interval
from throughcare.monitoring.evidence import WITHHELD, EvidenceBundle
from throughcare.monitoring.incidents import Incident

_MARGIN_US = HOUR_US
_COPIED_WHOLE = frozenset({"map", "timeline", "hashes", "program", "title", "map_words", "timeline_words"})

EXHIBITS = (
    "What happened",
    "The order's condition and its version",
    "Map",
    "Timeline",
    "Every position and radio report",
    "The rule and its parameters",
    "What the data can and cannot show",
    "Hashes, and how to check and run it again",
)

CHECK_PROGRAM = """\
import hashlib, json, sys
bundle = json.load(open(sys.argv[1], encoding="utf-8"))
for name in ("content_hash", "chain_hash"):
    del bundle[name]
text = json.dumps(bundle, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
print(hashlib.sha256(text.encode("utf-8")).hexdigest())
"""


def write_evidence(
    out_dir: Path,
    bundle: EvidenceBundle,
    *,
    activation: ActivationView,
    background: Background | None = None,
    gap_us: int = GAP_US,
) -> tuple[Path, Path]:
    """Write ``<incident id>.pdf`` and, beside it, the bundle as ``<incident id>.json``; return both paths."""
    out_dir.mkdir(parents=True, exist_ok=True)
    stem = safe_stem(bundle.incident.incident_id)
    pdf, record = out_dir / f"{stem}.pdf", out_dir / f"{stem}.json"
    atomic_bytes(pdf, evidence_pdf(bundle, activation=activation, background=background, gap_us=gap_us))
    atomic_bytes(record, bundle_json(bundle).encode())
    return pdf, record


def bundle_json(bundle: EvidenceBundle) -> str:
    """Return the bundle, its content hash and its chain hash as canonical JSON."""
    return canonical_json(bundle.as_dict())


def evidence_pdf(
    bundle: EvidenceBundle,
    *,
    activation: ActivationView,
    background: Background | None = None,
    gap_us: int = GAP_US,
    casework: Casework | None = None,
) -> bytes:
    """Return the evidence pack of one incident as a PDF/UA-1 document.

    Parameters
    ----------
    bundle : EvidenceBundle
    activation : ActivationView
        The activation that the incident belongs to.
    background : Background or None
        Streets and buildings under the map.
    gap_us : int
        A silence longer than this is drawn as a gap.
    casework : Casework or None
        What people did about it; with it the pack is one for a court.

    Returns
    -------
    bytes
        The same for the same input and the same versions of the libraries, at every time.
    """
    told = _clean(_with_casework(_contents(bundle, activation, background, gap_us), casework))
    with warnings.catch_warnings():
        warnings.simplefilter(
            "error"
        )  # a missing glyph or a layout that does not settle must not pass unseen
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
    return files("throughcare.adapters.reports").joinpath("templates", "pack.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)  # a machine's own fonts would change the bytes


def _clean(value: Any, *, whole: bool = False) -> Any:  # noqa: ANN401 - any JSON value
    """Make every string printable, and breakable unless it must be copied whole (drawings, hashes, the program)."""
    if isinstance(value, str):
        return printable(value) if whole else softened(printable(value))
    if isinstance(value, Mapping):
        return {key: _clean(inner, whole=whole or key in _COPIED_WHOLE) for key, inner in value.items()}
    return [_clean(inner, whole=whole) for inner in value] if isinstance(value, (list, tuple)) else value


def _contents(
    bundle: EvidenceBundle, view: ActivationView, background: Background | None, gap_us: int
) -> dict[str, Any]:
    incident, zone = bundle.incident, view.time_zone
    record = bundle.as_dict()
    return {
        "title": f"Evidence pack: {words.KIND_WORDS[incident.kind].lower()}",
        "short": f"Evidence pack, wearer {view.wearer_ref}",
        "footer": "Not a finding of breach. A person decides.",
        "incident": incident.incident_id,
        "not_a_finding": words.NOT_A_FINDING,
        "exhibits": list(EXHIBITS),
        "cover": _cover(bundle, view),
        "headline": words.headline(incident, zone),
        "facts": words.incident_facts(incident, zone),
        "reasons": [_reason_words(reason.words, reason.facts) for reason in incident.reasons]
        or ["The rule gave no reason."],
        "allowances": words.allowance_words(incident),
        "spells": tables.spell_rows(incident, zone),
        "unknowns": words.unknowns(incident),
        "condition": _condition(bundle, view),
        **_map(bundle, view, background, gap_us),
        **_timeline(bundle, view),
        "headings": list(tables.HEADINGS),
        "items": [list(row) for row in tables.item_rows(bundle.items, zone)],
        "items_words": _items_words(bundle, view),
        "rule": flatten(bundle.rule),
        "parameters": flatten(bundle.parameters),
        "limits": [*words.LIMITS, *(words.WITHHELD_LIMITS if incident.kind in WITHHELD else ())],
        "hashes": _hashes(bundle, record["content_hash"]),
        "checks": list(_CHECKS),
        "program": CHECK_PROGRAM,
    }


def _with_casework(told: dict[str, Any], casework: Casework | None) -> dict[str, Any]:
    if casework is None:
        return told | {"casework": None}
    made = casework.contents()
    return told | {
        "title": told["title"].replace("Evidence pack", "Court pack", 1),
        "short": told["short"].replace("Evidence pack", "Court pack", 1),
        "cover": [*casework.cover, *told["cover"]],
        "exhibits": [*told["exhibits"], *made["exhibits"]],
        "limits": [*told["limits"], *COURT_LIMITS],
        "casework": made,
    }


def _cover(bundle: EvidenceBundle, view: ActivationView) -> list[tuple[str, str]]:
    incident = bundle.incident
    return [
        ("Wearer", view.wearer_ref),
        ("Order and version", f"{incident.order_id}, version {incident.order_version}"),
        ("Activation (this device on this person)", view.activation_id),
        ("Clock", f"local time, {view.time_zone}; the bundle beside this pack holds UTC"),
        ("Made by", bundle.code_version),
        (
            "Beside this pack",
            f"{safe_stem(incident.incident_id)}.json: the whole bundle, every figure in full",
        ),
        (
            "Letters",
            "a sign that the fonts of this pack lack is written as [U+…]; the bundle has it as it is",
        ),
    ]


def _reason_words(said: str, facts: Mapping[str, Any]) -> str:
    numbers = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in facts.items())
    return f"{said} ({numbers})" if numbers else said


def _condition(bundle: EvidenceBundle, view: ActivationView) -> list[tuple[str, str]]:
    incident = bundle.incident
    said = dict(view.condition_words).get(incident.condition_id or "", "")
    rows = [("Condition", incident.condition_id or "none: the incident concerns the equipment")]
    if said:
        rows.append(("In plain words", said))
    return [*rows, ("Order", incident.order_id), ("Version of the order", str(incident.order_version))]


def _map(
    bundle: EvidenceBundle, view: ActivationView, background: Background | None, gap_us: int
) -> dict[str, Any]:
    drawn = draw_incident_map(
        bundle,
        places=view.places,
        time_zone=view.time_zone,
        ident="m",
        gap_us=gap_us,
        background=background,
    )
    if drawn is None:
        return {"map": None, "map_words": no_map_words(bundle), "map_notes": [], "map_caption": ""}
    return {
        "map": drawn.svg,
        "map_words": drawn.description,
        "map_notes": list(drawn.notes),
        "map_caption": "Numbers are those of exhibit 5. Circles are drawn at the 95 % level unless dashed.",
    }


def _timeline(bundle: EvidenceBundle, view: ActivationView) -> dict[str, Any]:
    shown = incident_span(bundle.incident, view)
    drawn = draw_timeline(view, [bundle], shown=shown, ident="t", title="Timeline of the incident")
    begin, end = (words.moment(t_us, view.time_zone) for t_us in (shown.start_us, shown.stop_us))
    return {
        "timeline": drawn.svg,
        "timeline_words": drawn.description,
        "timeline_notes": list(drawn.notes),
        "timeline_caption": f"From {begin} to {end}, local time.",
    }


def incident_span(incident: Incident, view: ActivationView) -> Interval:
    """Return the hours asked and the incident, with an hour on both sides."""
    spans = [
        Interval(incident.start_us, max(incident.end_us or view.monitored.stop_us, incident.start_us + 1))
    ]
    if incident.window is not None and incident.window.end_us is not None:
        spans.append(incident.window)
    start = min(span.start_us for span in spans) - _MARGIN_US
    return Interval(start, max(span.stop_us for span in spans) + _MARGIN_US)


def _items_words(bundle: EvidenceBundle, view: ActivationView) -> str:
    used = sum(item.used for item in bundle.items)
    left = len(bundle.items) - used
    if bundle.incident.kind in WITHHELD:
        return WITHHELD_WORDS
    if not bundle.items:
        return "The bundle holds no position and no radio report."
    first, last = (words.moment(item.t_us, view.time_zone) for item in (bundle.items[0], bundle.items[-1]))
    return (
        f"{len(bundle.items)} reports from {first} to {last}: {used} used, {left} not used. Times are local."
    )


def _hashes(bundle: EvidenceBundle, content: str) -> list[tuple[str, str]]:
    incident = bundle.incident
    return [
        ("Content hash of this bundle (SHA-256)", content),
        ("Chain hash in this run (SHA-256)", bundle.chain_hash or "not chained"),
        ("Fingerprint of the incident", incident.fingerprint),
        ("Incident", incident.incident_id),
        ("Parameters", incident.parameters_id),
        ("Code", bundle.code_version),
    ]


_CHECKS = (
    (
        "Take the bundle without its fields content_hash and chain_hash. Write it as JSON in UTF-8, keys sorted, no "
        "spaces. The SHA-256 of that is the content hash."
    ),
    (
        "Take the chain hash before it in the run, as text (nothing for the first), and put the content hash behind "
        "it. The SHA-256 of that is the chain hash."
    ),
    (
        "To run it again: install the version named under Code, give it the same order, positions and reports, and "
        "compare the content hashes. Equal facts, rules and code give equal hashes."
    ),
)


def flatten(value: Mapping[str, Any], *, prefix: str = "") -> list[tuple[str, str]]:
    """Return nested JSON values as (name, words) rows; long lists of numbers are counted, and the bundle has them."""
    rows: list[tuple[str, str]] = []
    for name, inner in sorted(value.items()):
        path = f"{prefix}{name.replace('_', ' ')}"
        if isinstance(inner, Mapping):
            rows += flatten(inner, prefix=f"{path}: ") if inner else [(path, "none")]
        else:
            rows.append((path, _flat_words(inner)))
    return rows or [("nothing", words.NOTHING)]


def _flat_words(value: Any) -> str:  # noqa: ANN401 - any JSON value
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Sequence) and not isinstance(value, str):
        whole = canonical_json(value)
        return whole if len(whole) <= 200 else f"{len(value)} parts; in full in the bundle beside this pack"
    return str(value)
