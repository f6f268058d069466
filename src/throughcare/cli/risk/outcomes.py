"""Reading what a validation needs: scores from a model, an instrument or a file, beside outcomes, groups and days."""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from throughcare.adapters.files.results import guarded
from throughcare.adapters.files.risk_tables import load_model, read_table
from throughcare.kernel.errors import RefusedInput
from throughcare.risk.answers import read_answers
from throughcare.risk.columns import columns_of
from throughcare.risk.contract import STATUS_CODES, Instrument, Measure, Status
from throughcare.risk.models.columns import Texts, code_table
from throughcare.risk.models.model_file import Fitted
from throughcare.risk.models.recalibrated import Recalibrated, percents
from throughcare.risk.records.subject import Subject, of_instrument, of_model, of_scores
from throughcare.risk.registry import INSTRUMENTS
from throughcare.risk.validation.cases import Cases, Scale
from throughcare.risk.validation.intervals import Bools, Floats
from throughcare.risk.validation.periods import Days

Tables = Mapping[str, Texts]
_MOST_BAD = 0.05
_YES, _NO = frozenset({"1", "1.0", "yes", "true"}), frozenset({"0", "0.0", "no", "false"})


@dataclass(slots=True)
class Rejects:
    """Rows that were left out, each with one reason: the first that was found."""

    length: int
    reason: dict[int, str] = field(default_factory=dict)
    bad: set[int] = field(default_factory=set)

    def mark(self, rows: Bools, reason: str, *, bad: bool) -> None:
        """Leave rows out; `bad` rows say that something is wrong with the file."""
        for row in np.flatnonzero(rows):
            if int(row) not in self.reason:
                self.reason[int(row)] = reason
                if bad:
                    self.bad.add(int(row))

    @property
    def kept(self) -> Bools:
        """Which rows are left."""
        found = np.ones(self.length, dtype=np.bool_)
        found[list(self.reason)] = False
        return found

    def counts(self) -> dict[str, int]:
        """Return how many rows were left out for each reason."""
        return dict(sorted(Counter(self.reason.values()).items()))

    def as_csv(self) -> bytes:
        """Return the rows with their reasons, rows counted from 1."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("row", "reason"))
        writer.writerows((row + 1, self.reason[row]) for row in sorted(self.reason))
        return text.getvalue().encode()


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What was read: the subject, the cases, and the columns beside them; (n,) each."""

    subject: Subject
    cases: Cases
    groups: dict[str, Texts]
    inputs: dict[str, Texts]
    started_on: Days | None
    rejects: Rejects
    outcome: str
    table_hash: str


def read_outcomes(arguments: argparse.Namespace) -> Outcomes:
    """Read everything, or refuse with what to do."""
    path = arguments.table or arguments.scores
    if path is None:
        raise _refusal("--table", "a table with outcomes", "none", "Name it with --table.")
    table = read_table(path)
    rejects = Rejects(len(next(iter(table.values()))))
    subject, score, happened, outcome = _scored(arguments, table, rejects, where=path)
    for name in arguments.free_of:
        earlier, unreadable = _yes_no(_column(table, name, where=path))
        rejects.mark(unreadable, f"{name} is no 0 or 1", bad=True)
        rejects.mark(earlier == 1, f"{name} had happened before", bad=False)
        rejects.mark(earlier < 0, f"{name} is not known", bad=False)
    weight = _weight(arguments, table, rejects, where=path)
    started = _days(arguments, table, rejects, where=path)
    if len(rejects.bad) > _MOST_BAD * rejects.length:
        raise _refusal(
            str(path),
            f"at most {_MOST_BAD:.0%} of the rows unreadable",
            f"{len(rejects.bad):,} of {rejects.length:,} ({', '.join(sorted(rejects.counts()))})",
            "So many say that a column is misnamed: check --score, --outcome and --scale.",
        )
    kept = rejects.kept
    cases = Cases(score[kept], happened[kept] == 1, subject.scale, None if weight is None else weight[kept])
    return Outcomes(
        subject,
        cases,
        {name: _column(table, name, where=path)[kept] for name in arguments.group},
        {name: _column(table, name, where=path)[kept] for name in arguments.input},
        None if started is None else started[kept],
        rejects,
        outcome,
        hashlib.sha256(path.read_bytes()).hexdigest(),
    )


Scored = tuple[Subject, Floats, npt.NDArray[np.int8], str]


