"""Items that only the former generation asks, or that hand the result of one instrument to another."""

from __future__ import annotations

from types import MappingProxyType

from throughcare.risk.catalogue.making import fact, one_of

OGRS3_GROUP_WORDS = MappingProxyType(
    {
        "violence": "violence, weapons or firearms",
        "robbery": "robbery",
        "public_order": "public order, harassment or riot",
        "sexual_against_child": "sexual offence against a child",
        "sexual_not_against_child": "sexual offence not against a child",
        "prostitution_or_brothel": "soliciting, procuring or keeping a brothel",
        "burglary_domestic": "burglary of a home",
        "burglary_other": "burglary elsewhere",
        "theft": "theft not related to a vehicle",
        "vehicle_theft": "theft or taking of a vehicle",
        "theft_from_vehicle": "theft from a vehicle",
        "handling": "handling stolen goods",
        "fraud_and_forgery": "fraud and forgery",
        "absconding_or_bail": "absconding and bail offences",
        "criminal_damage": "criminal damage",
        "drugs_import_production_or_supply": "importing, producing or supplying drugs",
        "drugs_possession_or_small_supply": "possessing drugs, or supplying on a small scale",
        "motoring": "motoring other than drink driving",
        "drink_driving": "drink driving",
        "other": "other offences, and minor fraud",
    }
)
"""The groups of offence that OGRS3 weighs, and the words that people read."""

_BANDS = {"low": "low", "medium": "medium", "high": "high", "very_high": "very high"}
_SEXUAL_BANDS = {"not_applicable": "does not apply", **_BANDS}

FORMER = (
    one_of(
        "ogrs3_offence_group",
        "current offence (OGRS3 grouping)",
        "In which OGRS3 group is the current offence (the most serious, if there are several)?",
        options=dict(OGRS3_GROUP_WORDS),
    ),
    fact(
        "violent_or_sexual_offence",
        "violent or sexual current offence",
        "Is the current offence on the pathway screen's list of violent and sexual offences?",
    ),
)

RISK_BANDS = (
    one_of(
        "all_reoffending_band",
        "band for any reoffending",
        "Which band did the predictor of any reoffending give?",
        options=_BANDS,
    ),
    one_of(
        "violent_reoffending_band",
        "band for violent reoffending",
        "Which band did the predictor of violent reoffending give?",
        options=_BANDS,
    ),
    one_of(
        "combined_serious_band",
        "band for serious reoffending",
        "Which band did the combined predictor of serious reoffending give?",
        options=_BANDS,
    ),
    one_of(
        "direct_contact_band",
        "band for contact sexual reoffending",
        "Which band did the predictor of contact sexual reoffending give?",
        options=_SEXUAL_BANDS,
    ),
    one_of(
        "images_indirect_band",
        "band for images and indirect contact",
        "Which band did the predictor of images and indirect contact offences give?",
        options=_SEXUAL_BANDS,
    ),
)
