"""Tuning on a small simulated town: what it writes, what it never looks at, and what it refuses."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from throughcare.adapters.files.labels import read_labels
from throughcare.cli.main import main
from throughcare.cli.tune import _wearers
from throughcare.kernel.errors import RefusedInput
from throughcare.runners import tuning
from throughcare.runners.loading import read_orders
from throughcare.runners.tuning import Detector, Nights, candidates, is_held_back
from throughcare.runners.tuning_files import TRADEOFF_COLUMNS

HEADER = "wearer_ref,what,start,end\n"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a simulated town and its truth as labels."""
    folder = tmp_path_factory.mktemp("town")
    words = ["simulate", "--out", str(folder), "--people", "12", "--days", "6", "--seed", "5"]
    assert main(words) == 0
    rows = []
    for person in json.loads((folder / "truth/people.json").read_text()):
        rows += [(person["wearer_ref"], "checked", start, end) for start, end in person["windows"]]
        rows += [(person["wearer_ref"], "absent", a["start"], a["end"]) for a in person["absences"]]
    (folder / "labels.csv").write_text(HEADER + "".join(",".join(row) + "\n" for row in rows))
    return folder


def call(town: Path, out: Path, *options: str, labels: bool = True) -> int:
    facts = ["--orders", "orders.json", "--positions", "positions.parquet", "--statuses", "statuses.csv"]
    words = ["tune", *[w if w.startswith("--") else str(town / w) for w in facts], "--out", str(out)]
    if labels and "--labels" not in options:
        words += ["--labels", str(town / "labels.csv")]
    return main([*words, "--trials", "2", *options])


