"""Words for the officer: one score in sentences, from the number to what would change it."""

from __future__ import annotations

from collections.abc import Iterator

from throughcare.risk.bounds import BothWays, Bounds
from throughcare.risk.contract import Band, Measure, Score, Spec, Status
from throughcare.risk.correction import MOST_MONTHS, MOST_STEPS
from throughcare.risk.section import Section

STATUS_WORDS = {
    Status.SCORED: "scored",
    Status.INCOMPLETE: "no score: answers are missing",
    Status.REFUSED: "no score: answers contradict each other or the world",
    Status.OUTSIDE_POPULATION: "no score: the instrument is not made for this person",
    Status.NOT_APPLICABLE: "no score: the instrument does not apply",
}


def officer_words(section: Section) -> tuple[str, ...]:
    """Return a section in sentences."""
    return tuple(_sentences(section))


def number_words(spec: Spec, shown: float) -> str:
    """Return a score as published, with its unit."""
    number = f"{shown:.{spec.decimals}f}"
    match spec.measure:
        case Measure.PROBABILITY:
            return f"{number} %"
        case Measure.POINTS:
            return f"{number} {'point' if shown == 1 else 'points'}"
        case Measure.FLAG:
            return "yes" if shown else "no"


def range_words(bands: tuple[Band, ...]) -> str:
    """Return a range of bands in words."""
    return bands[0].words if len(bands) == 1 else f"{bands[0].words} to {bands[-1].words}"


def _sentences(section: Section) -> Iterator[str]:
    spec, score = section.spec, section.score
    if score.status is not Status.SCORED:
        yield from _no_score(section)
        return
    assert score.shown is not None
    ahead = "" if spec.horizon_months is None else f", within {spec.horizon_months} months"
    yield f"{spec.title}: {number_words(spec, score.shown)} for {spec.predicts}{ahead}."
    if section.shown_band is not None:
        yield f"Band: {section.shown_band.words}."
    for reason in score.reasons:
        yield reason.words
    if section.bounds.unanswered:
        yield _bounds(spec, section.bounds)
    for both in section.disputed:
        yield _disputed(spec, both)
    if spec.bands:
        yield _correction(section)
    if section.change is not None:
        yield section.change.words


def _no_score(section: Section) -> Iterator[str]:
    spec, score = section.spec, section.score
    yield f"{spec.title}: {STATUS_WORDS[score.status]}."
    for reason in score.reasons:
        yield reason.words
    for problem in score.problems:
        yield f"{_labelled(spec, problem.path)}expected {problem.expected}; found {problem.found}. {problem.action}"
    if score.missing:
        yield f"Not answered: {', '.join(spec.by_name[name].label for name in score.missing)}."
        yield _bounds(spec, section.bounds)


def _labelled(spec: Spec, path: tuple[str | int, ...]) -> str:
    name = str(path[0]) if path else ""
    return f"{spec.by_name[name].label}: " if name in spec.by_name else ""


def _bounds(spec: Spec, found: Bounds) -> str:
    if found.lowest is None or found.highest is None:
        assert found.why_none is not None
        return found.why_none.words
    low, high = found.lowest.score.shown, found.highest.score.shown
    assert low is not None
    assert high is not None
    count = len(found.unanswered)
    open_ = "one item is" if count == 1 else f"{count} items are"
    if low == high:
        said = f"{open_} not answered; no answer would move the score."
    else:
        said = f"{open_} not answered; with answers the score would be {number_words(spec, low)} at the lowest and "
        said += f"{number_words(spec, high)} at the highest"
        said += f", bands {range_words(found.bands)}." if len(found.bands) > 1 else ", in one band."
        if not found.bands:
            said = said.replace(", in one band.", ".")
        if found.influences:
            said += f" What matters most is {found.influences[0].label}."
    if found.some_abstain:
        said += " Some answers would mean that there is no score at all."
    return said[:1].upper() + said[1:]


def _disputed(spec: Spec, both: BothWays) -> str:
    domain = spec.by_name[both.item].domain
    recorded = domain.words(domain.read(both.recorded))
    said = f"Disputed: {both.label}, recorded as {recorded}, gives {_result(spec, both.as_recorded)}"
    if both.as_claimed is not None and both.claimed is not None:
        said += f"; as the person says ({domain.words(domain.read(both.claimed))}), {_result(spec, both.as_claimed)}"
    if both.without.lowest is not None and both.without.highest is not None:
        low, high = both.without.lowest.score.shown, both.without.highest.score.shown
        assert low is not None
        assert high is not None
        said += f"; if it were not known, {number_words(spec, low)} to {number_words(spec, high)}"
    return f"{said}."


def _result(spec: Spec, score: Score) -> str:
    return "no score" if score.shown is None else number_words(spec, score.shown)


def _correction(section: Section) -> str:
    if section.correction is not None:
        return f"The smallest slip that would move the band: {section.correction.words}"
    return f"No single entry, off by up to {MOST_STEPS} steps or {MOST_MONTHS} months, would move the band by being wrong."
