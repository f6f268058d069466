"""`throughcare risk fit | predict`: from a table and its description to a signed model and predictions."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.lib.local_people import DESCRIPTION, as_csv, texts
from throughcare.cli.main import main

QUICK = ["--rounds", "60", "--bags", "1", "--pairs", "3", "--folds", "2", "--intervals", "3"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "table.csv").write_text(as_csv(texts(2_500)))
    (tmp_path / "columns.toml").write_text(DESCRIPTION)
    return tmp_path


def keys(folder: Path, name: str) -> tuple[str, str]:
    key = Ed25519PrivateKey.generate()
    private, public = folder / f"{name}.pem", folder / f"{name}.pub.pem"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return str(private), str(public)


def fit(folder: Path, *options: str, table: str = "table.csv", spec: str = "columns.toml") -> int:
    words = ["risk", "fit", str(folder / table), "--spec", str(folder / spec)]
    return main([*words, "--out", str(folder / "model.json"), *options])


def predict(folder: Path, *options: str, table: str = "table.csv") -> int:
    words = ["risk", "predict", "--model", str(folder / "model.json"), "--table", str(folder / table)]
    return main([*words, "--out", str(folder / "predictions.csv"), *options])


def predictions(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((folder / "predictions.csv").read_text().splitlines()))


def test_a_signed_model_is_fitted_verified_and_predicts_everybody(folder: Path, capsys) -> None:
    private, public = keys(folder, "approver")
    assert fit(folder, *QUICK, "--sign-with", private) == 0
    said = capsys.readouterr().out
    assert "may support a decision; signed" in said
    assert "held back: Brier 0." in said
    assert predict(folder, "--verify-with", public, "--intervals") == 0
    rows = predictions(folder)
    assert len(rows) == 2_500
    assert list(rows[0])[:4] == ["ID", "year1", "year2", "year3"]
    assert rows[7]["ID"] == "p7"
    assert all(0 < float(row["year1_low"]) < float(row["year1_high"]) < 1 for row in rows[:100])


def test_the_same_seed_writes_the_same_bytes(folder: Path) -> None:
    assert fit(folder, *QUICK) == 0
    first = (folder / "model.json").read_bytes()
    assert fit(folder, *QUICK) == 0
    assert (folder / "model.json").read_bytes() == first
    assert fit(folder, *QUICK, "--seed", "2") == 0
    assert (folder / "model.json").read_bytes() != first


@pytest.mark.parametrize("kind", ["scorecard", "logistic"])
def test_other_kinds_are_fitted_and_say_what_they_are_for(folder: Path, capsys, kind: str) -> None:
    assert fit(folder, "--model", kind, "--lines", "4", "--folds", "2") == 0
    said = capsys.readouterr().out
    if kind == "scorecard":
        assert "points for the first year" in said
        assert "may support a decision" in said
    else:
        assert "must never be used to decide" in said
    assert json.loads((folder / "model.json").read_text())["content"]["kind"] == kind
    assert predict(folder, "--unsigned-ok") == 0


def test_an_altered_an_unsigned_and_a_wrongly_signed_model_are_refused(folder: Path, capsys) -> None:
    private, _ = keys(folder, "approver")
    _, other = keys(folder, "stranger")
    assert fit(folder, *QUICK) == 0
    assert predict(folder) == 1
    assert "--unsigned-ok" in capsys.readouterr().err
    assert predict(folder, "--verify-with", other) == 1
    assert "no signature" in capsys.readouterr().err
    assert fit(folder, *QUICK, "--sign-with", private) == 0
    assert predict(folder, "--verify-with", other) == 1
    assert "another key" in capsys.readouterr().err
    model = folder / "model.json"
    model.write_text(model.read_text().replace('"intercept":', '"intercept":1', 1))
    assert predict(folder, "--unsigned-ok") == 1
    assert "refused" in capsys.readouterr().err
    assert not (folder / "predictions.csv").exists()


def test_a_feature_of_the_future_is_refused_by_name_and_its_control_is_never_deployable(
    folder: Path, capsys
) -> None:
    late = DESCRIPTION.replace('label = "work"', 'label = "work"\nmeasured_on = "seen"', 1)
    (folder / "late.toml").write_text(
        late.replace('name = "Age"\n', 'name = "Age"\n').replace(
            'cuts = [25, 40]\nmeasured = "before"', 'cuts = [25, 40]\nmeasured = "after"'
        )
    )
    assert fit(folder, *QUICK, spec="late.toml") == 1
    said = capsys.readouterr().err
    assert "Age is measured after" in said
    assert "Take out Age, Work" in said
    assert fit(folder, *QUICK, "--allow-after", spec="late.toml") == 0
    assert "must never be used" in capsys.readouterr().out
    content = json.loads((folder / "model.json").read_text())["content"]
    assert content["decision_use"] == "never"
    assert content["reasons"][0]["facts"]["columns"] == ["Age", "Work"]


def test_too_few_people_are_refused_and_a_published_percent_is_recalibrated_instead(
    folder: Path, capsys
) -> None:
    (folder / "small.csv").write_text(as_csv(texts(800)))
    assert fit(folder, *QUICK, table="small.csv") == 1
    assert "--recalibrate" in capsys.readouterr().err
    assert fit(folder, "--recalibrate", "published", table="small.csv") == 0
    assert "slope" in capsys.readouterr().out
    assert predict(folder, "--unsigned-ok", table="small.csv") == 0
    rows = predictions(folder)
    assert len(rows) == 800
    observed = (texts(800)["year1"] == "1").mean()
    assert np.mean([float(row["year1"]) for row in rows]) == pytest.approx(observed, abs=1e-4)


def test_a_parquet_table_gives_the_same_model_as_its_csv(folder: Path) -> None:
    assert fit(folder, *QUICK) == 0
    first = (folder / "model.json").read_bytes()
    found = {name: [text or None for text in column.tolist()] for name, column in texts(2_500).items()}
    found["year1"] = [int(text) for text in found["year1"]]
    pq.write_table(pa.table(found), folder / "table.parquet")
    assert fit(folder, *QUICK, table="table.parquet") == 0
    assert (folder / "model.json").read_bytes() == first


def test_a_bad_row_is_left_out_by_name_and_many_are_refused(folder: Path, capsys) -> None:
    found = texts(2_500)
    found["Priors"] = found["Priors"].astype("U20")
    found["Priors"][4] = "many"
    (folder / "bad.csv").write_text(as_csv(found))
    assert fit(folder, *QUICK, table="bad.csv") == 0
    assert "row 5.Priors" in capsys.readouterr().out
    found["Priors"][:300] = "many"
    (folder / "bad.csv").write_text(as_csv(found))
    assert fit(folder, *QUICK, table="bad.csv") == 1
    assert "description is wrong" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("[[columns]]", "[[columns"), "TOML"),
        (lambda text: text.replace("rising = 1", "rizing = 1"), "rizing"),
        (lambda text: text.replace('use = "group"', 'use = "race"'), "one of feature, group"),
        (lambda text: text.replace('"year2", "year3"]', '"year2", "year9"]'), "year9"),
        (lambda text: text.replace("cuts = [25, 40]", "cuts = [40, 25]"), "cuts must rise"),
        (lambda text: 'name = "x"', "columns"),
        (lambda text: text.replace('name = "invented people"', "name = 3", 1), "a text for name"),
    ],
)
def test_a_description_with_a_slip_is_refused_with_the_place(folder: Path, capsys, change, words) -> None:
    (folder / "columns.toml").write_text(change(DESCRIPTION))
    assert fit(folder, *QUICK) == 1
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "empty file"),
        ("ID,Priors\n", "rows under the header"),
        ("ID,ID\n1,2\n", "twice: ID"),
        ("ID,Priors\n1\n", "2 cells"),
        ("ID,Priors\n1,0\n", "problem"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(folder: Path, capsys, content: str, words: str) -> None:
    (folder / "table.csv").write_text(content)
    assert fit(folder, *QUICK) == 1
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    "option",
    [["--folds", "1"], ["--seed", "-1"], ["--rounds", "0"], ["--feature-share", "2"], ["--lines", "0"]],
)
def test_an_option_out_of_range_is_refused(folder: Path, capsys, option: list[str]) -> None:
    assert fit(folder, *option) == 1
    assert option[0] in capsys.readouterr().err


def test_intervals_of_a_model_without_any_are_refused(folder: Path, capsys) -> None:
    assert fit(folder, "--model", "scorecard", "--folds", "0") == 0
    assert predict(folder, "--unsigned-ok", "--intervals") == 1
    assert "--intervals 40" in capsys.readouterr().err


def test_an_identifier_that_a_spreadsheet_would_run_is_guarded_and_still_found(folder: Path) -> None:
    told = texts(2_500)
    told["ID"] = [f"=1+{row}" for row in range(2_500)]
    (folder / "table.csv").write_text(as_csv(told))
    assert fit(folder, *QUICK) == 0
    assert predict(folder, "--unsigned-ok") == 0
    assert predictions(folder)[7]["ID"] == "'=1+7"
    words = [
        "risk",
        "validate",
        "--scores",
        str(folder / "predictions.csv"),
        "--table",
        str(folder / "table.csv"),
    ]
    words += ["--id", "ID", "--score", "year1", "--outcome", "year1", "--out", str(folder / "report")]
    assert main(words) == 0