@pytest.fixture(scope="module")
def tuned(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of one tuning."""
    out = tmp_path_factory.mktemp("tuned")
    assert call(town, out) == 0
    return out


def table(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((folder / "tradeoff.csv").read_text(encoding="utf-8").splitlines()))


def test_every_trial_is_in_the_table_on_both_parts_of_the_people(town: Path, tuned: Path) -> None:
    rows = table(tuned)
    assert list(rows[0]) == list(TRADEOFF_COLUMNS)
    assert [row["detector"] for row in rows] == ["probabilistic"] * 2 + ["tuned_rule"] * 2
    truth = json.loads((town / "truth/people.json").read_text())
    windows = sum(len(person["windows"]) for person in truth)
    scored = sum(
        int(rows[0][f"{part}_{kind}"]) for part in ("tuning", "held_back") for kind in ("nights", "left_out")
    )
    assert 0.8 * windows <= scored <= windows
    assert int(rows[0]["tuning_absences"]) >= 1
    assert float(rows[0]["tuning_recall"]) >= 0.5


def test_the_search_is_given_nothing_of_the_held_back_people(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Nights] = []
    scored = tuning.score_set

    def spy(nights: Nights, *rest: object, **named: int) -> tuning.Summary:
        seen.append(nights)
        return scored(nights, *rest, **named)

    def picked(found: object) -> tuple[object, ...]:
        assert len(seen) == 4, "the choice is made before anyone held back is scored"
        return ()

    monkeypatch.setattr(tuning, "score_set", spy)
    monkeypatch.setattr(tuning, "choose", picked)
    assert call(town, tmp_path) == 0
    for nights, held in zip(seen, [False] * 4 + [True] * 4, strict=True):
        assert {is_held_back(person, hold_out=0.4) for person in nights.people} == {held}
        own = {a.activation_id for h in nights.histories for v in h.versions for a in v.activations}
        for batch in (nights.fixes, nights.statuses):
            assert {batch.keys[k] for k in set(batch.key.tolist())} <= own
        assert set(nights.labels or ()) <= own


def test_the_same_seed_gives_the_same_files_and_the_split_knows_no_seed(
    town: Path, tuned: Path, tmp_path: Path
) -> None:
    assert call(town, tmp_path / "again") == 0
    assert call(town, tmp_path / "other", "--seed", "9") == 0
    names = sorted(path.name for path in tuned.iterdir())
    assert names == sorted(path.name for path in (tmp_path / "again").iterdir())
    for name in names:
        assert (tuned / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    first, other = (json.loads((f / "tuning.json").read_text()) for f in (tuned, tmp_path / "other"))
    assert first["held_back_people"] == other["held_back_people"] != []
    assert [r["parameters_id"] for r in table(tuned)] != [
        r["parameters_id"] for r in table(tmp_path / "other")
    ]


def test_a_chosen_set_is_a_file_that_monitor_takes(town: Path, tuned: Path, tmp_path: Path) -> None:
    chosen = json.loads((tuned / "tuning.json").read_text())["chosen"]
    assert chosen
    words = ["--orders", "orders.json", "--positions", "positions.parquet"]
    inputs = [w if w.startswith("--") else str(town / w) for w in words]
    plain = ["--parameters", str(tuned / chosen[0]["file"]), "--no-report", "--no-packs"]
    assert main(["monitor", *inputs, "--out", str(tmp_path), *plain]) == 0
    manifest = (tmp_path / "manifest.json").read_text()
    assert '"margin_m"' in manifest or chosen[0]["parameters_id"] in manifest


def test_the_page_warns_says_that_nothing_is_adopted_and_draws_what_its_table_says(tuned: Path) -> None:
    page = (tuned / "index.html").read_text()
    assert "Nothing has been adopted" in page
    assert page.count("Do not sign") == 2
    drawings = [f"<svg{part.split('</svg>')[0]}</svg>" for part in page.split("<svg")[1:]]
    assert len(drawings) == 2
    for drawing in drawings:
        root = ET.fromstring(drawing)
        names = [child.tag.rpartition("}")[2] for child in root]
        assert names[:2] == ["title", "desc"]
    for row in table(tuned):
        assert f"{float(row['held_back_false_per_day']):.4f} [" in page


def test_without_labels_the_radio_is_the_truth_and_its_limits_are_said(town: Path, tmp_path: Path) -> None:
    assert call(town, tmp_path, labels=False) == 0
    whole = json.loads((tmp_path / "tuning.json").read_text())
    assert whole["truth"] == "radio"
    assert any("home unit's radio, not a person's check" in warning for warning in whole["warnings"])


def test_without_labels_or_radio_nothing_is_chosen(town: Path, tmp_path: Path) -> None:
    words = ["--orders", str(town / "orders.json"), "--positions", str(town / "positions.parquet")]
    (tmp_path / "parameters-quick-probabilistic.json").write_text("{}")
    assert main(["tune", *words, "--out", str(tmp_path), "--trials", "1"]) == 0
    whole = json.loads((tmp_path / "tuning.json").read_text())
    assert (whole["truth"], whole["chosen"]) == ("none", [])
    assert {row["tuning_recall"] for row in table(tmp_path)} == {""}
    assert list(tmp_path.glob("parameters-*")) == []


CHECKED = "W0001,checked,2026-03-24T19:00:00Z,2026-03-25T07:00:00Z\n"


@pytest.mark.parametrize(
    ("text", "where", "found"),
    [
        ("who,what\n", "labels", "who, what"),
        (HEADER, "labels", "none"),
        (HEADER + "W9999,checked,2026-03-24T19:00:00Z,2026-03-25T07:00:00Z\n", "line 2", "'W9999'"),
        (HEADER + CHECKED.replace("checked", "seen"), "line 2", "'seen'"),
        (HEADER + CHECKED + CHECKED.replace("19:00:00Z", "19:00"), "line 3", "'2026-03-24T19:00'"),
        (HEADER + "W0001,checked,2026-03-25T07:00:00Z,2026-03-24T19:00:00Z\n", "line 2", "2026-03-25T07"),
        (HEADER + "W0001,checked,2026-03-25T07:00:00Z\n", "line 2", "''"),
        (
            HEADER + CHECKED + "W0001,absent,2026-03-25T19:00:00Z,2026-03-25T20:00:00Z\n",
            "bad.csv: ",
            "absent from 2026-03-25T19",
        ),
    ],
)
def test_bad_labels_are_refused_by_the_line_and_nothing_is_written(
    town: Path, tmp_path: Path, text: str, where: str, found: str
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    histories, _ = read_orders(town / "orders.json")
    with pytest.raises(RefusedInput) as refusal:
        read_labels(path, wearers=_wearers(histories))
    assert where.replace("labels", "bad.csv") in refusal.value.where
    assert found in refusal.value.found


@pytest.mark.parametrize("option", ["--trials=0", "--hold-out=1", "--hold-out=nan", "--seed=-1"])
def test_an_option_that_makes_no_sense_is_refused_by_its_name(
    town: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    assert call(town, tmp_path / "out", option) == 1
    assert f"refused: {option.partition('=')[0]}\n" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_default_of_each_detector_is_always_tried_and_no_set_twice() -> None:
    sets = candidates(trials=30, seed=4)
    assert len(sets) == len(set(sets)) == 60
    assert [s.detector for s in (sets[0], sets[30])] == [Detector.PROBABILISTIC, Detector.TUNED_RULE]
    assert sets[0] == type(sets[0])()


def test_the_page_of_the_documentation_lists_the_values_that_are_searched() -> None:
    page = (Path(__file__).parents[2] / "docs" / "tuning.md").read_text(encoding="utf-8")
    for detector, values in tuning.SEARCHED.items():
        for name, several in values.items():
            assert f"| {detector} | `{name}` | {', '.join(f'{value:g}' for value in several)} |" in page
    for point in tuning.OPERATING_POINTS:
        assert f"| `{point.name}` | {point.least_recall:g} |" in page
    assert f"fewer than {tuning.LEAST_ABSENCES} true absences" in page
    assert f"fewer than {tuning.LEAST_NIGHTS} nights" in page
