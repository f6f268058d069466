"""The tables of the recidivism forecasting challenge of the National Institute of Justice, as `risk fit` reads them.

``write(folder)`` reads ../shared/data/nij (its README says how it was put together) and writes, for each of four
settings, a training table, a table to predict, and the description of their columns.

706 training rows lack seven fields, and all of them had the event in the first year: a blank there would give the
outcome away. They get the seven fields of a person drawn from the others with the same outcome.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from throughcare.adapters.files.atomic import atomic_bytes
from throughcare.risk.models.columns import Column, Form, Measured, Table, TableSpec, Use, code_table

DATA = Path("../shared/data/nij")
OUTCOMES = tuple(f"Recidivism_Arrest_Year{year}" for year in (1, 2, 3))
PERIODS = ("the first year", "the second year", "the third year")
LACKING = (
    "Prior_Conviction_Episodes_DomesticViolenceCharges",
    "Prior_Conviction_Episodes_GunCharges",
    "Prior_Revocations_Parole",
    "Prior_Revocations_Probation",
    "Condition_MH_SA",
    "Condition_Cog_Ed",
    "Condition_Other",
)
Row = dict[str, str]


def _counted(name: str, label: str, most: int) -> Column:
    levels = tuple(str(number) for number in range(most + 1))
    return Column(name=name, label=label, levels=levels, measured=Measured.BEFORE)


def _named(name: str, label: str, levels: Sequence[str], form: Form = Form.ORDERED) -> Column:
    return Column(name=name, label=label, levels=tuple(levels), form=form, measured=Measured.BEFORE)


def _measure(name: str, label: str) -> Column:
    return Column(name=name, label=label, form=Form.NUMBER, measured=Measured.AFTER)


_ARRESTS, _CONVICTIONS = "Prior_Arrest_Episodes_", "Prior_Conviction_Episodes_"
RELEASE = (
    _named("Gender", "sex", ("F", "M")),
    _named(
        "Age_at_Release",
        "age at release",
        ("18-22", "23-27", "28-32", "33-37", "38-42", "43-47", "48 or older"),
    ),
    _named("Residence_PUMA", "area of residence (by number)", [str(number) for number in range(1, 26)]),
    _counted("Gang_Affiliated", "recorded as in a gang", 1),
    _named("Supervision_Risk_Score_First", "first risk score", [str(number) for number in range(1, 11)]),
    _named("Supervision_Level_First", "first supervision level", ("Standard", "High", "Specialized")),
    _named(
        "Education_Level",
        "education",
        ("Less than HS diploma", "High School Diploma", "At least some college"),
    ),
    _counted("Dependents", "dependents (3 is 3 or more)", 3),
    _named(
        "Prison_Offense",
        "offence",
        ("Drug", "Other", "Property", "Violent/Non-Sex", "Violent/Sex"),
        Form.NOMINAL,
    ),
    _named(
        "Prison_Years",
        "years in prison",
        ("Less than 1 year", "1-2 years", "Greater than 2 to 3 years", "More than 3 years"),
    ),
    _counted(_ARRESTS + "Felony", "earlier felony arrests (10 is 10 or more)", 10),
    _counted(_ARRESTS + "Misd", "earlier misdemeanor arrests (6 is 6 or more)", 6),
    _counted(_ARRESTS + "Violent", "earlier arrests for violence (3 is 3 or more)", 3),
    _counted(_ARRESTS + "Property", "earlier arrests for property crime (5 is 5 or more)", 5),
    _counted(_ARRESTS + "Drug", "earlier arrests for drugs (5 is 5 or more)", 5),
    _counted(
        _ARRESTS + "PPViolationCharges",
        "earlier arrests for breach of probation or parole (5 is 5 or more)",
        5,
    ),
    _counted(_ARRESTS + "DVCharges", "earlier arrest for domestic violence", 1),
    _counted(_ARRESTS + "GunCharges", "earlier arrest with a gun charge", 1),
    _counted(_CONVICTIONS + "Felony", "earlier felony convictions (3 is 3 or more)", 3),
    _counted(_CONVICTIONS + "Misd", "earlier misdemeanor convictions (4 is 4 or more)", 4),
    _counted(_CONVICTIONS + "Viol", "earlier conviction for violence", 1),
    _counted(_CONVICTIONS + "Prop", "earlier convictions for property crime (3 is 3 or more)", 3),
    _counted(_CONVICTIONS + "Drug", "earlier convictions for drugs (2 is 2 or more)", 2),
    _counted(_CONVICTIONS + "PPViolationCharges", "earlier conviction for breach of probation or parole", 1),
    _counted(_CONVICTIONS + "DomesticViolenceCharges", "earlier conviction for domestic violence", 1),
    _counted(_CONVICTIONS + "GunCharges", "earlier conviction with a gun charge", 1),
    _counted("Prior_Revocations_Parole", "parole revoked before", 1),
    _counted("Prior_Revocations_Probation", "probation revoked before", 1),
    _counted("Condition_MH_SA", "condition of treatment for mental health or substances", 1),
    _counted("Condition_Cog_Ed", "condition of cognitive or educational programmes", 1),
    _counted("Condition_Other", "another condition", 1),
)
_RANGES = 64  # as many ranges of a measure, each with about as many people
SUPERVISION = tuple(
    replace(column, measured=Measured.AFTER)
    for column in (
        _counted("Violations_ElectronicMonitoring", "breach of electronic monitoring", 1),
        _counted("Violations_Instruction", "breach of an instruction", 1),
        _counted("Violations_FailToReport", "failure to report", 1),
        _counted("Violations_MoveWithoutPermission", "move without permission", 1),
        _counted("Delinquency_Reports", "delinquency reports (4 is 4 or more)", 4),
        _counted("Program_Attendances", "programmes attended (10 is 10 or more)", 10),
        _counted("Program_UnexcusedAbsences", "unexcused absences from programmes (3 is 3 or more)", 3),
        _counted("Residence_Changes", "changes of address (3 is 3 or more)", 3),
        _measure("Avg_Days_per_DrugTest", "days for each drug test"),
        _measure("DrugTests_THC_Positive", "share of drug tests positive for cannabis"),
        _measure("DrugTests_Cocaine_Positive", "share of drug tests positive for cocaine"),
        _measure("DrugTests_Meth_Positive", "share of drug tests positive for methamphetamine"),
        _measure("DrugTests_Other_Positive", "share of drug tests positive for others"),
        _measure("Percent_Days_Employed", "share of days employed"),
        _measure("Jobs_Per_Year", "jobs a year"),
        _counted("Employment_Exempt", "exempt from employment", 1),
    )
)
IDENTIFIER = Column(name="ID", label="number", use=Use.IDENTIFIER)
RACE = Column(name="Race", label="race as recorded", use=Use.GROUP, levels=("BLACK", "WHITE"))


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to take part: which fields, of whom, for which years."""

    name: str
    spec: TableSpec
    training: list[Row]
    held_back: list[Row]


