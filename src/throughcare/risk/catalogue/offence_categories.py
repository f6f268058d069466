"""The 24 categories of offence that the OGRS4 generation weighs, and how the publisher spells them."""

from __future__ import annotations

from types import MappingProxyType

UNKNOWN = "unknown"
"""What the published code list says of a code that has no category. It is never an answer."""

CATEGORY_WORDS = MappingProxyType(
    {
        "violence_less_than_abh": "violence less than actual bodily harm",
        "violence_abh_or_more": "violence of actual bodily harm or more",
        "acquisitive_violence": "robbery and other violence for gain",
        "firearms_most_serious": "firearms, the most serious",
        "firearms_other": "other firearms offences",
        "weapons_not_firearms": "weapons other than firearms",
        "public_order_and_harassment": "public order and harassment",
        "criminal_damage": "criminal damage",
        "sexual_against_child": "sexual offence against a child",
        "sexual_not_against_child": "sexual offence not against a child",
        "burglary_domestic": "burglary of a home",
        "burglary_other": "burglary elsewhere",
        "theft_not_vehicle": "theft not related to a vehicle",
        "vehicle_related_theft": "theft related to a vehicle",
        "handling_stolen_goods": "handling stolen goods",
        "fraud_and_forgery": "fraud and forgery",
        "welfare_fraud": "benefit fraud",
        "drug_import_export_or_production": "importing, exporting or producing drugs",
        "drug_possession_or_supply": "possessing or supplying drugs",
        "drink_driving": "drink driving",
        "motoring": "motoring other than drink driving",
        "drunkenness": "drunkenness",
        "absconding_or_bail": "absconding and bail offences",
        "other": "other offences",
    }
)
"""Category to the words that people read."""

PUBLISHED_CATEGORIES = MappingProxyType(
    {
        "VIOLENCE_AGAINST_THE_PERSON_SUB_ABH": "violence_less_than_abh",
        "VIOLENCE_AGAINST_THE_PERSON_ABH_PLUS": "violence_abh_or_more",
        "ACQUISITIVE_VIOLENCE": "acquisitive_violence",
        "FIREARMS_MOST_SERIOUS": "firearms_most_serious",
        "FIREARMS_OTHER": "firearms_other",
        "WEAPONS_NON_FIREARM": "weapons_not_firearms",
        "PUBLIC_ORDER_AND_HARRASSMENT": "public_order_and_harassment",
        "CRIMINAL_DAMAGE": "criminal_damage",
        "SEXUAL_AGAINST_CHILD": "sexual_against_child",
        "SEXUAL_NOT_AGAINST_CHILD": "sexual_not_against_child",
        "BURGLARY_DOMESTIC": "burglary_domestic",
        "BURGLARY_OTHER": "burglary_other",
        "THEFT_NON_MOTOR": "theft_not_vehicle",
        "VEHICLE_RELATED_THEFT": "vehicle_related_theft",
        "HANDLING_STOLEN_GOODS": "handling_stolen_goods",
        "FRAUD_AND_FORGERY": "fraud_and_forgery",
        "WELFARE_FRAUD": "welfare_fraud",
        "DRUG_IMPORT_EXPORT_OR_PRODUCTION": "drug_import_export_or_production",
        "DRUG_POSSESSION_OR_SUPPLY": "drug_possession_or_supply",
        "DRINK_DRIVING": "drink_driving",
        "MOTORING_OFFENCES": "motoring",
        "DRUNKENNESS": "drunkenness",
        "ABSCONDING_OR_BAIL": "absconding_or_bail",
        "OTHER_OFFENCES": "other",
        "UNKNOWN": UNKNOWN,
    }
)
"""The publisher's spelling (its own misspelling included) to ours."""
