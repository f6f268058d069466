"""The words of a person's record: what may be chosen, and how each is said. Explained in GLOSSARY.md where new.

The lists of sexes, genders and disabilities are those of HMPPS's Create an electronic monitoring order (2026); the
groups of ethnicity and religion are those of the Census 2021 of England and Wales.
"""

from __future__ import annotations

from enum import StrEnum


class Sex(StrEnum):
    """As recorded for the person."""

    MALE = "male"
    FEMALE = "female"
    PREFER_NOT_TO_SAY = "prefer_not_to_say"
    UNKNOWN = "unknown"


SEX_WORDS = {
    Sex.MALE: "Male",
    Sex.FEMALE: "Female",
    Sex.PREFER_NOT_TO_SAY: "Prefers not to say",
    Sex.UNKNOWN: "Not known",
}


class ContactKind(StrEnum):
    """A way to reach somebody."""

    MOBILE = "mobile"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"


CONTACT_KIND_WORDS = {
    ContactKind.MOBILE: "Mobile",
    ContactKind.PHONE: "Phone",
    ContactKind.EMAIL: "Email",
    ContactKind.ADDRESS: "Address",
}


class SafeHours(StrEnum):
    """When a contact point is safe to use."""

    ANY = "any time"
    OFFICE = "office hours only"
    DAYTIME = "9am to 5pm, any day"
    EVENING = "5pm to 8pm only"
    ASK_FIRST = "ask first"
    NEVER_LEAVE_WORDS = "any time, but leave no message"


class AccessNeedKind(StrEnum):
    """What can make it harder for somebody to take part."""

    VISION = "vision"
    HEARING = "hearing"
    MOBILITY = "mobility"
    DEXTERITY = "dexterity"
    SKIN_CONDITION = "skin_condition"
    LEARNING = "learning_understanding_concentrating"
    MEMORY = "memory"
    MENTAL_HEALTH = "mental_health"
    STAMINA = "stamina_breathing_fatigue"
    SOCIAL = "social_behavioural"
    OTHER = "other"


ACCESS_NEED_WORDS = {
    AccessNeedKind.VISION: "Vision",
    AccessNeedKind.HEARING: "Hearing",
    AccessNeedKind.MOBILITY: "Mobility",
    AccessNeedKind.DEXTERITY: "Dexterity",
    AccessNeedKind.SKIN_CONDITION: "Skin condition",
    AccessNeedKind.LEARNING: "Learning, understanding or concentrating",
    AccessNeedKind.MEMORY: "Memory",
    AccessNeedKind.MENTAL_HEALTH: "Mental health",
    AccessNeedKind.STAMINA: "Stamina, breathing or fatigue",
    AccessNeedKind.SOCIAL: "Socially or behaviourally",
    AccessNeedKind.OTHER: "Something else",
}

LANGUAGES = {"en": "English", "cy": "Welsh"}

EQUALITY_FIELDS: dict[str, tuple[str, dict[str, str]]] = {
    "ethnicity": (
        "Ethnic group",
        {
            "asian": "Asian, Asian British or Asian Welsh",
            "black": "Black, Black British, Black Welsh, Caribbean or African",
            "mixed": "Mixed or multiple ethnic groups",
            "white": "White",
            "white_gypsy_roma_traveller": "Gypsy, Roma or Irish Traveller",
            "other": "Another ethnic group",
        },
    ),
    "disability": ("Disability", {"yes": "Disabled", "no": "Not disabled"}),
    "religion": (
        "Religion",
        {
            "none": "No religion",
            "buddhist": "Buddhist",
            "christian": "Christian",
            "hindu": "Hindu",
            "jewish": "Jewish",
            "muslim": "Muslim",
            "sikh": "Sikh",
            "other": "Another religion",
        },
    ),
    "gender_identity": (
        "Gender",
        {
            "male": "Male",
            "female": "Female",
            "non_binary": "Non-binary",
            "self_described": "Prefers to describe it in another way",
        },
    ),
    "sexual_orientation": (
        "Sexual orientation",
        {
            "heterosexual": "Straight or heterosexual",
            "gay_or_lesbian": "Gay or lesbian",
            "bisexual": "Bisexual",
            "other": "Another orientation",
        },
    ),
}
NOT_SAID = "prefer_not_to_say"
NOT_SAID_WORDS = "Prefers not to say"