def _scored(arguments: argparse.Namespace, table: Tables, rejects: Rejects, *, where: Path) -> Scored:
    """Return the subject, and scores and outcomes (-1 not known) of every row of the table."""
    if arguments.model is not None:
        return _by_model(arguments, table, rejects, where=where)
    if arguments.instrument is not None:
        subject, score = _by_instrument(arguments.instrument, table, rejects)
    else:
        subject, score = _by_file(arguments, table, rejects, where=where)
    happened = _outcome(
        _needed(arguments.outcome, "--outcome", "the column of outcomes"), table, rejects, where
    )
    return subject, score, happened, arguments.outcome


def _by_model(arguments: argparse.Namespace, table: Tables, rejects: Rejects, *, where: Path) -> Scored:
    subject, model, period = read_model_subject(arguments)
    spec = model.spec
    name = spec.outcomes[period]
    for before in spec.outcomes[:period]:
        earlier, unreadable = _yes_no(_column(table, before, where=where))
        rejects.mark(unreadable, f"{before} is no 0 or 1", bad=True)
        rejects.mark(earlier != 0, f"not at risk: {before} had happened, or is not known", bad=False)
    happened = _outcome(arguments.outcome or name, table, rejects, where)
    score = np.full(rejects.length, np.nan)
    if isinstance(model, Recalibrated):
        score = model.hazards(percents(table, model.column, where=str(where)))[:, period]
    else:
        coded, problems = code_table(table, spec=spec)
        if not len(coded):
            raise _refusal(
                str(where),
                f"rows that {spec.name} describes",
                str(next(iter(problems), "none")),
                "Mend the table.",
            )
        rows = np.ones(rejects.length, dtype=np.bool_)
        for problem in problems:
            rows[int(str(problem.path[0]).removeprefix("row ")) - 1] = False
        score[rows] = model.hazards(coded.codes)[:, period]
    rejects.mark(np.isnan(score), "the model could not read its inputs", bad=True)
    return subject, score, happened, arguments.outcome or name


def read_model_subject(arguments: argparse.Namespace) -> tuple[Subject, Fitted, int]:
    """Return the subject of ``--model``, the model, and the period (from 0)."""
    envelope = load_model(
        arguments.model, public_key=arguments.verify_with, unsigned_ok=arguments.unsigned_ok
    )
    periods = len(envelope.model.spec.outcomes)
    if not 1 <= arguments.period <= periods:
        raise _refusal("--period", f"1 to {periods}", str(arguments.period), "Choose a period of the model.")
    period = arguments.period - 1
    return of_model(envelope.model, model_hash=envelope.content_hash, period=period), envelope.model, period


def _by_instrument(name: str, table: Tables, rejects: Rejects) -> tuple[Subject, Floats]:
    instrument = named_instrument(name)
    items = {item.name: item for item in instrument.spec.items if item.name in table}
    missing = sorted(instrument.spec.required - set(items))
    if missing:
        raise _refusal(
            "the table",
            f"a column for each required item of {name}",
            f"none for {', '.join(missing)}",
            f"See `throughcare risk items {name}`.",
        )
    people = []
    faulty = np.zeros(rejects.length, dtype=np.bool_)
    for row in range(rejects.length):
        answers, problems = read_answers({each: str(table[each][row]) for each in items}, items=items)
        faulty[row] = bool(problems)
        people.append(answers)
    rejects.mark(faulty, "an answer that is none of its item's", bad=True)
    found = instrument.score_columns(columns_of(people, instrument.spec.items))
    for code, status in enumerate(STATUS_CODES):
        if status is not Status.SCORED:
            rejects.mark(found.status == code, f"not scored: {status.value.replace('_', ' ')}", bad=False)
    value = found.value / 100.0 if instrument.spec.measure is Measure.PROBABILITY else found.value
    return of_instrument(instrument), np.asarray(value, dtype=np.float64)


def named_instrument(name: str) -> Instrument:
    """Return an instrument by name, or refuse."""
    if name not in INSTRUMENTS:
        raise _refusal(
            "--instrument",
            f"one of {', '.join(sorted(INSTRUMENTS))}",
            name,
            "See `throughcare risk instruments`.",
        )
    return INSTRUMENTS[name]


