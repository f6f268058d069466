"""Facts as rows of the database, and back: what a live state is put together from, and what the archive takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
from django.db import connection, models
from django.db.models import Q
from numpy.typing import NDArray

from throughcare.kernel.columns import NO_TIME_US
from throughcare.monitoring.fixes import Fixes, Positions
from throughcare.monitoring.status import Readings, Statuses
from throughcare.service.monitoring.models import PositionRow, StatusRow

Facts = TypeVar("Facts", Fixes, Statuses)
FactRow = type[PositionRow] | type[StatusRow]
MODELS: dict[type, FactRow] = {
    Fixes: PositionRow,
    Positions: PositionRow,
    Statuses: StatusRow,
    Readings: StatusRow,
}


def insert(
    batch: Positions | Readings, *, device_ids: Sequence[str], why: Sequence[str] | None = None
) -> None:
    """Insert facts; those that are there already stay as they are.

    Parameters
    ----------
    batch : Positions or Readings
        Keyed by activation; by device where ``why`` says why nobody's they are.
    device_ids : sequence of str
        Who said each row.
    """
    if not len(batch):
        return
    model = MODELS[type(batch)]
    names = [*batch.FACTS, "received_us"]
    columns = [_values(getattr(batch, name), missing) for name, (_, missing) in _stored(batch).items()]
    owners = [""] * len(batch) if why is not None else [batch.keys[i] for i in batch.key.tolist()]
    digests = [format(word, "016x") for word in batch.content().tolist()]
    reasons = why if why is not None else [""] * len(batch)
    targets = ["activation_id", "device_id", "digest", "why", *names]
    rows = zip(owners, device_ids, digests, reasons, *columns, strict=True)
    _insert(model._meta.db_table, targets, rows)


def _insert(table: str, targets: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert many rows in one call; both databases know the clause, and Django's objects would double the time."""
    quoted = ", ".join(connection.ops.quote_name(name) for name in targets)
    places = ", ".join(["%s"] * len(targets))
    statement = (
        f"INSERT INTO {connection.ops.quote_name(table)} ({quoted}) VALUES ({places}) ON CONFLICT DO NOTHING"  # noqa: S608
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, list(rows))


def _stored(batch: Positions | Readings) -> dict[str, tuple[type, float]]:
    return batch.FACTS | {"received_us": (np.int64, NO_TIME_US)}


def _values(column: Any, missing: float) -> list[Any]:  # noqa: ANN401 - a column of either type
    values = column.tolist()
    return [None if v != v else v for v in values] if missing != missing else values  # noqa: PLR0124 - NaN


def read(kind: type[Facts], rows: models.QuerySet[Any], *, owner: str) -> Facts:
    """Return rows as facts of one activation, in no order."""
    stored = kind.FACTS | {"received_us": (np.int64, NO_TIME_US)}
    listed = list(rows.values_list(*stored))
    if not listed:
        return kind.empty()
    columns: dict[str, NDArray[Any]] = {
        name: np.array(column, dtype=dtype)
        for (name, (dtype, _)), column in zip(stored.items(), zip(*listed, strict=True), strict=True)
    }
    return kind.build(key=np.zeros(len(listed), np.int64), keys=(owner,), **columns)


def read_between(kind: type[Facts], activation_id: str, *, from_us: int, to_us: int) -> Facts:
    """Return the facts of an activation that the database holds within ``[from_us, to_us)``."""
    rows = MODELS[kind].objects.filter(activation_id=activation_id, t_us__gte=from_us, t_us__lt=to_us)
    return read(kind, rows, owner=activation_id)


def strays(*, activation_id: str, device_ids: Sequence[str], from_us: int, stop_us: int) -> Q:
    """Return which rows are tied wrongly, now that an activation is what it is.

    Its own rows from outside its time, and the rows of its devices that nobody had and that fall inside it.
    """
    outside = Q(activation_id=activation_id) & (Q(t_us__lt=from_us) | Q(t_us__gte=stop_us))
    covered = Q(activation_id="", device_id__in=device_ids, t_us__gte=from_us, t_us__lt=stop_us)
    return outside | covered
