"""The COMPAS page is what its benchmark writes, and the published gap is in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import compas
from throughcare.cli.main import main
from throughcare.risk.fairness.tension import rates_at
from throughcare.risk.validation.discrimination import auc, auc_difference

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def columns(shared_data: Path) -> dict[str, np.ndarray]:
    return compas.read(shared_data / "compas/compas-scores-two-years.deid.csv")


def test_the_published_error_rates_come_out(columns: dict[str, np.ndarray]) -> None:
    score, _ = compas.both(columns)
    found = [rates_at(score.rows(columns["race"] == group), 5.0, group=group) for group in compas.GROUPS]
    assert [round(100 * each.false_positive, 2) for each in found] == [44.85, 23.45]
    assert [round(100 * each.false_negative, 2) for each in found] == [27.99, 47.72]


def test_two_inputs_are_not_worse_than_compas(columns: dict[str, np.ndarray]) -> None:
    score, model = compas.both(columns)
    assert auc(model) == pytest.approx(0.723, abs=0.002)
    assert auc(score) == pytest.approx(0.702, abs=0.001)
    assert auc_difference(model, score).low > 0.0


def test_the_page_and_its_drawing_are_what_the_benchmark_writes(columns: dict[str, np.ndarray]) -> None:
    page, drawing = compas.page(columns)
    assert (ROOT / compas.PAGE).read_text() == page
    assert (ROOT / compas.PICTURE).read_text() == drawing


def test_the_columns_of_compas_are_validated_as_they_came(shared_data: Path, tmp_path: Path) -> None:
    table = shared_data / "compas/compas-scores-two-years.deid.csv"
    words = ["risk", "validate", "--scores", str(table), "--score", "decile_score", "--scale", "points"]
    words += ["--outcome", "two_year_recid", "--group", "race", "--group", "sex", "--threshold", "5"]
    assert main([*words, "--out", str(tmp_path / "report")]) == 0
    page = (tmp_path / "report/index.html").read_text()
    assert "44.8 %" in page
    assert "23.5 %" in page