def _by_file(
    arguments: argparse.Namespace, table: Tables, rejects: Rejects, *, where: Path
) -> tuple[Subject, Floats]:
    percent = arguments.scale == "percent"
    scale = Scale.POINTS if arguments.scale == "points" else Scale.PROBABILITY
    texts = _texts_of_scores(arguments, table, where=where)
    score = _numbers(texts)
    blank = np.asarray(np.char.strip(texts) == "")
    rejects.mark(blank, "no score", bad=False)
    rejects.mark(np.isnan(score) & ~blank, "a score that is no number", bad=True)
    if percent:
        score = score / 100.0
    if scale is Scale.PROBABILITY:
        beyond = (score < 0.0) | (score > 1.0)
        rejects.mark(beyond, f"a {arguments.scale} out of its range", bad=True)
    name = arguments.name or f"{arguments.scores.name}, {_score_column(arguments)}"
    predicts = arguments.predicts or f"{arguments.outcome}"
    return of_scores(name, version=arguments.scores_version, predicts=predicts, scale=scale), score


def _score_column(arguments: argparse.Namespace) -> str:
    return arguments.score or f"year{arguments.period}"


def _texts_of_scores(arguments: argparse.Namespace, table: Tables, *, where: Path) -> Texts:
    """Return the score of each row of the table: from the same file, by an identifier, or row by row."""
    column = _score_column(arguments)
    if arguments.table is None:
        return _column(table, column, where=where)
    scores = read_table(arguments.scores)
    texts = _column(scores, column, where=arguments.scores)
    if arguments.id is None:
        if len(texts) != len(next(iter(table.values()))):
            raise _refusal(
                str(arguments.scores),
                "as many rows as the table, or --id COLUMN to join by",
                f"{len(texts):,} rows",
                "Name the column of identifiers that both files have.",
            )
        return texts
    keys = [_key(each) for each in _column(scores, arguments.id, where=arguments.scores)]
    by_key = dict(zip(keys, texts.tolist(), strict=True))
    if len(by_key) != len(keys):
        raise _refusal(
            f"{arguments.scores}, {arguments.id}",
            "every identifier once",
            "one twice",
            "Mend the file of scores.",
        )
    return np.array([by_key.get(_key(each), "") for each in _column(table, arguments.id, where=where)])


def _key(identifier: str) -> object:
    """Return an identifier as a table of ours writes it, so that a guarded one finds the one it stands for."""
    return guarded(str(identifier))


def _outcome(name: str, table: Tables, rejects: Rejects, where: Path) -> npt.NDArray[np.int8]:
    happened, unreadable = _yes_no(_column(table, name, where=where))
    rejects.mark(unreadable, "an outcome that is no 0 or 1", bad=True)
    rejects.mark((happened < 0) & ~unreadable, "the outcome is not known", bad=False)
    return happened


def _weight(arguments: argparse.Namespace, table: Tables, rejects: Rejects, *, where: Path) -> Floats | None:
    if arguments.weight is None:
        return None
    weight = _numbers(_column(table, arguments.weight, where=where))
    rejects.mark(~(weight >= 0.0), "a weight that is no number from 0", bad=True)
    return weight


def _days(arguments: argparse.Namespace, table: Tables, rejects: Rejects, *, where: Path) -> Days | None:
    if arguments.on is None:
        return None
    texts = _column(table, arguments.on, where=where)
    found = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[D]")
    for row, each in enumerate(texts.tolist()):
        try:
            found[row] = np.datetime64(each.strip()[:10], "D")
        except ValueError:
            continue
    rejects.mark(np.isnat(found), "a day that is none", bad=True)
    return found


def _column(table: Tables, name: str, *, where: Path) -> Texts:
    if name not in table:
        shown = ", ".join(sorted(table)[:20])
        raise _refusal(
            str(where), f"a column {name}", f"{shown}{' …' if len(table) > 20 else ''}", "Name another."
        )
    return table[name]


def _needed(given: str | None, option: str, words: str) -> str:
    if given is None:
        raise _refusal(option, words, "none", f"Name it with {option}.")
    return given


def _yes_no(texts: Texts) -> tuple[npt.NDArray[np.int8], Bools]:
    """Return 1, 0 or -1 (blank), and which texts are none of these."""
    read: Callable[[str], int] = lambda each: 1 if each in _YES else 0 if each in _NO else -1  # noqa: E731
    plain = [each.strip().lower() for each in texts.tolist()]
    found = np.array([read(each) for each in plain], dtype=np.int8)
    return found, (found < 0) & (np.array(plain) != "")


def _numbers(texts: Texts) -> Floats:
    found = np.full(len(texts), np.nan)
    for row, each in enumerate(texts.tolist()):
        try:
            found[row] = float(each)
        except ValueError:
            continue
    found[~np.isfinite(found)] = np.nan
    return found


def _refusal(where: str, expected: str, found: str, action: str) -> RefusedInput:
    return RefusedInput(where=where, expected=expected, found=found, action=action)
