"""Items that only the former generation and the screens ask: maturity, learning, personality pathway, programme need."""

from __future__ import annotations

from throughcare.risk.catalogue.making import ending, fact, gaining, listed, one_of, past_problem, problem
from throughcare.risk.items import Achievable, Item, Kind

_RISK_LEVELS = {"low": "low", "medium": "medium", "high": "high", "very_high": "very high"}

_HOME_AND_WORK = (
    ending(
        "no_fixed_abode",
        "no fixed abode",
        "Is the person of no fixed abode, or living somewhere only for the time being?",
    ),
    problem("work_skills", "skills for work", "Does the person lack skills for work?"),
    problem(
        "literacy_and_numeracy",
        "reading, writing and numbers",
        "Does the person have difficulty with reading, writing or numbers?",
    ),
    ending("difficulty_reading", "difficulty with reading", "Does the person have difficulty with reading?"),
    ending("difficulty_numbers", "difficulty with numbers", "Does the person have difficulty with numbers?"),
    past_problem(
        "learning_difficulties", "learning difficulties", "Does the person have learning difficulties?"
    ),
    Item(
        "qualifications",
        "qualifications",
        "Does the person have any qualification, school or work?",
        Kind.DYNAMIC,
        listed({"any": "some", "none": "none"}),
        Achievable.TO_EARLIER_OPTION,
    ),
    problem(
        "financial_reliance",
        "reliance on others for money",
        "Does the person rely too much on others for money?",
    ),
)

_THINKING = (
    gaining(
        "recognises_impact",
        "recognition of the impact on others",
        "Does the person recognise the impact of the offending on others?",
    ),
    problem("drug_misuse", "current drug misuse", "Is the person's current use of drugs a problem?"),
    problem("problem_solving", "solving problems", "Does the person have difficulty in solving problems?"),
    Item(
        "aware_of_consequences",
        "awareness of consequences",
        "Is the person aware of the consequences of what they do?",
        Kind.DYNAMIC,
        listed({"yes": "yes", "sometimes": "sometimes", "no": "no"}),
        Achievable.TO_EARLIER_OPTION,
    ),
    problem(
        "understanding_others",
        "understanding other people's views",
        "Does the person have difficulty in understanding other people's views?",
    ),
    problem("recklessness", "recklessness and risk taking", "Is the person reckless, or a taker of risks?"),
    problem("coping", "coping", "Does the person have difficulty in coping?"),
    problem(
        "attitude_to_self",
        "attitude towards oneself",
        "Does the person's attitude to themselves cause concern?",
    ),
    problem(
        "attitude_to_supervision",
        "attitude towards supervision",
        "Is the person's attitude towards supervision or licence a problem?",
    ),
    problem("hostility", "hostile view of others", "Does the person see others as hostile?"),
    problem(
        "controlling_behaviour",
        "controlling or aggressive behaviour",
        "Is the person controlling or aggressive towards others?",
    ),
    problem(
        "manipulative_behaviour",
        "manipulative or predatory behaviour",
        "Is the person manipulative or predatory?",
    ),
)

_PEOPLE = (
    ending("peer_group_influence", "influence of a peer group", "Is the person influenced by a peer group?"),
    problem(
        "criminal_associates",
        "influence of people who offend",
        "Is the person influenced by people who offend?",
    ),
    problem(
        "easily_influenced",
        "being easily influenced",
        "Is the person easily influenced by people who offend?",
    ),
    problem(
        "family_relationships",
        "relationships with the family",
        "How does the person get on with close family now?",
    ),
    past_problem(
        "past_relationships",
        "past close relationships",
        "Were the person's earlier close relationships a problem?",
    ),
    past_problem("childhood", "experience of childhood", "Was the person's childhood a difficult one?"),
    fact(
        "childhood_behaviour",
        "behaviour problems in childhood",
        "Is there evidence of behaviour problems in childhood?",
    ),
    fact("abuse_of_partner", "abuse of a partner", "Has the person abused a partner?"),
    fact("abuse_of_family", "abuse of family", "Has the person abused a family member?"),
    one_of(
        "spousal_risk_to_partner",
        "risk to the partner (spousal assault assessment)",
        "Which risk to the partner did the spousal assault risk assessment find?",
        options=_RISK_LEVELS,
    ),
    one_of(
        "spousal_risk_to_others",
        "risk to others (spousal assault assessment)",
        "Which risk to others did the spousal assault risk assessment find?",
        options=_RISK_LEVELS,
    ),
)

