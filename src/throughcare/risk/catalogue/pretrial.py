"""Items that the pretrial instruments ask at an arrest."""

from __future__ import annotations

from throughcare.risk.items import Item, Kind, Whole, YesNo

AGE_AT_ARREST = Item(
    name="age_at_arrest",
    label="age at the current arrest",
    question="How old was the person, in whole years, on the day of the current arrest?",
    kind=Kind.STATIC,
    domain=Whole(0, 120, "years"),
)
ARRESTED_FOR_VIOLENCE = Item(
    name="arrested_for_violence",
    label="current charge of violence",
    question="Is any charge of the current arrest a violent offence, by the list that the court uses?",
    kind=Kind.STATIC,
    domain=YesNo(),
)
PENDING_CHARGE = Item(
    name="pending_charge_at_arrest",
    label="another charge pending at the time of the alleged offence",
    question="Was another charge pending, with its own court date still to come, when this offence is said to have happened?",
    kind=Kind.STATIC,
    domain=YesNo(),
)
PRIOR_MISDEMEANOR = Item(
    name="prior_misdemeanor_conviction",
    label="earlier misdemeanor conviction",
    question="Has the person ever been convicted of a misdemeanor?",
    kind=Kind.STATIC,
    domain=YesNo(),
)
PRIOR_FELONY = Item(
    name="prior_felony_conviction",
    label="earlier felony conviction",
    question="Has the person ever been convicted of a felony?",
    kind=Kind.STATIC,
    domain=YesNo(),
)
PRIOR_VIOLENT_CONVICTIONS = Item(
    name="prior_violent_convictions",
    label="earlier convictions of violence",
    question="How many earlier convictions of a violent offence are there?",
    kind=Kind.STATIC,
    domain=Whole(0, 99, "convictions"),
)
RECENT_FAILURES_TO_APPEAR = Item(
    name="recent_failures_to_appear",
    label="failures to appear in court in the last two years",
    question="How many times in the two years before this arrest did the person not come to a pretrial court hearing?",
    kind=Kind.STATIC,
    domain=Whole(0, 99, "failures to appear"),
)
OLDER_FAILURE_TO_APPEAR = Item(
    name="older_failure_to_appear",
    label="failure to appear in court more than two years ago",
    question="Did the person, more than two years before this arrest, ever not come to a pretrial court hearing?",
    kind=Kind.STATIC,
    domain=YesNo(),
)
PRIOR_INCARCERATION = Item(
    name="prior_sentence_of_incarceration",
    label="earlier sentence of 14 days or more in custody",
    question="Was the person ever sentenced to 14 days or more in a jail or prison?",
    kind=Kind.STATIC,
    domain=YesNo(),
)

ITEMS = (
    AGE_AT_ARREST,
    ARRESTED_FOR_VIOLENCE,
    PENDING_CHARGE,
    PRIOR_MISDEMEANOR,
    PRIOR_FELONY,
    PRIOR_VIOLENT_CONVICTIONS,
    RECENT_FAILURES_TO_APPEAR,
    OLDER_FAILURE_TO_APPEAR,
    PRIOR_INCARCERATION,
)
