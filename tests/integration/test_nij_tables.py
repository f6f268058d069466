"""The recidivism challenge: no blank gives the outcome away, and the leak detector finds what is known of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.nij_tables import LACKING, OUTCOMES, RELEASE, SUPERVISION, Setting, settings, table_of
from throughcare.risk.models.columns import Form, Use
from throughcare.risk.models.leaks import LeakKind, declared_leaks, recovered_days

pytestmark = pytest.mark.real_data
DAYS = {"Percent_Days_Employed", "Jobs_Per_Year", "Avg_Days_per_DrugTest"}


@pytest.fixture(scope="module")
def every(shared_data: Path) -> dict[str, Setting]:
    return settings(shared_data / "nij")


def columns(setting: Setting) -> dict[str, np.ndarray]:
    return {name: np.array([row[name] for row in setting.training]) for name in setting.training[0]}


def test_the_counts_are_the_published_ones(every) -> None:
    table = table_of(every["release"])
    assert len(table) == 18_028
    assert table.events.sum(axis=0).tolist() == [5_377, 3_253, 1_791]
    assert [len(every[name].held_back) for name in ("release", "year2", "year3")] == [7_807, 5_460, 4_146]


def test_a_blank_in_a_release_field_says_nothing_about_the_source_of_a_row(every) -> None:
    for row in every["release"].training:
        assert all(row[name] != "" for name in LACKING)
    held_back = every["release"].held_back
    assert all(row[outcome] == "" for row in held_back for outcome in OUTCOMES)


def test_race_is_for_audit_and_no_year_one_table_holds_a_supervision_field(every) -> None:
    late = {column.name for column in SUPERVISION}
    for setting in every.values():
        assert setting.spec.column("Race").use is Use.GROUP
    for name in ("release", "year1"):
        assert not late & {column.name for column in every[name].spec.columns}


def test_release_fields_pass_and_every_supervision_field_is_declared_late(every) -> None:
    assert declared_leaks(every["release"].spec) == ()
    found = {name for leak in declared_leaks(every["year2"].spec) for name in leak.columns}
    assert found == {column.name for column in SUPERVISION}
    assert recovered_days(columns(every["release"]), columns=RELEASE, most_days=1096) is None


def test_the_days_of_supervision_are_recovered_for_about_84_percent_of_people(every) -> None:
    measures = [column for column in SUPERVISION if column.form is Form.NUMBER]
    leak = recovered_days(columns(every["year2"]), columns=measures, most_days=1096)
    assert leak is not None
    assert leak.kind is LeakKind.DAYS_RECOVERED
    assert set(leak.columns) == DAYS
    assert leak.measure == pytest.approx(0.84, abs=0.02)