def specification(name: str, years: Sequence[int], features: Iterable[Column]) -> TableSpec:
    """Return the description of a table."""
    outcomes = tuple(OUTCOMES[year - 1] for year in years)
    return TableSpec(
        name=name,
        predicts="a new arrest",
        columns=(
            IDENTIFIER,
            RACE,
            *features,
            *(Column(name=outcome, label=outcome, use=Use.OUTCOME) for outcome in outcomes),
        ),
        outcomes=outcomes,
        period_words=tuple(PERIODS[year - 1] for year in years),
    )


def settings(data: Path = DATA, *, seed: int = 1) -> dict[str, Setting]:
    """Return the release setting (all years), and the official setting of each year."""
    rows = _read(data / "nij_challenge.csv")
    training = _filled([row for row in rows if row["Training_Sample"] == "1"], seed=seed)
    held_back = [row for row in rows if row["Training_Sample"] != "1"]
    found = {
        "release": Setting("release", specification("nij_release", (1, 2, 3), RELEASE), training, held_back),
        "year1": Setting("year1", specification("nij_year1", (1,), RELEASE), training, held_back),
    }
    for year in (2, 3):
        reached = [
            row for row in training if not any(row[outcome] == "1" for outcome in OUTCOMES[: year - 1])
        ]
        measured = [_ranged(column, reached) for column in SUPERVISION]
        spec = specification(f"nij_year{year}", (year,), (*RELEASE, *measured))
        later = {row["ID"]: row for row in _read(data / f"nij_test_round{year}.csv")}
        joined = [{**row, **later[row["ID"]]} for row in held_back if row["ID"] in later]
        found[spec.name.removeprefix("nij_")] = Setting(f"year{year}", spec, reached, joined)
    return found


