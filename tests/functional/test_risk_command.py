"""`throughcare risk`: people in, scores and sheets out; what is refused, and what is kept beside it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pypdf
import pytest

from tests.lib.own_vectors import FILE, own_cases
from throughcare.cli.main import main
from throughcare.risk.registry import INSTRUMENTS

NAME = "violent_reoffending_dynamic"
CODES = """offence_code,actuarial_category,is_violent_sanction,opd_violence_sex
00800,VIOLENCE_AGAINST_THE_PERSON_ABH_PLUS,1,1
00000,UNKNOWN,0,0
"""


def record(number: int = 0) -> dict[str, Any]:
    answers = own_cases(NAME)[number].answers
    return {name: str(answers.value(name)) for name in answers}


def many(folder: Path) -> Path:
    path = folder / "people.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["id", *record()])
        writer.writeheader()
        for number in range(4):
            writer.writerow({"id": f"p{number}", **record(number)})
        writer.writerow({"id": "bad", **record(), "sex": "other", "sanctions_total": "many"})
    return path


def test_one_person_gets_a_sheet_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps(record()))
    sheet = tmp_path / "sheet.json"
    assert main(["risk", "score", str(path), "--instrument", NAME, "--sheet", str(sheet)]) == 0
    told = capsys.readouterr().out
    assert f"{own_cases(NAME)[0].shown:.2f} %" in told
    assert json.loads(sheet.read_text())["sections"][0]["shown"] == own_cases(NAME)[0].shown


@pytest.mark.parametrize("audience", ["officer", "person", "person-cy"])
def test_sheets_are_whole_pages_and_tagged_documents(tmp_path: Path, audience: str) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps({**record(), "sex": {"value": record()["sex"], "source": "police_record"}}))
    words = [
        "risk",
        "score",
        str(path),
        "--instrument",
        NAME,
        "--for",
        audience,
        "--contact",
        "y tîm ŵ",
        "--sheet",
    ]
    for name in ("sheet.html", "sheet.pdf"):
        assert main([*words, str(tmp_path / name)]) == 0
    page = (tmp_path / "sheet.html").read_text()
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert f'lang="{"cy" if audience == "person-cy" else "en"}"' in page
    document = pypdf.PdfReader(tmp_path / "sheet.pdf")
    text = "".join(each.extract_text() for each in document.pages)
    assert ("police record" in text) is (audience == "officer")
    assert ("ŵ" in text) is (audience != "officer")
    assert document.trailer["/Root"]["/MarkInfo"]["/Marked"]  # type: ignore[index]


def test_many_people_get_a_table_and_bad_rows_their_reasons(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, rejects = tmp_path / "scores.csv", tmp_path / "rejects.csv"
    words = ["risk", "score", str(many(tmp_path)), "--instrument", f"{NAME},psa_fta"]
    assert main([*words, "--out", str(out), "--rejects", str(rejects), "--bands"]) == 1
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert len(rows) == 8
    for number in range(4):
        case = own_cases(NAME)[number]
        assert rows[number]["id"] == f"p{number}"
        assert float(rows[number]["score"]) == case.shown
        stable = float(rows[number]["stability"])
        assert rows[number]["bands"] == case.band if stable >= 0.8 else " to " in rows[number]["bands"]
    assert {row["status"] for row in rows[4:]} == {"incomplete"}
    assert "not answered: age_at_arrest" in rows[4]["why"]
    refused = list(csv.DictReader(rejects.read_text().splitlines()))
    assert [(row["id"], row["item"]) for row in refused] == [("bad", "sex"), ("bad", "sanctions_total")]
    assert "refused: 1 of 5 records" in capsys.readouterr().err


def test_no_cell_of_a_table_is_taken_for_a_formula(tmp_path: Path) -> None:
    path, out, rejects = tmp_path / "p.csv", tmp_path / "scores.csv", tmp_path / "rejects.csv"
    evil = '=HYPERLINK("http://x.invalid","a")'
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["id", *record()])
        writer.writeheader()
        for ref, sex in ((evil, record()["sex"]), ("p1", record()["sex"]), ("+1", "=cmd")):
            writer.writerow({"id": ref, **record(), "sex": sex})
    words = ["risk", "score", str(path), "--instrument", NAME, "--out", str(out), "--rejects", str(rejects)]
    assert main([*words, "--bands"]) == 1
    assert [row["id"] for row in csv.DictReader(out.read_text().splitlines())] == [f"'{evil}", "p1"]
    assert [row["id"] for row in csv.DictReader(rejects.read_text().splitlines())] == ["'+1"]
    for written in (out, rejects):
        cells = [cell for row in csv.reader(written.read_text().splitlines()) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_without_bands_the_table_has_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["risk", "score", str(many(tmp_path)), "--instrument", NAME]) == 1
    header = capsys.readouterr().out.splitlines()[0]
    assert header == "id,row,instrument,version,status,score,why"


def test_one_of_many_gets_a_sheet_by_id(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["risk", "score", str(many(tmp_path)), "--instrument", NAME]
    assert main([*words, "--person", "p2"]) == 1  # one record is refused, and said
    assert f"{own_cases(NAME)[2].shown:.2f} %" in capsys.readouterr().out
    assert main([*words, "--person", "nobody"]) == 1
    assert "found:    0 of them" in capsys.readouterr().err
    assert main([*words, "--sheet", str(tmp_path / "x.pdf")]) == 1
    assert "by --person ID" in capsys.readouterr().err


def test_offence_codes_are_read_once_and_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    published, codes = tmp_path / "published.csv", tmp_path / "codes.json"
    published.write_text(CODES)
    assert main(["risk", "offences", "--from", str(published), "--out", str(codes)]) == 0
    assert "2 codes written" in capsys.readouterr().out
    by_code = {**record(), "offence_code": "00800"}
    del by_code["offence_category"]
    path = tmp_path / "one.json"
    path.write_text(json.dumps(by_code))
    score = ["risk", "score", str(path), "--instrument", NAME]
    sheet = tmp_path / "sheet.json"
    for given in (codes, published):
        assert main([*score, "--codes", str(given), "--sheet", str(sheet)]) == 0
        inputs = json.loads(sheet.read_text())["sections"][0]["explanation"]["inputs"]
        assert (
            next(each["value"] for each in inputs if each["item"] == "offence_category")
            == "violence_abh_or_more"
        )
    assert main(score) == 1
    assert "--codes FILE" in capsys.readouterr().err
    path.write_text(json.dumps({**by_code, "offence_code": "00000"}))
    assert main([*score, "--codes", str(codes)]) == 1
    assert "the list has none" in capsys.readouterr().err


def test_a_bad_code_list_keeps_its_good_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    published = tmp_path / "published.csv"
    published.write_text(CODES + "99,THEFT,0,0\n")
    out = tmp_path / "codes.json"
    assert main(["risk", "offences", "--from", str(published), "--out", str(out)]) == 1
    assert len(json.loads(out.read_text())["offence_codes"]) == 2
    assert "five digits" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("x.csv", "id,shoe_size\n1,44\n", "'shoe_size'"),
        ("x.csv", "id,sex,sex\n1,male,male\n", "'sex'"),
        ("x.json", "{", "JSON"),
        ("x.json", "[]", "at least one record"),
        ("x.txt", "sex\n", ".csv, .json or .jsonl"),
        ("x.json", "[3]", "an object"),
        ("x.csv", "id,sex\n1\n", "as many cells as the header"),
        ("x.json", '{"sex": {"value": "male", "source": "gossip"}}', "a source"),
        ("x.json", '{"sex": {"value": "male", "shoe": 1}}', "shoe"),
        ("x.json", '{"sex": {"value": "male", "recorded_on": "May"}}', "a day such as"),
        ("x.json", '{"sex": {"value": "male", "claimed": "x"}}', "one of male, female"),
        ("x.json", '{"sex": {"words": "male"}}', "one of male, female"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str, expected: str
) -> None:
    path = tmp_path / name
    path.write_text(content)
    assert main(["risk", "score", str(path), "--instrument", NAME]) == 1
    assert expected in capsys.readouterr().err


def test_a_claim_disputes_the_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "one.json"
    given = record()
    path.write_text(json.dumps({**given, "unemployed": {"value": given["unemployed"], "claimed": "no"}}))
    assert main(["risk", "score", str(path), "--instrument", NAME]) == 0
    assert "Disputed: unemployment" in capsys.readouterr().out


def test_check_tries_ours_and_anybodys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["risk", "check", str(FILE), "--instrument", NAME, "--random", "3"]) == 0
    assert "conforms" in capsys.readouterr().out
    ours = "throughcare.risk.psa.score:FAILURE_TO_APPEAR"
    assert main(["risk", "check", "--object", ours, "--random", "3"]) == 0
    wrong = tmp_path / "cases.jsonl"
    lines = [json.loads(line) for line in FILE.read_text().splitlines()]
    [first, *_] = [line for line in lines if line["instrument"] == NAME]
    wrong.write_text(json.dumps({**first, "shown": 1.23}) + "\n")
    assert main(["risk", "check", str(wrong), "--instrument", NAME, "--random", "3"]) == 1
    assert "a score of 1.23" in capsys.readouterr().out
    for words in (["--object", "throughcare.risk.psa.score:SPEC"], ["--object", "json:dumps"]):
        assert main(["risk", "check", *words]) == 1
    assert main(["risk", "check", str(wrong), "--instrument", "mst"]) == 1


def test_instruments_and_items_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["risk", "instruments", "--json"]) == 0
    assert [each["name"] for each in json.loads(capsys.readouterr().out)] == list(INSTRUMENTS)
    assert main(["risk", "items", "psa_fta"]) == 0
    assert "age_at_arrest (static; required)" in capsys.readouterr().out
    assert main(["risk", "items", "nothing"]) == 1
