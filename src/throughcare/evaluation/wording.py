"""Plain words, made from a study's document and from nothing else: fell, rose, or cannot tell.

Every number in a sentence stands in the document already, rounded as it is said, so that no sentence can say what the
figures do not. What may not be concluded stands beside what may.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_FEWER: Final = {"fell": "fewer", "rose": "more"}
_LOWER: Final = {"fell": "lower", "rose": "higher"}


@dataclass(frozen=True, slots=True)
class Words:
    """What a report says.

    Parameters
    ----------
    headline : str
    sentences, can_say, cannot_say : tuple of str
    """

    headline: str
    sentences: tuple[str, ...]
    can_say: tuple[str, ...]
    cannot_say: tuple[str, ...]

    def all(self) -> tuple[str, ...]:
        """Return every sentence."""
        return (self.headline, *self.sentences, *self.can_say, *self.cannot_say)


def words_of(found: Mapping[str, Any]) -> Words:
    """Return the words of a document.

    Parameters
    ----------
    found : mapping
        As `throughcare.evaluation.result.document` returns it.
    """
    before = _warnings(found)
    if found["effect"] == "withheld":
        return _withheld(found, before)
    protocol, findings = found["protocol"], found["findings"]
    primary, verdict = findings["primary"], findings["verdict"]
    sentences = [
        *before,
        *effect_sentences(primary, protocol["treated_words"]),
        *_needed(found, verdict),
        *_hidden(findings["sensitivity"], verdict, protocol["treated_words"]),
        *_others(findings, protocol["treated_words"]),
        *_groups(findings["groups"]),
        "Numbers are rounded, so they may not add up.",
    ]
    return Words(
        headline=headline(primary["label"], verdict),
        sentences=tuple(sentences),
        can_say=_can_say(found, verdict),
        cannot_say=_cannot_say(found, verdict),
    )


def headline(label: str, verdict: str) -> str:
    """Return the one line that says what happened."""
    if verdict == "cannot_tell":
        return f"We cannot tell whether {label} fell or rose."
    return f"{label[:1].upper()}{label[1:]} {verdict}."


def effect_sentences(effect: Mapping[str, Any], treatment: str) -> list[str]:
    """Return an effect in words.

    Parameters
    ----------
    effect : mapping
        As in the document: with its verdict and what is said.
    treatment : str
        What to call the treatment, such as "the tag".
    """
    said, verdict = effect["said"], effect["verdict"]
    is_rate = effect["kind"] == "rate"
    unit = "people" if is_rate else "times"
    noun = "people" if is_rate else "times for each 100 people"
    total = f" of {said['of']}" if is_rate else ""
    found = [
        f"With {treatment}, it was {said['with']}{total} {noun}.",
        f"Without {treatment}, we think it would have been {said['without']}{total} {noun}.",
    ]
    if verdict == "cannot_tell":
        found.append(_either_way(said, unit))
        found.append(f"This does not mean that {treatment} makes no difference.")
        return found
    more, higher = _FEWER[verdict], _LOWER[verdict]
    found.append(
        f"That is {said[unit]} {more} for each {said['of']} people "
        f"(between {said[f'{unit}_least']} and {said[f'{unit}_most']} {more})."
    )
    found.append(
        f"Put another way, it was {said['percent']} percent {higher} "
        f"(between {said['percent_least']} and {said['percent_most']} percent {higher})."
    )
    if said["one_in"] is not None:
        found.append(f"That is one {more.replace('fewer', 'less')} for every {said['one_in']} people.")
    return found


def _either_way(said: Mapping[str, Any], unit: str) -> str:
    lower, higher = said[f"{unit}_lower"], said[f"{unit}_higher"]
    if lower and higher:
        return f"For each {said['of']} people, it could be lower by as many as {lower}, or higher by as many as {higher}."
    side, most = ("lower", lower) if lower else ("higher", higher)
    return f"For each {said['of']} people, it could be no different, or {side} by as many as {most}."


def _warnings(found: Mapping[str, Any]) -> list[str]:
    said = []
    if found["design"]["interim"]:
        said.append(
            f"These figures are interim: the data are complete only from {found['design']['complete_from']}."
        )
    said += [
        f"The study went on though a gate was not met, as was said before: {gate['words']}"
        for gate in found["gates"]
        if gate["waived"] and gate["name"] != "maturity"
    ]
    if found["lock"].get("amendments"):
        said.append("The plan was changed after it was first locked. The report lists every change.")
    if found["looser_gates"]:
        said.append("Some gates ask for less than usual. The report names them.")
    return said


def _withheld(found: Mapping[str, Any], before: list[str]) -> Words:
    sentences = [
        f"{gate['label']}: not met. {gate['words']}"
        for gate in found["gates"]
        if not gate["met"] and not gate["waived"]
    ]
    return Words(
        headline="No effect is shown, because a gate is not met.",
        sentences=(*before, *sentences),
        can_say=("These data cannot answer the question as it was asked.",),
        cannot_say=(
            f"That {found['protocol']['treated_words']} works, or that it does not: no effect was worked out.",
        ),
    )


def _needed(found: Mapping[str, Any], verdict: str) -> list[str]:
    design = found["design"]
    if verdict != "cannot_tell" or design["power_in_100"] is None:
        return []
    said = [
        f"An effect as large as the plan asked about would be found {design['power_in_100']:g} times in 100 here."
    ]
    needed, had = design["treated_needed"], design["treated"]
    treatment = found["protocol"]["treated_words"]
    if needed is None:
        said.append("No number of people would be enough with this comparison.")
    elif had is not None and needed > had:
        said.append(f"About {needed} people with {treatment} are needed to tell; there were {had}.")
    return said


def _hidden(sensitivity: Mapping[str, Any], verdict: str, treatment: str) -> list[str]:
    if verdict == "cannot_tell":
        return []
    explained = (
        f"Something hidden could explain this away only if it made both {treatment} and the outcome "
        f"{sensitivity['e_value']:g} times as likely, or more."
    )
    said = [
        explained,
        f"If it made both {sensitivity['e_value_of_limit']:g} times as likely, we could no longer tell.",
    ]
    if sensitivity["gamma"] is not None:
        said.append(
            "In pairs of people who look alike on paper, the finding stands unless hidden facts make one "
            f"{sensitivity['gamma']:g} times as likely to get {treatment} as the other."
        )
    return said


def _others(findings: Mapping[str, Any], treatment: str) -> list[str]:
    said = []
    for name, when in zip(findings["periods"], ("While it lasted", "After it ended"), strict=False):
        said.append(f"{when}: {_short(name)}")
    stricter = [f"Also looked at, with a stricter test: {_short(each)}" for each in findings["secondary"]]
    return [*said, *stricter]


def _short(effect: Mapping[str, Any]) -> str:
    line = headline(effect["label"], effect["verdict"])
    if "why_not" in effect:
        return f"{line} {effect['why_not']}"
    if effect["verdict"] == "cannot_tell":
        return line
    said = effect["said"]
    return f"{line} It was {said['percent']} percent {_LOWER[effect['verdict']]}."


def _groups(factors: list[Mapping[str, Any]]) -> list[str]:
    return [
        f"By {factor['factor']}, the effect is not the same for all."
        if factor["differs"]
        else f"By {factor['factor']}, we cannot say that the effect differs."
        for factor in factors
    ]


def _can_say(found: Mapping[str, Any], verdict: str) -> tuple[str, ...]:
    protocol = found["protocol"]
    label, treatment = protocol["primary"]["label"], protocol["treated_words"]
    against = f"The comparison is: {protocol['comparison']}."
    if verdict == "cannot_tell":
        return (f"We looked, and cannot yet say whether {treatment} changes {label}.", against)
    return (f"Among people like these, {label} was {_LOWER[verdict]} with {treatment}.", against)


def _cannot_say(found: Mapping[str, Any], verdict: str) -> tuple[str, ...]:
    protocol = found["protocol"]
    treatment = protocol["treated_words"]
    if verdict == "cannot_tell":
        return (f"That {treatment} works.", f"That {treatment} does not work.")
    said = [
        f"That {treatment} did this for each person: it is an average.",
        "That it would be so for other people, in other places or in other years.",
        "That nothing hidden explains it: only what was written down could be compared.",
        "Why it happened.",
    ]
    if protocol["periods"] is None:
        said.append(
            f"Whether it lasts once {treatment} ends: the time with it and the time after were not set apart."
        )
    return tuple(said)
