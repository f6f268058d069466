"""Training tables: levels, cuts, blanks, and rows that cannot be read are named and left out."""

from __future__ import annotations

import numpy as np
import pytest

from throughcare.risk.models.columns import Column, Form, TableSpec, Use, code_table

AGE = Column(name="age", label="age at release", form=Form.NUMBER, cuts=(25.0, 40.0))
OFFENCE = Column(name="offence", label="offence", form=Form.NOMINAL, levels=("theft", "other"), missing=False)
SPEC = TableSpec(
    name="release",
    columns=(
        Column(name="id", label="number", use=Use.IDENTIFIER),
        AGE,
        OFFENCE,
        Column(name="sex", label="sex", use=Use.GROUP, levels=("F", "M")),
        Column(name="y1", label="arrested in the first year", use=Use.OUTCOME),
        Column(name="y2", label="arrested in the second year", use=Use.OUTCOME),
    ),
    outcomes=("y1", "y2"),
    period_words=("the first year", "the second year"),
)
TEXTS = {
    "id": ["p1", "p2", "p3", "p4"],
    "age": ["24.9", "25", "", "61"],
    "offence": ["theft", "other", "theft", "other"],
    "sex": ["F", "M", "M", ""],
    "y1": ["0", "1", "0", "0"],
    "y2": ["1", "0", "", "0"],
}


def test_numbers_are_cut_with_an_edge_above_and_blanks_have_their_own_code() -> None:
    table, problems = code_table(TEXTS, spec=SPEC)
    assert problems == ()
    assert table.codes[:, 0].tolist() == [0, 1, 3, 2]
    assert [AGE.words(code) for code in (0, 1, 2, 3)] == [
        "under 25",
        "25 to under 40",
        "40 or more",
        "not recorded",
    ]


def test_groups_stand_apart_from_features() -> None:
    table, _ = code_table(TEXTS, spec=SPEC)
    assert table.codes.shape == (4, 2)
    assert table.groups["sex"].tolist() == [0, 1, 1, 2]


def test_a_person_is_at_risk_until_the_first_event() -> None:
    table, _ = code_table(TEXTS, spec=SPEC)
    assert table.at_risk.tolist() == [[True, True], [True, False], [True, True], [True, True]]
    assert table.events.tolist() == [[0, 1], [1, 0], [0, -1], [0, 0]]


@pytest.mark.parametrize(
    ("column", "values", "row", "words"),
    [
        ("age", ["old", "25", "30", "61"], "row 1", "a number"),
        ("age", ["24", "nan", "30", "61"], "row 2", "a number"),
        ("offence", ["theft", "arson", "theft", "other"], "row 2", "one of theft, other"),
        ("offence", ["theft", "other", "", "other"], "row 3", "not a blank"),
        ("y1", ["0", "1", "0", "2"], "row 4", "0, 1 or a blank"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_left_out(
    column: str, values: list[str], row: str, words: str
) -> None:
    table, problems = code_table({**TEXTS, column: values}, spec=SPEC)
    assert len(table) == 3
    assert [problem.path for problem in problems] == [(row, column)]
    assert words in problems[0].expected


def test_an_absent_column_is_named_but_outcomes_may_be_absent() -> None:
    without = {name: values for name, values in TEXTS.items() if name not in {"age", "y2"}}
    table, problems = code_table(without, spec=SPEC)
    assert len(table) == 0
    assert [problem.path for problem in problems] == [("age",)]
    to_predict, problems = code_table({k: v for k, v in TEXTS.items() if k not in {"y1", "y2"}}, spec=SPEC)
    assert problems == ()
    assert np.all(to_predict.events == -1)


def test_a_column_described_wrongly_is_refused() -> None:
    with pytest.raises(ValueError, match="needs its levels"):
        Column(name="x", label="x")
    with pytest.raises(ValueError, match="twice"):
        Column(name="x", label="x", levels=("a", "a"))
    with pytest.raises(ValueError, match="rise"):
        Column(name="x", label="x", form=Form.NUMBER, cuts=(2.0, 1.0))
    with pytest.raises(ValueError, match="no order"):
        Column(name="x", label="x", form=Form.NOMINAL, levels=("a", "b"), rising=1)


@pytest.mark.parametrize(
    ("name", "label", "levels"),
    [
        ("Race", "race", ("a", "b")),
        ("f1", "self-defined ethnicity", ("1", "2")),
        ("ethnic_group", "group", ("1", "2")),
        ("PersonReligion", "x", ("1", "2")),
        ("f2", "sexual orientation", ("1", "2")),
        ("f3", "recorded group", ("BLACK", "WHITE")),
    ],
)
def test_special_categories_are_never_features_but_may_be_audited(
    name: str, label: str, levels: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match="never an input"):
        Column(name=name, label=label, levels=levels)
    Column(name=name, label=label, levels=levels, use=Use.GROUP)
    Column(name=name, label=label, levels=levels, use=Use.IGNORED)


@pytest.mark.parametrize("name", ["sex", "age", "track", "embraced", "Prison_Offense", "beliefs about crime"])
def test_other_features_are_not_taken_for_them(name: str) -> None:
    assert Column(name=name, label=name, levels=("white collar", "other")).use is Use.FEATURE
