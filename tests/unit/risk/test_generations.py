"""Both generations side by side: the words say which publisher's edges apply, and the tables give nobody away."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import numpy as np
import pytest

from tests.lib.markdown_tables import table
from throughcare.risk.answers import Answers
from throughcare.risk.catalogue import ITEMS
from throughcare.risk.columns import columns_of
from throughcare.risk.generations import (
    MOVEMENTS,
    PAIRS,
    Movement,
    movement_tables,
    side_by_side,
    side_by_side_columns,
)

PERSON = Answers.of(
    sex="male",
    date_of_birth="1991-07-17",
    assessment_date="2021-12-12",
    conviction_date="2021-08-05",
    follow_up_start="2021-12-12",
    sanctions_total=12,
    sanctions_violent=3,
    age_at_first_sanction=21,
    ogrs3_offence_group="theft",
    offence_category="theft_not_vehicle",
    ever_sexual_offence=False,
    supervision_status="community",
)


def test_a_band_that_moves_only_by_its_edges_is_said_to() -> None:
    combined = next(each for each in side_by_side(PERSON) if each.pair.former.spec.name == "rsr_static")
    assert (combined.former.shown, combined.current.shown) == (1.92, 2.26)
    assert combined.movement is Movement.UP
    assert combined.difference == pytest.approx(0.34)
    words = " ".join(combined.words())
    assert "its publisher's band runs from 0 % to under 3 %" in words
    assert "its publisher's band runs from 1 % to under 3 %" in words
    assert "only because the edges differ" in words


def test_a_band_that_moves_by_its_score_is_said_to() -> None:
    record = side_by_side(PERSON)[0]
    assert record.movement is Movement.DOWN
    assert "because the score differs" in " ".join(record.words())
    assert record.difference is not None
    assert record.difference < 0


def test_without_both_scores_nothing_is_compared() -> None:
    ogp = side_by_side(PERSON)[1]
    assert (ogp.difference, ogp.movement) == (None, Movement.NOT_COMPARABLE)
    assert ogp.words() == (
        "OGP over two years: no score (incomplete).",
        "All reoffending predictor, dynamic: no score (incomplete).",
    )


def test_a_score_without_bands_is_compared_in_points_only() -> None:
    serious = next(each for each in side_by_side(PERSON) if each.pair.former.spec.name == "snsv_static")
    assert serious.difference == pytest.approx(0.34)
    assert serious.movement is Movement.NOT_COMPARABLE
    assert "it has no bands" in " ".join(serious.words())


def test_columns_move_as_each_person_does() -> None:
    people = [
        PERSON.having("sanctions_total", total).having("offence_category", category)
        for total in (3, 7, 12, 30)
        for category in ("theft_not_vehicle", "violence_abh_or_more", "motoring")
    ]
    people.append(PERSON.without("sanctions_total"))
    for number, compared in enumerate(side_by_side_columns(columns_of(people, ITEMS.values()))):
        for row, answers in enumerate(people):
            one = side_by_side(answers, PAIRS)[number]
            assert MOVEMENTS[compared.movement[row]] is one.movement
            assert np.isnan(compared.difference[row]) == (one.difference is None)


def test_each_group_has_a_table_of_counts_without_totals() -> None:
    people = [PERSON] * 12 + [PERSON.having("sanctions_total", 3)] * 2 + [PERSON.without("sex")] * 6
    groups = np.array(["north"] * 14 + ["south"] * 6)
    compared = side_by_side_columns(columns_of(people, ITEMS.values()))[0]
    asked: list[np.ndarray] = []

    def withhold(counts: np.ndarray) -> np.ndarray:
        asked.append(counts)
        return np.where((counts > 0) & (counts < 5), np.nan, counts.astype(float))

    north, south = movement_tables(compared, groups, suppress=withhold)
    assert (north.group, south.group) == ("north", "south")
    assert [int(counts.sum()) for counts in asked] == [14, 6]
    assert north.counts.shape == (5, 5)
    assert np.nansum(north.counts) == 12  # two people are withheld, and no total gives them away
    assert south.counts[-1, -1] == 6
    assert north.former_bands[0] == "low (0 % to under 50 %)"


def test_everybody_is_one_group_when_none_is_given() -> None:
    compared = side_by_side_columns(columns_of([PERSON] * 3, ITEMS.values()))[0]
    tables = movement_tables(compared, suppress=lambda counts: counts.astype(float))
    assert [each.group for each in tables] == ["everybody"]
    assert tables[0].counts.sum() == 3


PAGE = Path(__file__).parents[3] / "docs" / "risk" / "generations.md"


def test_the_example_of_the_page_says_what_the_page_quotes() -> None:
    text = PAGE.read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    quoted = re.search(r"For RSR it says: \*(.*?)\*\n", text)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(example, str(PAGE), "exec"), {})
    assert quoted is not None
    assert quoted[1] in printed.getvalue()


def test_the_page_has_the_edges_of_both_publishers() -> None:
    rows = {row["Former"]: row for row in table(str(PAGE), "Two generations side by side")}
    checked = 0
    for pair in PAIRS:
        name = pair.former.spec.title.split(",")[0]
        row = next(row for former, row in rows.items() if former.startswith(name))
        for column, spec in (
            ("Bands, former (from, in %)", pair.former.spec),
            ("Bands, current (from, in %)", pair.current.spec),
        ):
            if "points" not in row[column]:
                edges = ", ".join(f"{band.low:g}" for band in spec.bands) or "none"
                assert row[column].startswith(edges)
                checked += 1
    assert checked == 2 * (len(PAIRS) - 1)
