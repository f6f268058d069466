"""Facts as canonical lines: what an inbox item holds. One fact a line, sorted, so that equal deliveries are equal bytes.

A position is ``["p", t_us, lat_deg, lon_deg, accuracy_m, level, source, hdop, satellites, speed_mps, heading_deg]``,
a status ``["s", t_us, kind, value]``; what was not said is null. The device and the receipt are the item's.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from throughcare.kernel.columns import KeyedColumns
from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.status import Readings

Line = list[Any]
_WIDTHS = {"p": len(Positions.FACTS) + 1, "s": len(Readings.FACTS) + 1}


def lines_of(batch: Positions | Readings) -> list[Line]:
    """Return one line a fact, in the rows' order."""
    mark = "p" if isinstance(batch, Positions) else "s"
    columns = [getattr(batch, name).tolist() for name in batch.FACTS]
    return [[mark, *(_said(value) for value in values)] for values in zip(*columns, strict=True)]


def _said(value: float) -> float | None:
    return value if math.isfinite(value) else None


def body_of(lines: Iterable[Line]) -> bytes:
    """Return the canonical bytes of a set of lines: sorted, each once."""
    texts = {json.dumps(line, separators=(",", ":"), allow_nan=False) for line in lines}
    return "\n".join(sorted(texts)).encode()


def parsed(body: bytes) -> list[Line]:
    """Return the lines of a body.

    Raises
    ------
    ValueError
        If the bytes are not what :func:`body_of` writes.
    """
    lines: list[Line] = json.loads(b"[" + body.replace(b"\n", b",") + b"]")
    for line in lines:
        if not isinstance(line, list) or not line or line[0] not in _WIDTHS:
            raise ValueError("a line is neither a position nor a status")
        if len(line) != _WIDTHS[line[0]]:
            raise ValueError("a line has not the number of fields of its kind")
    return lines


def columns_of(
    kind: type[KeyedColumns],
    owned: list[tuple[int, int, Line]],
    *,
    devices: tuple[str, ...],
    received_us: list[int],
) -> Any:  # noqa: ANN401 - the batch of that kind
    """Return the lines of one kind as a batch keyed by device.

    Parameters
    ----------
    owned : list of (number, item, line)
        ``number`` becomes the row; ``item`` points into ``devices`` and ``received_us``.
    """
    names = tuple(kind.FACTS)
    keys = tuple(sorted(set(devices)))
    place = {name: i for i, name in enumerate(keys)}
    values = list(zip(*(line[1:] for _, _, line in owned), strict=True)) or [()] * len(names)
    columns = {
        name: [missing if value is None else value for value in column]
        for (name, (_, missing)), column in zip(kind.FACTS.items(), values, strict=True)
    }
    return kind.build(
        key=[place[devices[item]] for _, item, _ in owned],
        keys=keys,
        row=[number for number, _, _ in owned],
        received_us=[received_us[item] for _, item, _ in owned],
        **columns,
    )
