"""The sheet: what is on it, what never is, and the words for the person in two languages."""

from __future__ import annotations

import datetime as dt
import json
import re
import string
from pathlib import Path

import pytest

from tests.lib.own_vectors import own_cases
from tests.lib.reading_grade import grade
from throughcare.risk.answers import Answer, Answers, Source
from throughcare.risk.catalogue import ITEMS
from throughcare.risk.contract import Band, Status
from throughcare.risk.person_texts import (
    BAND_TEXTS,
    LANGUAGES,
    OUTCOME_OF,
    OUTCOME_TEXTS,
    TEXTS,
    THEME_TEXTS,
    TIMES,
)
from throughcare.risk.person_words import band_words
from throughcare.risk.registry import INSTRUMENTS
from throughcare.risk.sheet import make_section, make_sheet
from throughcare.risk.stability import DECLARED, LEAST, ErrorModel, Stability, shown_band, stability
from throughcare.risk.themes import THEME_OF, THEMES

ARP = INSTRUMENTS["all_reoffending_dynamic"]
STATIC = INSTRUMENTS["all_reoffending_static"]
PERSON = own_cases("all_reoffending_dynamic")[0].answers
HIGHEST_GRADE = 6.0
DIGIT = re.compile(r"\d")


def bands() -> list[tuple[str, Band]]:
    return [(name, band) for name, each in INSTRUMENTS.items() for band in each.spec.bands]


def test_each_input_carries_its_source_and_day() -> None:
    known = Answer(25, Source.POLICE_RECORD, dt.date(2026, 3, 14), disputed=True)
    answers = Answers({**PERSON.by_name, "sanctions_total": known})
    explanation = make_section(ARP, answers).explanation
    assert explanation is not None
    [found] = [each for each in explanation.inputs if each.item == "sanctions_total"]
    assert found.origin == "police record, 14 March 2026, disputed"
    [share] = [each for each in explanation.static if each.term.name == "sanctions"]
    assert known.value in {each.value for each in share.inputs}
    unasked = make_section(ARP, PERSON.without("uses_heroin")).explanation
    assert unasked is not None
    [found] = [each for each in unasked.inputs if each.item == "uses_heroin"]
    assert found.assumed
    assert found.origin == "not answered; counted as the publisher says"


def test_one_term_at_its_reference_gives_what_the_formula_gives() -> None:
    case = STATIC.spec.reference.having("offence_category", "theft_not_vehicle")
    explanation = make_section(STATIC, case).explanation
    assert explanation is not None
    [share] = [each for each in explanation.shares if each.differs]
    assert share.term.name == "offence_category"
    assert share.alone == pytest.approx(explanation.reference, abs=1e-9)
    assert share.share == pytest.approx(explanation.score.value - explanation.reference, abs=1e-9)


def outsider(name: str) -> Answers:
    """Return somebody with 408 sanctions, the first at 4, and arrested at 15."""
    answers = INSTRUMENTS[name].spec.reference
    for item, value in (("sanctions_total", 408), ("age_at_arrest", 15), ("age_at_first_sanction", 4)):
        if item in INSTRUMENTS[name].spec.by_name:
            answers = answers.having(item, value)
    return answers


LIMITED = [
    name
    for name, each in INSTRUMENTS.items()
    if each.score(outsider(name)).status is Status.OUTSIDE_POPULATION
]


@pytest.mark.parametrize("name", LIMITED)
def test_outside_the_population_no_number_stands_on_the_sheet(name: str) -> None:
    assert len(LIMITED) >= 20
    sheet = make_sheet([INSTRUMENTS[name]], outsider(name))
    [section] = sheet.as_dict()["sections"]
    for key in ("value", "shown", "band", "explanation", "correction", "change"):
        assert section[key] is None
    assert section["disputed"] == []
    assert (
        section["bounds"]["lowest"]
        is section["bounds"]["highest"]
        is section["bounds"]["combinations"]
        is None
    )
    assert not any("%" in line for line in section["words"])
    assert section["reasons"]
    assert all(each.keys() == {"code", "words"} for each in section["reasons"])
    for passages in sheet.person.values():
        for passage in passages:
            assert not DIGIT.search(passage.heading + " ".join(passage.sentences))


def test_an_incomplete_score_has_bounds_and_no_number_of_its_own() -> None:
    section = make_section(ARP, PERSON.without("unemployed"))
    assert section.score.status is Status.INCOMPLETE
    assert section.bounds.lowest is not None
    assert section.shown_band is None
    assert "unemployment" in " ".join(section.words)


def test_no_band_under_80_percent_stands_alone() -> None:
    low, high = Band("low", "low", 0.0), Band("high", "high", 50.0)
    for share in (0.0, 0.3, 0.799, 0.8, 1.0):
        shown = shown_band(
            Stability("x", low, ((low, share), (high, 1.0 - share)), exact=True, cases=2, items=())
        )
        assert (shown.single is not None) is (share >= LEAST)
        assert shown.share >= LEAST - 1e-9
        assert "low" in shown.words
    case = next(
        case.answers
        for name in ("violent_reoffending_dynamic", "all_reoffending_dynamic")
        for case in own_cases(name)
        if (found := stability(INSTRUMENTS[name], case.answers)) is not None and found.stable < LEAST
    )
    written = json.dumps(
        make_sheet([INSTRUMENTS["violent_reoffending_dynamic"]], case).as_dict()["sections"][0]["band"]
    )
    assert '"single": false' in written


