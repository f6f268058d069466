"""The order of the questions when somebody is registered: what is asked before the record is made, and after."""

from __future__ import annotations

from dataclasses import dataclass

from throughcare.service.people import forms


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One page: a question and its form. ``row`` is what the answer is called in a list."""

    slug: str
    title: str
    form: type[forms.PlainForm]
    row: str
    hint: str = ""


BEFORE = (
    Step(slug="name", title="What is the person's name?", form=forms.NameForm, row="Name"),
    Step(slug="born", title="When were they born?", form=forms.BornForm, row="Date of birth"),
    Step(slug="sex", title="What is their sex?", form=forms.SexForm, row="Sex"),
    Step(
        slug="numbers",
        title="By which numbers are they known?",
        form=forms.NumbersForm,
        row="Numbers",
        hint="A number finds a record that is here already. Enter every one that you have.",
    ),
    Step(slug="team", title="Who will work with them?", form=forms.TeamForm, row="Team and officer"),
)

EDITS = (
    *BEFORE[:3],
    Step(
        slug="alias",
        title="Are they known by another name?",
        form=forms.AliasForm,
        row="Other names",
        hint="You can add more than one.",
    ),
    Step(slug="number", title="Add a number", form=forms.NumberForm, row="Numbers"),
    Step(slug="contact", title="How can they be reached?", form=forms.ContactForm, row="Contact points"),
    Step(slug="language", title="Which language do they need?", form=forms.LanguageForm, row="Language"),
    Step(slug="needs", title="What do they need to take part?", form=forms.NeedsForm, row="Access needs"),
    Step(slug="safety", title="Is a visit safe?", form=forms.SafetyForm, row="Safety note"),
    Step(slug="equality", title="Equality information", form=forms.EqualityForm, row="Equality"),
    Step(slug="team", title="Who will work with them?", form=forms.TeamForm, row="Team and officer"),
)
BY_SLUG = {step.slug: step for step in EDITS}

AFTER = ("alias", "contact", "language", "needs", "safety", "equality")  # asked once the record is made
SEVERAL = frozenset({"alias", "number", "contact"})  # parts of which there may be more than one


def following(slug: str) -> str:
    """Return what is asked after a part of a new record; empty at the end."""
    at = AFTER.index(slug) + 1
    return AFTER[at] if at < len(AFTER) else ""
