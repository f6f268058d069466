"""``risk validate`` and ``risk record``: reports of invented people, refusals, and what a browser makes of the pages."""

from __future__ import annotations

import csv
import json
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from tests.functional.test_report_pages import CLIPPED, OVERLAPS, RULES, WIDE, axe
from tests.lib.html_pages import read_page
from tests.lib.own_vectors import NAMES
from tests.lib.risk_people import person, seeded
from throughcare.cli.main import main
from throughcare.risk.answers import Answers
from throughcare.risk.contract import Status
from throughcare.risk.records.owner import QUESTIONS
from throughcare.risk.registry import INSTRUMENTS

HOSTILE = "</title><script>alert(1)</script>"
TIME = ["--on", "day", "--months", "12", "--known-until", "2026-01-01", "--split-at", "2024-01-01"]


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def people(n: int = 3_000, seed: int = 1) -> list[dict[str, object]]:
    rng = np.random.default_rng(seed)
    score = rng.beta(2, 5, n)
    days = np.datetime64("2022-01-01") + rng.integers(0, 1_200, n)
    return [
        {
            "ID": f"P{row + 1}",
            "day": str(days[row]),
            "p": f"{score[row]:.5f}",
            "y": int(rng.random() < score[row]),
            "area": ["north", "south", HOSTILE][int(rng.choice(3, p=[0.5, 0.4, 0.1]))],
            "sex": "woman" if rng.random() < 0.3 else "man",
            "w": 1 + row % 3,
        }
        for row in range(n)
    ]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("people") / "people.csv", people())


@pytest.fixture(scope="module")
def report(table: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("validated") / "report"
    words = ["risk", "validate", "--scores", str(table), "--score", "p", "--outcome", "y", "--out", str(out)]
    assert main([*words, *TIME, "--group", "area", "--group", "sex", "--input", "sex"]) == 0
    return out


def validated(out: Path) -> dict:
    return json.loads((out / "validation.json").read_text())


def call(table: Path, out: Path, *options: str) -> int:
    words = ["risk", "validate", "--scores", str(table), "--score", "p", "--out", str(out)]
    return main([*words, *([] if "--outcome" in options else ["--outcome", "y"]), *options])


def test_the_report_holds_everything_and_follow_up_counts_only_when_over(report: Path) -> None:
    found = validated(report)
    assert found["schema"] == "throughcare.risk.validation/1"
    assert (
        found["performance"]["calibration"]["ratio"]["low"]
        < 1
        < found["performance"]["calibration"]["ratio"]["high"]
    )
    assert {each["grouping"] for each in found["fairness"]["groups"]} == {"area", "sex", "area and sex"}
    in_time = found["in_time"]
    assert in_time["months"][-1]["month"] <= "2026-01"
    people_used = found["people"]["used"]
    assert sum(each["people"] for each in in_time["months"]) == people_used
    assert (
        people_used + found["people"]["left_out"]["scored before the split, or follow-up not over"] == 3_000
    )
    assert in_time["earlier"]["people"] > 100
    assert in_time["limits"]["run_length_months"] > 60
    assert [name for name, _ in in_time["inputs"]] == ["sex"]


def test_the_same_seed_gives_the_same_validation(report: Path, table: Path, tmp_path: Path) -> None:
    assert call(table, tmp_path / "again", *TIME, "--group", "area", "--group", "sex", "--input", "sex") == 0
    assert validated(tmp_path / "again")["hash"] == validated(report)["hash"]


def test_the_page_is_whole_balanced_and_holds_no_input_as_markup(report: Path) -> None:
    facts = read_page(report / "index.html")
    assert facts.headings[0] == 1
    assert facts.headings.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(facts.headings))
    assert len(facts.ids) == len(set(facts.ids))
    assert facts.tables_without_headers == 0
    assert HOSTILE not in (report / "index.html").read_text()
    assert "In words" in facts.text
    assert facts.tags.count("script") == 1


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_on_the_report_and_the_records(
    browser: Browser, report: Path, recorded: Path, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
    pages = [report / "index.html", *sorted(recorded.glob("*.html"))]
    found = {}
    for path in pages:
        page = context.new_page()
        page.goto(path.as_uri())
        found[path.name] = [
            *axe(page, RULES),
            *page.evaluate(OVERLAPS),
            *page.evaluate(CLIPPED),
            *page.evaluate(WIDE),
        ]
    context.close()
    assert len(pages) == 4
    assert found == {path.name: [] for path in pages}


def test_a_table_beside_scores_is_joined_by_its_identifier(table: Path, tmp_path: Path) -> None:
    rows = people()
    shuffled = [rows[place] for place in np.random.default_rng(3).permutation(len(rows))]
    scores = write(
        tmp_path / "scores.csv", [{"ID": row["ID"], "year1": row["p"]} for row in shuffled[:2_900]]
    )
    words = [
        "risk",
        "validate",
        "--scores",
        str(scores),
        "--table",
        str(table),
        "--id",
        "ID",
        "--outcome",
        "y",
    ]
    assert main([*words, "--out", str(tmp_path / "joined")]) == 0
    kept = write(tmp_path / "kept.csv", sorted(shuffled[:2_900], key=lambda row: int(str(row["ID"])[1:])))
    assert call(kept, tmp_path / "one") == 0
    joined, one = validated(tmp_path / "joined"), validated(tmp_path / "one")
    assert joined["people"]["left_out"] == {"no score": 100}
    assert joined["performance"]["auc"] == one["performance"]["auc"]


def test_weights_points_and_percents_are_taken_as_they_are(table: Path, tmp_path: Path) -> None:
    assert call(table, tmp_path / "w", "--weight", "w") == 0
    assert "linearised" in validated(tmp_path / "w")["performance"]["calibration"]["ratio"]["method"]
    assert call(table, tmp_path / "points", "--scale", "points", "--group", "sex", "--threshold", "0.3") == 0
    points = validated(tmp_path / "points")
    assert points["performance"]["calibration"] is None
    assert points["fairness"]["thresholds"] == [0.3]
    percents = write(
        tmp_path / "percents.csv", [{**row, "p": 100 * float(str(row["p"]))} for row in people()]
    )
    assert call(percents, tmp_path / "percent", "--scale", "percent") == 0
    assert call(table, tmp_path / "plain") == 0
    assert validated(tmp_path / "percent")["performance"]["mean_score"] == pytest.approx(
        validated(tmp_path / "plain")["performance"]["mean_score"]
    )


def test_bad_rows_are_left_out_with_reasons_and_many_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = people()
    rows[4]["p"], rows[5]["p"], rows[6]["y"], rows[7]["y"] = "1.2", "high", "maybe", ""
    table = write(tmp_path / "some.csv", rows)
    assert call(table, tmp_path / "some") == 0
    with (tmp_path / "some/rejects.csv").open() as file:
        assert list(csv.reader(file)) == [
            ["row", "reason"],
            ["5", "a probability out of its range"],
            ["6", "a score that is no number"],
            ["7", "an outcome that is no 0 or 1"],
            ["8", "the outcome is not known"],
        ]
    for row in rows[:400]:
        row["p"] = "high"
    assert call(write(tmp_path / "many.csv", rows), tmp_path / "many") == 1
    assert "5% of the rows unreadable" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--outcome", "nothing"), "a column nothing"),
        (("--group", "ID"), "at most 40 different words"),
        (("--split-at", "2024-01-01"), "--on"),
        (("--on", "day"), "--known-until"),
        (("--on", "day", "--known-until", "2026-01-01"), "--months"),
        (("--minimum-cell", "1"), "--minimum-cell"),
        (("--input", "sex"), "--split-at"),
        (("--seed", "-1"), "--seed"),
        (("--months", "0"), "--months"),
        (("--free-of", "w"), "unreadable"),
        (("--table", "absent.csv"), "absent.csv"),
        (("--scale", "percent", "--weight", "area"), "unreadable"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], said: str
) -> None:
    assert call(table, tmp_path / "no", *options) == 1
    told = capsys.readouterr().err
    assert "refused" in told
    assert said in told
    assert not (tmp_path / "no").exists()


