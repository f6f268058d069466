"""Items about needs: how a person lives, which help and effort can change."""

from __future__ import annotations

from throughcare.risk.catalogue.making import ending, listed, problem
from throughcare.risk.items import Achievable, Item, Kind

NEEDS = (
    problem("accommodation", "suitability of accommodation", "How suitable is where the person lives?"),
    ending("unemployed", "unemployment", "Is the person without work (and not unavailable for it)?"),
    Item(
        "relationship_status",
        "relationship",
        "Is the person in a relationship, and do the two live together?",
        Kind.DYNAMIC,
        listed(
            {
                "living_together": "lives with a partner",
                "not_living_together": "has a partner but lives apart",
                "none": "has no partner",
            }
        ),
        Achievable.NONE,  # it changes, but nobody may be told to find or leave a partner
    ),
    problem(
        "partner_relationship",
        "relationship with the partner",
        "How does the person get on with the present partner, or manage without one?",
    ),
    problem(
        "offending_activities",
        "activities that encourage offending",
        "Do the person's regular activities encourage offending?",
    ),
    Item(
        "drug_motivation",
        "motivation to tackle drug misuse",
        "How motivated is the person to tackle drug misuse?",
        Kind.DYNAMIC,
        listed(
            {
                "full": "fully motivated, or does not misuse drugs",
                "partial": "partly motivated",
                "none": "not motivated",
            }
        ),
        Achievable.TO_EARLIER_OPTION,
    ),
    problem("alcohol_use", "current use of alcohol", "Is the person's current use of alcohol a problem?"),
    problem(
        "binge_drinking",
        "binge drinking",
        "Has the person drunk heavily at one time, or too much, in the last six months?",
    ),
    problem("impulsivity", "impulsive behaviour", "Does the person act on impulse?"),
    problem("temper_control", "control of temper", "Does the person have difficulty in controlling temper?"),
    problem(
        "attitudes_to_offending",
        "attitudes that favour offending",
        "Does the person hold attitudes that favour offending?",
    ),
)

DRUGS = tuple(
    ending(f"uses_{name}", f"use of {label}", f"Does the person use {label}?")
    for name, label in (
        ("heroin", "heroin"),
        ("methadone", "methadone that was not prescribed"),
        ("other_opiates", "other opiates"),
        ("crack", "crack cocaine"),
        ("powder_cocaine", "powder cocaine"),
        ("misused_prescription", "misused prescription drugs"),
        ("benzodiazepines", "benzodiazepines"),
        ("cannabis", "cannabis"),
        ("steroids", "steroids"),
        ("hallucinogens", "hallucinogens"),
        ("ketamine", "ketamine"),
        ("solvents", "solvents"),
        ("spice", "spice"),
        ("other_drugs", "any other drug"),
    )
)
