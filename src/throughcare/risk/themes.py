"""Themes: which plain subject each item belongs to, so that a person's sheet needs no list of entries."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

OTHER = "other"

_ITEMS = {
    "age": "date_of_birth age_at_arrest",
    "sex": "sex",
    "record": (
        "conviction_date age_at_first_sanction sanctions_total sanctions_violent past_homicide past_grievous_harm "
        "past_kidnapping past_firearms past_robbery past_aggravated_burglary past_weapon past_damage_endangering_life "
        "past_arson ever_sexual_offence sexual_sanctions_adult_contact sexual_sanctions_child_contact "
        "sexual_sanctions_images sexual_sanctions_non_contact last_sexual_offence_date last_offence_date "
        "pending_charge_at_arrest prior_misdemeanor_conviction prior_felony_conviction prior_violent_convictions "
        "prior_sentence_of_incarceration"
    ),
    "offence": (
        "offence_category ogrs3_offence_group weapon_in_offence stranger_victim violence_in_offence excessive_violence "
        "arson_in_offence emotional_motive violent_or_sexual_offence custodial_sentence sexually_motivated_offence "
        "offence_analysis_linked arrested_for_violence"
    ),
    "time": "assessment_date follow_up_start",
    "place": "supervision_status",
    "home": "accommodation no_fixed_abode accommodation_linked",
    "work": "unemployed work_skills",
    "money": "financial_reliance",
    "learning": (
        "literacy_and_numeracy difficulty_reading difficulty_numbers learning_difficulties qualifications"
    ),
    "partner": (
        "relationship_status partner_relationship family_relationships past_relationships relationships_linked"
    ),
    "friends": "offending_activities peer_group_influence criminal_associates easily_influenced",
    "drugs": (
        "drug_motivation drug_misuse uses_heroin uses_methadone uses_other_opiates uses_crack uses_powder_cocaine "
        "uses_misused_prescription uses_benzodiazepines uses_cannabis uses_steroids uses_hallucinogens uses_ketamine "
        "uses_solvents uses_spice uses_other_drugs"
    ),
    "alcohol": "alcohol_use binge_drinking",
    "thinking": (
        "impulsivity temper_control attitudes_to_offending recognises_impact problem_solving aware_of_consequences "
        "understanding_others recklessness coping attitude_to_self attitude_to_supervision hostility "
        "controlling_behaviour manipulative_behaviour thinking_linked"
    ),
    "feelings": (
        "emotions_linked psychological_problems psychiatric_problems psychiatric_treatment_now "
        "psychiatric_treatment_past mental_health_medication secure_hospital self_harm obsessive_behaviour"
    ),
    "childhood": "childhood childhood_behaviour",
    "sexual": "sexual_preoccupation sexual_interests emotional_congruence_with_children",
    "court": "recent_failures_to_appear older_failure_to_appear",
    "custody": "assaulted_staff escaped control_issues",
    "abuse": "domestic_abuse abuse_of_partner abuse_of_family",
    "staff": (
        "overall_risk highest_risk risk_of_sexual_harm mappa_eligible pathway_override spousal_risk_to_partner "
        "spousal_risk_to_others"
    ),
    "tests": (
        "all_reoffending_band violent_reoffending_band combined_serious_band direct_contact_band images_indirect_band"
    ),
}
THEME_OF = MappingProxyType({item: theme for theme, items in _ITEMS.items() for item in items.split()})
"""Item name to theme."""
THEMES = (*_ITEMS, OTHER)


def theme_of(item: str) -> str:
    """Return the theme of an item; an item of somebody's own model may have none."""
    return THEME_OF.get(item, OTHER)


def theme_of_term(items: Iterable[str]) -> str:
    """Return the theme of a term: the record where it counts sanctions, else that of its first item."""
    listed = list(items)
    return "record" if "sanctions_total" in listed else theme_of(listed[0])


def unique_themes(items: Iterable[str]) -> list[str]:
    """Return the themes of items, each once, in order."""
    return list(dict.fromkeys(theme_of(item) for item in items))
