"""Which questions an assessment asks, in which order, on which page. The items are those of the instruments."""

from __future__ import annotations

from dataclasses import dataclass

from throughcare.risk.catalogue import ITEMS
from throughcare.risk.contract import Generation, Instrument
from throughcare.risk.generations import PAIRS
from throughcare.risk.items import Item
from throughcare.risk.registry import instrument_named

CURRENT = (
    "all_reoffending_static",
    "all_reoffending_dynamic",
    "violent_reoffending_static",
    "violent_reoffending_dynamic",
    "serious_violent_reoffending_static",
    "serious_violent_reoffending_dynamic",
    "direct_contact_sexual",
    "images_indirect_sexual",
    "combined_serious_static",
    "combined_serious_dynamic",
)
"""The predictors of the current generation, as the sheet lists them."""

FORMER = tuple(pair.former.spec.name for pair in PAIRS)
SHOWN: tuple[Instrument, ...] = tuple(instrument_named(name) for name in (*CURRENT, *FORMER))


@dataclass(frozen=True, slots=True)
class Group:
    """One page of questions."""

    slug: str
    title: str
    hint: str
    names: tuple[str, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """The questions, in order."""
        return tuple(ITEMS[name] for name in self.names)


_PAST = (
    "past_homicide", "past_grievous_harm", "past_kidnapping", "past_firearms", "past_robbery",
    "past_aggravated_burglary", "past_weapon", "past_damage_endangering_life", "past_arson",
)  # fmt: skip
_SEXUAL = (
    "ever_sexual_offence", "sexual_sanctions_adult_contact", "sexual_sanctions_child_contact",
    "sexual_sanctions_images", "sexual_sanctions_non_contact", "last_sexual_offence_date", "last_offence_date",
    "stranger_victim",
)  # fmt: skip
_DRUGS = tuple(name for name in ITEMS if name.startswith("uses_"))

GROUPS: tuple[Group, ...] = (
    Group(
        "person",
        "The person and the dates",
        "What the record holds is filled in. Check it against the court's papers.",
        ("sex", "date_of_birth", "assessment_date", "conviction_date", "follow_up_start", "supervision_status"),
    ),
    Group(
        "offence",
        "The offence and the record",
        "Count each occasion once, however many offences it held.",
        ("offence_category", "weapon_in_offence", "age_at_first_sanction", "sanctions_total",
         "sanctions_violent", "domestic_abuse"),
    ),
    Group("past", "Serious offences in the past", "From the record of convictions.", _PAST),
    Group("sexual", "Sexual offences", "Answer no where there was none: then nothing else is asked.", _SEXUAL),
    Group(
        "living",
        "Home, work and people",
        "How things are now, as you have seen or checked it.",
        ("accommodation", "unemployed", "relationship_status", "partner_relationship", "offending_activities"),
    ),
    Group(
        "alcohol",
        "Alcohol and drugs",
        "Drugs that are not answered count as not used. The sheet says so.",
        ("alcohol_use", "binge_drinking", "drug_motivation", *_DRUGS),
    ),
    Group(
        "thinking",
        "Thinking and behaviour",
        "How things are now.",
        ("impulsivity", "temper_control", "attitudes_to_offending"),
    ),
    Group(
        "former",
        "Questions of the former generation only",
        "They may stay unanswered. Then the former scores that need them are not shown.",
        ("ogrs3_offence_group", "no_fixed_abode", "drug_misuse", "problem_solving", "aware_of_consequences",
         "understanding_others", "recognises_impact", "psychiatric_treatment_now", "abuse_of_partner"),
    ),
)  # fmt: skip
GROUP_OF: dict[str, Group] = {name: group for group in GROUPS for name in group.names}
ASKED: dict[str, Item] = {name: ITEMS[name] for name in GROUP_OF}
"""Every item that an assessment asks, by name."""


def group_named(slug: str) -> Group | None:
    """Return a page of questions by its place in the address; None where there is none."""
    return next((group for group in GROUPS if group.slug == slug), None)


def is_current(instrument: Instrument) -> bool:
    """Return whether an instrument is of the current generation."""
    return instrument.spec.generation is Generation.OGRS4
