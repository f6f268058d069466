"""The texts of the sheet for the person, in English and in Welsh. The Welsh awaits a human translator's check.

A word in braces is filled in after a colon or in a list, never where a Welsh word before it would change its first
letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LANGUAGES = ("en", "cy")

_ENGLISH = {
    "title": "Your risk scores",
    "what_heading": "What this sheet is",
    "what": "This sheet tells you what each score says, and why.",
    "sum": "A score is a sum. It is not a choice. A person must choose, and must look at more than the score.",
    "groups": "A score is about groups of people. It does not know what you will do.",
    "compared": "We set your answers next to those of a plain, made-up case.",
    "about": "What it is about: {outcome}.",
    "out_of_100": (
        "Think of 100 people with answers like yours. Of these, {count} were found guilty of this within {time}."
    ),
    "about_count": "about {number}",
    "less_than_one": "less than 1",
    "band_one": "We call this: {band}.",
    "band_range": "We call this: {low} to {high}. A small slip in the record could change it. So we do not say more.",
    "higher": "What made it higher: {themes}.",
    "lower": "What made it lower: {themes}.",
    "fixed": "These cannot change: {themes}.",
    "open": "These can change: {themes}.",
    "could_fall": "What could bring it down: {themes}.",
    "time_falls": "Time with no new crime could bring it down.",
    "nothing": "Nothing you do now can bring it down. It counts your past, or it is as low as it can be.",
    "unanswered": "Some things were not asked or not known: {themes}. The answers could move the score.",
    "disputed": "You say this is wrong: {themes}. We worked out the score both ways.",
    "outside_population": "This score was not made for someone like you. So there is no score.",
    "not_applicable": "This score is not for you. So there is no score.",
    "incomplete": "There is no score yet. We do not know enough about: {themes}.",
    "refused": "There is no score. Some answers do not fit. Please help us check: {themes}.",
    "challenge_heading": "If you think this is wrong",
    "challenge_see": "You can ask to see each answer, and where it came from.",
    "challenge_say": "Tell your officer which answer is wrong, and why. You can say it or write it. You can have help.",
    "challenge_both": "We will work out the score with it and without it. We keep both.",
    "challenge_person": "You can ask for a person to look at it again. You can tell them what you think.",
    "challenge_complain": "If you are still not happy, you can complain. Ask your officer how.",
    "contact": "Who to ask: {contact}.",
    "months": "{months} months",
}
_WELSH = {
    "title": "Eich sgorau risg",
    "what_heading": "Beth yw'r daflen hon",
    "what": "Mae'r daflen hon yn dweud wrthych beth mae pob sgôr yn ei ddweud, a pham.",
    "sum": (
        "Swm yw sgôr. Nid dewis ydyw. Rhaid i berson ddewis, a rhaid i'r person hwnnw edrych ar fwy na'r sgôr."
    ),
    "groups": "Mae sgôr yn sôn am grwpiau o bobl. Nid yw'n gwybod beth y byddwch chi'n ei wneud.",
    "compared": "Rydym yn gosod eich atebion wrth ochr atebion achos plaen, dychmygol.",
    "about": "Yr hyn mae'n sôn amdano: {outcome}.",
    "out_of_100": (
        "Meddyliwch am 100 o bobl ag atebion fel eich rhai chi. O'r rhain, cafwyd {count} yn euog o hyn o fewn {time}."
    ),
    "about_count": "tua {number}",
    "less_than_one": "llai nag 1",
    "band_one": "Ein henw ar hyn: {band}.",
    "band_range": (
        "Ein henw ar hyn: {low} i {high}. Gallai llithriad bach yn y cofnod ei newid. Felly nid ydym yn dweud mwy."
    ),
    "higher": "Yr hyn a'i gwnaeth yn uwch: {themes}.",
    "lower": "Yr hyn a'i gwnaeth yn is: {themes}.",
    "fixed": "Ni all y rhain newid: {themes}.",
    "open": "Gall y rhain newid: {themes}.",
    "could_fall": "Yr hyn a allai ddod ag ef i lawr: {themes}.",
    "time_falls": "Gallai amser heb drosedd newydd ddod ag ef i lawr.",
    "nothing": (
        "Ni all dim a wnewch nawr ddod ag ef i lawr. Mae'n cyfrif eich gorffennol, neu mae mor isel ag y gall fod."
    ),
    "unanswered": (
        "Ni ofynnwyd rhai pethau, neu nid ydynt yn hysbys: {themes}. Gallai'r atebion symud y sgôr."
    ),
    "disputed": "Rydych chi'n dweud bod hyn yn anghywir: {themes}. Rydym wedi cyfrifo'r sgôr y ddwy ffordd.",
    "outside_population": "Ni wnaed y sgôr hwn ar gyfer rhywun fel chi. Felly nid oes sgôr.",
    "not_applicable": "Nid yw'r sgôr hwn i chi. Felly nid oes sgôr.",
    "incomplete": "Nid oes sgôr eto. Nid ydym yn gwybod digon am y canlynol: {themes}.",
    "refused": "Nid oes sgôr. Nid yw rhai atebion yn cyd-fynd. Helpwch ni i wirio: {themes}.",
    "challenge_heading": "Os ydych chi'n meddwl bod hyn yn anghywir",
    "challenge_see": "Gallwch ofyn am gael gweld pob ateb, ac o ble y daeth.",
    "challenge_say": (
        "Dywedwch wrth eich swyddog pa ateb sy'n anghywir, a pham. Gallwch ei ddweud neu ei ysgrifennu. Gallwch gael "
        "help."
    ),
    "challenge_both": "Byddwn yn cyfrifo'r sgôr gyda'r ateb a hebddo. Rydym yn cadw'r ddau.",
    "challenge_person": "Gallwch ofyn i berson edrych arno eto. Gallwch ddweud wrthynt beth yw eich barn.",
    "challenge_complain": "Os nad ydych yn fodlon o hyd, gallwch gwyno. Gofynnwch i'ch swyddog sut.",
    "contact": "Pwy i'w holi: {contact}.",
    "months": "{months} mis",
}
TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType({"en": _ENGLISH, "cy": _WELSH})
"""Language to key to text."""

TIMES: Mapping[int, Mapping[str, str]] = MappingProxyType(
    {12: {"en": "one year", "cy": "blwyddyn"}, 24: {"en": "two years", "cy": "dwy flynedd"}}
)

THEME_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "age": {"en": "your age", "cy": "eich oedran"},
        "sex": {"en": "if you are a man or a woman", "cy": "ai dyn neu fenyw ydych chi"},
        "record": {"en": "your past record", "cy": "eich record o'r gorffennol"},
        "offence": {"en": "the crime this is about", "cy": "y drosedd dan sylw"},
        "time": {"en": "how long with no new crime", "cy": "faint o amser heb drosedd newydd"},
        "place": {"en": "if you are in prison now", "cy": "a ydych yn y carchar nawr"},
        "home": {"en": "where you live", "cy": "ble rydych yn byw"},
        "work": {"en": "work", "cy": "gwaith"},
        "money": {"en": "money", "cy": "arian"},
        "learning": {
            "en": "how you learn, read and count",
            "cy": "sut rydych yn dysgu, yn darllen ac yn cyfrif",
        },
        "partner": {
            "en": "your partner and those close to you",
            "cy": "eich partner a'r rhai sy'n agos atoch",
        },
        "friends": {
            "en": "your friends and how you spend your time",
            "cy": "eich ffrindiau a sut rydych yn treulio'ch amser",
        },
        "drugs": {"en": "drugs", "cy": "cyffuriau"},
        "alcohol": {"en": "drink", "cy": "alcohol"},
        "thinking": {"en": "how you think and act", "cy": "sut rydych yn meddwl ac yn ymddwyn"},
        "feelings": {"en": "your health and how you feel", "cy": "eich iechyd a sut rydych yn teimlo"},
        "childhood": {"en": "when you were a child", "cy": "pan oeddech yn blentyn"},
        "sexual": {"en": "how you think about sex", "cy": "sut rydych yn meddwl am ryw"},
        "court": {"en": "if you came to court", "cy": "a ddaethoch i'r llys"},
        "custody": {"en": "how you were in prison", "cy": "sut oeddech yn y carchar"},
        "abuse": {"en": "harm to a partner or a child", "cy": "niwed i bartner neu blentyn"},
        "staff": {"en": "what staff wrote about risk", "cy": "beth ysgrifennodd staff am risg"},
        "tests": {"en": "your other scores", "cy": "eich sgorau eraill"},
        "other": {"en": "one more answer", "cy": "un ateb arall"},
    }
)
"""Theme to language to words."""

OUTCOME_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "any": {"en": "a new crime of any kind", "cy": "trosedd newydd o unrhyw fath"},
        "not_violent": {"en": "a new crime with no harm to people", "cy": "trosedd newydd heb drais"},
        "violent": {"en": "a new crime with force", "cy": "trosedd dreisgar newydd"},
        "serious_violent": {"en": "a new crime with grave harm", "cy": "trosedd newydd gyda thrais difrifol"},
        "serious": {
            "en": "a new crime with grave harm, or a new sex crime",
            "cy": "trosedd newydd gyda thrais difrifol, neu drosedd rywiol newydd",
        },
        "sexual_contact": {"en": "a new sex crime with touch", "cy": "trosedd rywiol newydd gyda chyswllt"},
        "sexual_images": {
            "en": "a new sex crime with no touch, such as with photos of a child",
            "cy": "trosedd rywiol newydd heb gyswllt, megis gyda lluniau o blentyn",
        },
        "missing_court": {"en": "not coming to court", "cy": "peidio â dod i'r llys"},
        "arrest": {"en": "a new arrest", "cy": "cael eich arestio eto"},
        "violent_arrest": {
            "en": "a new arrest for a crime with force",
            "cy": "cael eich arestio eto am drais",
        },
        "maturity": {
            "en": "if you may need more help to grow up",
            "cy": "a allai fod angen mwy o help arnoch i aeddfedu",
        },
        "learning": {"en": "if you may need help to learn", "cy": "a allai fod angen help arnoch i ddysgu"},
        "pathway": {
            "en": "if a plan to help with how you feel and act may fit you",
            "cy": "a allai cynllun i helpu gyda sut rydych yn teimlo ac yn ymddwyn fod yn addas i chi",
        },
        "programme": {"en": "which course may fit you", "cy": "pa gwrs allai fod yn addas i chi"},
        "other": {"en": "what may happen next", "cy": "beth allai ddigwydd nesaf"},
    }
)
"""Outcome to language to words."""

OUTCOME_OF: Mapping[str, str] = MappingProxyType(
    {
        "all_reoffending_static": "any",
        "all_reoffending_dynamic": "any",
        "ogrs3_one_year": "any",
        "ogrs3_two_year": "any",
        "ogp_one_year": "not_violent",
        "ogp_two_year": "not_violent",
        "violent_reoffending_static": "violent",
        "violent_reoffending_dynamic": "violent",
        "ovp_one_year": "violent",
        "ovp_two_year": "violent",
        "serious_violent_reoffending_static": "serious_violent",
        "serious_violent_reoffending_dynamic": "serious_violent",
        "snsv_static": "serious_violent",
        "snsv_dynamic": "serious_violent",
        "combined_serious_static": "serious",
        "combined_serious_dynamic": "serious",
        "rsr_static": "serious",
        "rsr_dynamic": "serious",
        "direct_contact_sexual": "sexual_contact",
        "osp_dc": "sexual_contact",
        "images_indirect_sexual": "sexual_images",
        "osp_iic": "sexual_images",
        "psa_fta": "missing_court",
        "psa_nca": "arrest",
        "psa_nvca": "violent_arrest",
        "mst": "maturity",
        "lds": "learning",
        "opd_men": "pathway",
        "opd_women": "pathway",
        "pni": "programme",
    }
)
"""Instrument to outcome; a model of one's own has ``other`` until its name is added."""

BAND_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "low": {"en": "low", "cy": "isel"},
        "medium": {"en": "medium", "cy": "canolig"},
        "high": {"en": "high", "cy": "uchel"},
        "very_high": {"en": "very high", "cy": "uchel iawn"},
        "no_flag": {"en": "no sign", "cy": "dim arwydd"},
        "flag": {"en": "a sign to look at", "cy": "arwydd i edrych arno"},
        "level_0": {"en": "no sign", "cy": "dim arwydd"},
        "level_1": {"en": "some signs", "cy": "rhai arwyddion"},
        "level_2": {"en": "clear signs", "cy": "arwyddion clir"},
        "screen_out": {"en": "no", "cy": "na"},
        "screen_in": {"en": "yes, maybe", "cy": "ie, efallai"},
        "alternative": {"en": "no long course", "cy": "dim cwrs hir"},
        "moderate": {"en": "a mid-length course", "cy": "cwrs canolig ei hyd"},
        "programme_high": {"en": "a long course", "cy": "cwrs hir"},
        "scale": {"en": "step {step}", "cy": "gris {step}"},
    }
)
"""Band name to language to words; ``scale_1`` and so on share ``scale``."""
