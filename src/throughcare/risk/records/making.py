"""The three records: what an agency publishes, what its staff read, and what its impact assessment needs.

The groups of fields of the transparency record follow the United Kingdom's Algorithmic Transparency Recording Standard
as it was understood on 23 November 2026; its official wording was not at hand and must be checked before publication.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from throughcare.risk.records.owner import UNKNOWN, Owner
from throughcare.risk.records.subject import Subject

CHECK_WORDING = (
    "The groups of fields are those of the Algorithmic Transparency Recording Standard as they were understood on "
    "23 November 2026. Check the official wording of the template before publication."
)


class KnownFrom(StrEnum):
    """Where a field's value came from."""

    CODE = "code"
    VALIDATION = "validation"
    OWNER = "owner"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: a heading, one or more lines, and where they came from."""

    name: str
    lines: tuple[str, ...]
    known_from: KnownFrom


@dataclass(frozen=True, slots=True)
class Section:
    """Some fields under a heading."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One document.

    Parameters
    ----------
    name : str
        File name without its ending.
    title, note : str
    sections : tuple of Section
    """

    name: str
    title: str
    note: str
    sections: tuple[Section, ...]

    @property
    def unknown(self) -> tuple[str, ...]:
        """The fields that nobody has stated."""
        return tuple(
            field.name
            for section in self.sections
            for field in section.fields
            if field.known_from is KnownFrom.NOBODY
        )


def records(subject: Subject, validation: Mapping[str, Any], owner: Owner) -> tuple[Record, Record, Record]:
    """Return the transparency record, the model card and the annex of the impact assessment.

    Parameters
    ----------
    subject : Subject
        From code.
    validation : mapping
        A document that `throughcare.risk.records.validated.checked` returned.
    owner : Owner
    """
    return (
        _transparency(subject, validation, owner),
        _card(subject, validation, owner),
        _annex(subject, validation, owner),
    )


def _stated(owner: Owner, name: str, key: str) -> Field:
    fact = owner.fact(key)
    return Field(name, (fact,), KnownFrom.NOBODY if fact == UNKNOWN else KnownFrom.OWNER)


def _code(name: str, *lines: str) -> Field:
    kept = tuple(line for line in lines if line)
    return Field(name, kept or ("none",), KnownFrom.CODE)


def _found(name: str, lines: Sequence[str]) -> Field:
    return Field(name, tuple(lines) or ("none",), KnownFrom.VALIDATION)


def _transparency(subject: Subject, validation: Mapping[str, Any], owner: Owner) -> Record:
    return Record(
        "transparency-record",
        "Algorithmic transparency record",
        CHECK_WORDING,
        (
            Section(
                "Tier 1: in short",
                tuple(
                    _stated(owner, name, key)
                    for name, key in (
                        ("Name", "tool.name"),
                        ("Description", "tool.description"),
                        ("Website", "tool.website"),
                        ("Contact", "tool.contact"),
                    )
                ),
            ),
            *_owner_sections(owner),
            Section(
                "Tier 2: the model",
                (
                    _code("Model", f"{subject.title}, version {subject.version}", f"hash {subject.hash}"),
                    _code("What it predicts", subject.predicts, f"How far ahead: {subject.horizon_words}"),
                    _code("How it works", subject.method),
                    _code("Input", *_inputs(subject)),
                    _code("Output", _output(subject)),
                    _code("Cautions", *subject.cautions),
                    _found("Performance", validation["words"]),
                ),
            ),
            _data_section(subject, validation, owner),
            Section(
                "Tier 2: impact and risks",
                (
                    _stated(owner, "Data protection impact assessment", "assessments.dpia"),
                    _stated(owner, "Equality impact assessment", "assessments.equality"),
                    _stated(owner, "Law under which it is used", "assessments.legal_basis"),
                    _stated(owner, "Main risks", "risks.main"),
                    _stated(owner, "What is done about them", "risks.mitigations"),
                ),
            ),
        ),
    )


def _owner_sections(owner: Owner) -> tuple[Section, ...]:
    groups = {
        "Tier 2: who answers for it": (
            ("Organisation", "owner.organisation"),
            ("Team", "owner.team"),
            ("Senior responsible owner", "owner.senior_responsible_owner"),
            ("Suppliers and their part", "owner.suppliers"),
            ("Suppliers' access to data", "owner.supplier_access"),
        ),
        "Tier 2: what it is for": (
            ("Scope", "use.scope"),
            ("Benefit", "use.benefit"),
            ("Previous process", "use.previous_process"),
            ("Alternatives", "use.alternatives"),
            ("Phase", "use.phase"),
        ),
        "Tier 2: how it is used in decisions": (
            ("Part in decisions", "decisions.process"),
            ("What staff are shown", "decisions.shown_to_staff"),
            ("Frequency and scale", "decisions.frequency"),
            ("Human decisions and review", "decisions.human_review"),
            ("Training", "decisions.training"),
            ("Appeals and review", "decisions.appeals"),
            ("Maintenance", "decisions.maintenance"),
        ),
    }
    return tuple(
        Section(title, tuple(_stated(owner, name, key) for name, key in fields))
        for title, fields in groups.items()
    )


def _data_section(subject: Subject, validation: Mapping[str, Any], owner: Owner) -> Section:
    never = [f"{name} (never an input; only to check fairness)" for name in _sensitive(subject, validation)]
    return Section(
        "Tier 2: data",
        (
            _code("Source of the model", subject.source, f"Licence: {subject.licence}"),
            _stated(owner, "Development data", "data.sources"),
            _found("Sensitive attributes", never),
            _stated(owner, "Completeness", "data.completeness"),
            _stated(owner, "Cleaning", "data.cleaning"),
            _stated(owner, "Sharing", "data.sharing"),
            _stated(owner, "Access and storage", "data.access_and_storage"),
            _stated(owner, "Operational data", "data.operational"),
            _found("Validation data", _people(validation)),
        ),
    )


def _card(subject: Subject, validation: Mapping[str, Any], owner: Owner) -> Record:
    groups = (
        tuple(_group_line(each) for each in validation["fairness"]["groups"])
        if validation["fairness"]
        else ("No group was named.",)
    )
    return Record(
        "model-card",
        "Model card",
        "Made from code and the last validation. A change of the model makes this card out of date.",
        (
            Section(
                "The model",
                (
                    _code("Name", subject.title, f"version {subject.version}", f"hash {subject.hash}"),
                    _code("What it predicts", subject.predicts, f"How far ahead: {subject.horizon_words}"),
                    _code("How it works", subject.method),
                    _code("Source", subject.source, f"Licence: {subject.licence}"),
                ),
            ),
            Section(
                "Use",
                (
                    _stated(owner, "Intended use, and what it must not be used for", "use.scope"),
                    _code("Cautions", *subject.cautions),
                    _stated(owner, "Who decides", "decisions.human_review"),
                ),
            ),
            Section(
                "Inputs", (_code("Inputs", *_inputs(subject)), _code("Never inputs", *subject.never_inputs))
            ),
            Section(
                "What was found",
                (
                    _found("In words", validation["words"]),
                    _found("Measures", _measures(validation["performance"])),
                    _found("By group", groups),
                    _found("Trade-offs", _tension_lines(validation)),
                    _found("Whom it rests on", _people(validation)),
                ),
            ),
        ),
    )


def _annex(subject: Subject, validation: Mapping[str, Any], owner: Owner) -> Record:
    changeable = [each for each in subject.inputs if each.changeable]
    fairness = validation["fairness"]
    out = [] if not fairness else [each for each in fairness["tests"] if _stands_out(each)]
    return Record(
        "impact-assessment-annex",
        "Annex for the impact assessments",
        "Facts for the data protection and equality impact assessments. The assessments themselves are the owner's.",
        (
            Section(
                "What is processed",
                (
                    _code("Personal data that the score reads", *_inputs(subject)),
                    _code("Of these, what a person can change", *(each.words for each in changeable)),
                    _found("Read for checks of fairness only", _sensitive(subject, validation)),
                    _stated(owner, "Law under which it is used", "assessments.legal_basis"),
                    _stated(owner, "Access and storage", "data.access_and_storage"),
                ),
            ),
            Section(
                "Meaningful human involvement (Data Protection Act 2018, sections 50A to 50D)",
                (
                    _stated(owner, "Who decides, and how", "decisions.human_review"),
                    _stated(owner, "Training", "decisions.training"),
                    _stated(owner, "How a person can challenge it", "decisions.appeals"),
                    _code("What the tool itself does", _decides(subject)),
                ),
            ),
            Section(
                "Equality",
                (
                    _found("Groups that were checked", validation["people"]["groups"]),
                    _found("Groups withheld as too small", _withheld(fairness)),
                    _found("What stands out after Holm's adjustment", [_test_line(each) for each in out]),
                    _found("What no threshold can avoid", _tension_lines(validation)),
                ),
            ),
            Section(
                "Accuracy",
                (
                    _found("Measures", _measures(validation["performance"])),
                    _found("Whom it rests on", _people(validation)),
                    _stated(owner, "Main risks", "risks.main"),
                    _stated(owner, "What is done about them", "risks.mitigations"),
                ),
            ),
        ),
    )


def _inputs(subject: Subject) -> tuple[str, ...]:
    if not subject.inputs:
        return ("Not known to code: only scores were given.",)
    return tuple(
        f"{each.words} ({each.name}): {each.answers}" + ("; can change" if each.changeable else "")
        for each in subject.inputs
    )


def _output(subject: Subject) -> str:
    return "A probability." if subject.scale.value == "probability" else "Points; no probability."


def _decides(subject: Subject) -> str:
    return f"It gives {_output(subject).lower().rstrip('.')} with its reasons. It decides nothing by itself."


def _sensitive(subject: Subject, validation: Mapping[str, Any]) -> list[str]:
    return sorted({*subject.never_inputs, *validation["people"]["groups"]})


def _people(validation: Mapping[str, Any]) -> list[str]:
    people, found = validation["people"], validation["performance"]
    lines = [
        f"{people['used']:,} of {people['rows']:,} rows of {people['table']} (SHA-256 {people['table_hash'][:16]})",
        f"Outcome: {people['outcome']}; it happened to {found['events']:,} of {found['people']:,}",
        f"Validated on {validation['made_on']} with Throughcare {validation['code_version']}",
        f"Hash of the validation: {validation['hash']}",
    ]
    return lines + [f"Left out: {count:,}, {reason}" for reason, count in people["left_out"].items()]


def _measures(found: Mapping[str, Any]) -> list[str]:
    rows = [("AUC", found["auc"]), ("Brier score", found["brier"]), ("Brier skill", found["skill"])]
    calibration = found["calibration"]
    if calibration:
        rows += [
            ("Observed over expected", calibration["ratio"]),
            ("Calibration slope", calibration["slope"]),
            ("Calibration in the large", calibration["in_the_large"]),
        ]
    return [f"{name}: {_estimate(each)}" for name, each in rows if each]


def _estimate(found: Mapping[str, Any]) -> str:
    if found["value"] is None:
        return f"none ({found['method']})"
    return f"{found['value']:.3f} (95 % interval {_number(found['low'])} to {_number(found['high'])})"


def _number(value: float | None) -> str:
    return "none" if value is None or not math.isfinite(value) else f"{value:.3f}"


def _group_line(found: Mapping[str, Any]) -> str:
    performance = found["performance"]
    told = f"{found['group']}: {performance['people']:,} people, AUC {_estimate(performance['auc'])}"
    if performance["calibration"]:
        told += f", observed over expected {_estimate(performance['calibration']['ratio'])}"
    return told


def _withheld(fairness: Mapping[str, Any] | None) -> list[str]:
    return [] if not fairness else [f"{grouping}: {group}" for grouping, group in fairness["withheld"]]


def _tension_lines(validation: Mapping[str, Any]) -> list[str]:
    fairness = validation["fairness"]
    if not fairness:
        return []
    middle = (
        sorted(fairness["thresholds"])[len(fairness["thresholds"]) // 2] if fairness["thresholds"] else None
    )
    return [
        f"{each['group']['group']} and {each['reference']['group']}: {' '.join(each['words'])}"
        for each in fairness["tensions"]
        if each["threshold"] == middle
    ]


def _stands_out(test: Mapping[str, Any]) -> bool:
    return test["adjusted_p"] is not None and test["adjusted_p"] < 0.05


def _test_line(test: Mapping[str, Any]) -> str:
    against = f" against {test['against']}" if test["against"] else ""
    return f"{test['group']}{against}: {test['measure']} {test['difference']:.3f}, adjusted p {test['adjusted_p']:.2g}"
