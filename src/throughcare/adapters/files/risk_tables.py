"""Training tables and their descriptions: a CSV or Parquet table as columns of text, and what its columns mean.

The description is TOML: a name, the outcomes, and a ``[[columns]]`` entry for each column. docs/risk/models.md
shows one. Every entry is checked; a word that means nothing here is refused, so that a slip of the pen cannot
silently become a default.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from throughcare.adapters.files.atomic import atomic_bytes
from throughcare.adapters.files.text import file_size
from throughcare.kernel.errors import RefusedInput
from throughcare.risk.models.columns import Column, Form, Measured, TableSpec, Texts, Use
from throughcare.risk.models.model_file import Envelope, Fitted, read_model, text_of
from throughcare.risk.models.signing import holds, sign

_TABLE_WORDS = {"name", "predicts", "predicted_on", "outcomes", "period_words", "columns"}
_COLUMN_WORDS = {
    "name",
    "label",
    "use",
    "form",
    "levels",
    "cuts",
    "measured",
    "measured_on",
    "missing",
    "rising",
    "achievable",
}
_CHOICES: dict[str, type[Use | Form | Measured]] = {"use": Use, "form": Form, "measured": Measured}
_PARQUET = (".parquet", ".pq")


def read_description(path: Path) -> TableSpec:
    """Return what a TOML file says about a table.

    Raises
    ------
    RefusedInput
        If it is no TOML, lacks an entry, has one that means nothing, or contradicts itself.
    """
    file_size(path)
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _refusal(str(path), "a description in TOML", str(error)) from None
    _only(found, _TABLE_WORDS, where=str(path))
    columns = found.get("columns")
    if not isinstance(columns, list) or not columns:
        raise _refusal(str(path), "at least one [[columns]] entry", "none")
    read = tuple(_column(entry, where=f"{path}, column {number + 1}") for number, entry in enumerate(columns))
    try:
        return TableSpec(
            name=_text(found, "name", where=str(path)),
            predicts=found.get("predicts", "the event"),
            predicted_on=found.get("predicted_on"),
            outcomes=tuple(found.get("outcomes", ())),
            period_words=tuple(found.get("period_words", ())),
            columns=read,
        )
    except (TypeError, ValueError) as error:
        raise _refusal(str(path), "a description that agrees with itself", str(error)) from None


def _column(entry: object, *, where: str) -> Column:
    if not isinstance(entry, dict):
        raise _refusal(where, "a [[columns]] entry", repr(entry))
    _only(entry, _COLUMN_WORDS, where=where)
    name = _text(entry, "name", where=where)
    given: dict[str, Any] = {"label": name, **entry}
    for word, kind in _CHOICES.items():
        if word in given:
            given[word] = _chosen(given[word], kind, where=f"{where} ({name}), {word}")
    try:
        given["levels"] = tuple(str(level) for level in given.get("levels", ()))
        given["cuts"] = tuple(float(cut) for cut in given.get("cuts", ()))
        return Column(**given)
    except (KeyError, TypeError, ValueError) as error:
        raise _refusal(f"{where} ({name})", "a column that agrees with itself", str(error)) from None


def _chosen(found: object, kind: type[Use | Form | Measured], *, where: str) -> Use | Form | Measured:
    listed = [member.value for member in kind]
    if found not in listed:
        raise _refusal(where, f"one of {', '.join(listed)}", repr(found))
    return kind(str(found))


def _text(found: Mapping[str, Any], word: str, *, where: str) -> str:
    value = found.get(word)
    if not isinstance(value, str) or not value.strip():
        raise _refusal(where, f"a text for {word}", repr(value))
    return value


def _only(found: Mapping[str, Any], words: set[str], *, where: str) -> None:
    strange = sorted(found.keys() - words)
    if strange:
        raise _refusal(where, f"only {', '.join(sorted(words))}", ", ".join(strange))


def read_table(path: Path) -> dict[str, Texts]:
    """Return a CSV or Parquet table as columns of text; a missing value is the empty text.

    Parameters
    ----------
    path : Path
        Parquet by its ending; CSV with a header otherwise.

    Raises
    ------
    RefusedInput
        If it is absent, empty, damaged, has no row, a name twice, or a row that is too long or too short.
    """
    file_size(path)
    return _parquet(path) if path.suffix.lower() in _PARQUET else _csv(path)


def _parquet(path: Path) -> dict[str, Texts]:
    try:
        table = pq.read_table(path)
        columns = {
            name: np.asarray(pc.fill_null(pc.cast(column, pa.string()), "").to_pylist(), dtype=np.str_)
            for name, column in zip(table.column_names, table.columns, strict=True)
        }
    except (pa.ArrowException, OSError) as error:
        raise _refusal(str(path), "a whole Parquet file", str(error).splitlines()[0][:200]) from None
    if not table.num_rows:
        raise _refusal(str(path), "rows", "none")
    return columns


def _csv(path: Path) -> dict[str, Texts]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    except (UnicodeDecodeError, csv.Error) as error:
        raise _refusal(str(path), "CSV in UTF-8", str(error)) from None
    header, body = rows[0], [row for row in rows[1:] if row]
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise _refusal(str(path), "every column name once", f"twice: {', '.join(twice)}")
    if not body:
        raise _refusal(str(path), "rows under the header", "none")
    for number, row in enumerate(body):
        if len(row) != len(header):
            raise _refusal(
                f"{path}, row {number + 1}", f"{len(header)} cells, as in the header", f"{len(row)} cells"
            )
    return {
        name: np.asarray([row[place] for row in body], dtype=np.str_) for place, name in enumerate(header)
    }


def write_model(path: Path, model: Fitted, *, private_key: Path | None) -> str:
    """Write a model file, signed where there is a key; return the text.

    Parameters
    ----------
    path : Path
    model : LocalModel or Recalibrated
    private_key : Path or None
        PEM with an Ed25519 private key.
    """
    if private_key is None:
        text = text_of(model)
    else:
        pem = private_key.read_bytes()
        text = text_of(model, signer=lambda hashed: sign(hashed, pem, where=str(private_key)))
    atomic_bytes(path, text.encode())
    return text


def load_model(path: Path, *, public_key: Path | None, unsigned_ok: bool = False) -> Envelope:
    """Return a model file, refused where it was altered or is not signed by the key.

    Parameters
    ----------
    path : Path
    public_key : Path or None
        PEM with an Ed25519 public key.
    unsigned_ok : bool
        Take a file whose signature nobody checked; its hash is checked all the same.

    Raises
    ------
    RefusedInput
    """
    file_size(path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise _refusal(str(path), "a model file", "bytes that are no text") from None
    envelope = read_model(text, where=str(path))
    if public_key is not None:
        held = holds(
            envelope.signature, envelope.content_hash, public_key.read_bytes(), where=str(public_key)
        )
        if not held:
            found = "no signature" if envelope.signature is None else "the signature of another key"
            raise RefusedInput(
                where=str(path),
                expected=f"a model signed by {public_key}",
                found=found,
                action="Ask for the signed file, or for the right public key.",
            )
    elif not unsigned_ok:
        raise RefusedInput(
            where=str(path),
            expected="--verify-with KEY, the public key of whoever approved the model",
            found="none",
            action="Name the key, or say --unsigned-ok for a trial.",
        )
    return envelope


def _refusal(where: str, expected: str, found: str) -> RefusedInput:
    return RefusedInput(
        where=where, expected=expected, found=found, action="See docs/risk/models.md, and mend the file."
    )