def test_the_page_states_the_shares_that_are_assumed() -> None:
    text = (Path(__file__).parents[3] / "docs" / "risk" / "reading-a-score.md").read_text()
    stated = [int(found) for found in re.findall(r"in (\d+) of 100(?:,| \|)", text.split("## Stability")[1])]
    model = ErrorModel()
    shares = (
        model.count_off,
        model.age_off,
        model.month_off,
        model.fact_wrong,
        model.level_other,
        model.need_other,
    )
    assert stated == [round(100 * share) for share in shares]


def test_without_errors_the_band_is_wholly_stable() -> None:
    sure = ErrorModel(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    found = stability(ARP, PERSON, sure)
    assert found is not None
    assert found.stable == 1.0
    assert stability(ARP, PERSON, DECLARED) != found


def test_a_disputed_fact_is_scored_as_recorded_as_claimed_and_without() -> None:
    section = make_section(ARP, PERSON, claims={"unemployed": not PERSON.value("unemployed")})
    [both] = section.disputed
    assert both.as_claimed is not None
    assert both.as_recorded.shown != both.as_claimed.shown
    assert both.without.lowest is not None
    assert both.without.highest is not None
    ends = {both.without.lowest.score.shown, both.without.highest.score.shown}
    assert ends == {both.as_recorded.shown, both.as_claimed.shown}
    assert any(line.startswith("Disputed: unemployment") for line in section.words)


def test_equal_inputs_give_equal_sheets() -> None:
    one, other = (make_sheet([ARP, STATIC], PERSON).as_dict() for _ in range(2))
    assert json.dumps(one, allow_nan=False) == json.dumps(other, allow_nan=False)
    changed = make_sheet([ARP, STATIC], PERSON.having("uses_spice", not PERSON.value("uses_spice")))
    assert changed.inputs_hash != one["inputs_hash"]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_welsh_is_complete() -> None:
    assert TEXTS["en"].keys() == TEXTS["cy"].keys()
    for key, english in TEXTS["en"].items():
        assert fields(english) == fields(TEXTS["cy"][key]), key
        assert english != TEXTS["cy"][key] or key == "months", key
    for table in (THEME_TEXTS, OUTCOME_TEXTS, BAND_TEXTS, TIMES):
        for key, words in table.items():
            assert set(words) == set(LANGUAGES), key
            assert words["en"] != words["cy"], key
    assert set(THEME_OF) == set(ITEMS)
    assert set(THEME_TEXTS) == set(THEMES)
    assert set(OUTCOME_OF) == set(INSTRUMENTS)
    assert set(OUTCOME_OF.values()) <= set(OUTCOME_TEXTS)
    for name, band in bands():
        assert band_words(INSTRUMENTS[name].spec, band, "cy") != band_words(
            INSTRUMENTS[name].spec, band, "en"
        )


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_the_person_reads_it_at_grade_six(name: str) -> None:
    instrument = INSTRUMENTS[name]
    sheets = [make_sheet([instrument], instrument.spec.reference, contact="your officer")]
    sheets += [make_sheet([instrument], case.answers) for case in own_cases(name)[:2]]
    sheets.append(make_sheet([instrument], Answers()))
    for sheet in sheets:
        english = [text for passage in sheet.person["en"] for text in (*passage.sentences,)]
        assert grade(english) <= HIGHEST_GRADE, english
        assert len(sheet.person["en"]) == len(sheet.person["cy"])
        for one, other in zip(sheet.person["en"], sheet.person["cy"], strict=True):
            assert len(one.sentences) == len(other.sentences)
    challenge = sheets[0].person["en"][-1]
    assert challenge.heading == TEXTS["en"]["challenge_heading"]
    assert "your officer" in challenge.sentences[-1]


def test_every_text_for_the_person_is_at_grade_six() -> None:
    for key, text in TEXTS["en"].items():
        if key not in {"about_count", "less_than_one", "months", "title"}:
            assert grade([text]) <= HIGHEST_GRADE, text


def test_a_model_of_ones_own_needs_no_texts() -> None:
    assert band_words(ARP.spec, Band("top", "the top tenth", 90.0), "cy") == "the top tenth"


def test_months_to_come_have_a_number_and_no_bare_band() -> None:
    instrument = INSTRUMENTS["all_reoffending_dynamic"]
    found = [make_sheet([instrument], case.answers).as_dict() for case in own_cases(instrument.spec.name)[:8]]
    months = [month for told in found for month in (told["sections"][0]["change"] or {}).get("months", ())]
    assert months
    assert all(set(month) == {"months", "day", "shown"} for month in months)
