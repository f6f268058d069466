"""The report of a study: a page, a PDF and the document they are made from. Same study, same bytes."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst
from markupsafe import Markup

from throughcare.adapters.files.atomic import atomic_bytes
from throughcare.adapters.reports.evaluation_drawings import forest_svg, love_svg, shown_rows
from throughcare.adapters.reports.pages import render_page, write
from throughcare.adapters.reports.printable import printable, softened
from throughcare.evaluation.wording import Words

Table = dict[str, Any]
_GREEN = (
    "A table of means can be green and the answer wrong. So squares, products and bins are judged too: the ten that "
    "differ most stand below the covariates."
)


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with words, drawings and tables."""

    title: str
    words: tuple[str, ...] = ()
    drawings: tuple[tuple[str, str], ...] = ()  # each with its description
    tables: tuple[Table, ...] = ()


def write_report(out_dir: Path, found: Mapping[str, Any], words: Words) -> tuple[Path, ...]:
    """Write ``result.json``, ``index.html`` and ``report.pdf`` into a folder, and return them.

    Parameters
    ----------
    out_dir : Path
        Made where it is absent.
    found : mapping
        From `throughcare.evaluation.result.document`.
    words : Words
        Made from it.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    parts = report_parts(found, words)
    told = {**found, "words": asdict(words)}
    as_json, as_page, as_pdf = (out_dir / name for name in ("result.json", "index.html", "report.pdf"))
    text = json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    atomic_bytes(as_json, (text + "\n").encode())
    title = str(found["protocol"]["question"])
    page = render_page(
        "evaluation_report.html.j2",
        title=title,
        headline=words.headline,
        parts=[
            {
                "title": part.title,
                "words": part.words,
                "drawings": [Markup(svg) for svg, _ in part.drawings],  # noqa: S704 - drawn by us, labels escaped
                "tables": part.tables,
            }
            for part in parts
        ],
        code_version=found["code_version"],
    )
    write(as_page, page)
    atomic_bytes(as_pdf, _pdf(title, words.headline, parts, found))
    return as_json, as_page, as_pdf


def report_parts(found: Mapping[str, Any], words: Words) -> tuple[Part, ...]:
    """Return what the page and the PDF show, in order."""
    parts = [
        Part("What was found", words.sentences),
        Part("What you can say", words.can_say),
        Part("What you cannot say", words.cannot_say),
    ]
    if found["effect"] == "shown":
        parts += _effects(found)
    parts += [_gates(found), *_design(found), _declared(found), _locked(found)]
    return tuple(parts)


def _effects(found: Mapping[str, Any]) -> list[Part]:
    findings = found["findings"]
    primary = findings["primary"]
    rows = [
        (primary["label"], primary["ratio"]),
        (findings["other_method"]["method"], findings["other_method"]["ratio"]),
    ]
    rows += [
        (each["label"], each["ratio"])
        for each in (*findings["periods"], *findings["secondary"])
        if "ratio" in each
    ]
    effects = [primary, *(each for each in (*findings["periods"], *findings["secondary"]) if "ratio" in each)]
    table = _table(
        "Every outcome, with 95 % intervals",
        ("Outcome", "With", "Without", "Ratio", "Difference", "Adjusted p"),
        [
            (
                each["label"],
                _number(each["with"]),
                _number(each["without"]),
                _span(each["ratio"]),
                _span(each["difference"]),
                _chance(each.get("adjusted_p")),
            )
            for each in effects
        ],
    )
    parts = [Part("Effects", (), _drawn(forest_svg(rows, title="Effects", ident="effects")), (table,))]
    if findings["groups"]:
        parts.append(_groups(findings["groups"]))
    parts.append(_hidden(findings["sensitivity"]))
    return parts


def _groups(factors: Sequence[Mapping[str, Any]]) -> Part:
    rows, drawn = [], []
    for factor in factors:
        for group in factor["groups"]:
            name = f"{factor['factor']}: {group['group']}"
            if group["ratio"] is None:
                rows.append((name, group["why_not"], "", ""))
                continue
            drawn.append((name, group["ratio"]))
            pooled = "" if group["pooled"] is None else _span(group["pooled"])
            rows.append((name, _span(group["ratio"]), pooled, _chance(factor["adjusted_p"])))
    table = _table(
        "Ratio of each group, alone and drawn towards the others",
        ("Group", "Ratio", "Drawn together", "Groups differ: adjusted p"),
        rows,
    )
    words = ("The largest of many group effects is mostly luck. Read the second column, not the first.",)
    return Part("Groups", words, _drawn(forest_svg(drawn, title="Groups", ident="groups")), (table,))


def _hidden(sensitivity: Mapping[str, Any]) -> Part:
    rows = [
        (
            f"{each['percent_of_treated']:g} % and {each['percent_of_comparison']:g} %",
            f"{each['strength']:g}",
            _span(each["ratio"]),
            "yes" if each["explains_limit"] else "no",
        )
        for each in sensitivity["tipping"]
    ]
    headings = (
        "In the treated and in the comparison",
        "Makes it so many times as likely",
        "Ratio left",
        "No longer clear",
    )
    table = _table("What a hidden factor would leave of the effect", headings, rows)
    return Part("Hidden factors", (), (), (table,))


def _gates(found: Mapping[str, Any]) -> Part:
    rows = [
        (gate["label"], "met" if gate["met"] else "waived" if gate["waived"] else "not met", gate["words"])
        for gate in found["gates"]
    ]
    words = [f"This gate asks for less than usual: {name}." for name in found["looser_gates"]]
    return Part("Gates", tuple(words), (), (_table("What had to hold first", ("Gate", "Is", "Found"), rows),))


def _design(found: Mapping[str, Any]) -> list[Part]:
    design = found["design"]
    rows = [
        ("People treated", _count(design["treated"])),
        ("People compared", _count(design["comparison"])),
        ("Method", design["method"]),
        ("The planned effect is found, times in 100", _number(design["power_in_100"], places=1)),
        (
            "People treated that the planned effect needs",
            _count(design["treated_needed"], absent="no number"),
        ),
        ("Data are complete from", design["complete_from"]),
    ]
    parts = [Part("Design", (), (), (_table("Before an outcome was opened", ("What", "Found"), rows),))]
    if "balance" not in design:
        return parts
    balance = design["balance"]
    table = _table(
        "Differences in standard deviations",
        ("Column", "Kind", "Before", "After"),
        [
            (row["name"], row["kind"], _number(row["before"], places=3), _number(row["after"], places=3))
            for row in shown_rows(balance)
        ],
    )
    gaps = _table(
        "Largest gaps of distributions",
        ("Number", "Before", "After"),
        [
            (row["name"], _number(row["before"], places=3), _number(row["after"], places=3))
            for row in balance["distributions"]
        ],
    )
    drawn = _drawn(love_svg(balance, limit=0.05, ident="love"))
    return [*parts, Part("How alike the groups are", (_GREEN,), drawn, (table, gaps))]


def _declared(found: Mapping[str, Any]) -> Part:
    protocol = found["protocol"]
    rows = [
        ("Question", protocol["question"]),
        ("Treated", protocol["treated_rule"]),
        ("Comparison", protocol["comparison"]),
        ("Time zero", protocol["time_zero"]),
        ("Cohort", f"from {protocol['cohort_from']}, before {protocol['cohort_before']}"),
        ("Data taken on", protocol["extract_on"]),
        (
            "Follow-up",
            f"{protocol['follow_up_months']} months, and {protocol['waiting_months']} to be proven",
        ),
        ("Primary outcome", protocol["primary"]["label"]),
        (
            "Expected without, and ratio to be found",
            f"{protocol['expected_without']:g}, {protocol['smallest_ratio']:g}",
        ),
        ("Covariates", "; ".join(each["label"] for each in protocol["covariates"])),
        ("Seed", str(protocol["seed"])),
        *((f"Eligible {place}", each) for place, each in enumerate(protocol["eligibility"], 1)),
    ]
    return Part("What was declared", (), (), (_table("The protocol", ("What", "Declared"), rows),))


def _locked(found: Mapping[str, Any]) -> Part:
    lock = found["lock"]
    rows = [
        ("Protocol (SHA-256)", lock["protocol_hash"]),
        ("Columns (SHA-256)", lock["schema_hash"]),
        ("Locked at", lock["locked_at"]),
    ]
    tables = [_table("The lock", ("What", "Value"), rows)]
    if lock["amendments"]:
        changed = [
            (
                each["when"],
                each["reason"],
                "; ".join(each["changes"]),
                "yes" if each["after_an_outcome_was_opened"] else "no",
            )
            for each in lock["amendments"]
        ]
        headings = ("When", "Why", "What", "After an outcome was opened")
        tables.append(_table("Changes since it was first locked", headings, changed))
    return Part("The lock", (), (), tuple(tables))


def _pdf(title: str, headline: str, parts: Sequence[Part], found: Mapping[str, Any]) -> bytes:
    told = _clean(
        {
            "title": title,
            "headline": headline,
            "parts": [asdict(part) for part in parts],
            "ending": f"Code: {found['code_version']}. Protocol {found['lock']['protocol_hash']}.",
            "footer": "An average of many people says nothing certain about one.",
        }
    )
    for shown, part in zip(told["parts"], parts, strict=True):
        shown["drawings"] = [{"svg": svg, "words": printable(words)} for svg, words in part.drawings]
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
    return files("throughcare.adapters.reports").joinpath("templates", "evaluation_report.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)


def _clean(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return softened(printable(value))
    if isinstance(value, Mapping):
        return {key: _clean(inner) for key, inner in value.items()}
    return [_clean(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def _drawn(svg: str) -> tuple[tuple[str, str], ...]:
    if not svg:
        return ()
    words = Markup(svg.split("<desc", 1)[1].split(">", 1)[1].split("</desc>", 1)[0]).unescape()  # noqa: S704 - ours
    return ((svg, words),)


def _table(caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    return {"caption": caption, "headings": list(headings), "rows": [list(row) for row in rows]}


def _span(interval: Mapping[str, Any]) -> str:
    if interval["estimate"] is None:
        return "none"
    return f"{interval['estimate']:.3f} ({interval['low']:.3f} to {interval['high']:.3f})"


def _number(value: float | None, *, places: int = 3) -> str:
    return "" if value is None else f"{value:.{places}f}"


def _chance(value: float | None) -> str:
    if value is None:
        return ""
    return "below 0.001" if value < 0.001 else f"{value:.3f}"


def _count(value: int | None, *, absent: str = "not shown") -> str:
    return absent if value is None else f"{value:,}"
