"""A model file of ours through ``risk validate`` and ``risk record``: who is at risk, whose hash, what the card says."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from throughcare.adapters.files.risk_tables import write_model
from throughcare.cli.main import main
from throughcare.risk.models.additive import AdditiveModel, SingleTable
from throughcare.risk.models.columns import Column, Form, Measured, TableSpec, Use
from throughcare.risk.models.local_model import DecisionUse, Layout, LocalModel, ModelKind
from throughcare.risk.models.recalibrated import Recalibrated
from throughcare.risk.models.recalibration import Estimate, Recalibration

WORK = Column(
    name="work", label="work", levels=("yes", "sometimes", "no"), measured=Measured.BEFORE, achievable=-1
)
RACE = Column(name="race", label="race", use=Use.GROUP, form=Form.NOMINAL, levels=("a", "b"))
SPEC = TableSpec(
    name="our county",
    predicts="a new arrest",
    columns=(WORK, RACE, *(Column(name=name, label=name, use=Use.OUTCOME) for name in ("y1", "y2"))),
    outcomes=("y1", "y2"),
    period_words=("the first year", "the second year"),
)
LOG_ODDS = ((-1.5, -0.5, 0.5, -0.7), (-2.0, -1.2, -0.4, -1.3))


def model() -> LocalModel:
    periods = tuple(AdditiveModel((WORK,), 0.0, (SingleTable(0, np.array(each)),)) for each in LOG_ODDS)
    return LocalModel(
        name="our model",
        kind=ModelKind.ADDITIVE,
        layout=Layout.YEARLY,
        decision_use=DecisionUse.SUPPORT,
        reasons=(),
        spec=SPEC,
        reference=(0,),
        periods=periods,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("model")
    write_model(home / "model.json", model(), private_key=None)
    rng = np.random.default_rng(2)
    with (home / "t.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["work", "race", "y1", "y2"])
        for place in range(4_000):
            work = int(rng.integers(0, 4))
            chance = [1 / (1 + np.exp(-each[work])) for each in LOG_ODDS]
            first = int(rng.random() < chance[0])
            second = "" if first else int(rng.random() < chance[1])
            level = "maybe" if place == 7 else ["yes", "sometimes", "no", ""][work]
            writer.writerow([level, "ab"[int(rng.random() < 0.3)], first, second])
    (home / "owner.toml").write_text("")
    return home


def validate(home: Path, out: Path, *options: str) -> int:
    words = ["risk", "validate", "--model", str(home / "model.json"), "--table", str(home / "t.csv")]
    return main([*words, "--out", str(out), "--group", "race", *options])


def test_each_period_is_validated_on_those_still_at_risk_and_recorded(home: Path, tmp_path: Path) -> None:
    assert validate(home, tmp_path / "two", "--period", "2", "--unsigned-ok") == 0
    found = json.loads((tmp_path / "two/validation.json").read_text())
    with (home / "t.csv").open() as file:
        at_risk = sum(row["y1"] == "0" for row in csv.DictReader(file))
    assert found["performance"]["people"] in {at_risk, at_risk - 1}
    assert (
        found["performance"]["calibration"]["slope"]["low"]
        < 1.0
        < found["performance"]["calibration"]["slope"]["high"]
    )
    assert "the model could not read its inputs" in found["people"]["left_out"]
    assert "the second year" in found["subject"]["predicts"]
    words = ["risk", "record", "--model", str(home / "model.json"), "--unsigned-ok", "--period", "2"]
    words += ["--validation", str(tmp_path / "two/validation.json"), "--owner", str(home / "owner.toml")]
    assert main([*words, "--out", str(tmp_path / "record")]) == 0
    made = json.loads((tmp_path / "record/record.json").read_text())
    lines = [
        line
        for record in made.values()
        for section in record["sections"]
        for field in section["fields"]
        for line in field["lines"]
    ]
    assert "work (known before the prediction) (work): yes; sometimes; no; not recorded; can change" in lines
    assert "This model may support a decision; it never makes one." in lines
    assert "race (never an input; only to check fairness)" in lines


def test_an_unsigned_model_and_a_period_that_is_not_there_are_refused(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert validate(home, tmp_path / "no") == 1
    assert "--verify-with" in capsys.readouterr().err
    assert validate(home, tmp_path / "no", "--unsigned-ok", "--period", "3") == 1
    assert "1 to 2" in capsys.readouterr().err


def test_a_refitted_model_needs_a_new_validation(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert validate(home, tmp_path / "one", "--unsigned-ok") == 0
    other = replace(model(), periods=tuple(reversed(model().periods)))
    write_model(tmp_path / "other.json", other, private_key=None)
    words = ["risk", "record", "--model", str(tmp_path / "other.json"), "--unsigned-ok"]
    words += ["--validation", str(tmp_path / "one/validation.json"), "--owner", str(home / "owner.toml")]
    assert main([*words, "--out", str(tmp_path / "record")]) == 1
    assert "a validation of our model as it is" in capsys.readouterr().err
    assert not (tmp_path / "record").exists()


def test_a_recalibrated_instrument_is_validated_as_corrected(tmp_path: Path) -> None:
    one, nought = Estimate(1.0, 1.0, 1.0), Estimate(0.0, 0.0, 0.0)
    spec = replace(SPEC, outcomes=("y1",), period_words=("the first year",), columns=SPEC.columns[:-1])
    fitted = Recalibrated(
        name="published, recalibrated here",
        column="percent",
        decision_use=DecisionUse.SUPPORT,
        reasons=(),
        spec=spec,
        periods=(Recalibration(Estimate(-1.0, -1.0, -1.0), one, nought, 900, 300),),
    )
    write_model(tmp_path / "model.json", fitted, private_key=None)
    rng = np.random.default_rng(4)
    percent = 100 * rng.beta(3, 3, 1_500)
    odds = np.exp(-1.0) * percent / (100 - percent)
    with (tmp_path / "t.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["percent", "race", "y1"])
        for place, chance in enumerate(odds / (1 + odds)):
            writer.writerow([f"{percent[place]:.3f}", "a", int(rng.random() < chance)])
    words = ["risk", "validate", "--model", str(tmp_path / "model.json"), "--unsigned-ok"]
    assert main([*words, "--table", str(tmp_path / "t.csv"), "--out", str(tmp_path / "out")]) == 0
    found = json.loads((tmp_path / "out/validation.json").read_text())
    ratio = found["performance"]["calibration"]["ratio"]
    assert ratio["low"] < 1.0 < ratio["high"]
    assert "corrected for the people here" in found["subject"]["method"]
    assert found["fairness"] is None
