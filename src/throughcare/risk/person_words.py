"""Words for the person: what each score says about them, why, what could change it and how to challenge it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from throughcare.risk.contract import Band, Measure, Spec, Status
from throughcare.risk.explaining import Explanation
from throughcare.risk.person_texts import (
    BAND_TEXTS,
    LANGUAGES,
    OUTCOME_OF,
    OUTCOME_TEXTS,
    TEXTS,
    THEME_TEXTS,
    TIMES,
)
from throughcare.risk.section import Section
from throughcare.risk.stability import ShownBand
from throughcare.risk.themes import theme_of_term, unique_themes

MOST_THEMES = 3
"""So many reasons for a higher and for a lower score are named; the whole arithmetic is in the officer's part."""
_LEAST_SHARE = 0.005


@dataclass(frozen=True, slots=True)
class Passage:
    """A heading and its sentences."""

    heading: str
    sentences: tuple[str, ...]


def person_words(
    sections: Sequence[Section], *, contact: str = "", language: str = "en"
) -> tuple[Passage, ...]:
    """Return the sheet for the person.

    Parameters
    ----------
    sections : sequence of Section
    contact : str
        Whom to ask, as the organisation words it; left out if empty.
    language : str
        ``en`` or ``cy``.
    """
    if language not in LANGUAGES:
        raise ValueError(f"no texts in {language!r}; there are {', '.join(LANGUAGES)}")
    text = TEXTS[language]
    intro = Passage(
        text["what_heading"],
        tuple(text[key] for key in ("what", "sum", "groups")) + _compared(sections, text),
    )
    own = [
        Passage(_capital(outcome_words(section.spec, language)), tuple(_section(section, language)))
        for section in sections
    ]
    keys = ("challenge_see", "challenge_say", "challenge_both", "challenge_person", "challenge_complain")
    ending = [text[key] for key in keys] + ([text["contact"].format(contact=contact)] if contact else [])
    return (intro, *own, Passage(text["challenge_heading"], tuple(ending)))


def outcome_words(spec: Spec, language: str) -> str:
    """Return what a score is about, in plain words."""
    return OUTCOME_TEXTS[OUTCOME_OF.get(spec.name, "other")][language]


def band_words(spec: Spec, band: Band, language: str) -> str:
    """Return the plain words for a band; the publisher's own words where there are none (a model of one's own)."""
    name = "programme_high" if spec.name == "pni" and band.name == "high" else band.name
    if name.startswith("scale_"):
        return BAND_TEXTS["scale"][language].format(step=name.removeprefix("scale_"))
    return BAND_TEXTS[name][language] if name in BAND_TEXTS else band.words


def _compared(sections: Sequence[Section], text: Mapping[str, str]) -> tuple[str, ...]:
    return (text["compared"],) if any(section.explanation for section in sections) else ()


def _section(section: Section, language: str) -> Iterable[str]:
    text = TEXTS[language]
    yield text["about"].format(outcome=outcome_words(section.spec, language))
    if section.score.status is not Status.SCORED:
        yield from _no_score(section, language)
        return
    yield from _number(section, language)
    if section.explanation is not None:
        yield from _why(section.explanation, language)
    if section.bounds.unanswered:
        yield text["unanswered"].format(themes=_named(unique_themes(section.bounds.unanswered), language))
    if section.disputed:
        items = [each.item for each in section.disputed]
        yield text["disputed"].format(themes=_named(unique_themes(items), language))
    yield from _could_change(section, language)


def _no_score(section: Section, language: str) -> Iterable[str]:
    text, score = TEXTS[language], section.score
    named: Iterable[str] = score.missing
    if score.status is Status.REFUSED:
        named = [str(problem.path[0]) for problem in score.problems if problem.path]
    yield text[score.status.value].format(themes=_named(unique_themes(named), language))


def _number(section: Section, language: str) -> Iterable[str]:
    text, spec, shown = TEXTS[language], section.spec, section.score.shown
    assert shown is not None
    months = spec.horizon_months
    if spec.measure is Measure.PROBABILITY and months is not None:
        number = math.floor(shown + 0.5)
        count = text["about_count"].format(number=number) if number >= 1 else text["less_than_one"]
        time = TIMES[months][language] if months in TIMES else text["months"].format(months=months)
        yield text["out_of_100"].format(count=count, time=time)
    if section.shown_band is not None:
        yield _band(spec, section.shown_band, language)


def _band(spec: Spec, shown: ShownBand, language: str) -> str:
    text = TEXTS[language]
    if shown.single is not None:
        return text["band_one"].format(band=band_words(spec, shown.single, language))
    return text["band_range"].format(
        low=band_words(spec, shown.bands[0], language), high=band_words(spec, shown.bands[-1], language)
    )


def _why(explanation: Explanation, language: str) -> Iterable[str]:
    text = TEXTS[language]
    shares: dict[str, float] = {}
    fixed: dict[str, None] = {}
    open_: dict[str, None] = {}
    for told in (explanation, *(explanation.parts if not explanation.shares else ())):
        for share in told.shares:
            theme = theme_of_term(share.term.items)
            shares[theme] = shares.get(theme, 0.0) + share.share
            (open_ if share.changeable else fixed)[theme] = None
    ranked = sorted(shares.items(), key=lambda each: -abs(each[1]))
    for key, way in (("higher", 1.0), ("lower", -1.0)):
        themes = [theme for theme, share in ranked if way * share > _LEAST_SHARE][:MOST_THEMES]
        if themes:
            yield text[key].format(themes=_named(themes, language))
    if fixed.keys() - open_.keys() - {"time"}:
        yield text["fixed"].format(
            themes=_named([theme for theme in fixed if theme not in open_ and theme != "time"], language)
        )
    if open_:
        yield text["open"].format(themes=_named(list(open_), language))


def _could_change(section: Section, language: str) -> Iterable[str]:
    text, change = TEXTS[language], section.change
    if change is None:
        return
    if change.nothing:
        yield text["nothing"]
        return
    items = [step.item for step in change.steps] or list(change.together_answers)
    if items:
        yield text["could_fall"].format(themes=_named(unique_themes(items), language))
    if change.time_lowers:
        yield text["time_falls"]


def _named(themes: Sequence[str], language: str) -> str:
    return "; ".join(THEME_TEXTS[theme][language] for theme in themes)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
