"""Cohort files, CSV or Parquet: the design's columns first, the outcomes' only when they are asked for.

Only the columns that are named are read, so that the design stage cannot have seen an outcome. A row that cannot be
used stops the reading and is named: a cohort is declared, and rows that fall out of it silently would change it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from throughcare.evaluation.cohort import Cohort, Covariate, Flags, Floats, Outcomes
from throughcare.evaluation.protocol import NOT_RECORDED, CovariatePlan, OutcomePlan, Protocol
from throughcare.evaluation.study import Given
from throughcare.kernel.errors import RefusedInput

_PARQUET: Final = (".parquet", ".pq")
_YES_OR_NO: Final = {
    "1": 1.0,
    "yes": 1.0,
    "true": 1.0,
    "1.0": 1.0,
    "0": 0.0,
    "no": 0.0,
    "false": 0.0,
    "0.0": 0.0,
}
_SHOWN: Final = 3
Texts = npt.NDArray[np.object_]


def file_columns(path: Path) -> dict[str, str]:
    """Return the names and types of a file's columns; of CSV, which has no types, all are text. No row is read."""
    if path.suffix.lower() in _PARQUET:
        try:
            schema = pq.read_schema(path)
        except pa.ArrowInvalid as problem:
            raise _refused(path.name, "a Parquet file", str(problem)[:120], "Write it again.") from None
        return {field.name: str(field.type) for field in schema}
    with path.open(encoding="utf-8-sig", newline="") as file:
        line = file.readline()
    names = pacsv.read_csv(pa.py_buffer(line.encode() or b"\n")).column_names if line.strip() else []
    return dict.fromkeys(names, "text")


def require_columns(path: Path, protocol: Protocol) -> None:
    """Refuse a file that lacks a declared column."""
    known = file_columns(path)
    for name, kind in protocol.schema().items():
        if name not in known:
            raise _refused(
                f"{path.name}, column {name}",
                f"this column ({kind}), as the protocol says",
                f"columns {', '.join(sorted(known)) or 'none'}",
                "Add the column, or correct its name in the protocol and lock again.",
            )


def read_design(path: Path, protocol: Protocol) -> Given:
    """Return the cohort without an outcome.

    Raises
    ------
    RefusedInput
        Naming the row: a person twice or in both arms, a day that is missing or outside the cohort, a value that is no
        level or no number. Naming the stratum: one in which everybody was treated.
    """
    require_columns(path, protocol)
    wanted = [protocol.person_column, protocol.treated_column, protocol.time_zero_column]
    wanted += [protocol.start_column] if protocol.start_column else []
    table = _read(path, [*wanted, *(each.column for each in protocol.covariates)])
    if not table.num_rows:
        raise _refused(path.name, "a row for each person", "no row", "Bring the cohort.")
    people = _texts(table, protocol.person_column)
    _refuse_where(
        [not text for text in people], protocol.person_column, people, "a person's identifier", "Fill it in."
    )
    treated = _flags(table, protocol.treated_column)
    _refuse_twice(people, treated)
    starts = _days(table, protocol.time_zero_column)
    _refuse_outside(starts, table, protocol)
    covariates: list[Covariate] = []
    columns: dict[str, Floats] = {}
    for plan in protocol.covariates:
        for covariate, values in _covariate(table, plan):
            covariates.append(covariate)
            columns[covariate.name] = values
    strata = {name: columns[name].astype(np.int16) for name in protocol.strata}
    _refuse_all_treated(strata, treated, {each.name: each for each in covariates})
    cohort = Cohort(people.astype(np.str_), treated, tuple(covariates), columns, strata)
    return Given(cohort, _late_starts(table, protocol, starts, treated))


def read_outcomes(path: Path, protocol: Protocol, asked: Sequence[OutcomePlan], *, count: int) -> Outcomes:
    """Return the outcomes that are asked for, of the people of `read_design`, in the same order."""
    table = _read(path, [each.column for each in asked])
    if table.num_rows != count:
        raise _refused(
            path.name, f"the {count} rows of the design", f"{table.num_rows}", "The file changed: run again."
        )
    binary, counts = {}, {}
    for each in asked:
        texts = _texts(table, each.column)
        if each.kind == "rate":
            binary[each.column] = _flags(table, each.column).astype(np.float64)
            continue
        values = _numbers(texts)
        _refuse_where(
            ~(values >= 0), each.column, texts, "a number of nought or more", "Complete the follow-up."
        )
        counts[each.column] = values
    return Outcomes(binary=binary, counts=counts, days={})


def _read(path: Path, names: Sequence[str]) -> pa.Table:
    names = list(dict.fromkeys(names))
    try:
        if path.suffix.lower() in _PARQUET:
            return pq.read_table(path, columns=names)
        convert = pacsv.ConvertOptions(
            include_columns=names,
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=False,
        )
        return pacsv.read_csv(path, convert_options=convert)
    except (pa.ArrowInvalid, pa.ArrowKeyError) as problem:
        words = " ".join(str(problem).split())[:200]
        raise _refused(
            path.name, "a CSV or Parquet file of the declared columns", words, "Mend the file."
        ) from None


def _texts(table: pa.Table, name: str) -> Texts:
    column = table.column(name)
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    if pa.types.is_boolean(column.type):
        column = pc.if_else(column, "1", "0")
    shown = pc.fill_null(pc.cast(column, pa.string()), "")
    return np.array([text.strip() for text in shown.to_pylist()], dtype=object)