def _ranged(column: Column, rows: list[Row]) -> Column:
    """Return a measure with cuts between its commonest values: the ranges hold about as many people each."""
    if column.form is not Form.NUMBER:
        return column
    numbers = np.array([float(row[column.name]) for row in rows if row[column.name]])
    edges = np.quantile(numbers, np.linspace(0.0, 1.0, _RANGES + 1)[1:])
    cuts = sorted(
        {round(float(edge), 6) for edge in edges} | {0.000001, 0.999999 if numbers.max() <= 1 else 0.5}
    )
    return replace(column, cuts=tuple(cuts))


def table_of(setting: Setting) -> Table:
    """Return the training rows of a setting, coded; a row that cannot be read is an error here."""
    texts = {
        name: np.array([row[name] for row in setting.training]) for name in columns_of(setting, outcomes=True)
    }
    table, problems = code_table(texts, spec=setting.spec)
    assert not problems, problems[:3]
    return table


def columns_of(setting: Setting, *, outcomes: bool) -> list[str]:
    """Return the names of a setting's columns."""
    return [column.name for column in setting.spec.columns if outcomes or column.use is not Use.OUTCOME]


def write(folder: Path, data: Path = DATA) -> None:
    """Write ``<setting>/train.csv``, ``test.csv`` and ``columns.toml`` for each setting."""
    for setting in settings(data).values():
        home = folder / setting.name
        home.mkdir(parents=True, exist_ok=True)
        _write_rows(home / "train.csv", setting.training, columns_of(setting, outcomes=True))
        _write_rows(home / "test.csv", setting.held_back, columns_of(setting, outcomes=False))
        atomic_bytes(home / "columns.toml", description(setting.spec).encode())


def description(spec: TableSpec) -> str:
    """Return a description as TOML; JSON's texts, numbers and lists are TOML's too."""
    lines = [
        f"name = {json.dumps(spec.name)}",
        f"predicts = {json.dumps(spec.predicts)}",
        f"outcomes = {json.dumps(spec.outcomes)}",
        f"period_words = {json.dumps(spec.period_words)}",
    ]
    for column in spec.columns:
        lines += ["", "[[columns]]"]
        given = {
            "name": column.name,
            "label": column.label,
            "use": column.use.value,
            "form": column.form.value,
            "levels": column.levels,
            "cuts": column.cuts,
            "measured": column.measured.value,
            "rising": column.rising,
        }
        lines += [f"{word} = {json.dumps(value)}" for word, value in given.items() if value not in ((), 0)]
    return "\n".join(lines) + "\n"


def _filled(rows: list[Row], *, seed: int) -> list[Row]:
    """Give the rows that lack seven fields those of a person drawn from the others with the same outcome."""
    rng = np.random.default_rng(seed)
    donors = [row for row in rows if row[OUTCOMES[0]] == "1" and row[LACKING[0]] != ""]
    found = []
    for number, row in enumerate(rows):
        drawn: Row = {}
        if row[LACKING[0]] == "":
            assert row[OUTCOMES[0]] == "1"
            donor = donors[int(rng.integers(len(donors)))]
            drawn = {name: donor[name] for name in LACKING}
        found.append({**row, **drawn, "ID": row["ID"] or f"training-{number + 1}"})
    return found


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return [{name: _plain(name, text) for name, text in row.items()} for row in csv.DictReader(file)]


_DECIMAL = {column.name for column in SUPERVISION if column.form is Form.NUMBER}


def _plain(name: str, text: str) -> str:
    """Return whole numbers without a decimal point; the decimals of measures stay as they are."""
    return text if name in _DECIMAL else text.removesuffix(".0")


def _write_rows(path: Path, rows: list[Row], names: Sequence[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
