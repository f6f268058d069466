"""Items about the person, the days that matter, and the record of sanctions: nothing here can improve."""

from __future__ import annotations

from throughcare.risk.catalogue.making import count, day, fact, one_of
from throughcare.risk.catalogue.offence_categories import CATEGORY_WORDS

PERSON = (
    one_of("sex", "sex", "Which form of the score applies?", options={"male": "male", "female": "female"}),
    day("date_of_birth", "date of birth", "When was the person born?"),
    day("assessment_date", "date of assessment", "On which day is this assessment made?"),
    day(
        "conviction_date",
        "date of the current conviction",
        "When was the person convicted of the current offence?",
    ),
    day(
        "follow_up_start",
        "start of follow-up",
        "When did or will the person begin to live in the community: the day of release, or of the sentence "
        "if it is served in the community?",
    ),
    one_of(
        "supervision_status",
        "place of supervision",
        "Where is the person supervised now?",
        options={"community": "in the community", "remand": "on remand", "custody": "in custody"},
    ),
)

RECORD = (
    one_of(
        "offence_category",
        "current offence",
        "What kind of offence is the current one (the most serious, if there are several)?",
        options=dict(CATEGORY_WORDS),
    ),
    count(
        "age_at_first_sanction",
        "age at the first sanction",
        "How old was the person at the first caution or conviction ever?",
        low=0,
        high=109,
        unit="years",
    ),
    count(
        "sanctions_total",
        "sanctions",
        "On how many occasions has the person been sanctioned, the current one included?",
        low=1,
        high=999,
        unit="sanctions",
    ),
    count(
        "sanctions_violent",
        "sanctions for violence",
        "On how many of these occasions was an offence violent, the current one included?",
        low=0,
        high=999,
        unit="sanctions",
    ),
    fact(
        "weapon_in_offence",
        "weapon in the current offence",
        "Did the current offence involve carrying or using a weapon?",
    ),
    fact("past_homicide", "past homicide", "Was the person ever convicted of homicide or its attempt?"),
    fact(
        "past_grievous_harm",
        "past wounding or grievous bodily harm",
        "Was the person ever convicted of wounding or of causing grievous bodily harm?",
    ),
    fact("past_kidnapping", "past kidnapping", "Was the person ever convicted of kidnapping?"),
    fact("past_firearms", "past firearms offence", "Was the person ever convicted of a firearms offence?"),
    fact("past_robbery", "past robbery", "Was the person ever convicted of robbery?"),
    fact(
        "past_aggravated_burglary",
        "past aggravated burglary",
        "Was the person ever convicted of aggravated burglary?",
    ),
    fact(
        "past_weapon",
        "past offence with a weapon other than a firearm",
        "Was the person ever convicted of an offence with a weapon other than a firearm?",
    ),
    fact(
        "past_damage_endangering_life",
        "past criminal damage that endangered life",
        "Was the person ever convicted of criminal damage that endangered life?",
    ),
    fact("past_arson", "past arson", "Was the person ever convicted of arson?"),
    fact(
        "domestic_abuse",
        "domestic abuse by the person",
        "Is there evidence that the person has abused a partner or family member?",
    ),
)

SEXUAL_RECORD = (
    fact(
        "ever_sexual_offence",
        "any sexual offence",
        "Has the person ever been sanctioned for a sexual or sexually motivated offence?",
    ),
    count(
        "sexual_sanctions_adult_contact",
        "sanctions for contact sexual offences against adults",
        "On how many occasions was the person sanctioned for a contact sexual offence against an adult?",
        low=0,
        high=999,
        unit="sanctions",
    ),
    count(
        "sexual_sanctions_child_contact",
        "sanctions for contact sexual offences against children",
        "On how many occasions was the person sanctioned for a contact sexual offence against a child?",
        low=0,
        high=999,
        unit="sanctions",
    ),
    count(
        "sexual_sanctions_images",
        "sanctions for indecent images of children or indirect contact with them",
        "On how many occasions was the person sanctioned for indecent images of children or indirect contact?",
        low=0,
        high=999,
        unit="sanctions",
    ),
    count(
        "sexual_sanctions_non_contact",
        "sanctions for other sexual offences without contact",
        "On how many occasions was the person sanctioned for another sexual offence without contact?",
        low=0,
        high=999,
        unit="sanctions",
    ),
    day(
        "last_sexual_offence_date",
        "date of the latest sexual offence",
        "When was the latest sexual offence for which the person was sanctioned?",
    ),
    day("last_offence_date", "date of the latest offence", "When was the latest offence of any kind?"),
    fact(
        "stranger_victim",
        "a stranger as the victim",
        "Was the victim of the current sexual offence a stranger?",
    ),
)