def _flags(table: pa.Table, name: str) -> Flags:
    texts = _texts(table, name)
    codes = np.array([_YES_OR_NO.get(text.lower(), -1.0) for text in texts])
    _refuse_where(codes < 0, name, texts, "1 or 0, yes or no", "Fill it in; an unknown is no answer.")
    return np.asarray(codes > 0, dtype=np.bool_)


def _numbers(texts: Texts) -> Floats:
    def one(text: str) -> float:
        try:
            return float(text)
        except ValueError:
            return np.nan

    values = np.array([one(text) for text in texts], dtype=np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def _days(table: pa.Table, name: str) -> npt.NDArray[np.datetime64]:
    texts = _texts(table, name)

    def one(text: str) -> np.datetime64:
        try:
            return np.datetime64(dt.date.fromisoformat(text[:10]), "D")
        except ValueError:
            return np.datetime64("NaT", "D")

    return np.array([one(text) for text in texts], dtype="datetime64[D]")


def _refuse_outside(starts: npt.NDArray[np.datetime64], table: pa.Table, protocol: Protocol) -> None:
    name = protocol.time_zero_column
    texts = _texts(table, name)
    _refuse_where(np.isnat(starts), name, texts, "a day such as 2023-03-01", "Time zero must be known.")
    first, stop = np.datetime64(protocol.cohort_from, "D"), np.datetime64(protocol.cohort_before, "D")
    _refuse_where(
        (starts < first) | (starts >= stop),
        name,
        texts,
        f"a day from {first} and before {stop}",
        "The cohort is as declared: leave the row out at its source.",
    )


def _late_starts(
    table: pa.Table, protocol: Protocol, starts: npt.NDArray[np.datetime64], treated: Flags
) -> int | None:
    if not protocol.start_column:
        return None
    began = _days(table, protocol.start_column)
    texts = _texts(table, protocol.start_column)
    _refuse_where(
        treated & np.isnat(began), protocol.start_column, texts, "a day", "The treated have a start."
    )
    return int((treated & (began > starts)).sum())


def _covariate(table: pa.Table, plan: CovariatePlan) -> list[tuple[Covariate, Floats]]:
    texts = _texts(table, plan.column)
    own_group = plan.missing == "own_group"
    if plan.levels:
        levels = (*plan.levels, NOT_RECORDED) if own_group else plan.levels
        place = {level: float(number) for number, level in enumerate(levels)}
        if own_group:
            place[""] = place[NOT_RECORDED]
        codes = np.array([place.get(text, -1.0) for text in texts])
        _refuse_where(codes < 0, plan.column, texts, f"one of: {', '.join(plan.levels)}", _DECLARE)
        return [(Covariate(plan.column, plan.label, levels), codes)]
    values = _numbers(texts)
    empty = np.array([not text for text in texts], dtype=np.bool_)
    _refuse_where(np.isnan(values) & ~(empty & own_group), plan.column, texts, "a number", _DECLARE)
    found = [(Covariate(plan.column, plan.label), values)]
    if own_group and empty.any():
        middle = float(np.nanmedian(values)) if not empty.all() else 0.0
        found = [(found[0][0], np.where(empty, middle, values))]
        flag = Covariate(f"{plan.column} {NOT_RECORDED}", f"{plan.label} {NOT_RECORDED}", ("no", "yes"))
        found.append((flag, empty.astype(np.float64)))
    return found


_DECLARE: Final = "Correct it, or declare `missing: own_group` for empty cells and lock again."


def _refuse_twice(people: Texts, treated: Flags) -> None:
    first: dict[str, int] = {}
    for row, person in enumerate(people):
        before = first.setdefault(person, row)
        if before == row:
            continue
        both = treated[before] != treated[row]
        raise _refused(
            f"row {row + 1}",
            "each person once, in one arm",
            f"the person of row {before + 1} again" + (", in the other arm" if both else ""),
            "Keep each person's first index event, and decide the arm by the declared rule.",
        )


def _refuse_all_treated(
    strata: Mapping[str, npt.NDArray[np.int16]], treated: Flags, covariates: Mapping[str, Covariate]
) -> None:
    for name, codes in strata.items():
        for code in np.unique(codes[treated]):
            if treated[codes == code].all():
                row = int(np.flatnonzero(codes == code)[0])
                raise _refused(
                    f"stratum {name}: {covariates[name].levels[code]} (row {row + 1} is the first)",
                    "somebody who was not treated",
                    "everybody treated",
                    "There is nobody to compare with: leave the stratum out of the cohort, or join strata.",
                )


def _refuse_where(
    wrong: Any,  # noqa: ANN401 - flags as a list or an array
    name: str,
    texts: Texts,
    expected: str,
    action: str,
) -> None:
    rows = np.flatnonzero(np.asarray(wrong, dtype=np.bool_))
    if not len(rows):
        return
    named = ", ".join(str(row + 1) for row in rows[:_SHOWN])
    more = f" and {len(rows) - _SHOWN:,} more" if len(rows) > _SHOWN else ""
    shown = str(texts[rows[0]])[:40] or "nothing"
    raise _refused(f"row {named}{more}, column {name}", expected, shown, action)


def _refused(where: str, expected: str, found: str, action: str) -> RefusedInput:
    return RefusedInput(where=where, expected=expected, found=found, action=action)
