"""The sheet: everything that is said about one person's scores, as data, for the officer and for the person.

Where there is no score, no number stands anywhere: no share, no bound of the population abstained from, no band.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from throughcare.kernel.ids import content_hash
from throughcare.risk.answers import Answers
from throughcare.risk.bounds import bounds, disputed
from throughcare.risk.change import what_would_change
from throughcare.risk.contract import Instrument, Status
from throughcare.risk.correction import smallest_correction
from throughcare.risk.explaining import explain
from throughcare.risk.items import Value
from throughcare.risk.officer_words import officer_words
from throughcare.risk.person_texts import LANGUAGES, TEXTS
from throughcare.risk.person_words import Passage, person_words
from throughcare.risk.section import Section
from throughcare.risk.sheet_values import json_value, section_values
from throughcare.risk.stability import DECLARED, ErrorModel, shown_band, stability


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that is said about one person's scores.

    Parameters
    ----------
    sections : tuple of Section
        One an instrument, in the order asked for.
    person : mapping
        Language to the passages for the person.
    inputs_hash : str
        SHA-256 of the answers, their sources and the versions of the instruments: equal inputs, equal sheets.
    """

    sections: tuple[Section, ...]
    person: Mapping[str, tuple[Passage, ...]]
    inputs_hash: str

    def as_dict(self) -> dict[str, Any]:
        """Return the sheet as JSON values."""
        return {
            "inputs_hash": self.inputs_hash,
            "sections": [section_values(section) for section in self.sections],
            "person": {
                language: {
                    "title": TEXTS[language]["title"],
                    "passages": [
                        {"heading": each.heading, "sentences": list(each.sentences)} for each in passages
                    ],
                }
                for language, passages in self.person.items()
            },
        }


def make_sheet(
    instruments: Sequence[Instrument],
    answers: Answers,
    *,
    claims: Mapping[str, Value] | None = None,
    model: ErrorModel = DECLARED,
    contact: str = "",
) -> Sheet:
    """Return the sheet of one person.

    Parameters
    ----------
    instruments : sequence of Instrument
    answers : Answers
    claims : mapping or None
        Item to what the person says where they dispute the record.
    model : ErrorModel
        How often entries are off, for the stability of bands.
    contact : str
        Whom the person may ask.
    """
    sections = tuple(make_section(each, answers, claims=claims, model=model) for each in instruments)
    return Sheet(
        sections=sections,
        person={
            language: person_words(sections, contact=contact, language=language) for language in LANGUAGES
        },
        inputs_hash=_hash(instruments, answers, claims or {}),
    )


def make_section(
    instrument: Instrument,
    answers: Answers,
    *,
    claims: Mapping[str, Value] | None = None,
    model: ErrorModel = DECLARED,
) -> Section:
    """Return what is said about one score; see `make_sheet`."""
    score = instrument.score(answers)
    scored = score.status is Status.SCORED
    stable = stability(instrument, answers, model, score=score) if scored else None
    section = Section(
        spec=instrument.spec,
        score=score,
        explanation=explain(instrument, answers, score),
        bounds=bounds(instrument, answers, score),
        disputed=disputed(instrument, answers, claims, score=score) if scored else (),
        shown_band=None if stable is None else shown_band(stable),
        correction=smallest_correction(instrument, answers, score) if scored else None,
        change=what_would_change(instrument, answers, score) if scored else None,
    )
    return replace(section, words=officer_words(section))


def _hash(instruments: Sequence[Instrument], answers: Answers, claims: Mapping[str, Value]) -> str:
    told = {
        name: [json_value(answer.value), answer.source.value, json_value(answer.recorded_on), answer.disputed]
        for name, answer in answers.by_name.items()
    }
    versions = [[each.spec.name, each.spec.version] for each in instruments]
    return content_hash([told, {name: json_value(value) for name, value in claims.items()}, versions])