def test_too_few_people_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(write(tmp_path / "few.csv", people(250)), tmp_path / "few") == 1
    assert "at least 100 people to whom it happened" in capsys.readouterr().err


def test_those_to_whom_it_had_happened_before_are_left_out(tmp_path: Path) -> None:
    rows = [{**row, "before": int(place % 5 == 0)} for place, row in enumerate(people())]
    assert call(write(tmp_path / "t.csv", rows), tmp_path / "out", "--free-of", "before") == 0
    assert validated(tmp_path / "out")["people"]["left_out"] == {"before had happened before": 600}


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("owner") / "owner.toml"
    path.write_text('[tool]\nname = "Our <tool>"\ndescription = ""\n[owner]\nteam = "unknown"\n')
    return path


@pytest.fixture(scope="module")
def recorded(report: Path, owner: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("recorded") / "record"
    assert record(report, owner, out) == 0
    return out


def record(report: Path, owner: Path, out: Path, *options: str) -> int:
    words = [
        "risk",
        "record",
        *(options or ("--scores", "people.csv")),
        "--owner",
        str(owner),
        "--out",
        str(out),
    ]
    return main([*words, "--validation", str(report / "validation.json")])


def test_the_records_say_what_is_known_from_where_and_unknown_where_nobody_said(recorded: Path) -> None:
    found = json.loads((recorded / "record.json").read_text())
    assert set(found) == {"transparency-record", "model-card", "impact-assessment-annex"}
    record_ = found["transparency-record"]
    assert "Check the official wording" in record_["note"]
    fields = {field["name"]: field for section in record_["sections"] for field in section["fields"]}
    assert fields["Name"] == {"name": "Name", "lines": ["Our <tool>"], "known_from": "owner"}
    assert fields["Team"] == {"name": "Team", "lines": ["unknown"], "known_from": "nobody"}
    assert fields["Description"]["lines"] == ["unknown"]
    assert fields["Sensitive attributes"]["known_from"] == "validation"
    assert len(record_["unknown"]) == sum(field["known_from"] == "nobody" for field in fields.values())
    assert fields["Performance"]["lines"][0].startswith("On average the score says what happens")
    facts = read_page(recorded / "transparency-record.html")
    assert "Our <tool>" in facts.text
    assert "nobody has stated it" in facts.text


def test_every_question_of_the_owner_is_asked_and_stands_in_some_record(
    report: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["risk", "owner"]) == 0
    blank = capsys.readouterr().out
    full = tmp_path / "full.toml"
    lines, section = [], ""
    for line in blank.splitlines():
        section = line.strip("[]") if line.startswith("[") else section
        lines.append(line.replace('""', f'"fact {section}.{line.split(" ")[0]}"'))
    full.write_text("\n".join(lines))
    assert record(report, full, tmp_path / "out") == 0
    everything = (tmp_path / "out/record.json").read_text()
    assert [each.key for each in QUESTIONS if f"fact {each.key}" not in everything] == []
    assert '"known_from": "nobody"' not in everything


def test_an_old_an_altered_and_another_validation_make_no_record(
    report: Path, owner: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made_on = validated(report)["made_on"]
    later = (
        f"{int(made_on[:4]) + 1}-{made_on[5:8]}28" if made_on[8:] < "28" else f"{int(made_on[:4]) + 2}-01-01"
    )
    assert record(report, owner, tmp_path / "old", "--scores", "x", "--on-day", later) == 1
    assert "at most 12 months old" in capsys.readouterr().err
    assert record(report, owner, tmp_path / "early", "--scores", "x", "--on-day", "2020-01-01") == 1
    assert "one made on" in capsys.readouterr().err
    assert record(report, owner, tmp_path / "other", "--scores", "x", "--scores-version", "2") == 1
    assert "a validation of people.csv, p as it is" in capsys.readouterr().err
    assert record(report, owner, tmp_path / "instrument", "--instrument", "ogrs3_2_years") == 1
    shutil.copytree(report, tmp_path / "altered")
    path = tmp_path / "altered/validation.json"
    path.write_text(path.read_text().replace('"used": ', '"used": 1'))
    assert record(tmp_path / "altered", owner, tmp_path / "no") == 1
    assert "altered content" in capsys.readouterr().err
    path.write_text("[]")
    assert record(tmp_path / "altered", owner, tmp_path / "no") == 1
    path.write_text("{}")
    assert record(tmp_path / "altered", owner, tmp_path / "no") == 1
    assert list(tmp_path.glob("*/record.json")) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tool = 1", "a section"),
        ("[tool]\nnam = 'x'", "facts that are asked"),
        ("[tool]\nname = 3", "a text"),
        ("[", "TOML"),
    ],
)
def test_an_owner_file_that_means_nothing_is_refused(
    report: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    (tmp_path / "owner.toml").write_text(text)
    assert record(report, tmp_path / "owner.toml", tmp_path / "out") == 1
    assert said in capsys.readouterr().err


def test_a_published_instrument_is_validated_and_recorded(tmp_path: Path, owner: Path) -> None:
    name = next(each for each in NAMES if "all_reoffending" in each)
    instrument = INSTRUMENTS[name]
    rng = np.random.default_rng(5)
    draw = seeded(rng)
    rows = []
    for _ in range(900):
        answers = person(instrument.spec, draw)
        score = instrument.score(Answers.of(**answers))
        chance = (score.value or 50.0) / 100.0 if score.status is Status.SCORED else 0.5
        texts = {
            key: "yes" if value is True else "no" if value is False else value
            for key, value in answers.items()
        }
        rows.append({**texts, "again": int(rng.random() < chance)})
    columns = {key for row in rows for key in row}
    table = write(tmp_path / "t.csv", [{key: row.get(key, "") for key in sorted(columns)} for row in rows])
    out = tmp_path / "report"
    words = ["risk", "validate", "--instrument", name, "--table", str(table), "--outcome", "again"]
    assert main([*words, "--out", str(out)]) == 0
    found = validated(out)
    assert found["subject"]["name"] == name
    assert (
        found["performance"]["calibration"]["ratio"]["low"]
        < 1.0
        < found["performance"]["calibration"]["ratio"]["high"]
    )
    assert record(out, owner, tmp_path / "record", "--instrument", name) == 0
    card = (tmp_path / "record/model-card.html").read_text()
    assert "from code" in card
    assert found["subject"]["hash"] in card


def test_an_instrument_that_is_not_there_or_lacks_a_column_is_refused(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["risk", "validate", "--table", str(table), "--outcome", "y", "--out", str(tmp_path / "no")]
    assert main([*words, "--instrument", "nonesuch"]) == 1
    assert "risk instruments" in capsys.readouterr().err
    assert main([*words, "--instrument", NAMES[0]]) == 1
    assert "required item" in capsys.readouterr().err
