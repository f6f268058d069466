"""The owner's facts: what no code can know. What is not stated is shown as unknown, and never invented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from throughcare.orders.problem import Problem

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Question:
    """One fact that only the owner knows: where it stands in the TOML, and what is asked."""

    section: str
    name: str
    words: str

    @property
    def key(self) -> str:
        """Such as ``owner.organisation``."""
        return f"{self.section}.{self.name}"


QUESTIONS: tuple[Question, ...] = tuple(
    Question(section, name, words)
    for section, name, words in (
        ("tool", "name", "name of the tool, as the public is told"),
        ("tool", "description", "what the tool does, in two sentences for the public"),
        ("tool", "website", "address of a page about it"),
        ("tool", "contact", "address for questions"),
        ("owner", "organisation", "organisation that uses it"),
        ("owner", "team", "team that owns it"),
        ("owner", "senior_responsible_owner", "role of the person who answers for it"),
        ("owner", "suppliers", "outside suppliers, and what they do"),
        ("owner", "supplier_access", "what data suppliers can reach"),
        ("use", "scope", "what it is used for, and what it must not be used for"),
        ("use", "benefit", "what it is hoped to do better"),
        ("use", "previous_process", "what was done before"),
        ("use", "alternatives", "what else was weighed"),
        ("use", "phase", "idea, trial, in use or retired"),
        ("decisions", "process", "which decisions it informs, and at which step"),
        ("decisions", "shown_to_staff", "what staff see"),
        ("decisions", "frequency", "how often, and for how many people a year"),
        ("decisions", "human_review", "who decides, and what makes their part meaningful"),
        ("decisions", "training", "what training staff must have"),
        ("decisions", "appeals", "how a person can challenge it"),
        ("decisions", "maintenance", "how and how often it is reviewed"),
        ("data", "sources", "where the development data come from"),
        ("data", "completeness", "what is missing in them, and for whom"),
        ("data", "cleaning", "how they were cleaned"),
        ("data", "sharing", "agreements under which data are shared"),
        ("data", "access_and_storage", "who can reach the data, where, and for how long"),
        ("data", "operational", "which data are used in operation"),
        ("assessments", "dpia", "data protection impact assessment: date and where it can be read"),
        ("assessments", "equality", "equality impact assessment: date and where it can be read"),
        ("assessments", "legal_basis", "the law under which it is used"),
        ("risks", "main", "the main risks that the owner sees"),
        ("risks", "mitigations", "what is done about each"),
    )
)
_BY_KEY = {question.key: question for question in QUESTIONS}


@dataclass(frozen=True, slots=True)
class Owner:
    """What the owner stated, by key."""

    stated: Mapping[str, str]

    def fact(self, key: str) -> str:
        """Return what was stated, or `UNKNOWN`."""
        if key not in _BY_KEY:
            raise KeyError(key)
        return self.stated.get(key, UNKNOWN)

    @property
    def missing(self) -> tuple[Question, ...]:
        """What was asked and not stated."""
        return tuple(question for question in QUESTIONS if question.key not in self.stated)


def read_owner(found: Mapping[str, object]) -> tuple[Owner, tuple[Problem, ...]]:
    """Return the stated facts of a TOML document, and a problem for every entry that means nothing here.

    Empty texts, and the word unknown, count as not stated.
    """
    stated: dict[str, str] = {}
    problems: list[Problem] = []
    for section, entries in found.items():
        if not isinstance(entries, Mapping):
            problems.append(_problem(section, "a section", repr(entries)))
            continue
        for name, value in entries.items():
            key = f"{section}.{name}"
            if key not in _BY_KEY:
                problems.append(_problem(key, "one of the facts that are asked", "another"))
            elif not isinstance(value, str):
                problems.append(_problem(key, "a text", repr(value)))
            elif value.strip() and value.strip().lower() != UNKNOWN:
                stated[key] = value.strip()
    return Owner(stated), tuple(problems)


def blank_owner() -> str:
    """Return a TOML document in which every fact is asked for."""
    lines = ["# What no code can know. Leave a text empty where it is not known: the record then says so."]
    section = ""
    for question in QUESTIONS:
        if question.section != section:
            section = question.section
            lines += ["", f"[{section}]"]
        lines += [f"# {question.words}", f'{question.name} = ""']
    return "\n".join(lines) + "\n"


def _problem(key: str, expected: str, found: str) -> Problem:
    return Problem(
        path=tuple(key.split(".")),
        expected=expected,
        found=found,
        action="`throughcare risk owner` prints every fact that is asked.",
    )