_SEXUAL_NEEDS = (
    fact("risk_of_sexual_harm", "risk of sexual harm", "Is the person judged a risk of sexual harm?"),
    fact(
        "sexually_motivated_offence",
        "sexual motive of the current offence",
        "Was the current offence sexually motivated?",
    ),
    problem(
        "sexual_preoccupation",
        "preoccupation with sex",
        "Is the person preoccupied with sex?",
    ),
    problem(
        "sexual_interests",
        "sexual interests related to offending",
        "Does the person have sexual interests related to offending?",
    ),
    problem(
        "emotional_congruence_with_children",
        "feeling closer to children than to adults",
        "Does the person feel emotionally closer to children than to adults?",
    ),
)

_OFFENCE_FACTS = (
    fact(
        "violence_in_offence",
        "violence or its threat in the current offence",
        "Did the current offence involve violence or the threat of it?",
    ),
    fact(
        "excessive_violence",
        "excessive violence in the current offence",
        "Did the current offence involve excessive violence?",
    ),
    fact("arson_in_offence", "arson in the current offence", "Did the current offence involve arson?"),
    fact(
        "emotional_motive",
        "emotional state as a motive",
        "Was the person's emotional state a motive of the current offence?",
    ),
    fact("custodial_sentence", "sentence of custody", "Is the current sentence one of custody?"),
    fact(
        "mappa_eligible",
        "eligibility for multi-agency public protection",
        "Is the person eligible for multi-agency public protection arrangements (MAPPA)?",
    ),
    one_of(
        "overall_risk",
        "overall risk of serious harm",
        "Which overall risk of serious harm does this assessment find?",
        options=_RISK_LEVELS,
    ),
    one_of(
        "highest_risk",
        "highest risk of serious harm",
        "Which is the highest risk of serious harm over all assessments?",
        options=_RISK_LEVELS,
    ),
    fact(
        "pathway_override",
        "practitioner's override of the pathway screen",
        "Does the practitioner put the person on the pathway whatever the screen finds?",
    ),
)

_LINKED_TO_RISK = tuple(
    ending(
        f"{name}_linked",
        f"{label} linked to risk of serious harm",
        f"{question} linked to risk of serious harm?",
    )
    for name, label, question in (
        ("offence_analysis", "the analysis of the offence", "Are issues in the analysis of the offence"),
        ("accommodation", "accommodation", "Are issues with accommodation"),
        ("relationships", "relationships", "Are issues with relationships"),
        ("emotions", "emotional well-being", "Are issues of emotional well-being"),
        ("thinking", "thinking and behaviour", "Are issues of thinking and behaviour"),
    )
)

_HEALTH = (
    problem(
        "psychological_problems",
        "current psychological problems",
        "Does the person have psychological problems or depression now?",
    ),
    problem(
        "psychiatric_problems",
        "current psychiatric problems",
        "Does the person have psychiatric problems now?",
    ),
    fact(
        "psychiatric_treatment_now",
        "current psychiatric treatment",
        "Is the person being treated for psychiatric problems, or waiting to be?",
    ),
    fact(
        "psychiatric_treatment_past",
        "past psychiatric treatment",
        "Was the person ever treated for psychiatric problems?",
    ),
    fact(
        "mental_health_medication",
        "medication for mental health in the past",
        "Has the person ever been on medication for mental health?",
    ),
    fact(
        "secure_hospital",
        "stay in a secure hospital",
        "Has the person ever been in a special hospital or regional secure unit?",
    ),
    fact(
        "self_harm", "self-harm or attempted suicide", "Has the person ever self-harmed or attempted suicide?"
    ),
    fact(
        "obsessive_behaviour",
        "obsessive behaviour linked to offending",
        "Has the person shown obsessive behaviour linked to offending?",
    ),
    fact(
        "assaulted_staff",
        "assaults on or threats to staff",
        "Has the person ever assaulted or threatened staff?",
    ),
    fact("escaped", "escape or absconding", "Has the person ever escaped or absconded?"),
    fact(
        "control_issues",
        "breach of trust or control issues",
        "Has the person shown control issues in custody?",
    ),
)

SCREENS = (
    *_HOME_AND_WORK,
    *_THINKING,
    *_PEOPLE,
    *_SEXUAL_NEEDS,
    *_OFFENCE_FACTS,
    *_LINKED_TO_RISK,
    *_HEALTH,
)
